"""JSON: an object a line, an array of objects, or an object that holds such an array."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.text import Text

_KINDS: Final = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "yes or no",
    type(None): "nothing",
}


def json_rows(stream: BinaryIO, name: str) -> Iterator[dict[str, Any] | BadRow]:
    """The rows of a JSON file. Lines are read one by one; an array is read whole.

    Raises:
        TableError: ``table.format`` or ``table.encoding``.
    """
    text = Text(stream, name)
    begins = text.head.lstrip()[:1]
    if begins == "[" or (begins == "{" and not isinstance(_loaded(_first_line(text.head)), dict)):
        whole = "".join(text.lines())
        found = _loaded(whole)
        if isinstance(found, dict):
            found = _list_in(found, name)
        yield from map(_row, found) if isinstance(found, list) else _lines(whole.splitlines())
        return
    yield from _lines(text.lines())


def _list_in(found: dict[str, Any], name: str) -> list[Any]:
    """The list that an object consists of."""
    lists = [value for value in found.values() if isinstance(value, list)]
    if len(lists) == len(found) == 1:
        return lists[0]
    raise TableError(f"{name} is one JSON object, not a table.", "Give an array of objects, or one object a line.")


def _lines(lines: Iterable[str]) -> Iterator[dict[str, Any] | BadRow]:
    for line in lines:
        if line.strip():
            try:
                yield _row(json.loads(line))
            except (ValueError, RecursionError, MemoryError) as error:
                yield BadRow(f"The row is not JSON: {error}.")


def _row(found: Any) -> dict[str, Any] | BadRow:
    if isinstance(found, dict):
        return found
    return BadRow(f"The row is not an object but {_KINDS.get(type(found), 'a value')}.")


def _first_line(head: str) -> str:
    return next((line for line in head.splitlines() if line.strip()), "")


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
