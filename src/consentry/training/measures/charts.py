"""Charts as inline SVG: nothing to load, sharp in print, and small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

from markupsafe import Markup, escape

from consentry.training.measures.curves import Points, ReliabilityBin

_WIDTH, _HEIGHT = 270.0, 236.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 10.0, 10.0, 36.0
ACCENT: Final = "#3451b2"
SOFT: Final = "#9aa5bd"
_LINE: Final = "#e2e5ea"
_INK: Final = "#5b6472"
_WARN: Final = "#c2410c"


@dataclass(frozen=True)
class Mark:
    """A point to be pointed out, with its label."""

    x: float
    y: float
    label: str


def line_chart(
    points: Points,
    *,
    across: str,
    up: str,
    title: str,
    highest: float = 1.0,
    baseline: Points = (),
    marks: Sequence[Mark] = (),
) -> Markup:
    """One curve in the unit square, or below ``highest``.

    Args:
        points: The curve; a note stands in its place if there are none.
        across: What the horizontal axis is.
        up: What the vertical axis is.
        title: For those who do not see the picture.
        highest: Upper end of the vertical axis.
        baseline: A dashed line to compare with.
        marks: Points to be pointed out.
    """
    body = _frame(across, up, highest)
    if not points:
        body += _nothing()
    else:
        body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-dasharray="4 4"/>').format(
            _path(baseline, highest), SOFT
        )
        body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(
            _path(points, highest), ACCENT
        )
        for mark in marks:
            body += _mark(mark, highest)
    return _svg(body, title)


def reliability_chart(before: Sequence[ReliabilityBin], after: Sequence[ReliabilityBin], *, title: str) -> Markup:
    """Stated against observed: without calibration in grey, with it in colour and with intervals.

    The strip below shows how the rows are spread over the bins.
    """
    body = _frame("stated probability", "observed share", 1.0)
    if not after:
        return _svg(body + _nothing(), title)
    body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-dasharray="4 4"/>').format(
        _path(((0.0, 0.0), (1.0, 1.0)), 1.0), SOFT
    )
    most = max(found.n for found in after)
    for found in after:
        x = _x(found.stated)
        height = 26 * found.n / most
        body += Markup('<rect x="{:.1f}" y="{:.1f}" width="8" height="{:.1f}" fill="{}" opacity="0.18"/>').format(
            x - 4, _HEIGHT - _BOTTOM - height, height, ACCENT
        )
        body += Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}" stroke="{3}"/>').format(
            x, _y(found.low, 1.0), _y(found.high, 1.0), ACCENT
        )
    for bins, colour, width in ((before, SOFT, 1.2), (after, ACCENT, 2)):
        points = tuple((found.stated, found.observed) for found in bins)
        body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
            _path(points, 1.0), colour, width
        )
        for x, y in points:
            body += Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.6" fill="{}"/>').format(_x(x), _y(y, 1.0), colour)
    return _svg(body, title)


def count_chart(points: Points, *, title: str) -> Markup:
    """Counted against estimated numbers of people, on logarithmic axes from 0 to 10,000; the diagonal is right.

    Args:
        points: For each picture the count and the estimate.
        title: For those who do not see the picture.
    """
    body = _frame("people counted", "people estimated", 1.0, ticks=("0", "10", "100", "1,000", "10,000"))
    body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-dasharray="4 4"/>').format(
        _path(((0.0, 0.0), (1.0, 1.0)), 1.0), SOFT
    )
    for counted, estimated in points:
        x, y = (min(1.0, log10(1 + people) / 4) for people in (counted, estimated))
        body += Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2" fill="{}" opacity="0.45"/>').format(
            _x(x), _y(y, 1.0), ACCENT
        )
    return _svg(body, title)


def interval_strip(
    value: float | None, low: float | None, high: float | None, *, start: float, end: float, middle: bool = False
) -> Markup:
    """A small figure for a table's cell: the interval as a line, the value as a dot, from ``start`` to ``end``.

    ``middle`` marks the middle of the two.
    """
    if value is None:
        return Markup("")
    width = 110.0

    def place(number: float) -> float:
        return 4 + (width - 8) * min(1.0, max(0.0, (number - start) / (end - start)))

    body = Markup('<line x1="4" x2="{:.0f}" y1="8" y2="8" stroke="{}"/>').format(width - 4, _LINE)
    if middle:
        body += Markup('<line x1="{0:.0f}" x2="{0:.0f}" y1="1" y2="15" stroke="{1}"/>').format(width / 2, _INK)
    if low is not None and high is not None:
        body += Markup(
            '<line x1="{:.1f}" x2="{:.1f}" y1="8" y2="8" stroke="{}" stroke-width="4" stroke-linecap="round"/>'
        ).format(place(low), place(high), SOFT)
    body += Markup('<circle cx="{:.1f}" cy="8" r="4" fill="{}"/>').format(place(value), ACCENT)
    return Markup('<svg viewBox="0 0 {0:.0f} 16" width="{0:.0f}" height="16" aria-hidden="true">{1}</svg>').format(
        width, body
    )


def gate_strip(value: float | None, low: float | None, high: float | None, required: float) -> Markup:
    """Value and interval around what is required, which is the middle."""
    if value is None:
        return Markup("")
    ends = [abs(end - required) for end in (value, low, high) if end is not None]
    reach = max([0.005, *ends]) * 1.1
    return interval_strip(value, low, high, start=required - reach, end=required + reach, middle=True)


def _svg(body: Markup, title: str) -> Markup:
    return Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img"><title>{}</title>{}</svg>').format(
        _WIDTH, _HEIGHT, title, body
    )


def _frame(across: str, up: str, highest: float, ticks: Sequence[str] = ()) -> Markup:
    """Grid, ticks (from 0 to 1 across and to `highest` upwards, or the given ones), and what the axes are."""
    body = Markup("")
    steps = len(ticks) - 1 if ticks else 5
    for step in range(steps + 1):
        share = step / steps
        x, y = _x(share), _y(share * highest, highest)
        body += Markup(
            '<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}" stroke="{5}"/>'
            '<line x1="{3:.1f}" x2="{4:.1f}" y1="{6:.1f}" y2="{6:.1f}" stroke="{5}"/>'
        ).format(x, _TOP, _HEIGHT - _BOTTOM, _LEFT, _WIDTH - _RIGHT, _LINE, y)
        body += _text(x, _HEIGHT - _BOTTOM + 13, ticks[step] if ticks else f"{share:.1f}", anchor="middle")
        upwards = f"{share * highest:.2g}" if share else "0"
        body += _text(_LEFT - 5, y + 3.5, ticks[step] if ticks else upwards, anchor="end")
    body += _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, across, anchor="middle")
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    return body + Markup('<g transform="rotate(-90 10 {0:.1f})">{1}</g>').format(
        middle, _text(10, middle + 3, up, anchor="middle")
    )


def _mark(mark: Mark, highest: float) -> Markup:
    x, y = _x(mark.x), _y(mark.y, highest)
    right = x < _WIDTH * 0.62
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="none" stroke="{}" stroke-width="2"/>').format(
        x, y, _WARN
    ) + _text(x + (8 if right else -8), y + (14 if y < _HEIGHT / 2 else -6), mark.label,
              anchor="start" if right else "end", colour=_WARN)  # fmt: skip


def _nothing() -> Markup:
    return _text(
        (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2, "needs pictures of both kinds", anchor="middle"
    )


def _text(x: float, y: float, text: str, *, anchor: str, colour: str = _INK) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" font-size="10">{}</text>').format(
        x, y, anchor, colour, escape(text)
    )


def _path(points: Points, highest: float) -> str:
    return " ".join(f"{_x(x):.1f},{_y(min(y, highest), highest):.1f}" for x, y in points)


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, highest: float) -> float:
    return _HEIGHT - _BOTTOM - value / highest * (_HEIGHT - _TOP - _BOTTOM)
