"""Decided cases for those who train models: what was decided in the end, and on which assessment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from consentry.desk.cases.letters import decision_of
from consentry.desk.cases.recording import assessment_of
from consentry.desk.cases.states import require_role
from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow, MediaRow, PostRow
from consentry.desk.store.tables.decisions import DecisionRow, VerdictRow
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.records import Assessment, Decision


class DecidedPost(NamedTuple):
    """A post that a person has decided, for good as far as is known.

    Attributes:
        assessment: The one that the decision rests on, with what reviewers answered.
        media: By the names that the assessment gives them.
    """

    assessment: Assessment
    decision: Decision
    media: dict[str, MediaRow]


def decided_posts(desk: Desk) -> Iterator[DecidedPost]:
    """The posts of cases that are decided or closed and not purged, one after another.

    Args:
        desk: The desk itself.
    """
    require_role(desk.actor, "system")
    found = desk.session.execute(
        select(VerdictRow, DecisionRow, CaseRow, PostRow)
        .join(DecisionRow, DecisionRow.id == VerdictRow.decision_id)
        .join(CaseRow, CaseRow.standing_decision_id == DecisionRow.id)
        .join(PostRow, PostRow.id == VerdictRow.post_id)
        .where(CaseRow.state.in_(("decided", "closed")), CaseRow.purged_at.is_(None))
        .order_by(VerdictRow.id)
    )
    for verdict, decision, case, post in found:
        assessment = assessment_of(desk, desk.session.get_one(AssessmentRow, verdict.assessment_id))
        rows = desk.session.scalars(
            select(MediaRow).where(MediaRow.post_id == post.id, MediaRow.role == "post", MediaRow.removed_at.is_(None))
        )
        media = {desk.unseal(case.id, f"media.name:{row.id}", row.name): row for row in rows}
        yield DecidedPost(assessment, decision_of(desk, decision, verdict, post.post_id, case.report_id), media)
