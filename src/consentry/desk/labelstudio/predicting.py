"""Predictions: what the assessment found and what is known already, as Label Studio pre-fills tasks with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from consentry.desk.cases.locating import case_to_read, post_of
from consentry.desk.cases.media_names import media_ids
from consentry.desk.cases.policies import policy_of
from consentry.desk.cases.recording import assessment_of, latest
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.labelstudio.configuration import (
    CLAIMANT,
    CONTEXT,
    FACES,
    FACT,
    IMAGE,
    SOMEBODY,
    questions_of,
)
from consentry.records import Assessment, Face, SceneSignal

_LIKELY: Final = 0.5


def predictions(desk: Desk, tasks: list[Any]) -> list[dict[str, Any]]:
    """One prediction a task, in their order; an empty one for a task that is none of ours, or of a purged case."""
    return [_prediction(desk, task) for task in tasks]


def place_of(task: Any) -> tuple[UUID, UUID, UUID] | None:
    """The case, post and medium that a task is about; ``None`` if it does not say."""
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping):
        return None
    try:
        case, post, medium = (UUID(str(data[name])) for name in ("case", "post", "medium"))
    except (KeyError, ValueError):
        return None
    return case, post, medium


def version_of(desk: Desk) -> str:
    """What predictions are said to be made by."""
    policy = policy_of(desk.settings)
    return f"consentry {policy.label}"


def _prediction(desk: Desk, task: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"result": [], "score": 0.0, "model_version": version_of(desk)}
    place = place_of(task)
    if place is None:
        return found
    try:
        post = post_of(desk, case_to_read(desk, place[0]), place[1])
        row = latest(desk, post)
        assessment = None if row is None else assessment_of(desk, row)
        name = media_ids(desk, post.id).get(place[2])
    except DeskError:
        return found
    if assessment is None or name is None:
        return found
    found["result"] = [*_faces(assessment, name), *_context(assessment, name), *_facts(desk, assessment)]
    scenes = [scene for scene in assessment.signals.scene if scene.media_id == name]
    found["score"] = round(_confidence(scenes[0]) if scenes else 0.0, 3)
    return found


def _faces(assessment: Assessment, name: str) -> list[dict[str, Any]]:
    outcome = next((each for each in assessment.signals.media if each.media_id == name), None)
    signal = next((each for each in assessment.signals.faces if each.media_id == name), None)
    if signal is None or outcome is None or outcome.kind != "image":
        return []
    sizes = {"original_width": outcome.width or 1, "original_height": outcome.height or 1, "image_rotation": 0}
    return [_rectangle(number, face, sizes) for number, face in enumerate(signal.faces)]


def _rectangle(number: int, face: Face, sizes: Mapping[str, int]) -> dict[str, Any]:
    left, top, right, bottom = (100.0 * edge for edge in face.box)
    value = {
        "x": left,
        "y": top,
        "width": right - left,
        "height": bottom - top,
        "rotation": 0,
        "rectanglelabels": [CLAIMANT if face.band == "match" else SOMEBODY],
    }
    about = {"id": f"face-{number}", "from_name": FACES, "to_name": IMAGE, "type": "rectanglelabels"}
    return {**about, **sizes, "value": value, "score": face.detection_probability}


def _context(assessment: Assessment, name: str) -> list[dict[str, Any]]:
    for scene in assessment.signals.scene:
        if scene.media_id == name:
            private, event = scene.private_context.probability, scene.public_event.probability
            word = "private" if private >= max(event, _LIKELY) else "public event" if event >= _LIKELY else "neither"
            return [_choice(CONTEXT, word)]
    return []


def _facts(desk: Desk, assessment: Assessment) -> list[dict[str, Any]]:
    """What is known; open questions are left for people, and a model's word is not put into their mouths."""
    asked = questions_of(policy_of(desk.settings))
    known = [fact for fact in assessment.facts if fact.name in asked and fact.source != "model"]
    return [_choice(FACT + fact.name, fact.value) for fact in known if fact.value in asked[fact.name][1]]


def _choice(name: str, word: str) -> dict[str, Any]:
    about = {"id": name, "from_name": name, "to_name": IMAGE, "type": "choices"}
    return {**about, "value": {"choices": [word]}}


def _confidence(scene: SceneSignal) -> float:
    return max(scene.private_context.probability, scene.public_event.probability)
