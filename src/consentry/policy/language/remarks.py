"""The lines of a policy file as its author wrote them, and the comments that belong to what is written there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, dropwhile, takewhile
from typing import Final

from consentry.policy.language.written import Items, Place, Table, Text, Written

_PARENT: Final = re.compile(r"\s*[a-z_]+:\s*(#.*)?")
"""A line that only opens a section."""
_HEADING: Final = re.compile(r"\s*#\s*[-=]{3}.*")
"""A comment that stands above several things, ``# --- like this ---``; it belongs to none of them alone."""


class FileLines:
    """A file in lines, with the place of each."""

    def __init__(self, content: str) -> None:
        lines = content.split("\n")
        self.lines = [line.removesuffix("\r") for line in lines]
        self._starts = [0, *accumulate(len(line) + 1 for line in lines[:-1])]

    def number_of(self, position: int) -> int:
        """The line, from 0, in which a character stands."""
        return bisect_right(self._starts, position) - 1

    def before(self, position: int) -> str:
        """What stands in a character's line before it."""
        number = self.number_of(position)
        return self.lines[number][: position - self._starts[number]]

    def behind(self, position: int) -> str:
        """What stands in a line from a character on."""
        number = self.number_of(position)
        return self.lines[number][position - self._starts[number] :]


@lru_cache(maxsize=32)
def lines_of(content: str) -> FileLines:
    """A file in lines; the last few are kept."""
    return FileLines(content)


def is_remark(line: str) -> bool:
    """Whether a line is a comment and nothing else."""
    return line.lstrip().startswith("#")


def is_heading(line: str) -> bool:
    """Whether a comment stands above several things."""
    return _HEADING.fullmatch(line) is not None


def indentation(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def begins_line(place: Place) -> bool:
    """Whether nothing but space, or the dash of a list, stands before it on its line."""
    return lines_of(place.content).before(place.start).strip() in ("", "-")


def ends_line(content: str, end: int) -> bool:
    """Whether nothing but a comment follows on the same line."""
    return lines_of(content).behind(end).strip()[:1] in ("", "#")


def remark_above(place: Place, *, and_of_sections: bool = False) -> list[str]:
    """The comment lines above what begins at a place, with blank lines between them, indented as they are.

    Args:
        place: Of a key, or of an item of a list.
        and_of_sections: If it is the first of its section, whether comments above the section's own line count, too.
    """
    if not begins_line(place):
        return []
    lines = lines_of(place.content)
    number = lines.number_of(place.start)
    column = indentation(lines.lines[number])
    number, found = _run_above(lines, number, column)
    while and_of_sections and number > 0:
        opener = lines.lines[number - 1]
        if not _PARENT.fullmatch(opener) or indentation(opener) >= column:
            break
        column = indentation(opener)
        number, above = _run_above(lines, number - 1, column)
        found = [*above, *found]
    return found


def heading_between(before: Place, place: Place) -> list[str]:
    """The last heading between two things of one file that does not stand right above the second."""
    lines = lines_of(place.content)
    first, last = lines.number_of(before.start), lines.number_of(place.start)
    last -= len(remark_above(place))
    return [line for line in lines.lines[first:last] if is_heading(line)][-1:]


def _run_above(lines: FileLines, number: int, column: int) -> tuple[int, list[str]]:
    """The blank and comment lines that end above a line; deeper ones at their top belong to what stands before."""
    first = number
    while first > 0 and (not lines.lines[first - 1].strip() or is_remark(lines.lines[first - 1])):
        first -= 1
    run = lines.lines[first:number]
    belongs_above = max((at + 1 for at, line in enumerate(run) if _deeper_remark(line, column)), default=0)
    return first, run[belongs_above:]


def _deeper_remark(line: str, column: int) -> bool:
    return is_remark(line) and indentation(line) > column


def own_lines(place: Place, end: int) -> list[str]:
    """The whole lines of something, from its first to its last, with the comments that follow and belong to it.

    These are the deeper ones; and, where nothing more comes on its own level, those on that level.
    """
    lines = lines_of(place.content)
    first, last = lines.number_of(place.start), lines.number_of(max(place.start, end - 1))
    column = indentation(lines.lines[first])
    following = lines.lines[last + 1 :]
    run = list(takewhile(lambda line: not line.strip() or is_remark(line), following))
    more = len(run) < len(following) and indentation(following[len(run)]) >= column
    above = column if more else column - 1
    own = list(takewhile(lambda line: not line.strip() or indentation(line) > above, run))
    while own and not own[-1].strip():
        own.pop()
    return [*lines.lines[first : last + 1], *own]


def head_of(table: Table) -> list[str]:
    """The comments at the head of a file, as they are."""
    lines = lines_of(table.place.content)
    head = lines.lines[: lines.number_of(table.place.start)]
    kept = list(
        dropwhile(lambda line: not line.strip(), (line for line in head if is_remark(line) or not line.strip()))
    )
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def remarks_on(place: Place, value: Written) -> list[str]:
    """What an author remarks on one thing, in sentences without their marks: above it, inside it and behind it.

    Args:
        place: Of its key.
        value: What stands there.
    """
    places = value.stated if isinstance(value, Table) and value.stated else (place,)
    found = [remark_above(each) for each in places]
    if value.end is not None:
        found += _remarks_inside(place, value, value.end)
    elif isinstance(value, Table):
        begins = [(each.content, each.start) for each in places]
        for _, key_place, part in value:
            if (key_place.content, key_place.start) not in begins:
                found.append(remark_above(key_place))
            if part.end is not None:
                found += _remarks_inside(key_place, part, part.end)
    return [paragraph for lines in found for paragraph in _paragraphs(lines)]


def _remarks_inside(place: Place, value: Written, end: int) -> Iterator[list[str]]:
    """Comments on lines of their own and at ends of lines; a ``#`` inside a word or a quoted text is none."""
    lines = lines_of(place.content)
    leaves = [(lines.number_of(leaf.place.start), lines.number_of(_last(leaf)), leaf) for leaf in _leaves(value)]
    taken = {number for first, last, _ in leaves for number in range(first, last + 1)}
    below: list[str] = []
    for number, line in enumerate(own_lines(place, end), lines.number_of(place.start)):
        if number not in taken and (is_remark(line) or not line.strip()):
            below.append(line)
            continue
        yield below
        below = []
        if number not in taken and (opener := _PARENT.fullmatch(line)):
            yield [opener[1] or ""]
        behind = (lines.behind(leaf.end or 0) for _, last, leaf in leaves if last == number)
        yield from ([rest] for rest in behind if rest.startswith((" ", "\t")) and is_remark(rest))
    yield below


def _last(leaf: Written) -> int:
    return max(leaf.place.start, (leaf.end or 1) - 1)


def _leaves(value: Written) -> Iterator[Written]:
    """The parts inside which no comment is looked for: texts, and what stands in brackets."""
    if isinstance(value, Text) or value.place.content[value.place.start : value.place.start + 1] in ("[", "{"):
        yield value
        return
    for part in value.items if isinstance(value, Items) else value.entries.values():
        yield from _leaves(part)


def _paragraphs(lines: list[str]) -> list[str]:
    """Comment lines without their marks, those right below each other as one; headings are left out."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        words = "" if is_heading(line) else line.strip().lstrip("#").strip()
        if words:
            paragraphs[-1].append(words)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]
