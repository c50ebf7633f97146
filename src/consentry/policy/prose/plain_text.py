"""A policy in prose as plain text, for a terminal, a letter, or a program that compares two texts line by line."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from consentry.policy.drawing.wording import plain_name
from consentry.policy.prose.document import NOTHING, Change, Document, Entry, Line, Said

_WIDTH: Final = 96
_BODY: Final = 4
"""Spaces before what is said of an entry."""
_STEP: Final = 4


def as_text(document: Document) -> str:
    """A document as text of at most 96 characters a line, unless a single word is longer."""
    return "\n".join(_written(document)) + "\n"


def _written(document: Document) -> Iterator[str]:
    yield from wrap(document.title, _WIDTH)
    yield "=" * min(_WIDTH, len(document.title))
    for label, words in document.about:
        yield from _hanging(f"{label}: ", words, 0)
    yield ""
    for note in document.notes:
        yield from _hanging("", note, 0)
    yield ""
    yield "What can be recommended, from the mildest on:"
    for action, meaning in document.actions:
        yield from _hanging(f"{plain_name(action)}: ", f"{meaning} ({action})", _BODY)
    if document.amendments is not None:
        yield from _amendments(document)
    for section in document.sections:
        yield from _title(section.title)
        yield from _hanging("", section.introduction, 0)
        for entry in section.entries:
            yield ""
            yield from _entry(entry)
    for head in document.heads:
        yield from _title(f"What stands at the head of {head.file}")
        yield from (line.lstrip("#").removeprefix(" ") for line in head.lines)


def _title(words: str) -> Iterator[str]:
    yield ""
    yield ""
    yield words
    yield "-" * len(words)


def _amendments(document: Document) -> Iterator[str]:
    amendments = document.amendments
    if amendments is None:
        return
    yield from _title(f"What is different from {amendments.base}")
    for change in amendments.header:
        yield from _change(change, 0)
    for entry in amendments.added:
        yield from _hanging("Added: ", _name(entry), 0)
    for entry in amendments.changed:
        yield from _hanging("Changed: ", _name(entry), 0)
        for change in entry.changes:
            yield from _change(change, _BODY)
    for entry in amendments.removed:
        yield from _hanging("Removed: ", f"{_name(entry)}, as it was (numbers are those of {amendments.base}):", 0)
        yield from _body(entry)
    if not (amendments.header or amendments.added or amendments.changed or amendments.removed):
        yield "Nothing."


def _name(entry: Entry) -> str:
    code = f" [{entry.code}]" if entry.code else ""
    return f"{entry.number} {entry.title}{code}"


def _entry(entry: Entry) -> Iterator[str]:
    words = ", ".join(word for word in (entry.kind, entry.mark.upper()) if word)
    yield from _hanging(f"{entry.number}. ", f"{_name(entry).partition(' ')[2]}{f' ({words})' if words else ''}", 0)
    yield from _body(entry)
    for change in entry.changes:
        yield from _hanging(f"Before the change, {change.label}: ", change.before or NOTHING, _BODY)


def _body(entry: Entry) -> Iterator[str]:
    for said in entry.said:
        yield from _said(said)


def _change(change: Change, indent: int) -> Iterator[str]:
    yield from _hanging(f"{change.label}, before: ", change.before or NOTHING, indent)
    yield from _hanging(f"{change.label}, after: ", change.after or NOTHING, indent)


def _said(said: Said) -> Iterator[str]:
    lead = f"{said.label}: " if said.label and not said.lines else f"{said.label} " if said.label else ""
    if said.lines:
        first, *rest = said.lines
        yield from _hanging(lead, _line(first), _BODY)
        for line in rest:
            yield from _hanging(f"{line.letter} ", _line(line), _BODY + _STEP * line.depth)
        return
    names = "; ".join(f"{each.number} {each.words}" for each in said.references)
    words = ", ".join(part for part in (names, said.text) if part)
    yield from _hanging(lead, f"{words} [{said.code}]" if said.code else words, _BODY)


def _line(line: Line) -> str:
    number = f" [{line.reference.number}]" if line.reference else ""
    return f"{line.words}{number}{':' if line.opens else ''}"


def _hanging(lead: str, words: str, indent: int) -> Iterator[str]:
    """Words behind what leads them, later lines indented a little deeper."""
    hang = " " * (indent + (len(lead) if lead.startswith("(") else _STEP if lead else 0))
    yield from wrap(
        f"{lead}{words}",
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
