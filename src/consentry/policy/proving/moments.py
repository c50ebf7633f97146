"""Scores of films' moments as variables, by the rules of `measuring.moments`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import z3

from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice, Grid
from consentry.policy.proving.formulas import Formula, all_of, any_of, equal, implies, negate
from consentry.policy.proving.post import PostVariables
from consentry.policy.proving.readings import Reading
from consentry.policy.proving.signals import SceneVariables, number_from_zero, unit_interval


@dataclass(frozen=True)
class ClaimantVariables:
    """One scene score over the media as wholes and the claimant's moments in films.

    Attributes:
        bound: The largest private context, or the least public event, of wholes and moments that the model stands by.
        gap: Whether the model abstains over one of them, or something was not measured.
    """

    copy: str
    whole: SceneVariables
    grid: Grid
    bound: Any = field(init=False)
    gap: Any = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.copy}scene.{self.whole.score}.claimant"
        object.__setattr__(self, "bound", z3.Real(f"{name}.bound"))
        object.__setattr__(self, "gap", z3.Bool(f"{name}.gap"))

    @property
    def is_least(self) -> bool:
        """Whether the least counts: an event excuses only what is one throughout."""
        return self.whole.score == "public_event"

    @property
    def moved(self) -> Formula:
        """The claimant's moments say more than the media as wholes."""
        return self.bound < self.whole.least if self.is_least else self.bound > self.whole.largest

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        name = f"scene.{self.whole.score}"
        added = all_of((self.gap, negate(self.whole.gap)))
        return (
            choices.flag(f"{name}.claimant.gap", self.gap, spent=added),
            choices.number(
                f"{name}.claimant.bound", self.bound, self.grid(self.whole.inputs, 0.0, 1.0), spent=self.moved
            ),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the moments of every post: they add to what the wholes say."""
        whole, media = self.whole, self.whole.post.has_media
        same = all_of((equal(self.gap, whole.gap), self.bound == (whole.least if self.is_least else whole.largest)))
        return (
            unit_interval(self.bound),
            self.bound <= whole.least if self.is_least else self.bound >= whole.largest,
            implies(whole.gap, self.gap),
            implies(negate(media), same),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The input that is read from it."""
        name = f"scene.{self.whole.score}.with_claimant"
        if self.is_least:
            return {f"{name}.min": number_from_zero(self.bound, below=self.gap)}
        return {f"{name}.max": number_from_zero(self.bound, above=self.gap)}


@dataclass(frozen=True)
class StretchVariables:
    """The most private stretch of any film.

    Attributes:
        largest: Of the stretches that the model stands by; 0 without a film.
        gap: Whether it abstains over one, or a film was not measured.
    """

    copy: str
    post: PostVariables
    grid: Grid
    largest: Any = field(init=False)
    gap: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "largest", z3.Real(f"{self.copy}scene.stretch.largest"))
        object.__setattr__(self, "gap", z3.Bool(f"{self.copy}scene.stretch.gap"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        grid = self.grid(("scene.private_context.stretch.max",), 0.0, 1.0)
        return (
            choices.flag("scene.stretch.gap", self.gap),
            choices.number("scene.stretch.largest", self.largest, grid, spent=self.largest > 0),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of the films of every post."""
        nothing = all_of((negate(self.gap), self.largest == 0))
        return (
            unit_interval(self.largest),
            any_of((self.post.has_media, nothing)),
            implies(self.post.something_unread, self.gap),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The input that is read from it."""
        return {"scene.private_context.stretch.max": number_from_zero(self.largest, above=self.gap)}
