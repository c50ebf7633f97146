"""Finished annotations, on their way back: what people chose becomes answers, which decide the case again.

Label Studio's events name the annotator by a number of its own (`completed_by`), which proves nobody's account
here, and come with the token of a program. So these answers count as look-ups: more than a model's word, less
than what a reviewer says who has the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from consentry.desk.cases.answering import answer
from consentry.desk.cases.policies import policy_of
from consentry.desk.desk import Desk
from consentry.desk.labelstudio.configuration import FACT, questions_of
from consentry.desk.labelstudio.predicting import place_of
from consentry.records import Fact

TAKEN: Final = frozenset({"ANNOTATION_CREATED", "ANNOTATION_UPDATED"})
"""Events that bring answers; others are acknowledged and nothing else."""


def take_annotation(desk: Desk, event: Mapping[str, Any]) -> int:
    """Keep what an annotation answers.

    Args:
        desk: The account whose token Label Studio has; a program takes answers for its own cases only.
        event: As Label Studio sends it.

    Returns:
        How many answers came of it.

    Raises:
        DeskError: As `consentry.desk.cases.answering.answer`.
    """
    annotation = event.get("annotation")
    place = place_of(event.get("task"))
    if str(event.get("action")) not in TAKEN or place is None or not isinstance(annotation, Mapping):
        return 0
    if annotation.get("was_cancelled"):
        return 0
    facts = answers_in(desk, annotation)
    if facts:
        answer(desk, place[0], place[1], facts)
    return len(facts)


def answers_in(desk: Desk, annotation: Mapping[str, Any]) -> list[Fact]:
    """The answers of an annotation; what is no question of the policy, or no word for it, is passed over."""
    asked = questions_of(policy_of(desk.settings))
    number = annotation.get("id")
    detail = f"Label Studio, annotation {number}" if isinstance(number, int) else "Label Studio"
    found: dict[str, Fact] = {}
    regions = annotation.get("result")
    for region in regions if isinstance(regions, list) else []:
        name, word = _chosen(region)
        if name in asked and word in asked[name][1]:
            found[name] = Fact(name=name, value=word, source="lookup", detail=detail)
    return list(found.values())


def _chosen(region: Any) -> tuple[str, str]:
    if not isinstance(region, Mapping) or region.get("type") != "choices":
        return "", ""
    value = region.get("value")
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    if not isinstance(chosen, list) or len(chosen) != 1:
        return "", ""
    return str(region.get("from_name", "")).removeprefix(FACT), str(chosen[0])
