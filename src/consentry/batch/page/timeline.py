"""A film's time line on the report page, as SVG: how private and how public each moment is, and which moments count."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from consentry.records import MomentsScore, SceneMoment, SceneSignal

_WIDTH, _HEIGHT, _TOP = 540, 64, 2
_CLAIMANT, _STRETCH = "#2f7d4f", "#9d174d"
_BANDS = 9
"""Height of the strip below the curves for each kind of moments."""


def time_line(scene: SceneSignal, duration: float | None) -> Markup:
    """The time line of a film; nothing for a picture, or where no times are known.

    Grey columns show nothing and count nowhere. Below: when the claimant is seen, and the most private stretch.

    Args:
        scene: Of the film.
        duration: Seconds; the end of the last moment where it is not known.
    """
    ends = _ends(scene.timeline, duration)
    last = max(ends, default=0.0)
    if last <= 0.0:
        return Markup("")
    parts = [
        _box(moment.second, end, last, _TOP, _HEIGHT, "#d4d8df", "shows nothing")
        for moment, end in zip(scene.timeline, ends, strict=True)
        if moment.shows_nothing
    ]
    parts += [
        _steps(scene.timeline, ends, last, "public_event", "#a16207"),
        _steps(scene.timeline, ends, last, "private_context", "var(--accent)"),
        Markup('<line x1="0" x2="{}" y1="{}" y2="{}" stroke="var(--line)"/>').format(
            _WIDTH, _TOP + _HEIGHT, _TOP + _HEIGHT
        ),
    ]
    private = scene.private_context
    mean = round(_TOP + _HEIGHT * (1.0 - private.probability), 1)
    parts.append(
        Markup('<line x1="0" x2="{}" y1="{}" y2="{}" stroke="var(--accent)" stroke-dasharray="2 5"/>').format(
            _WIDTH, mean, mean
        )
    )
    strips = (
        ("claimant seen", private.while_claimant, _CLAIMANT),
        ("most private stretch", private.stretch, _STRETCH),
    )
    for number, (title, score, colour) in enumerate(strips):
        top = _TOP + _HEIGHT + 3 + number * (_BANDS + 2)
        parts += [_box(first, end, last, top, _BANDS, colour, title) for first, end in (score.spans if score else ())]
    height = _TOP + _HEIGHT + 3 + 2 * (_BANDS + 2)
    return Markup('<svg class="plot timeline" viewBox="0 0 {} {}" role="img" aria-label="time line">{}</svg>').format(
        _WIDTH, height, Markup("").join(parts)
    )


def moments_said(scene: SceneSignal) -> list[tuple[str, str, MomentsScore]]:
    """The scores of moments for a bar each: what it is called, the colour of its strip, and the score."""
    private, event = scene.private_context, scene.public_event
    listed = (
        ("private while claimant is seen", _CLAIMANT, private.while_claimant),
        ("event while claimant is seen", _CLAIMANT, event.while_claimant),
        ("most private stretch", _STRETCH, private.stretch),
    )
    return [(name, colour, score) for name, colour, score in listed if score is not None]


def _ends(timeline: Sequence[SceneMoment], duration: float | None) -> list[float]:
    """Until when each moment stands: until the next one where that is not known."""
    following = [moment.second for moment in timeline[1:]] + ([duration] if duration is not None else [])
    following += [timeline[-1].second] * (len(timeline) - len(following)) if timeline else []
    return [
        max(moment.second, after if moment.until is None else moment.until)
        for moment, after in zip(timeline, following, strict=True)
    ]


def _x(second: float, last: float) -> float:
    return round(_WIDTH * second / last, 1)


def _box(first: float, end: float, last: float, top: float, height: float, colour: str, title: str) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}: {} s to {} s</title></rect>').format(
        _x(first, last), top, max(1.5, _x(end - first, last)), height, colour, title, f"{first:.1f}", f"{end:.1f}"
    )


def _steps(timeline: Sequence[SceneMoment], ends: Sequence[float], last: float, score: str, colour: str) -> Markup:
    """A level line for each moment, broken where nothing is shown."""
    drawn = []
    for moment, end in zip(timeline, ends, strict=True):
        if moment.shows_nothing:
            continue
        y = round(_TOP + _HEIGHT * (1.0 - getattr(moment, score)), 1)
        drawn.append(f"M{_x(moment.second, last)} {y}H{_x(end, last)}")
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="3"/>').format("".join(drawn), colour)
