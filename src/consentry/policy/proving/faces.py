"""The comparison of faces as variables, by the rules of `measured_signals`: kinds of media, and the faces in them."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import z3

from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice, Grid
from consentry.policy.proving.formulas import Formula, all_of, any_of, equal, implies, negate
from consentry.policy.proving.post import PostVariables
from consentry.policy.proving.readings import Reading, WordReading
from consentry.policy.proving.signals import number_from_zero, unit_interval

FACE_STATES: Final = ("match", "inconclusive", "no_match", "no_face", "not_compared")
"""What a face signal of one medium can say."""


@dataclass(frozen=True)
class FaceVariables:
    """The comparison with the references of the claim.

    Args:
        copy: What tells these variables from those of another copy.
        post: The post that the faces are in.
        grid: Where the numbers are cut.
        read: The inputs that are read; numbers that nobody reads are not written.

    Attributes:
        references: Whether the claim has a usable reference photo.
        states: For each of `FACE_STATES`, whether some medium has it.
        missing: Whether some medium was not looked at, or not in full.
        probability: The largest match probability among the media that match or do not; 0 without any.
        most: The largest number of faces that was seen at one moment.
    """

    copy: str
    post: PostVariables
    grid: Grid
    read: Collection[str]
    references: Any = field(init=False)
    states: dict[str, Any] = field(init=False)
    missing: Any = field(init=False)
    probability: Any = field(init=False)
    most: Any = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.copy}faces."
        object.__setattr__(self, "references", z3.Bool(f"{name}references"))
        object.__setattr__(self, "states", {state: z3.Bool(f"{name}{state}") for state in FACE_STATES})
        object.__setattr__(self, "missing", z3.Bool(f"{name}missing"))
        object.__setattr__(self, "probability", z3.Real(f"{name}probability"))
        object.__setattr__(self, "most", z3.Int(f"{name}most"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        listed = [choices.flag("faces.references", self.references)]
        listed += [choices.flag(f"faces.{state}", variable) for state, variable in reversed(self.states.items())]
        listed.append(choices.flag("faces.missing", self.missing, spent=False))
        if "faces.match_probability" in self.read:
            grid = self.grid(("faces.match_probability",), 0.0, 1.0)
            listed.append(choices.number("faces.probability", self.probability, grid))
        if "faces.count" in self.read:
            grid = self.grid(("faces.count",), 0.0, math.inf)
            listed.append(choices.number("faces.most", self.most, grid, spent=self.most > 0))
        return tuple(listed)

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the faces of every post."""
        anything = any_of((*self.states.values(), self.missing))
        compared = any_of((self.states["match"], self.states["no_match"]))
        return (
            unit_interval(self.probability),
            self.most >= 0,
            equal(self.post.has_media, anything),
            implies(negate(anything), self.most == 0),
            implies(negate(compared), self.probability == 0),
            implies(self.post.something_unread, self.missing),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        media, states = self.post.has_media, self.states
        compared = all_of((media, self.references))
        match = all_of((compared, states["match"]))
        settled = all_of(
            (compared, *(negate(part) for part in (states["match"], states["not_compared"], self.missing)))
        )
        inconclusive = all_of((settled, states["inconclusive"]))
        no_match = all_of((settled, negate(states["inconclusive"]), states["no_match"]))
        none = all_of((settled, negate(states["inconclusive"]), negate(states["no_match"])))
        no_references = all_of((media, negate(self.references)))
        gap = any_of((no_references, self.missing, states["inconclusive"], states["no_face"], states["not_compared"]))
        return {
            "faces.band": WordReading(
                {
                    "match": match,
                    "inconclusive": inconclusive,
                    "no_match": no_match,
                    "no_face": any_of((negate(media), none)),
                }
            ),
            "faces.match_probability": number_from_zero(self.probability, below=no_references, above=gap),
            "faces.count": number_from_zero(self.most, above=self.missing, upper=math.inf),
        }
