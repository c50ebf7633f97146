"""Values out of JSON, with what Python's reader passes over or refuses."""

from __future__ import annotations

import json
from typing import Any, Final

from consentry.tables.errors import BadRow

_MOST_DIGITS: Final = 4000
"""Python refuses to make a number of 4,300 and more."""


class Values:
    """Reads JSON values; an object that has one key twice is a bad row, and longer numbers stay text."""

    def __init__(self) -> None:
        self._twice: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_int=_whole_number)

    def of(self, text: str) -> Any:
        """The value that a text consists of, or what is wrong with it."""
        self._twice.clear()
        try:
            return self._checked(self._decoder.decode(text))
        except (ValueError, RecursionError, MemoryError) as error:
            return BadRow(f"The row is not JSON: {error}.")

    def at(self, text: str, position: int) -> tuple[Any, int]:
        """The value at a place in a text, and where it ends.

        Raises:
            ValueError: There is none, or it is cut off.
            RecursionError: It is nested too deeply.
        """
        self._twice.clear()
        value, end = self._decoder.raw_decode(text, position)
        return self._checked(value), end

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            self._twice.append(next(key for key in keys if keys.count(key) > 1))
        return found

    def _checked(self, value: Any) -> Any:
        if self._twice:
            return BadRow(f"The row has the name {self._twice[0]!r:.60} twice in one object.")
        return value


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) < _MOST_DIGITS else digits
