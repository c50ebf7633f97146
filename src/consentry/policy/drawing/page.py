"""The page: title and legend, the decision list, the clauses, the deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from consentry.policy.definitions import Clause, DeadlineDefinition, DecisionLine, FactDefinition, Policy
from consentry.policy.drawing.marks import (
    FAINT,
    INK,
    RULE,
    arrow_mark,
    box_mark,
    page_mark,
    rule_mark,
    text_mark,
    width_of,
    wrapped,
)
from consentry.policy.drawing.wording import (
    HOW_TO_READ,
    HOW_TO_READ_DECISIONS,
    HOW_TO_READ_FACTS,
    MEANING,
    phrases,
    plain_name,
    sentence,
    where_from,
)
from consentry.policy.logic.conditions import Always
from consentry.records import Action, ClauseKind

_WIDTH: Final = 1160
_EDGE: Final = 40
_INNER: Final = _WIDTH - 2 * _EDGE
_CONDITION: Final = 520
_ACTION_X: Final = _EDGE + _CONDITION + 70
_ACTION_WIDTH: Final = _WIDTH - _EDGE - _ACTION_X

COLOURS: Final[dict[Action, tuple[str, str]]] = {
    "no_action": ("#e3f4e8", "#1d6b3a"),
    "request_verification": ("#e0f2f7", "#155e75"),
    "review": ("#fdf3d7", "#7a5400"),
    "review_urgent": ("#fde3c8", "#8f3d00"),
    "recommend_restrict": ("#f6e1f4", "#7a1f70"),
    "recommend_removal": ("#fbdcdc", "#9b1c1c"),
    "route_out": ("#e2e6fb", "#2c3a9b"),
}
"""For each action the colour of its box and of its words."""

_KINDS: Final[dict[ClauseKind, str]] = {
    "violation": "#9b1c1c",
    "prohibited_behaviour": "#8f3d00",
    "exception": "#1d6b3a",
    "override": "#7a1f70",
    "gate": "#155e75",
    "routing": "#2c3a9b",
}


@dataclass
class _Page:
    """Marks, and how far down the page they reach."""

    marks: list[str] = field(default_factory=list)
    y: float = _EDGE

    def paragraph(
        self, x: float, text: str, width: float, size: float, colour: str = INK, *, bold: bool = False
    ) -> None:
        """Wrapped text below what is there."""
        for line in wrapped(text, width, size, bold=bold):
            self.y += size * 1.4
            self.marks.append(text_mark(x, self.y, line, size, colour=colour, bold=bold))

    def heading(self, text: str) -> None:
        """A heading with a rule above it."""
        self.y += 34
        self.marks.append(rule_mark(_EDGE, self.y, _WIDTH - _EDGE))
        self.y += 8
        self.paragraph(_EDGE, text, _INNER, 17, bold=True)
        self.y += 14


def draw(policy: Policy) -> str:
    """A policy as SVG: the same policy gives the same bytes.

    Args:
        policy: From `consentry.policy.load_policy`; one that is based on another is drawn consolidated.

    Returns:
        A drawing without scripts, fonts or pictures from elsewhere, 1160 pixels wide and as long as it needs.
    """
    page = _Page()
    _title(page, policy)
    _legend(page)
    page.heading(f"The decision list: {HOW_TO_READ_DECISIONS}")
    last = len(policy.decisions)
    for number, line in enumerate(policy.decisions, 1):
        _line(page, number, line)
        if number < last:
            _otherwise(page)
    page.heading("The clauses that it speaks of")
    for clause in policy.clauses:
        _clause(page, clause)
    page.heading("What it asks, and where the answers come from")
    page.paragraph(_EDGE, HOW_TO_READ_FACTS, _INNER, 12, FAINT)
    for fact in policy.facts:
        _fact(page, fact)
    if policy.deadlines:
        page.heading("What has to be done by when")
        for deadline in policy.deadlines:
            _deadline(page, deadline)
    return page_mark(_WIDTH, page.y + _EDGE, f"{policy.title} ({policy.label})", page.marks)


def _title(page: _Page, policy: Policy) -> None:
    page.paragraph(_EDGE, policy.title, _INNER, 21, bold=True)
    page.y += 4
    until = "on" if policy.effective_until is None else f"to {policy.effective_until}"
    based = f" · based on {policy.based_on}" if policy.based_on else ""
    about = f"{policy.label} · {policy.region} · in force from {policy.effective_from} {until}{based}"
    page.paragraph(_EDGE, about, _INNER, 13, FAINT)
    page.paragraph(_EDGE, f"SHA-256 {policy.sha256[:16]}…", _INNER, 11, FAINT)


def _legend(page: _Page) -> None:
    page.y += 18
    x: float = _EDGE
    for action, meaning in MEANING.items():
        width = max(width_of(_words(action), 12, bold=True), width_of(meaning, 11)) + 22
        back, ink = COLOURS[action]
        page.marks.append(box_mark(x, page.y, width, 42, fill=back))
        page.marks.append(text_mark(x + 11, page.y + 17, _words(action), 12, colour=ink, bold=True))
        page.marks.append(text_mark(x + 11, page.y + 33, meaning, 11, colour=ink))
        x += width + 8
    page.y += 48
    page.paragraph(_EDGE, HOW_TO_READ, _INNER, 12, FAINT)


def _line(page: _Page, number: int, line: DecisionLine) -> None:
    """One line of the list: its condition on the left, an arrow, what follows on the right."""
    top = page.y
    rows = [
        (phrase.depth, text)
        for phrase in phrases(line.when)
        for text in _hanging(phrase.text, _CONDITION - 44 - 18 * phrase.depth)
    ]
    because = wrapped(line.because, _ACTION_WIDTH, 12)
    height = max(34 + 18 * len(rows) + 8, 34 + 17 * len(because) + 8)
    page.marks.append(box_mark(_EDGE, top, _CONDITION, height, fill="#f7f9fb", stroke=RULE))
    page.marks.append(text_mark(_EDGE + 14, top + 22, f"{number}", 13, colour=FAINT, bold=True))
    page.marks.append(text_mark(_EDGE + 44, top + 22, plain_name(line.name), 13, bold=True))
    for row, (depth, text) in enumerate(rows):
        page.marks.append(text_mark(_EDGE + 44 + 18 * depth, top + 43 + 18 * row, text, 12.5))
    page.marks.append(arrow_mark(_EDGE + _CONDITION + 6, top + 17, _ACTION_X - 8, top + 17))
    back, ink = COLOURS[line.action]
    page.marks.append(box_mark(_ACTION_X, top + 4, width_of(_words(line.action), 13, bold=True) + 24, 26, fill=back))
    page.marks.append(text_mark(_ACTION_X + 12, top + 22, _words(line.action), 13, colour=ink, bold=True))
    for row, text in enumerate(because):
        page.marks.append(text_mark(_ACTION_X, top + 48 + 17 * row, text, 12, colour=FAINT))
    page.y = top + height


def _hanging(text: str, width: float) -> list[str]:
    """A phrase in lines, those after the first indented a little."""
    first, *rest = wrapped(text, width - 12, 12.5)
    return [first, *(f"\u2003{line}" for line in rest)]


def _otherwise(page: _Page) -> None:
    x = _EDGE + 20
    page.marks.append(arrow_mark(x, page.y + 3, x, page.y + 23))
    page.marks.append(text_mark(x + 12, page.y + 17, "otherwise", 11, colour=FAINT))
    page.y += 26


def _clause(page: _Page, clause: Clause) -> None:
    page.y += 10
    kind = plain_name(clause.kind)
    base = page.y + 16
    page.marks.append(text_mark(_EDGE, base, plain_name(clause.name), 13, bold=True))
    page.marks.append(
        text_mark(
            _EDGE + 12 + width_of(plain_name(clause.name), 13, bold=True), base, kind, 11, colour=_KINDS[clause.kind]
        )
    )
    page.y = base
    page.paragraph(_EDGE, clause.sentence, _INNER, 12.5)
    source = f"{clause.source.document}, {clause.source.dated}: {clause.source.passage}"
    page.paragraph(_EDGE, f"Holds if: {sentence(clause.when)}.  Source: {source}.", _INNER, 11, FAINT)


def _fact(page: _Page, fact: FactDefinition) -> None:
    page.y += 8
    page.paragraph(_EDGE, f"{plain_name(fact.name)}: {fact.ask}", _INNER, 12.5)
    page.paragraph(_EDGE, where_from(fact), _INNER, 11, FAINT)


def _deadline(page: _Page, deadline: DeadlineDefinition) -> None:
    page.y += 10
    page.paragraph(_EDGE, f"{deadline.within} from the {deadline.counted_from}: {deadline.do}", _INNER, 12.5, bold=True)
    actions = f"With: {', '.join(_words(action) for action in deadline.actions)}. " if deadline.actions else ""
    source = f"{deadline.source.document}, {deadline.source.dated}: {deadline.source.passage}"
    told = "" if isinstance(deadline.when, Always) else f"If: {sentence(deadline.when)}. "
    page.paragraph(_EDGE, f"{actions}{told}{deadline.because} Source: {source}.", _INNER, 11, FAINT)


def _words(action: Action) -> str:
    return plain_name(action)
