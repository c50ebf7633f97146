"""When a post and its report came in, and how many reports the platform counted, as variables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

import z3

from consentry.policy.proving import choices
from consentry.policy.proving.choices import Choice, Grid
from consentry.policy.proving.formulas import Formula, all_of, any_of, implies, negate
from consentry.policy.proving.post import ReportVariables
from consentry.policy.proving.readings import Cell, NumberReading, Reading, cells

COUNTS: Final = {
    "report.by_reporter": "reports_by_reporter",
    "report.rejected_by_reporter": "rejected_reports_by_reporter",
    "report.against_account": "reports_against_account",
}
"""The inputs that are counts, and the fields of a report that they are read from."""

_SOME_DAY: Final = date(2021, 12, 1).toordinal()
"""Written where no policy cuts the day."""


def day_cells(thresholds: Iterable[float]) -> Sequence[Cell]:
    """The days that a policy tells apart: each threshold, the days between two, those before the first, after the last.

    What is written of them lies as near to a threshold as it can, so that a case speaks of the policy's own time.
    """
    days = sorted(thresholds) or [_SOME_DAY]
    before = Cell(days[0] - 1, None, Fraction(days[0]))
    return (before, *cells(days, days[0], math.inf, whole=True))


@dataclass(frozen=True)
class TimeVariables:
    """When it was posted and reported.

    Attributes:
        dated: Whether the post has a date.
        day: The day of the post.
        reported: Whether the report has a date.
        hours: From the post to the report; negative if the report is dated before the post.
    """

    copy: str
    report: ReportVariables
    grid: Grid
    days: Sequence[Cell]
    dated: Any = field(init=False)
    day: Any = field(init=False)
    reported: Any = field(init=False)
    hours: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dated", z3.Bool(f"{self.copy}post.dated"))
        object.__setattr__(self, "day", z3.Int(f"{self.copy}post.day"))
        object.__setattr__(self, "reported", z3.Bool(f"{self.copy}report.dated"))
        object.__setattr__(self, "hours", z3.Real(f"{self.copy}report.hours"))

    @property
    def _known(self) -> Formula:
        return all_of((self.dated, self.reported, self.hours >= 0))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        hours = self.grid(("report.hours_after_post",), 0.0, math.inf)
        before = Cell(-1.0, Fraction(-1), Fraction(-1))
        return (
            choices.flag("post.dated", self.dated),
            choices.number("post.day", self.day, self.days),
            choices.flag("report.dated", self.reported),
            choices.number("report.hours", self.hours, (*hours, before)),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of all dates."""
        return (
            self.day >= 1,
            any_of((self.hours >= 0, self.hours == -1)),
            implies(negate(self.dated), self.day == int(self.days[0].value)),
            implies(negate(all_of((self.dated, self.reported))), self.hours == 0),
            implies(self.report.standing.is_("none"), negate(self.reported)),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The inputs that are read from it."""
        undated, open_hours = negate(self.dated), negate(self._known)
        return {
            "post.day": NumberReading(self.day, self.day, undated, undated, 0.0, math.inf),
            "report.hours_after_post": NumberReading(self.hours, self.hours, open_hours, open_hours, 0.0, math.inf),
        }


@dataclass(frozen=True)
class CountVariables:
    """One of the counts that the platform may give with a report.

    Attributes:
        counted: Whether it is given.
        count: How many.
    """

    copy: str
    name: str
    report: ReportVariables
    grid: Grid
    counted: Any = field(init=False)
    count: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counted", z3.Bool(f"{self.copy}{self.name}.counted"))
        object.__setattr__(self, "count", z3.Int(f"{self.copy}{self.name}.count"))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be written."""
        return (
            choices.flag(f"{self.name}.counted", self.counted),
            choices.number(f"{self.name}.count", self.count, self.grid((self.name,), 0.0, math.inf)),
        )

    @property
    def constraints(self) -> tuple[Formula, ...]:
        """What holds of every count."""
        return (
            self.count >= 0,
            implies(negate(self.counted), self.count == 0),
            implies(self.report.standing.is_("none"), negate(self.counted)),
        )

    @property
    def readings(self) -> dict[str, Reading]:
        """The input that is read from it."""
        unknown = negate(self.counted)
        return {self.name: NumberReading(self.count, self.count, unknown, unknown, 0.0, math.inf)}
