"""Keys of cases and of claims, wrapped under the master key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from consentry.desk.store.tables.base import Base


class KeyRow(Base):
    """The key of a case (``kind`` ``case``: words and media) or of its claim (``claim``: references and templates).

    Attributes:
        wrapped: ``None`` once it was destroyed; nothing that was sealed with it can be read any more.
        half: Where the other half lies in the folder of keys; ``None`` for keys that have none, and once it is gone.
        purpose: What its contents may be used for.
    """

    __tablename__ = "keys"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    half: Mapped[str | None] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column(index=True)
