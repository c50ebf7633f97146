"""What a policy consists of, once it is read and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from consentry.policy.logic.conditions import Condition
from consentry.policy.logic.program import Program
from consentry.records import Action, ClauseKind, ComponentDigest, CountedFrom, PolicySource

YES_NO: Final = ("yes", "no")

SEVERITY: Final[dict[Action, int]] = {
    "no_action": 0,
    "request_verification": 1,
    "review": 2,
    "review_urgent": 3,
    "recommend_restrict": 4,
    "recommend_removal": 5,
    "route_out": 6,
}
"""How far an action goes: from leaving a post alone to handing it to a queue that works by stricter rules."""


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """A named thing that the policy speaks of.

    Attributes:
        words: ``("yes", "no")``, or the fact's own closed list.
        ask: The question that a reviewer would answer.
        measured: The input that it is read from (see `inputs.INPUTS`); ``None`` if only people and look-ups set it.
        yes_at_least: A number's lower end from which on the fact is yes; ``None``: the number never makes it yes.
        no_at_most: A number's upper end down from which the fact is no; ``None``: the number never makes it no.
        yes_words: Words of the input that make the fact yes; words in neither list leave it unknown.
        no_words: Words of the input that make it no.
        why: Why the thresholds sit where they do.
        is_day: Whether the thresholds are days, counted as `datetime.date.toordinal` counts them.
        line: Where in the file.
        file: Which file that is: that of the policy, or of one that it is based on.
    """

    name: str
    words: tuple[str, ...]
    ask: str
    measured: str | None = None
    yes_at_least: float | None = None
    no_at_most: float | None = None
    yes_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    why: str = ""
    is_day: bool = False
    line: int = 0
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of policy over facts, with the sentence that it stands for."""

    name: str
    kind: ClauseKind
    when: Condition
    sentence: str
    source: PolicySource
    line: int = 0
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One line of the decision list: taken if its condition definitely holds and no earlier line was taken."""

    name: str
    when: Condition
    action: Action
    because: str
    line: int = 0
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold for every assessment under the policy.

    Attributes:
        condition: The invariant speaks of assessments for which this definitely holds.
        actions: The only actions that may come out then.
        because: In words.
    """

    name: str
    condition: Condition
    actions: frozenset[Action]
    because: str
    line: int = 0
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """How long something may take.

    Attributes:
        unit: Hours and days are of 60 minutes and 24 hours; a month ends on the same day of a later month, or on
            that month's last day.
    """

    count: int
    unit: Literal["hours", "days", "months"]

    def __str__(self) -> str:
        return f"{self.count} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class DeadlineDefinition:
    """Something that has to be done in time.

    Attributes:
        when: There is the deadline only if this definitely holds.
        actions: ... and only if one of these is recommended; empty for whatever action.
        counted_from: From which moment.
        within: For how long.
        do: What has to be done.
        because: Why.
    """

    name: str
    when: Condition
    actions: tuple[Action, ...]
    counted_from: CountedFrom
    within: Span
    do: str
    because: str
    source: PolicySource
    line: int = 0
    file: str = field(default="", compare=False)


@dataclass(frozen=True)
class Policy:
    """A policy, checked and compiled.

    Attributes:
        name: Without the version.
        version: As its file says, usually the date of the document.
        effective_from: First day on which it applies.
        effective_until: Last day, or ``None`` while it stands.
        region: Where it applies.
        based_on: Name or path of the policy that it amends; empty for one that stands by itself.
        sha256: Of the file's bytes, and of those it is based on.
    """

    name: str
    version: str
    title: str
    region: str
    effective_from: date
    effective_until: date | None
    facts: tuple[FactDefinition, ...]
    clauses: tuple[Clause, ...]
    decisions: tuple[DecisionLine, ...]
    invariants: tuple[Invariant, ...]
    sha256: str
    deadlines: tuple[DeadlineDefinition, ...] = ()
    based_on: str = ""
    program: Program = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        program = Program(
            words=tuple((fact.name, fact.words) for fact in self.facts),
            clauses=tuple((clause.name, clause.when) for clause in self.clauses),
            lines=tuple(decision.when for decision in self.decisions),
        )
        object.__setattr__(self, "program", program)

    @property
    def label(self) -> str:
        """Name and version, as it stands in a recommendation."""
        return f"{self.name} {self.version}"

    def in_force(self, on: date) -> bool:
        """Whether it applies on a day."""
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)

    @property
    def digest(self) -> ComponentDigest:
        """The policy as a component of an assessment."""
        return ComponentDigest(name=f"policy/{self.name}", version=self.version, sha256=self.sha256)
