"""What models can measure, as variables: the solver may choose any measurement that `measured_signals` could return.

Several numbers are read from one signal, and not every combination can come about: the least score of a post is not
above the largest, a post without media shows nothing, and what was not read was seen by no model. Each family holds
just these rules. Media are spoken of as sets: which kinds of media there are among those of the post, not how many of
each, because no input can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import z3

from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice, Grid
from consentry.policy.proving.formulas import Formula, OneOf, all_of, any_of, equal, implies, negate
from consentry.policy.proving.post import PostVariables
from consentry.policy.proving.readings import NumberReading, Reading, WordReading
from consentry.records import CrowdLevel, TextKind

COPY_STATES: Final[tuple[tuple[bool, bool, bool], ...]] = (
    (False, False, True),
    (False, False, False),
    (True, False, False),
    (False, True, False),
    (True, True, False),
    (True, False, True),
    (False, True, True),
    (True, True, True),
)
"""Per medium: found in the bank of public media, in that of removed ones, and whether it was not compared in full."""

CROWD_LEVELS: Final[tuple[CrowdLevel, ...]] = get_args(CrowdLevel)
UNSEEN: Final = "unseen"


def copy_state_name(state: tuple[bool, bool, bool]) -> str:
    """The state as a written case names it."""
    words = [word for word, holds in zip(("public", "removed", "not_comparable"), state, strict=True) if holds]
    return " ".join(words) or "nothing_found"


def unit_interval(variable: Any) -> Formula:
    """It lies between 0 and 1."""
    return all_of((variable >= 0, variable <= 1))


def number_from_zero(
    variable: Any, *, below: Formula = False, above: Formula = False, upper: float = 1.0
) -> NumberReading:
    """A number from 0 on that is exact, unless one of its ends is open."""
    return NumberReading(variable, variable, below, above, 0.0, upper)


@dataclass(frozen=True)
class SceneVariables:
    """One score of the scene model, over all media.

    Attributes:
        seen: Whether any medium has a score that the model stands by.
        gap: Whether any medium has none: not measured, or the model abstains.
        least: The least of the scores that were seen.
        largest: The largest of them.
    """

    copy: str
    score: Literal["private_context", "public_event"]
    post: PostVariables
    grid: Grid
    seen: Any = field(init=False)
    gap: Any = field(init=False)
    least: Any = field(init=False)
    largest: Any = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.copy}scene.{self.score}"
        object.__setattr__(self, "seen", z3.Bool(f"{name}.seen"))
        object.__setattr__(self, "gap", z3.Bool(f"{name}.gap"))
        object.__setattr__(self, "least", z3.Real(f"{name}.least"))
        object.__setattr__(self, "largest", z3.Real(f"{name}.largest"))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that speak of the media as wholes; those with the claimant's moments are cut on the same grid."""
        return tuple(f"scene.{self.score}.{end}" for end in ("max", "min", "with_claimant.max", "with_claimant.min"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        name = f"scene.{self.score}"
        grid = self.grid(self.inputs, 0.0, 1.0)
        return (
            choices.flag(f"{name}.seen", self.seen),
            choices.flag(f"{name}.gap", self.gap, spent=all_of((self.gap, self.seen))),
            choices.number(f"{name}.least", self.least, grid),
            choices.number(f"{name}.largest", self.largest, grid, spent=all_of((self.seen, self.least < self.largest))),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the scores of every post."""
        media = self.post.has_media
        return (
            unit_interval(self.least),
            unit_interval(self.largest),
            implies(self.seen, self.least <= self.largest),
            implies(all_of((media, negate(self.seen))), all_of((self.least == 1, self.largest == 0, self.gap))),
            implies(negate(media), all_of((negate(self.seen), negate(self.gap), self.least == 0, self.largest == 0))),
            implies(self.post.something_unread, self.gap),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        name = f"scene.{self.score}"
        return {
            f"{name}.max": number_from_zero(self.largest, above=self.gap),
            f"{name}.min": number_from_zero(self.least, below=self.gap),
        }


@dataclass(frozen=True)
class CrowdVariables:
    """How many people there are to be seen, over all media.

    Attributes:
        largest: The largest step that the model is certain of in any medium; ``unseen`` if in none.
        gap: Whether any medium has none: not counted, or the model abstains.
    """

    copy: str
    post: PostVariables
    largest: OneOf = field(init=False)
    gap: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "largest", OneOf(f"{self.copy}scene.crowd", (UNSEEN, *CROWD_LEVELS)))
        object.__setattr__(self, "gap", z3.Bool(f"{self.copy}scene.crowd.gap"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        seen = negate(self.largest.is_(UNSEEN))
        return (
            choices.words("scene.crowd.largest", self.largest),
            choices.flag("scene.crowd.gap", self.gap, spent=all_of((self.gap, seen))),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the people in every post."""
        unseen = self.largest.is_(UNSEEN)
        return (
            self.largest.constraint,
            implies(all_of((self.post.has_media, unseen)), self.gap),
            implies(negate(self.post.has_media), all_of((unseen, negate(self.gap)))),
            implies(self.post.something_unread, self.gap),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The input that is read from it: with a gap, only the last step is known to be the largest."""
        known: dict[str, Formula] = {
            level: all_of((self.largest.is_(level), negate(self.gap))) for level in CROWD_LEVELS
        }
        known[CROWD_LEVELS[-1]] = self.largest.is_(CROWD_LEVELS[-1])
        known[CROWD_LEVELS[0]] = any_of((known[CROWD_LEVELS[0]], negate(self.post.has_media)))
        return {"scene.crowd.level": WordReading(known)}


@dataclass(frozen=True)
class CopyVariables:
    """Near-duplicates in the two banks: for each of `COPY_STATES`, whether some medium has it."""

    copy: str
    post: PostVariables
    states: dict[tuple[bool, bool, bool], Any] = field(init=False)

    def __post_init__(self) -> None:
        states = {state: z3.Bool(f"{self.copy}copies.{copy_state_name(state)}") for state in COPY_STATES}
        object.__setattr__(self, "states", states)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written, the unusual first, so that it is done without; a medium not compared costs nothing."""
        return tuple(
            choices.flag(
                f"copies.{copy_state_name(state)}", variable, spent=False if state == COPY_STATES[0] else variable
            )
            for state, variable in reversed(self.states.items())
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the copies of every post."""
        open_states = any_of(variable for (_, _, is_open), variable in self.states.items() if is_open)
        return (
            equal(self.post.has_media, any_of(self.states.values())),
            implies(self.post.something_unread, open_states),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        found: dict[str, Reading] = {}
        for bank, index in (("public", 0), ("removed", 1)):
            held = [variable for state, variable in self.states.items() if state[index]]
            not_held = [variable for state, variable in self.states.items() if not state[index]]
            lacking = [variable for state, variable in self.states.items() if not state[index] and not state[2]]
            unclear = [variable for state, variable in self.states.items() if not state[index] and state[2]]
            media = self.post.has_media
            no_media = negate(media)
            found[f"copies.{bank}.any"] = WordReading(
                {"yes": any_of(held), "no": any_of((no_media, negate(any_of((*held, *unclear)))))}
            )
            found[f"copies.{bank}.all"] = WordReading(
                {"yes": all_of((media, negate(any_of(not_held)))), "no": any_of((no_media, *lacking))}
            )
        return found


@dataclass(frozen=True)
class TextVariables:
    """What the detectors found in the words.

    Attributes:
        searched: Whether the words were searched at all.
        found: For each kind, the probability of the surest passage; 0 if there is none.
        gaps: For each kind, whether it was not looked for, or not to the end.
    """

    copy: str
    kinds: tuple[TextKind, ...]
    grid: Grid
    searched: Any = field(init=False)
    found: dict[TextKind, Any] = field(init=False)
    gaps: dict[TextKind, Any] = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.copy}text."
        object.__setattr__(self, "searched", z3.Bool(f"{name}searched"))
        object.__setattr__(self, "found", {kind: z3.Real(f"{name}{kind}.found") for kind in self.kinds})
        object.__setattr__(self, "gaps", {kind: z3.Bool(f"{name}{kind}.gap") for kind in self.kinds})

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        listed = [choices.flag("text.searched", self.searched)]
        for kind in self.kinds:
            gap = self.gaps[kind]
            listed.append(choices.flag(f"text.{kind}.gap", gap, spent=all_of((gap, self.searched))))
            grid = self.grid((f"text.{kind}.probability",), 0.0, 1.0)
            listed.append(choices.number(f"text.{kind}.found", self.found[kind], grid, spent=self.found[kind] > 0))
        return tuple(listed)

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the words of every post."""
        rules = []
        for kind in self.kinds:
            rules.append(unit_interval(self.found[kind]))
            rules.append(implies(negate(self.searched), all_of((self.gaps[kind], self.found[kind] == 0))))
        return tuple(rules)

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        return {
            f"text.{kind}.probability": number_from_zero(self.found[kind], above=self.gaps[kind]) for kind in self.kinds
        }
