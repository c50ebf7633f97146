"""Every case that there can be, as one set of variables: the post, its report, its signals, and what people answered.

A *world* is what policies are held against. Two policies can share one, and one policy can be held against two worlds
that are the same but for one thing. A world is made of families of variables; those that a second world is to have
for itself are made anew, the others are shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Protocol, get_args

import z3

from consentry.policy.definitions import FactDefinition, Policy
from consentry.policy.measuring.inputs import input_named
from consentry.policy.proving.added import AddedVariables
from consentry.policy.proving.choices import Choice
from consentry.policy.proving.errors import EncodingError
from consentry.policy.proving.faces import FaceVariables
from consentry.policy.proving.formulas import Formula, OneOf, any_of, implies, negate
from consentry.policy.proving.moments import ClaimantVariables, StretchVariables
from consentry.policy.proving.post import PostVariables, ReportVariables
from consentry.policy.proving.readings import Cell, Reading, cells
from consentry.policy.proving.signals import (
    CopyVariables,
    CrowdVariables,
    SceneVariables,
    TextVariables,
)
from consentry.policy.proving.timing import COUNTS, CountVariables, TimeVariables, day_cells
from consentry.records import TextKind

OVERRULING: Final = 5
"""How many statements an answer weighs that overrules the report or the post: a case without one reads better."""


class Family(Protocol):
    """A part of a case."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        ...

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds in every case."""
        ...

    @property
    def readings(self) -> Mapping[str, Reading]:
        """The inputs that are read from it."""
        ...


class AnswerVariables:
    """What was said about one fact by somebody who outranks what was measured.

    Whoever said it, and when: what counts of several answers is one word, or *unknown* if they contradict each other.
    So one word, *unknown* among them, stands for all the ways in which people, look-ups and the report can answer.

    Args:
        copy: What tells these variables from those of another copy.
        definition: The fact.
        words: Its words; for a fact that two policies have, those of both.

    Attributes:
        said: Whether anything was said. Where nothing is measured, *unknown* says nothing.
        word: What was said.
    """

    def __init__(self, copy: str, definition: FactDefinition, words: Sequence[str]) -> None:
        self.definition = definition
        self.word = OneOf(f"{copy}answer.{definition.name}", ("unknown", *words))
        self._unknown_said = z3.Bool(f"{copy}answer.{definition.name}=said unknown") if definition.measured else False
        self.said: Formula = any_of((negate(self.word.is_("unknown")), self._unknown_said))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        measured = self.definition.measured
        overrules = measured is not None and input_named(measured).source != "model"
        options: list[tuple[str, Formula]] = [("unsaid", negate(self.said))]
        options += [(word, self.word.is_(word)) for word in self.word.words[1:]]
        if measured:
            options.append(("unknown", self._unknown_said))
        weight = OVERRULING if overrules else 1
        return (Choice(f"answer.{self.definition.name}", tuple(options), self.said, weight),)

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """One word, or *unknown*."""
        return (self.word.constraint, implies(self._unknown_said, self.word.is_("unknown")))

    @property
    def readings(self) -> dict[str, Reading]:
        """No input."""
        return {}


@dataclass(frozen=True)
class World:
    """A case that may be any case.

    Attributes:
        families: All parts of it by name: ``report``, ``post``, ``time``, ``crowd``, ``private_context``,
            ``public_event``, ``private_with_claimant``, ``event_with_claimant``, ``private_stretch``, ``faces``,
            ``copies``, ``text``, the counts and the signals that others added by the names of their inputs, and the
            answers as ``answer.`` and the fact.
    """

    families: Mapping[str, Family]
    readings: Mapping[str, Reading] = field(init=False)

    def __post_init__(self) -> None:
        readings = dict(chain.from_iterable(family.readings.items() for family in self.families.values()))
        object.__setattr__(self, "readings", readings)

    @property
    def report(self) -> ReportVariables:
        """The report."""
        family = self.families["report"]
        assert isinstance(family, ReportVariables)  # noqa: S101 - `make_world` put it there
        return family

    def answer(self, fact: str) -> AnswerVariables:
        """What was said about a fact."""
        family = self.families[f"answer.{fact}"]
        assert isinstance(family, AnswerVariables)  # noqa: S101 - `make_world` put it there
        return family

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that can be written, in the order in which it is written."""
        return tuple(chain.from_iterable(family.choices for family in self.families.values()))

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds in every case."""
        return tuple(chain.from_iterable(family.constraints for family in self.families.values()))


def make_world(
    policies: Collection[Policy], *, base: World | None = None, anew: Collection[str] = (), copy: str = ""
) -> World:
    """The world that some policies are held against.

    Args:
        policies: Their facts and thresholds decide which variables it takes.
        base: A world of the same policies to share variables with.
        anew: Names of the families that are not shared with it.
        copy: What tells the new variables from those of the base; not empty with a base.

    Raises:
        EncodingError: An input is read that the prover does not know.
    """
    definitions = [fact for policy in policies for fact in policy.facts]
    read = {fact.measured for fact in definitions if fact.measured}
    thresholds = _thresholds(definitions)

    def grid(names: Iterable[str], lower: float, upper: float) -> Sequence[Cell]:
        names = list(names)
        whole = any(name == "faces.count" or name in COUNTS for name in names)
        return cells(chain.from_iterable(thresholds.get(name, ()) for name in names), lower, upper, whole=whole)

    families: dict[str, Family] = {}

    def put(name: str, family: Family) -> Any:
        families[name] = family if base is None or name in anew else base.families[name]
        return families[name]

    report = put("report", ReportVariables(copy))
    post = put("post", PostVariables(copy))
    if read & {"post.day", "report.hours_after_post"}:
        put("time", TimeVariables(copy, report, grid, day_cells(thresholds.get("post.day", ()))))
    for name in COUNTS:
        if name in read:
            put(name, CountVariables(copy, name, report, grid))
    if _any_of(read, "scene.crowd."):
        put("crowd", CrowdVariables(copy, post))
    if _any_of(read, "scene.private_context.") or _any_of(read, "scene.public_event."):
        private = put("private_context", SceneVariables(copy, "private_context", post, grid))
        event = put("public_event", SceneVariables(copy, "public_event", post, grid))
        if "scene.private_context.with_claimant.max" in read:
            put("private_with_claimant", ClaimantVariables(copy, private, grid))
        if "scene.public_event.with_claimant.min" in read:
            put("event_with_claimant", ClaimantVariables(copy, event, grid))
        if "scene.private_context.stretch.max" in read:
            put("private_stretch", StretchVariables(copy, post, grid))
    if _any_of(read, "faces."):
        put("faces", FaceVariables(copy, post, grid, read))
    if _any_of(read, "copies."):
        put("copies", CopyVariables(copy, post))
    if kinds := tuple(kind for kind in get_args(TextKind) if f"text.{kind}.probability" in read):
        put("text", TextVariables(copy, kinds, grid))
    for name in sorted(name for name in read if name.startswith("signal.")):
        put(name, AddedVariables(copy, name, grid))
    for definition in _by_name(definitions):
        words = dict.fromkeys(w for other in definitions if other.name == definition.name for w in other.words)
        put(f"answer.{definition.name}", AnswerVariables(copy, definition, tuple(words)))
    world = World(families)
    if unread := sorted(read - set(world.readings)):
        raise EncodingError(f"The prover does not know the input '{unread[0]}'.")
    return world


def _thresholds(definitions: Iterable[FactDefinition]) -> dict[str, set[float]]:
    found: dict[str, set[float]] = {}
    for fact in definitions:
        if fact.measured:
            cuts = {cut for cut in (fact.yes_at_least, fact.no_at_most) if cut is not None}
            found.setdefault(fact.measured, set()).update(cuts)
    return found


def _any_of(names: Iterable[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def _by_name(definitions: Iterable[FactDefinition]) -> list[FactDefinition]:
    """One definition a name; of several the measured one, since only there it matters that *unknown* was said."""
    found: dict[str, FactDefinition] = {}
    for definition in definitions:
        if definition.name not in found or (definition.measured and not found[definition.name].measured):
            found[definition.name] = definition
    return list(found.values())
