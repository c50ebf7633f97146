"""Shares by week as a line with dots; beneath each plot stands its table, for those who would rather read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 360.0
HEIGHT: Final = 120.0
_LEFT: Final = 34.0
_RIGHT: Final = 8.0
_TOP: Final = 8.0
_BOTTOM: Final = 20.0


@dataclass(frozen=True)
class Dot:
    """A week with at least one thing to count."""

    week: date
    part: int
    whole: int
    x: float
    y: float


@dataclass(frozen=True)
class Plot:
    """A plot for the template: places in pixels of the drawing.

    Attributes:
        lines: Stretches of weeks that follow each other, each as the points of a polyline.
        left: Where the drawing begins.
        right: Where it ends.
        levels: Heights of 0, 50 and 100 %, each with its words.
    """

    title: str
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    left: float
    right: float
    levels: tuple[tuple[float, str], ...]


def share_plot(title: str, weeks: Sequence[tuple[date, int, int]]) -> Plot:
    """A share by week; weeks in which there was nothing to count have no dot, and the line breaks there.

    Args:
        title: What the share is of.
        weeks: Each week's Monday, how many, and of how many; the oldest first.
    """
    step = (WIDTH - _LEFT - _RIGHT) / max(len(weeks) - 1, 1)
    dots: list[Dot] = []
    lines: list[list[Dot]] = [[]]
    for place, (week, part, whole) in enumerate(weeks):
        if whole == 0:
            lines.append([])
            continue
        dot = Dot(week, part, whole, round(_LEFT + place * step, 1), round(_height(part / whole), 1))
        dots.append(dot)
        lines[-1].append(dot)
    return Plot(
        title=title,
        dots=tuple(dots),
        lines=tuple(" ".join(f"{dot.x},{dot.y}" for dot in line) for line in lines if len(line) > 1),
        left=_LEFT,
        right=WIDTH - _RIGHT,
        levels=tuple((round(_height(share), 1), f"{share:.0%}") for share in (0.0, 0.5, 1.0)),
    )


def _height(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)
