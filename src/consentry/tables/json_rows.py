"""JSON: an object a line, an array of objects, or an object that holds such an array."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.text import HEAD, LONGEST_LINE, Text, encoding_of

TOO_LONG: Final = b"a line without end"
"""Stands for one; no JSON."""
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

    JSON is UTF-8 (or UTF-16 with a mark): a line in another encoding is a bad row, and the others are read.

    Raises:
        TableError: ``table.format`` or ``table.encoding``.
    """
    head = stream.read(HEAD)
    mark, encoding = encoding_of(head)
    lines: Iterable[str | bytes]
    if encoding.startswith("utf-16"):
        lines = Text(stream, name, head).lines()
    else:
        *whole, last = head[mark:].splitlines(keepends=True) or [b""]
        lines = chain(whole, _bounded(stream, last))
    yield from _of_lines(lines, name)


def _bounded(stream: BinaryIO, begun: bytes) -> Iterator[bytes]:
    """Line by line; of one that is too long no more than its beginning is held, which is no JSON."""
    line = begun if begun.endswith(b"\n") else begun + stream.readline(LONGEST_LINE)
    while line:
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = stream.readline(LONGEST_LINE)
            line = TOO_LONG
        yield line
        line = stream.readline(LONGEST_LINE)


def _of_lines(lines: Iterable[str | bytes], name: str) -> Iterator[dict[str, Any] | BadRow]:
    lines = iter(lines)
    first = next((line for line in lines if line.strip()), b"")
    begins = first.lstrip()[:1]
    array = begins in ("[", b"[")
    if array or (begins in ("{", b"{") and not isinstance(_loaded(first), dict)):
        kept = [first, *lines]
        found = _loaded("".join(kept) if isinstance(first, str) else b"".join(kept))  # type: ignore[arg-type]
        if isinstance(found, dict):
            found = _list_in(found, name)
        yield from map(_row, found) if isinstance(found, list) else _each(kept)
        return
    yield from _each(chain([first], lines))


def _each(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any] | BadRow]:
    for line in lines:
        if line is TOO_LONG:
            yield BadRow(f"The row is longer than {LONGEST_LINE:,} bytes.")
        elif line.strip():
            try:
                yield _row(json.loads(line))
            except (ValueError, RecursionError, MemoryError) as error:
                yield BadRow(f"The row is not JSON: {error}.")


def _row(found: Any) -> dict[str, Any] | BadRow:
    if isinstance(found, dict):
        return found
    return BadRow(f"The row is not an object but {_KINDS.get(type(found), 'a value')}.")


def _list_in(found: dict[str, Any], name: str) -> list[Any]:
    """The list that an object consists of."""
    lists = [value for value in found.values() if isinstance(value, list)]
    if len(lists) == len(found) == 1:
        return lists[0]
    raise TableError(f"{name} is one JSON object, not a table.", "Give an array of objects, or one object a line.")


def _loaded(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return None
