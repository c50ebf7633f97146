"""What is handed out: everything that is kept about a person's report, and counts for a transparency report."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from consentry.desk.cases.letters import letters_of
from consentry.desk.cases.locating import case_to_read, posts_of
from consentry.desk.cases.recording import assessment_of, report_of, words_of
from consentry.desk.cases.states import require_role
from consentry.desk.cases.views import CaseLine, line_fields
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow, MediaRow
from consentry.desk.store.tables.decisions import AppealRow, DecisionRow, VerdictRow
from consentry.desk.store.tables.findings import AnswerRow, AssessmentRow, NoteRow
from consentry.desk.store.tables.log import EntryRow


def export_case(desk: Desk, case_id: UUID) -> dict[str, Any]:
    """Everything that is kept about one report, for the person whom it concerns (Articles 15 and 20 of the GDPR).

    Colleagues are in it by nothing: neither who decided or wrote a note, nor their accounts. Media are named with their
    sizes; their bytes are handed out beside it by whoever runs the desk. Who exported it stands in the log.

    Args:
        desk: A senior or an admin, in a writing transaction: the log says who exported what.
        case_id: The case.

    Raises:
        DeskError: ``desk.not_found``, ``desk.purged`` where nothing is left, ``desk.not_allowed``; ``desk.transition``
            while people decide it, since the export would show a second person the first one's decision.
    """
    require_role(desk.actor, "senior", "admin", "system")
    case = case_to_read(desk, case_id)
    if case.purged_at is not None:
        raise DeskError(
            "The case was purged: its words and media cannot be read any more.",
            "Tell the person so.",
            code="desk.purged",
        )
    if case.step != "senior" and case.state in {"open", "appealed", "in_review"}:
        # Whatever the step: a refusal of second opinions alone would tell that there was a first.
        raise DeskError(
            "The case is being decided, and nobody who may still decide it can be shown all of it.",
            "Export the case once it is decided.",
            code="desk.transition",
        )
    report = report_of(desk, case)
    found = {
        "case": CaseLine(**line_fields(case, all_shown=True)).model_dump(mode="json", exclude={"lease_holder"}),
        "report": None if report is None else report.model_dump(mode="json"),
        "posts": [
            {
                "post_id": post.post_id,
                "words": words_of(desk, post),
                "posted_at": _written(post.posted_at),
                "account": post.account,
                "media": _media(desk, case, post.id),
                "assessments": [
                    {
                        "made_at": _written(row.made_at),
                        "cause": row.cause,
                        "assessment": assessment_of(desk, row).model_dump(mode="json"),
                    }
                    for row in _rows(desk, AssessmentRow, AssessmentRow.post_id == post.id)
                ],
                "answers": [
                    {
                        "fact": row.fact,
                        "value": row.value,
                        "source": row.source,
                        "answered_at": _written(row.answered_at),
                        "detail": desk.unseal(case.id, f"answers.detail:{row.id}", row.detail),
                    }
                    for row in _rows(desk, AnswerRow, AnswerRow.post_id == post.id)
                ],
            }
            for post in posts_of(desk, case.id)
        ],
        "references": _media(desk, case, None),
        "notes": [
            {
                "kind": row.kind,
                "written_at": _written(row.written_at),
                "text": desk.unseal(case.id, f"notes.text:{row.id}", row.text),
            }
            for row in _rows(desk, NoteRow, NoteRow.case_id == case.id)
        ],
        "decisions": _decisions(desk, case),
        "appeals": [
            {
                "party": row.party,
                "filed_at": _written(row.filed_at),
                "outcome": row.outcome,
                "reason": desk.unseal(case.id, f"appeals.reason:{row.id}", row.reason),
            }
            for row in _rows(desk, AppealRow, AppealRow.case_id == case.id)
        ],
        "letters": [
            {"kind": letter.kind, "made_at": _written(letter.made_at), "body": letter.body}
            for letter in letters_of(desk, case.id)
        ],
        "history": [
            {"at": _written(row.at), "act": row.act}
            for row in desk.session.scalars(
                select(EntryRow).where(EntryRow.subject_id == case.id).order_by(EntryRow.number)
            )
        ],
    }
    desk.log("case.export", case.id)
    return found


def transparency(desk: Desk, since: date, until: date) -> dict[str, Any]:
    """Counts for a transparency report (Articles 15 and 24 of the DSA) over some days, both among them.

    No case, post or person can be found from them.

    Args:
        desk: The policy team or an auditor.
        since: The first day, UTC.
        until: The last one.

    Raises:
        DeskError: ``desk.input`` if the last day lies before the first; ``desk.not_allowed``.
    """
    require_role(desk.actor, "policy", "auditor", "system")
    if until < since:
        raise DeskError("The last day lies before the first.", "Give them in their order.")
    begin, end = datetime.combine(since, time(), UTC), datetime.combine(until, time.max, UTC)
    session = desk.session
    cases = session.execute(
        select(CaseRow.source, CaseRow.standing, CaseRow.article_16).where(CaseRow.created_at.between(begin, end))
    ).all()
    decided = session.execute(
        select(
            DecisionRow.decided_at, DecisionRow.followed, DecisionRow.round, VerdictRow.action, VerdictRow.clauses,
            CaseRow.reported_at, CaseRow.created_at,
        )
        .join(VerdictRow, VerdictRow.decision_id == DecisionRow.id)
        .join(CaseRow, CaseRow.id == DecisionRow.case_id)
        .where(DecisionRow.decided_at.between(begin, end), DecisionRow.effective.is_(True))
    ).all()  # fmt: skip
    hours = sorted((row[0] - (row[5] or row[6])).total_seconds() / 3600 for row in decided if row[2] == 0)
    appeals = session.scalars(select(AppealRow).where(AppealRow.filed_at.between(begin, end))).all()
    seconds = session.execute(
        select(DecisionRow.agreed, func.count())
        .where(DecisionRow.decided_at.between(begin, end), DecisionRow.step == "second")
        .group_by(DecisionRow.agreed)
    )
    missed = select(func.count()).select_from(DeadlineRow)
    missed = missed.where(DeadlineRow.due_at.between(begin, end), DeadlineRow.counted_from != "decision")
    late = missed.where((DeadlineRow.met_at > DeadlineRow.due_at) | DeadlineRow.met_at.is_(None))
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "reports": {
            "all": len(cases),
            "by_source": _counted(row[0] for row in cases),
            "by_standing": _counted(row[1] or "nobody reported it" for row in cases),
            "under_article_16": sum(row[2] for row in cases),
        },
        "decisions_about_posts": {
            "all": len(decided),
            "by_action": _counted(row[3] for row in decided),
            "by_clause": _counted(clause for row in decided for clause in row[4]),
            "against_the_recommendation": sum(not row[1] for row in decided),
            "median_hours": round(hours[len(hours) // 2], 2) if hours else None,
        },
        "second_opinions": _counted_pairs(seconds),
        "appeals": {
            "all": len(appeals),
            "by_party": _counted(row.party for row in appeals),
            "by_outcome": _counted(row.outcome or "not settled yet" for row in appeals),
        },
        "deadlines": {"all": session.scalar(missed) or 0, "missed": session.scalar(late) or 0},
        "automated": {
            "decisions": 0,
            "about": "Models measure, a policy recommends, people decide; the error rates of the models stand in their "
            "cards.",
        },
    }


def _decisions(desk: Desk, case: CaseRow) -> list[dict[str, Any]]:
    return [
        {
            "decided_at": _written(row.decided_at),
            "round": row.round,
            "step": row.step,
            "effective": row.effective,
            "reason": desk.unseal(case.id, f"decisions.reason:{row.id}", row.reason),
            "verdicts": [
                {"recommended": verdict.recommended, "action": verdict.action, "clauses": verdict.clauses}
                for verdict in _rows(desk, VerdictRow, VerdictRow.decision_id == row.id)
            ],
        }
        for row in _rows(desk, DecisionRow, DecisionRow.case_id == case.id)
    ]


def _media(desk: Desk, case: CaseRow, post: UUID | None) -> list[dict[str, Any]]:
    rows = _rows(desk, MediaRow, (MediaRow.case_id == case.id) & (MediaRow.post_id == post))
    return [
        {
            "name": desk.unseal(case.id, f"media.name:{row.id}", row.name),
            "size": row.size,
            "content_type": row.content_type,
            "added_at": _written(row.added_at),
            "removed_at": _written(row.removed_at),
        }
        for row in rows
    ]


def _rows(desk: Desk, kind: Any, condition: Any) -> list[Any]:
    return list(desk.session.scalars(select(kind).where(condition).order_by(kind.id)))


def _counted(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _counted_pairs(rows: Any) -> dict[str, int]:
    counts = {"agreed" if agreed else "differed": number for agreed, number in rows}
    return {"agreed": counts.get("agreed", 0), "differed": counts.get("differed", 0)}


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
