"""An assessment for people, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consentry.cli.output import ACTION_STYLES, plain
from consentry.records import (
    Assessment,
    CopyMatch,
    CopySignal,
    CrowdScore,
    ExtraSignal,
    MediaOutcome,
    MomentsScore,
    PictureTextFinding,
    SceneScore,
    SceneSignal,
    Signals,
    TextFinding,
)

_BAR = 20
_SPANS_SHOWN = 5
_LIKELY = 0.5
"""A finding in words that is less likely than not would read as if it were one."""


def render(assessment: Assessment) -> RenderableType:
    """The recommendation, what was seen in each medium, the open questions, what went wrong."""
    recommendation = assessment.recommendation
    action = Text(recommendation.action.replace("_", " "), style=ACTION_STYLES[recommendation.action])
    parts: list[RenderableType] = [
        Panel(
            Group(action, plain(recommendation.because), *(plain(text, "dim") for text in recommendation.guardrails)),
            title=plain(assessment.post_id),
            subtitle="a recommendation; a person decides",
        )
    ]
    if assessment.signals.media:
        parts.append(_media_table(assessment.signals))
        parts.append(_evidence(assessment.signals))
    parts.append(_reasons(assessment))
    return Group(*parts)


def _found(findings: Iterable[TextFinding | PictureTextFinding]) -> str:
    """What was found in words, with the probability of the surest of each kind; what is unlikely stays in the JSON."""
    best: dict[str, float] = {}
    for finding in findings:
        best[finding.kind] = max(best.get(finding.kind, 0.0), finding.probability)
    return ", ".join(
        f"{kind.replace('_', ' ')} ({probability:.2f})"
        for kind, probability in sorted(best.items())
        if probability >= _LIKELY
    )


def _reasons(assessment: Assessment) -> Table:
    """Findings, clauses, questions and errors, a row each, their kind in front."""
    recommendation = assessment.recommendation
    rows = Table.grid(padding=(0, 2))
    rows.add_column(justify="right", style="bold", no_wrap=True)
    rows.add_column()
    if assessment.signals.text and (kinds := _found(assessment.signals.text.findings)):
        rows.add_row("in the text", kinds)
    for signal in assessment.signals.picture_text:
        if kinds := _found(signal.findings):
            rows.add_row("in the picture", plain(f"{kinds} ({signal.media_id})"))
    for record in assessment.signals.extra:
        rows.add_row(plain(record.name.replace("_", " ")), plain(f"{_added(record)} ({record.media_id or 'the post'})"))
    for reason in recommendation.fired:
        rows.add_row("decisive" if reason in recommendation.decisive else "holds", plain(reason.sentence))
    for question in recommendation.questions:
        outcomes = ", ".join(f"{change.to_value} → {change.action}" for change in question.could_lead_to)
        rows.add_row(Text("?", "yellow"), Text.assemble(question.ask, (f" ({outcomes.replace('_', ' ')})", "dim")))
    for error in assessment.signals.errors:
        rows.add_row(Text("!", "red"), plain(f"{error.message} {error.remedy} [{error.code}]"))
    return rows


def _media_table(signals: Signals) -> Table:
    table = Table("medium", "private context", "public event", "people", "claimant", "faces", box=None, pad_edge=False)
    for outcome in signals.media:
        scene = next((signal for signal in signals.scene if signal.media_id == outcome.media_id), None)
        faces = next((signal for signal in signals.faces if signal.media_id == outcome.media_id), None)
        band = (faces.band or "not compared").replace("_", " ") if faces else "unknown"
        if faces and faces.match_probability is not None:
            band += f" {faces.match_probability:.2f}"
        table.add_row(
            plain(_describe(outcome)),
            _bar(scene.private_context) if scene else "unknown",
            _bar(scene.public_event) if scene else "unknown",
            _people(scene.crowd) if scene and scene.crowd else Text("unknown"),
            band,
            str(len(faces.faces)) if faces else "unknown",
        )
    return table


def _evidence(signals: Signals) -> Table:
    """What the scene looks like, and known media that are near: what a number alone does not tell."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(justify="right", style="dim", no_wrap=True)
    rows.add_column()
    for scene in signals.scene:
        if scene.looks_like:
            rows.add_row(plain(scene.media_id), plain(f"looks like {_kinds(scene)}"))
        for said in _moments(scene):
            rows.add_row(plain(scene.media_id), plain(said))
    for copies in signals.copies:
        rows.add_row(plain(copies.media_id), plain(_copies(copies)))
    return rows


def _moments(scene: SceneSignal) -> Iterator[str]:
    """What a film's moments say beside its mean, which the bar shows, and what shows nothing."""
    private, event = scene.private_context, scene.public_event
    if private.while_claimant:
        score = private.while_claimant
        said = f"while the claimant is seen ({_spans(score)}): private context {_probability(score)}"
        yield said + (f", public event {_probability(event.while_claimant)}" if event.while_claimant else "")
    if private.stretch:
        yield f"most private stretch ({_spans(private.stretch)}): {_probability(private.stretch)}"
    empty = [moment for moment in scene.timeline if moment.shows_nothing]
    if empty:
        lasting = sum(moment.until - moment.second for moment in empty if moment.until is not None)
        yield f"shows nothing for {lasting:.1f} s, which counts nowhere"


def _probability(score: MomentsScore) -> str:
    return f"{score.probability:.2f}" + (" (uncertain)" if score.band == "uncertain" else "")


def _spans(score: MomentsScore) -> str:
    """From when until when; of many spans the first."""
    shown = [f"{first:.1f}-{last:.1f} s" for first, last in score.spans[:_SPANS_SHOWN]]
    more = len(score.spans) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _added(record: ExtraSignal) -> str:
    """What a signal that others added says: each word with its probability, where it stands by it."""
    said = []
    for score in record.scores:
        probability = f"{score.probability:.2f}" if score.certain else "unknown"
        said.append(f"{score.word.replace('_', ' ')} {probability}")
    return ", ".join(said)


def _kinds(scene: SceneSignal) -> str:
    return ", ".join(f"{kind.kind.replace('_', ' ')} {kind.probability:.0%}" for kind in scene.looks_like)


def _copies(signal: CopySignal) -> str:
    if not signal.comparable:
        return "too little detail to look for copies"
    near = [f"near {_copy(match)}" for match in signal.matches] + [
        f"in part near {_copy(part)}" for part in signal.parts
    ]
    return "; ".join(near) or "no known copy"


def _copy(match: CopyMatch) -> str:
    """One line of evidence: which entry, how near, how it lies, and where to see the other picture."""
    details = [f"distance {match.distance} of 256"]
    if match.transform != "none":
        details.append(match.transform.replace("_", " "))
    if match.border_removed:
        details.append("without its border")
    if match.second is not None:
        details.append(f"at {match.second:.1f} s")
    if match.share_of_medium is not None:
        details.append(f"{match.share_of_medium:.0%} of the video")
    known = f"{match.entry_id} in bank {match.bank}" + (f", known from {match.where}" if match.where else "")
    kept = f"; its picture: {match.picture}" if match.picture else ""
    return f"{known} ({', '.join(details)}{kept})"


def _people(crowd: CrowdScore) -> Text:
    if crowd.level in ("none", "one"):
        return Text(crowd.level)
    return Text(
        f"{crowd.level.replace('_', ' ')}, {crowd.low:.0f}-{crowd.high:.0f}", style="" if crowd.certain else "yellow"
    )


def _describe(outcome: MediaOutcome) -> str:
    if outcome.frames == 0:
        return f"{outcome.media_id} (not readable)"
    length = f", {outcome.duration:.0f} s" if outcome.duration is not None else ""
    return f"{outcome.media_id} ({outcome.width}x{outcome.height}{length})"


def _bar(score: SceneScore) -> Text:
    filled = round(score.probability * _BAR)
    style = {"high": "bold", "uncertain": "yellow", "low": "dim"}[score.band]
    return Text("█" * filled + "░" * (_BAR - filled) + f" {score.probability:.2f}", style=style)
