"""What all bodies have in common: nothing that is not known, no characters that no database or header holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

Item = TypeVar("Item")


class Body(BaseModel):
    """Something that comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _characters_that_can_be_kept(cls, value: Any) -> Any:
        _check(value)
        return value


class View(BaseModel):
    """Something that goes out."""

    model_config = ConfigDict(frozen=True)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_written, return_type=str, when_used="json")]
"""In UTC, to the millisecond, with a Z (RFC 3339)."""


_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def check_moment(moment: datetime | None) -> datetime | None:
    """A moment that can be counted from: it has a zone, and lies within these centuries.

    Raises:
        ValueError: It has none, or does not.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone, such as a Z at its end")
    if not _FIRST <= moment < _LAST:
        raise ValueError("a moment lies between 1970 and 2200")
    return moment


class Page(View, Generic[Item]):
    """Part of a list.

    Attributes:
        items: In the list's order.
        next: The cursor for what follows; ``None`` at the end.
    """

    items: list[Item]
    next: str | None = Field(default=None, description="Cursor of the next page; null at the end.")


def _check(value: Any) -> None:
    """Refuse NUL, which PostgreSQL cannot hold, and halves of characters, which no encoding can."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text holds the character NUL")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise ValueError("a text holds half a character") from error
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name)
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
