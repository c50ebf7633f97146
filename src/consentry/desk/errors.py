"""What the desk refuses, and why."""

from __future__ import annotations

from typing import ClassVar

from consentry.errors import ConsentryError


class DeskError(ConsentryError):
    """Something that the desk does not do. Its codes: ``consentry errors desk``."""

    default_code: ClassVar[str] = "desk.input"
