"""What becomes of a case when its assessment is there, or when there will be none."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from uuid import UUID

from consentry.desk.cases.blindness import EVERYTHING
from consentry.desk.cases.locating import move, posts_of, tell
from consentry.desk.cases.recording import Cause, Found, decided, keep, record, refresh
from consentry.desk.cases.states import require_move
from consentry.desk.desk import Desk
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.records import Assessment, ErrorNote, Signals

_DRAW = 1_000_000


def begin_assessing(desk: Desk, case: CaseRow) -> bool:
    """Note that a worker begins; no if the case has gone elsewhere meanwhile."""
    if case.state == "assessing":  # another worker began it and fell silent
        return True
    if case.state != "received":
        return False
    require_move(desk.actor, "assess", case.state)
    move(desk, case, "assess", "assessing")
    return True


def record_assessed(desk: Desk, case: CaseRow, found: Mapping[UUID, Found], cause: Cause, made_by: UUID) -> None:
    """Record what was measured of the posts of a case, and open it.

    Args:
        desk: The desk itself.
        case: Received, or being assessed.
        found: By the post's row.
        cause: ``measured`` or ``imported``.
        made_by: The job or import.
    """
    require_move(desk.actor, "assessed", case.state)
    rows = [record(desk, case, post, found[post.id], cause, made_by) for post in posts_of(desk, case.id)]
    case.set_aside = False
    _open(desk, case, assessments=len(rows))


def record_imported(desk: Desk, case: CaseRow, found: Mapping[UUID, Assessment], made_by: UUID) -> None:
    """Keep assessments that were made elsewhere as they are, and decide by the desk's policy where that differs."""
    require_move(desk.actor, "assessed", case.state)
    for post in posts_of(desk, case.id):
        held = found[post.id]
        keep(desk, case, post, held, "imported", made_by)
        again = decided(desk, case, post, Found.of(held), EVERYTHING)
        if again.recommendation != held.recommendation:
            keep(desk, case, post, again, "policy", new_id())
    _open(desk, case, assessments=len(found))


def record_unmeasured(desk: Desk, case: CaseRow, note: ErrorNote, made_by: UUID) -> None:
    """Open a case that could not be assessed: people decide it, and what would have been measured is unknown."""
    require_move(desk.actor, "assessed", case.state)
    for post in posts_of(desk, case.id):
        record(desk, case, post, Found(Signals(errors=(note,))), "unmeasured", made_by)
    case.set_aside = True
    _open(desk, case, code=note.code)


def _open(desk: Desk, case: CaseRow, **details: object) -> None:
    first = case.action is None
    refresh(desk, case)
    move(desk, case, "assessed", "open", action=case.action, **details)
    share = desk.settings.audit_share
    # Of cases that nothing speaks against, some are looked at twice, or nobody would notice where all are wrong.
    if first and case.confident and secrets.randbelow(_DRAW) < share * _DRAW:
        case.audit_sample = True
        desk.log("case.draw_for_audit", case.id)
    tell(desk, case, "case.assessed", action=case.action)
