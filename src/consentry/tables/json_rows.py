"""JSON: an object a line, an array of objects, or an object that holds nothing but such an array."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.json_values import Values
from consentry.tables.lines import LONGEST, Lines, TooLongError
from consentry.tables.text import Text, text_of

_PIECE: Final = 64 * 1024
_MOST: Final = 256 * 1024 * 1024
"""Characters of a document that has to be held whole."""
_ARRAY: Final = re.compile(r"\s*\[\s*([{\]]|\Z)")
_ARRAY_UNDER_A_KEY: Final = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\{')
_REMEDY: Final = "Give an array of objects, or one object a line."
_KINDS: Final = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "yes or no",
    type(None): "nothing",
}


def json_rows(stream: BinaryIO, name: str, *, by_line: bool) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of a JSON file. Lines and arrays are read row by row, an object that holds an array is read whole.

    JSON is UTF-8 (or UTF-16): a line in another encoding is a bad row, and the others are read.

    Args:
        stream: Bytes.
        name: The file's, for messages.
        by_line: Whether its name says that there is an object on every line.

    Raises:
        TableError: ``table.format`` or ``table.encoding``.
    """
    text = text_of(stream, name, only_unicode=True)
    if _ARRAY.match(text.head):
        yield from _of_array(text)
    elif by_line or _has_lines(text):
        yield from _of_lines(text)
    else:
        yield from _of_document(text)


def _row(found: Any) -> dict[str, Any] | BadRow:
    if isinstance(found, dict | BadRow):
        return found
    return BadRow(f"The row is not an object but {_KINDS.get(type(found), 'a value')}.")


def _has_lines(text: Text) -> bool:
    """Whether a file that begins with no array has an object a line: the first or the second line tells."""
    lines = [line for line in io.StringIO(text.head, newline="") if line.strip()]
    if len(lines) < 2 and not text.is_whole:
        return not _ARRAY_UNDER_A_KEY.match(text.head)  # it is one long line, or begins with one
    found = [Values().of(line) for line in lines[:2]]
    if len(found) == 1:
        return isinstance(found[0], dict) and _array_in(found[0]) is None
    return any(isinstance(value, dict) for value in found)


def _of_lines(text: Text) -> Iterator[dict[str, Any] | BadRow]:
    lines, values = Lines(text), Values()
    while True:
        lines.begin()
        try:
            line = next(lines, None)
        except TooLongError:
            lines.skip(quoted=False)
            yield BadRow(lines.excess)
            continue
        if line is None:
            return
        if lines.unreadable:
            yield BadRow(lines.complaint)
        elif line.strip():
            yield _row(values.of(line))


def _of_document(text: Text) -> Iterator[dict[str, Any] | BadRow]:
    content = ""
    for piece in text.pieces(_MOST):
        content += piece
        if len(content) > _MOST:
            raise TableError(f"{text.name} is longer than {_MOST:,} characters, and no array.", _REMEDY)
    if not content.strip():
        return
    found = Values().of(content)
    if isinstance(found, BadRow):
        raise TableError(f"{text.name} is not a table: {found.reason}", _REMEDY)
    array = found if isinstance(found, list) else _array_in(found)
    if array is None:
        raise TableError(f"{text.name} is one JSON object, not a table.", _REMEDY)
    yield from map(_row, array)


def _array_in(found: Any) -> list[Any] | None:
    """The objects that an object consists of."""
    if isinstance(found, dict) and len(found) == 1:
        (inner,) = found.values()
        if isinstance(inner, list) and all(isinstance(value, dict) for value in inner):
            return inner
    return None


def _of_array(text: Text) -> Iterator[dict[str, Any] | BadRow]:
    """The objects of an array, of which only one is held at a time."""
    window, values, number = _Window(text), Values(), 0
    mark = window.take()
    if window.peek() == "]":
        mark = window.take()
    while mark != "]":
        number += 1
        window.peek()
        yield _row(window.value(values, number))
        mark = window.take()
        if mark not in ("]", ","):
            raise window.error(f"a comma or the end of the array is missing after row {number:,}")
    if window.peek():
        raise window.error("something follows the array")


class _Window:
    """A text read piece by piece, of which what was taken is forgotten."""

    def __init__(self, text: Text) -> None:
        self._name = text.name
        self._pieces = text.pieces(_PIECE)
        self._held = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no white space, which is not taken; empty at the end."""
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in " \t\r\n":
                    return self._held[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self) -> str:
        """The next character that is no white space."""
        found = self.peek()
        self._at += 1
        return found

    def value(self, values: Values, number: int) -> Any:
        """The next value."""
        while True:
            try:
                value, end = values.at(self._held, self._at)
            except (ValueError, RecursionError, MemoryError) as error:
                if len(self._held) - self._at > LONGEST or isinstance(error, RecursionError) or not self._more():
                    said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                    raise self.error(f"row {number:,}: {said}") from error
            else:
                length = end - self._at
                if end < len(self._held) or not self._more():  # a number may go on
                    self._at += length
                    return value

    def error(self, said: str) -> TableError:
        """What is wrong with the file."""
        return TableError(f"{self._name} is not an array of objects: {said}.", _REMEDY)

    def _more(self) -> bool:
        """As much again as is held, so that what is long is not tried again and again."""
        added: list[str] = []
        wanted = max(len(self._held) - self._at, 1)
        while wanted > 0 and (piece := next(self._pieces, "")):
            added.append(piece)
            wanted -= len(piece)
        self._held, self._at = self._held[self._at :] + "".join(added), 0
        return bool(added)
