"""What a form sent: names and values, as browsers write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from consentry.desk.errors import DeskError

_MOST_FIELDS: Final = 500


@dataclass(frozen=True)
class Form:
    """The fields of a form, in their order."""

    fields: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The last value of a field; empty if it was not sent."""
        return next((value for key, value in reversed(self.fields) if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return tuple(value for key, value in self.fields if key == name)

    def starting(self, prefix: str) -> dict[str, str]:
        """Fields whose names begin so, without the beginning; empty ones are left out."""
        return {key[len(prefix) :]: value for key, value in self.fields if key.startswith(prefix) and value}

    def version(self) -> int | None:
        """The version of the case that the form was drawn from.

        Raises:
            DeskError: ``desk.input``: it is no number.
        """
        given = self.one("version")
        if not given:
            return None
        if not given.isascii() or not given.isdigit() or len(given) > 12:
            raise DeskError("The form's version cannot be read.", "Load the page again.", code="desk.input")
        return int(given)


def form_in(body: bytes) -> Form:
    """The fields of ``application/x-www-form-urlencoded``, with line ends as files have them.

    Raises:
        DeskError: ``desk.input``: there are too many, or characters that nothing can hold.
    """
    try:
        found = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise DeskError("The form cannot be read.", "Load the page again.", code="desk.input") from error
    if any("\x00" in part for pair in found for part in pair):
        raise DeskError("The form holds a character that nothing can hold.", "Write it anew.", code="desk.input")
    return Form(tuple((name, value.replace("\r\n", "\n")) for name, value in found))
