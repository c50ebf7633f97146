"""The charts of a face report as inline SVG: ROC and DET on logarithmic axes, and the distances of both kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from consentry.training.measures.charts import ACCENT, SOFT, Mark

_WIDTH, _HEIGHT = 360.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 22.0, 12.0, 38.0
_LINE: Final = "#e2e5ea"
_INK: Final = "#5b6472"
_WARN: Final = "#c2410c"
_LEAST: Final = 1e-9


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        title: What it is.
        start: Lower end.
        end: Upper end.
        ticks: Value and text of each.
        logarithmic: Whether steps are factors.
    """

    title: str
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0-1 from start to end, clipped."""
        low, high, at = self.start, self.end, value
        if self.logarithmic:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, _LEAST))
        return min(1.0, max(0.0, (at - low) / (high - low)))


def rate_axis(title: str, least: float, most: float) -> Axis:
    """Powers of ten around the rates that occur, written as percentages."""
    low = min(-1, math.floor(math.log10(max(least, 1e-7)) + 1e-9))
    high = min(0, max(low + 1, math.ceil(math.log10(max(most, 1e-7)) - 1e-9)))
    ticks = tuple((10.0**power, f"{10.0 ** (power + 2):.{max(0, -power - 2)}f} %") for power in range(low, high + 1))
    return Axis(title, 10.0**low, 10.0**high, ticks, logarithmic=True)


def even_axis(title: str, start: float, end: float, *, percent: bool = False) -> Axis:
    """Five or so even steps of a round size."""
    size = 10.0 ** math.floor(math.log10(max((end - start) / 5, _LEAST)))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * 5 >= (end - start) * 0.999)
    first = math.ceil(start / step - 1e-9)
    values = [number * step for number in range(first, math.floor(end / step + 1e-9) + 1)]
    return Axis(
        title, start, end, tuple((value, f"{100 * value:g} %" if percent else f"{value:g}") for value in values)
    )


@dataclass(frozen=True)
class Curve:
    """Points with the ends of their intervals: x, y, low, high."""

    points: Sequence[tuple[float, float, float, float]]


def curve_chart(curve: Curve, across: Axis, up: Axis, *, title: str, marks: Sequence[Mark] = ()) -> Markup:
    """A curve with its band of uncertainty.

    Args:
        curve: A note stands in its place if it has no points.
        across: Horizontal axis.
        up: Vertical axis.
        title: For those who do not see the picture.
        marks: Points to be pointed out.
    """
    body = _frame(across, up)
    if not curve.points:
        return _svg(body + _nothing(), title)
    low = [(x, bottom) for x, _, bottom, _ in curve.points]
    high = [(x, top) for x, _, _, top in curve.points]
    body += Markup('<polygon points="{}" fill="{}" opacity="0.16"/>').format(
        _path([*low, *reversed(high)], across, up), ACCENT
    )
    line = _path([(x, y) for x, y, _, _ in curve.points], across, up)
    body += Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(line, ACCENT)
    for mark in marks:
        x, y = _x(mark.x, across), _y(mark.y, up)
        right = x < _WIDTH * 0.6
        body += Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="none" stroke="{}" stroke-width="2"/>').format(
            x, y, _WARN
        ) + _text(x + (9 if right else -9), y + (15 if y < _HEIGHT / 2 else -7), mark.label,
                  anchor="start" if right else "end", colour=_WARN)  # fmt: skip
    return _svg(body, title)


def distance_chart(
    genuine: NDArray[np.float64],
    impostors: NDArray[np.float64],
    *,
    match_at_most: float,
    no_match_at_least: float,
    title: str,
    bins: int = 60,
) -> Markup:
    """How far apart pairs of one person and of two persons are, each as a share of its own kind; the bands beneath.

    Args:
        genuine: Distances; infinite ones are left out.
        impostors: The same.
        match_at_most: Upper end of the match band.
        no_match_at_least: Lower end of the no-match band.
        title: For those who do not see the picture.
        bins: Of equal width.
    """
    there = [values[np.isfinite(values)] for values in (genuine, impostors)]
    known = np.concatenate(there)
    if not len(known):
        empty = even_axis("distance", 0.0, 1.0)
        return _svg(_frame(empty, even_axis("share of pairs", 0.0, 1.0, percent=True)) + _nothing(), title)
    end = max(float(known.max()), no_match_at_least) * 1.02
    edges = np.linspace(0.0, end, bins + 1)
    shares = [np.histogram(values, edges)[0] / max(len(values), 1) for values in there]
    across = even_axis("distance", 0.0, end)
    up = even_axis("share of pairs of the kind", 0.0, max(float(share.max()) for share in shares) * 1.15, percent=True)
    body = Markup("")
    for start, stop, colour in ((0.0, match_at_most, ACCENT), (no_match_at_least, end, _WARN)):
        body += Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" opacity="0.07"/>').format(
            _x(start, across), _TOP, max(0.0, _x(stop, across) - _x(start, across)), _HEIGHT - _TOP - _BOTTOM, colour
        )
    body += _frame(across, up)
    for share, colour in zip(shares, (ACCENT, _WARN), strict=True):
        steps = [(0.0, 0.0)]
        for index, value in enumerate(share):
            steps += [(edges[index], value), (edges[index + 1], value)]
        steps.append((end, 0.0))
        body += Markup('<polygon points="{}" fill="{}" fill-opacity="0.28" stroke="{}"/>').format(
            _path(steps, across, up), colour, colour
        )
    for value, text, anchor in ((match_at_most, "match", "end"), (no_match_at_least, "no match", "start")):
        x = _x(value, across)
        body += Markup(
            '<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}" stroke="{3}" stroke-dasharray="3 3"/>'
        ).format(x, _TOP, _HEIGHT - _BOTTOM, _INK)
        body += _text(x + (-4 if anchor == "end" else 4), _TOP + 10, text, anchor=anchor)
    body += _text(_LEFT + 6, _TOP + 24, "one person", anchor="start", colour=ACCENT)
    body += _text(_WIDTH - _RIGHT - 6, _TOP + 24, "two persons", anchor="end", colour=_WARN)
    return _svg(body, title)


def _svg(body: Markup, title: str) -> Markup:
    return Markup('<svg viewBox="0 0 {:.0f} {:.0f}" role="img"><title>{}</title>{}</svg>').format(
        _WIDTH, _HEIGHT, title, body
    )


def _frame(across: Axis, up: Axis) -> Markup:
    body = Markup("")
    for value, text in across.ticks:
        x = _x(value, across)
        body += Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}" stroke="{3}"/>').format(
            x, _TOP, _HEIGHT - _BOTTOM, _LINE
        ) + _text(x, _HEIGHT - _BOTTOM + 13, text, anchor="middle")
    for value, text in up.ticks:
        y = _y(value, up)
        body += Markup('<line x1="{1:.1f}" x2="{2:.1f}" y1="{0:.1f}" y2="{0:.1f}" stroke="{3}"/>').format(
            y, _LEFT, _WIDTH - _RIGHT, _LINE
        ) + _text(_LEFT - 5, y + 3.5, text, anchor="end")
    body += _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, across.title, anchor="middle")
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    return body + Markup('<g transform="rotate(-90 9 {0:.1f})">{1}</g>').format(
        middle, _text(9, middle + 3, up.title, anchor="middle")
    )


def _nothing() -> Markup:
    return _text(
        (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2, "needs pairs of both kinds", anchor="middle",
        colour=SOFT,
    )  # fmt: skip


def _text(x: float, y: float, text: str, *, anchor: str, colour: str = _INK) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" font-size="10">{}</text>').format(
        x, y, anchor, colour, escape(text)
    )


def _path(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    return " ".join(f"{_x(x, across):.1f},{_y(y, up):.1f}" for x, y in points)


def _x(value: float, axis: Axis) -> float:
    return _LEFT + axis.share(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, axis: Axis) -> float:
    return _HEIGHT - _BOTTOM - axis.share(value) * (_HEIGHT - _TOP - _BOTTOM)
