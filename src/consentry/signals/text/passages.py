"""A finding in the normalised text, and what patterns of several detectors have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from consentry.records import TextKind

IS: Final = r"(?:\s{0,2}(?::|=|#|\bis\b|\bare\b|\bwas\b|->|→)){0,2}\s{0,3}"
"""What stands between a label and its value: ``:``, ``is``, ``#`` or nothing."""


class Passage(NamedTuple):
    """A finding in the normalised text."""

    kind: TextKind
    start: int
    end: int
    probability: float
    rule: str


@dataclass(frozen=True)
class Pattern:
    """One way in which a kind of private information is written.

    Attributes:
        rule: ``kind/what``, as it stands in a finding.
        probability: That a passage it finds is what it says; see docs/text.md for where the number comes from.
        pattern: Regular expression. If it has a group ``value``, that group alone is the passage.
        valid: Whether the passage passes its checksum or range.
        case: Whether capital letters are told from small ones.
    """

    kind: TextKind
    rule: str
    probability: float
    pattern: str
    valid: Callable[[str], bool] | None = None
    case: bool = False
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern, 0 if self.case else re.IGNORECASE))

    def find(self, text: str) -> Iterator[Passage]:
        """Every passage that it finds."""
        group = "value" if "value" in self.compiled.groupindex else 0
        for found in self.compiled.finditer(text):
            start, end = found.span(group)
            if end > start and (self.valid is None or self.valid(text[start:end])):
                yield Passage(self.kind, start, end, self.probability, self.rule)


def find_all(patterns: Iterable[Pattern], text: str) -> Iterator[Passage]:
    """What any of the patterns finds."""
    for pattern in patterns:
        yield from pattern.find(text)
