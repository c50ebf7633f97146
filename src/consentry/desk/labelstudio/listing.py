"""Tasks for Label Studio: one for each picture of a post that waits for answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.locating import posts_of
from consentry.desk.cases.media_names import media_ids
from consentry.desk.cases.recording import assessment_of, latest, words_of
from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow


def tasks(desk: Desk, address: Callable[[UUID, UUID], str], *, limit: int = 50) -> list[dict[str, Any]]:
    """Tasks to import into a project, of the most pressing cases that wait.

    Args:
        desk: A program gets tasks of its own cases only.
        address: Where a picture can be seen, by case and medium.
        limit: Most of the cases.
    """
    asked = select(CaseRow).where(CaseRow.waiting.is_(True), CaseRow.purged_at.is_(None))
    if desk.actor.roles == {"service"}:
        asked = asked.where(CaseRow.filed_by == desk.actor.id)
    found = []
    for case in desk.session.scalars(asked.order_by(CaseRow.due_slot, CaseRow.rank, CaseRow.id).limit(limit)):
        for post in posts_of(desk, case.id):
            row = latest(desk, post)
            questions = () if row is None else assessment_of(desk, row).recommendation.questions
            data = {
                "case": str(case.id),
                "post": str(post.id),
                "title": f"{case.report_id or post.post_id}",
                "words": words_of(desk, post),
                "open": "\n".join(question.ask for question in questions) or "No question is open.",
            }
            found += [
                {"data": {**data, "medium": str(medium), "image": address(case.id, medium)}}
                for medium in media_ids(desk, post.id)
            ]
    return found
