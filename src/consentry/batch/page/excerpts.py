"""Words on the report page: as much of them as somebody reads there, with what was found in them marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup, escape

from consentry.records import TextFinding, TextSignal

SHOWN: Final = 5_000
"""Characters of a text that are shown from its beginning; a post has some hundred."""
MOST_BEHIND: Final = 20
"""Findings further on that are shown, each with its surroundings."""
AROUND: Final = 120
"""Characters before and behind each of them."""


def beginning(text: str, most: int = SHOWN) -> str:
    """A text, or its beginning and how much more of it there is."""
    return text if len(text) <= most else f"{text[:most]} {_left_out(len(text) - most)}"


def marked(text: str, signal: TextSignal | None) -> Markup:
    """A post's words, escaped, with what was found in them marked; of a long text the beginning and what was found."""
    findings = sorted(signal.findings if signal is not None else (), key=lambda found: (found.start, -found.end))
    parts: list[Markup] = []
    shown = 0
    for start, end in _stretches(len(text), findings):
        if start > shown:
            parts.append(escape(f" {_left_out(start - shown)} "))
        parts += _marked(text, start, end, findings)
        shown = end
    if shown < len(text):
        parts.append(escape(f" {_left_out(len(text) - shown)}"))
    return Markup("").join(parts)


def _left_out(characters: int) -> str:
    return f"[… {characters:,} more characters …]"


def _stretches(length: int, findings: Sequence[TextFinding]) -> Iterator[tuple[int, int]]:
    """The parts of a text that are shown, in its order, none of them touching another."""
    start, end = 0, min(length, SHOWN)
    behind = [found for found in findings if found.end > end][:MOST_BEHIND] if length > SHOWN else []
    for found in behind:
        first, last = max(0, found.start - AROUND), min(length, found.end + AROUND, found.start + SHOWN)
        if first > end:
            yield start, end
            start = first
        end = max(end, last)
    yield start, end


def _marked(text: str, start: int, end: int, findings: Sequence[TextFinding]) -> Iterator[Markup]:
    position = start
    for finding in findings:
        first, last = max(finding.start, start), min(finding.end, end)
        if first < position or first >= last:
            continue
        yield escape(text[position:first])
        yield Markup('<mark title="{}">{}</mark>').format(
            f"{finding.kind.replace('_', ' ')}, {finding.probability:.2f}", text[first:last]
        )
        position = last
    yield escape(text[position:end])
