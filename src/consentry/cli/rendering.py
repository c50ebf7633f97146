"""An assessment for people, on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consentry.cli.output import ACTION_STYLES, plain
from consentry.records import Assessment, MediaOutcome, SceneScore, Signals

_BAR = 20


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
    parts.append(_reasons(assessment))
    return Group(*parts)


def _reasons(assessment: Assessment) -> Table:
    """Findings, clauses, questions and errors, a row each, their kind in front."""
    recommendation = assessment.recommendation
    rows = Table.grid(padding=(0, 2))
    rows.add_column(justify="right", style="bold", no_wrap=True)
    rows.add_column()
    if assessment.signals.text and assessment.signals.text.findings:
        kinds = ", ".join(sorted({finding.kind.replace("_", " ") for finding in assessment.signals.text.findings}))
        rows.add_row("in the text", kinds)
    for reason in recommendation.fired:
        rows.add_row("decisive" if reason in recommendation.decisive else "holds", plain(reason.sentence))
    for question in recommendation.questions:
        outcomes = ", ".join(f"{change.to_value} → {change.action}" for change in question.could_lead_to)
        rows.add_row(Text("?", "yellow"), Text.assemble(question.ask, (f" ({outcomes.replace('_', ' ')})", "dim")))
    for error in assessment.signals.errors:
        rows.add_row(Text("!", "red"), plain(f"{error.message} {error.remedy} [{error.code}]"))
    return rows


def _media_table(signals: Signals) -> Table:
    table = Table("medium", "private context", "public event", "claimant", "faces", "copies", box=None, pad_edge=False)
    for outcome in signals.media:
        scene = next((signal for signal in signals.scene if signal.media_id == outcome.media_id), None)
        faces = next((signal for signal in signals.faces if signal.media_id == outcome.media_id), None)
        copies = next((signal for signal in signals.copies if signal.media_id == outcome.media_id), None)
        band = (faces.band or "not compared").replace("_", " ") if faces else "unknown"
        if faces and faces.match_probability is not None:
            band += f" {faces.match_probability:.2f}"
        table.add_row(
            plain(_describe(outcome)),
            _bar(scene.private_context) if scene else "unknown",
            _bar(scene.public_event) if scene else "unknown",
            band,
            str(len(faces.faces)) if faces else "unknown",
            ", ".join(f"{match.bank} {match.entry_id}" for match in copies.matches) or "none" if copies else "unknown",
        )
    return table


def _describe(outcome: MediaOutcome) -> str:
    if outcome.frames == 0:
        return f"{outcome.media_id} (not readable)"
    length = f", {outcome.duration:.0f} s" if outcome.duration is not None else ""
    return f"{outcome.media_id} ({outcome.width}x{outcome.height}{length})"


def _bar(score: SceneScore) -> Text:
    filled = round(score.probability * _BAR)
    style = {"high": "bold", "uncertain": "yellow", "low": "dim"}[score.band]
    return Text("█" * filled + "░" * (_BAR - filled) + f" {score.probability:.2f}", style=style)
