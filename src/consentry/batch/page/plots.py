"""The plots of the report page, as SVG: bars for counts, a curve for throughput, a histogram for times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from consentry.batch.times import Durations, bounds

_WIDTH = 540
_BAR, _GAP, _LABELS = 20, 8, 190
_HEIGHT, _LEFT, _BOTTOM = 190, 56, 30


def bars(counts: Mapping[str, int], total: int, colours: Mapping[str, str] | None = None) -> Markup:
    """One horizontal bar for each count, with its share of the total.

    Args:
        counts: In the order that they are drawn in.
        total: What the shares are of.
        colours: A CSS colour by name.
    """
    longest = max(counts.values(), default=1) or 1
    height = len(counts) * (_BAR + _GAP) + _GAP
    room = _WIDTH - _LABELS - 120
    parts = []
    for index, (name, count) in enumerate(counts.items()):
        top = _GAP + index * (_BAR + _GAP)
        width = max(2.0, room * count / longest)
        parts.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}" rx="3" fill="{}"/>'
                '<text class="soft" x="{}" y="{}">{}</text>'
            ).format(
                _LABELS - 10,
                top + 15,
                name.replace("_", " "),
                _LABELS,
                top,
                round(width, 1),
                _BAR,
                (colours or {}).get(name, "var(--accent)"),
                round(_LABELS + width + 8, 1),
                top + 15,
                f"{count:,} ({count / total:.1%})" if total else f"{count:,}",
            )
        )
    return _svg(height, parts, "bars")


def curve(points: Sequence[tuple[float, float]], unit: str) -> Markup:
    """A curve over seconds of the run."""
    if len(points) < 2:
        return Markup("")
    last, top = points[-1][0] or 1.0, _ceiling(max(value for _, value in points))
    drawn = " ".join(
        f"{_LEFT + (_WIDTH - _LEFT - 10) * second / last:.1f},{_down(value / top):.1f}" for second, value in points
    )
    parts = [
        *_axis(top, unit),
        Markup('<polyline points="{}" fill="none" stroke="var(--accent)" stroke-width="2"/>').format(drawn),
    ]
    parts += [_label(share, words(share * last)) for share in (0.0, 0.5, 1.0)]
    return _svg(_HEIGHT, parts, "curve")


def histogram(durations: Durations) -> Markup:
    """How many posts took how long, on a logarithmic scale, with the median and the 95th percentile."""
    if not durations.counts:
        return Markup("")
    first, last = min(durations.counts), max(durations.counts) + 1
    top = _ceiling(max(durations.counts.values()))
    width = (_WIDTH - _LEFT - 10) / (last - first)
    parts = _axis(top, "posts")
    for step, count in sorted(durations.counts.items()):
        y = _down(count / top)
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="var(--accent)"/>').format(
                round(_LEFT + (step - first) * width, 1),
                round(y, 1),
                round(max(width - 1, 1), 1),
                round(_down(0.0) - y, 1),
            )
        )
    low, high = bounds(first)[0], bounds(last - 1)[1]
    parts += [_label(share, words(low * (high / low) ** share)) for share in (0.0, 0.5, 1.0)]
    return _svg(_HEIGHT, parts, "histogram")


def words(seconds: float) -> str:
    """A length of time for an axis."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _ceiling(value: float) -> float:
    """The next round number."""
    if value <= 0:
        return 1.0
    size = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 0.1
    return next(size * step for step in (1, 2, 2.5, 5, 10) if size * step >= value)


def _down(share: float) -> float:
    return 12 + (_HEIGHT - 12 - _BOTTOM) * (1 - share)


def _axis(top: float, unit: str) -> list[Markup]:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = _down(share)
        lines.append(
            Markup(
                '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="var(--line)"/>'
                '<text class="soft" x="{}" y="{}" text-anchor="end">{}</text>'
            ).format(_LEFT, _WIDTH - 10, round(y, 1), round(y, 1), _LEFT - 6, round(y + 4, 1), f"{top * share:,.4g}")
        )
    return [*lines, Markup('<text class="soft" x="{}" y="10">{}</text>').format(_LEFT, unit)]


def _label(share: float, text: str) -> Markup:
    anchor = "start" if share == 0 else "end" if share == 1 else "middle"
    return Markup('<text class="soft" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        round(_LEFT + (_WIDTH - _LEFT - 10) * share, 1), _HEIGHT - 10, anchor, text
    )


def _svg(height: int, parts: Sequence[Markup], name: str) -> Markup:
    return Markup('<svg class="plot {}" viewBox="0 0 {} {}" role="img">{}</svg>').format(
        name, _WIDTH, height, Markup("").join(parts)
    )
