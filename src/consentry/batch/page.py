"""``index.html``: every case of a run with its pictures, scores, reasons and questions, in one self-contained file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from consentry.batch.job import completed
from consentry.batch.manifest import RowError, read_manifest
from consentry.batch.pictures import data_address, draw_faces, draw_saliency
from consentry.errors import ConsentryError
from consentry.media import MediaError, OpenedMedia, open_media
from consentry.policy import SEVERITY
from consentry.records import Assessment, Case, FaceSignal, Media, MediaOutcome, SceneScore, SceneSignal, TextSignal
from consentry.version import __version__

PAGE = "index.html"
MOST_CASES = 200
"""A page with more would not open; the cases most worth a look are drawn."""
_SIDE = 560
_FRAMES_OF_A_VIDEO = 3

Progress = Callable[[str, int, int], None]


class PageError(ConsentryError):
    """The page cannot be drawn. Code: ``page.manifest``."""

    default_code = "page.manifest"


@dataclass(frozen=True)
class DrawnFrame:
    """One frame of a medium, faces hidden, and where its scores come from."""

    picture: str
    caption: str
    saliency: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DrawnMedium:
    """One medium of a case."""

    outcome: MediaOutcome
    frames: tuple[DrawnFrame, ...]
    scene: SceneSignal | None
    faces: FaceSignal | None
    copies: tuple[str, ...] | None


@dataclass(frozen=True)
class DrawnCase:
    """One case with its pictures."""

    case: Case
    assessment: Assessment
    media: tuple[DrawnMedium, ...]
    text: Markup


def write_page(manifest: Path, out: Path, *, progress: Progress | None = None) -> Path:
    """Draw the page of a finished run; the most serious recommendations come first.

    Args:
        manifest: The run's manifest.
        out: The run's folder.
        progress: Told of every case drawn.

    Returns:
        The page.

    Raises:
        PageError: A post of the run is not in the manifest.
    """
    cases = {row.post.post_id: row for row in read_manifest(manifest) if not isinstance(row, RowError)}
    assessments = sorted(completed(out), key=_weight)
    drawn = []
    for number, assessment in enumerate(assessments[:MOST_CASES], 1):
        if assessment.post_id not in cases:
            raise PageError(
                f"The post {assessment.post_id!r} is not in {manifest.name}.", "Give the run's own manifest."
            )
        drawn.append(_draw(cases[assessment.post_id], assessment))
        if progress is not None:
            progress("Drawing the page", number, min(len(assessments), MOST_CASES))
    environment = Environment(
        loader=PackageLoader("consentry.batch"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = lambda value: str(value).replace("_", " ")
    environment.filters["probability"] = _probability
    page = environment.get_template("page.html.j2").render(
        cases=drawn,
        total=len(assessments),
        actions=Counter(assessment.recommendation.action for assessment in assessments),
        severity=sorted(SEVERITY, key=lambda action: -SEVERITY[action]),
        components=assessments[0].components if assessments else (),
        version=__version__,
        bar=_bar,
    )
    path = out / PAGE
    temporary = path.with_suffix(".tmp")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)
    return path


def _weight(assessment: Assessment) -> tuple[int, str]:
    return -SEVERITY[assessment.recommendation.action], assessment.post_id


def _draw(case: Case, assessment: Assessment) -> DrawnCase:
    media = tuple(_draw_medium(item, assessment) for item in case.post.media)
    return DrawnCase(case, assessment, media, _marked(case.post.text, assessment.signals.text))


def _draw_medium(item: Media, assessment: Assessment) -> DrawnMedium:
    signals = assessment.signals
    outcome = next(found for found in signals.media if found.media_id == item.media_id)
    scene = next((found for found in signals.scene if found.media_id == item.media_id), None)
    faces = next((found for found in signals.faces if found.media_id == item.media_id), None)
    copies = next((found for found in signals.copies if found.media_id == item.media_id), None)
    frames: tuple[DrawnFrame, ...] = ()
    if outcome.frames:
        try:
            frames = tuple(_draw_frames(open_media(item, longest_side=_SIDE), scene, faces))
        except MediaError:  # gone or changed since it was assessed; the assessment stands without its picture
            frames = ()
    return DrawnMedium(
        outcome,
        frames,
        scene,
        faces,
        None
        if copies is None
        else tuple(f"{match.bank} bank: {match.where or match.entry_id}" for match in copies.matches),
    )


def _draw_frames(opened: OpenedMedia, scene: SceneSignal | None, faces: FaceSignal | None) -> Iterator[DrawnFrame]:
    """The frames that say most: where the best face is, where each score is loudest, then the first."""
    wanted: list[float | None] = []
    if faces and faces.faces:
        wanted.append(faces.faces[0].second)
    scores = {"private context": scene.private_context, "public event": scene.public_event} if scene else {}
    wanted += [score.second for score in scores.values()]
    wanted.append(opened.frames[0].second)
    for second in sorted(set(wanted[:_FRAMES_OF_A_VIDEO]), key=lambda value: value or 0.0):
        frame = min(opened.frames, key=lambda found: abs((found.second or 0.0) - (second or 0.0)))
        here = [face for face in faces.faces if face.second == second] if faces else []
        picture = draw_faces(frame.pixels, here)
        yield DrawnFrame(
            picture=data_address(picture),
            caption="" if second is None else f"at {second:.0f} s",
            saliency=tuple(
                (name, data_address(draw_saliency(picture, score.saliency), quality=70))
                for name, score in scores.items()
                if score.saliency and any(score.saliency.values) and score.second == second and score.band != "low"
            ),
        )


def _marked(text: str, signal: TextSignal | None) -> Markup:
    """The post's words, escaped, with what was found in them marked."""
    if signal is None:
        return escape(text)
    parts, position = [], 0
    for finding in sorted(signal.findings, key=lambda found: (found.start, -found.end)):
        if finding.start < position:
            continue
        parts += [
            escape(text[position : finding.start]),
            Markup('<mark title="{}">{}</mark>').format(
                f"{finding.kind.replace('_', ' ')}, {finding.probability:.2f}", text[finding.start : finding.end]
            ),
        ]
        position = finding.end
    return Markup("").join([*parts, escape(text[position:])])


def _probability(value: float) -> str:
    """Two digits, but never the certainty that no model has."""
    return "< 0.01" if value < 0.01 else "> 0.99" if value > 0.99 else f"{value:.2f}"


def _bar(score: SceneScore) -> dict[str, Any]:
    """A score as percentages for the style sheet."""
    return {
        "value": round(100 * score.probability, 1),
        "low": round(100 * score.low, 1),
        "width": round(100 * max(score.high - score.low, 0.005), 1),
        "band": score.band,
    }
