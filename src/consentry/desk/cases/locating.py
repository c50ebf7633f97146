"""Finding a case to change, with its posts; and noting that it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.states import WAITING, State
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.database import changed_meanwhile
from consentry.desk.store.tables.cases import CaseRow, PostRow
from consentry.desk.store.tables.decisions import DecisionRow
from consentry.desk.work.outbox import record_event

_HOUR: Final = 3600
_MOST_URGENT: Final = 6
_MOST_RISK: Final = 3


def case_to_change(desk: Desk, case_id: UUID, version: int | None = None) -> CaseRow:
    """A case, held by this transaction until its end.

    Args:
        desk: The act.
        case_id: Which case.
        version: The one that the caller saw; ``None`` for whichever there is.

    Raises:
        DeskError: ``desk.not_found``, ``desk.version``.
    """
    case = desk.session.scalars(
        select(CaseRow).where(CaseRow.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if case is None or not _is_shown(desk, case):
        raise no_such_case()
    if version is not None and case.version != version:
        raise changed_meanwhile()
    return case


def case_to_read(desk: Desk, case_id: UUID) -> CaseRow:
    """A case as it is.

    Raises:
        DeskError: ``desk.not_found``, also for a case that is another program's.
    """
    case = desk.session.get(CaseRow, case_id)
    if case is None or not _is_shown(desk, case):
        raise no_such_case()
    return case


def posts_of(desk: Desk, case_id: UUID) -> Sequence[PostRow]:
    """The posts of a case, in the order of the report."""
    return desk.session.scalars(select(PostRow).where(PostRow.case_id == case_id).order_by(PostRow.position)).all()


def post_of(desk: Desk, case: CaseRow, post: UUID) -> PostRow:
    """One post of a case.

    Raises:
        DeskError: ``desk.not_found`` if it is not one of this case.
    """
    row = desk.session.get(PostRow, post)
    if row is None or row.case_id != case.id:
        raise DeskError(
            "The case has no such post.", "Take the ids of posts from the case itself.", code="desk.not_found"
        )
    return row


def move(desk: Desk, case: CaseRow, act: str, target: State, **details: object) -> None:
    """Bring a case to a state, and say so in the log; whether that is allowed was asked before."""
    source, case.state = case.state, target
    case.waiting = target in WAITING
    if target != "in_review":
        case.lease_holder = case.lease_until = None
    touch(desk, case)
    desk.log(f"case.{act}", case.id, source=source, target=target, round=case.round, step=case.step, **details)


def touch(desk: Desk, case: CaseRow) -> None:
    """Note that something about a case has changed: its version rises."""
    case.changed_at = max(desk.now, case.changed_at + timedelta(microseconds=1)) if case.changed_at else desk.now
    desk.session.flush()


def tell(desk: Desk, case: CaseRow, kind: str, **data: object) -> None:
    """Have others hear of something that happened to a case."""
    posts = [{"id": str(post.id), "post_id": post.post_id} for post in posts_of(desk, case.id)]
    said = {"case_id": str(case.id), "report_id": case.report_id, "state": case.state, "posts": posts, **data}
    record_event(desk.session, desk.clock, kind, case.id, said)


def order(case: CaseRow, due_at: datetime) -> None:
    """Set when a case is due, and its place in the queue."""
    case.due_at = due_at
    case.due_slot = int(due_at.timestamp()) // _HOUR
    case.rank = (_MOST_URGENT - case.urgency) * (_MOST_RISK + 1) + _MOST_RISK - case.risk


def has_decided(desk: Desk, case: CaseRow) -> bool:
    """Whether who acts has decided this case before, in whatever round."""
    found = select(DecisionRow.id).where(DecisionRow.case_id == case.id, DecisionRow.decided_by == desk.actor.id)
    return desk.session.scalars(found).first() is not None


def no_such_case() -> DeskError:
    """What is said of a case that is not there, and of one that is nobody's business here."""
    return DeskError("There is no such case.", "Check the id.", code="desk.not_found")


def _is_shown(desk: Desk, case: CaseRow) -> bool:
    """Whether who acts may know of the case: programs know of their own only."""
    own_alone = desk.actor.roles == {"service"}
    return not own_alone or case.filed_by == desk.actor.id
