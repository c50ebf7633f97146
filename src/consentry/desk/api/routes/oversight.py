"""Looking from outside: the log, numbers, exports; and bringing in what a batch job has assessed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from consentry.desk.api.bodies.common import Page
from consentry.desk.api.bodies.oversight import (
    EntryView,
    Imported,
    ProblemFound,
    Verdict,
    Verification,
    entry_view,
)
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.paging import Cursor, Limit
from consentry.desk.api.routes.cases import shown
from consentry.desk.api.routing import Routes
from consentry.desk.api.serving import Serving
from consentry.desk.audit.heads import PUBLIC_FILE, Head, PublicLogKey
from consentry.desk.audit.verifying import Verified, verify
from consentry.desk.cases.exporting import export_case, transparency
from consentry.desk.cases.happened import entries_shown
from consentry.desk.cases.importing import import_case
from consentry.desk.cases.numbers import Numbers, weekly_numbers
from consentry.desk.cases.views import CaseView
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.log import EntryRow, HeadRow
from consentry.records import Post

routes = Routes("oversight")
_Code = Annotated[str | None, Query(max_length=128, pattern=r"^[a-z0-9_.:-]*$")]
_turn = threading.Lock()
_BUSY: Final = ("The log is being verified at the moment.", "Ask again in a while.")


@routes.add("GET", "/audit/entries", act="audit.read", answer=Page[EntryView], about="Read the log")
def read_log(
    call: CurrentCall,
    act: _Code = None,
    subject_kind: _Code = None,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Entries, the first first; each holds the digest of the one before it."""
    wanted = {"act": act, "subject_kind": subject_kind, "subject_id": subject_id, "actor_id": actor_id}

    def work(desk: Desk) -> Answer:
        found = select(EntryRow)
        for name, value in wanted.items():
            if value is not None:
                found = found.where(getattr(EntryRow, name) == value)
        after = call.serving.cursors.read("log", wanted, cursor)
        if after is not None:
            found = found.where(EntryRow.number > int(after[0]))
        rows = list(desk.session.scalars(found.order_by(EntryRow.number).limit(limit + 1)))
        following = call.serving.cursors.write("log", wanted, [rows[limit - 1].number]) if len(rows) > limit else None
        shown_rows = entries_shown(desk, rows[:limit])
        return Answer(Page[EntryView](items=[entry_view(row) for row in shown_rows], next=following))

    return call.read(work)


@routes.add("GET", "/audit/head", act="audit.read", answer=Head, may_fail=(404,), about="The last signed head")
def read_head(call: CurrentCall) -> Response:
    """How far the log had come when a worker last signed it; store it where nobody at the desk can write."""

    def work(desk: Desk) -> Answer:
        row = desk.session.scalars(select(HeadRow).order_by(HeadRow.number.desc()).limit(1)).first()
        if row is None:
            raise DeskError("No head has been signed yet.", "Run a worker.", code="desk.not_found")
        return Answer(Head.of_row(row))

    return call.read(work)


@routes.add("POST", "/audit/verification", act="audit.read", answer=Verdict, about="Verify the log")
def verify_log(call: CurrentCall, body: Verification) -> Response:
    """Reads the whole log: whether anything was changed, removed, put elsewhere or, by the heads given, cut off."""

    def work(desk: Desk) -> Answer:
        found = verified(call.serving, desk.session, [given.head() for given in body.heads])
        problems = [ProblemFound(number=each.number, what=each.what) for each in found.problems]
        return Answer(Verdict(whole=found.is_whole, entries=found.entries, digest=found.digest, problems=problems))

    return call.read(work)


def verified(serving: Serving, session: Session, heads: Sequence[Head]) -> Verified:
    """Read the whole log, one reader at a time.

    Raises:
        DeskError: ``desk.busy`` while somebody else does.
    """
    if not _turn.acquire(blocking=False):
        raise DeskError(*_BUSY, code="desk.busy")
    try:
        public = serving.settings.data / PUBLIC_FILE
        return verify(session, heads, PublicLogKey.read(public) if public.exists() else None)
    finally:
        _turn.release()


@routes.add("GET", "/numbers", act="numbers.read", answer=Numbers, about="Numbers by week")
def read_numbers(call: CurrentCall, weeks: Annotated[int, Query(ge=1, le=104)] = 12) -> Response:
    """How often people and recommendations agree, what appeals overturn, what is late, what drifts."""
    return call.read(lambda desk: Answer(weekly_numbers(desk, weeks=weeks)))


@routes.add(
    "GET",
    "/transparency",
    act="reports.export",
    answer=dict[str, Any],
    about="Counts for a transparency report",
)
def read_transparency(call: CurrentCall, since: date, until: date) -> Response:
    """Counts over some days, both among them (Articles 15 and 24 of the DSA); nobody can be found from them."""
    _check_days(since, until)
    return call.read(lambda desk: Answer(transparency(desk, since, until)))


@routes.add(
    "POST", "/cases/{case}/export", act="subjects.export", answer=dict[str, Any], may_fail=(410,),
    about="Export what is kept about somebody",
)  # fmt: skip
def export_for_subject(call: CurrentCall, case: UUID) -> Response:
    """Everything that is kept about one report, for the person whom it concerns; the log says who exported it."""
    return call.once(lambda desk: Answer(export_case(desk, case)))


@routes.add("POST", "/imports", act="cases.import", status=201, answer=CaseView, about="Import a case of a batch job")
def import_assessed(call: CurrentCall, body: Imported) -> Response:
    """Makes a case of the assessments of one report; media that the job saw are not brought."""
    posts = {
        each.post_id: Post(post_id=each.post_id, text=each.words, posted_at=each.posted_at, account=each.account)
        for each in body.posts
    }

    def work(desk: Desk) -> Answer:
        try:
            case = import_case(desk, tuple(body.assessments), posts, body.statement)
        except ValidationError as error:
            raise DeskError(
                "These assessments cannot become a case.", "Send them as the job wrote them.", code="desk.import"
            ) from error
        return shown(desk, case.id, made=True)

    return call.once(work)


def _check_days(since: date, until: date) -> None:
    if not date(1970, 1, 1) <= since <= until < date(2200, 1, 1):
        raise DeskError("These days are none to count over.", "Give the first day and the last one.", code="desk.input")
