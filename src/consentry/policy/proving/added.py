"""What signals that others added can measure, as variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import z3

from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice, Grid
from consentry.policy.proving.formulas import Formula, all_of, any_of, negate
from consentry.policy.proving.readings import Reading
from consentry.policy.proving.signals import number_from_zero, unit_interval


@dataclass(frozen=True)
class AddedVariables:
    """What one signal that others added measured of one word.

    Nothing is known of such a signal: it may look at media, at words or at both, and need not be installed. So it may
    have found anything, and anything may be missing, whatever the post holds.

    Args:
        name: Of the input.

    Attributes:
        found: The largest probability that it stands by; 0 if there is none.
        gap: Whether anything is open.
    """

    copy: str
    name: str
    grid: Grid
    found: Any = field(init=False)
    gap: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", z3.Real(f"{self.copy}{self.name}.found"))
        object.__setattr__(self, "gap", z3.Bool(f"{self.copy}{self.name}.gap"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written: as long as it is unknown altogether, nothing need be."""
        measured = any_of((negate(self.gap), self.found > 0))
        return (
            choices.flag(f"{self.name}.gap", self.gap, spent=all_of((self.gap, self.found > 0))),
            choices.number(f"{self.name}.found", self.found, self.grid((self.name,), 0.0, 1.0), spent=measured),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """A probability."""
        return (unit_interval(self.found),)

    @property
    def readings(self) -> dict[str, Reading]:
        """The input that is read from it."""
        return {self.name: number_from_zero(self.found, above=self.gap)}
