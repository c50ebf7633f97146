"""Reviewing: the queue, taking a case, answering, remarks, deciding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator
from starlette.responses import Response

from consentry.desk.api.bodies.cases import Answers, DecisionMade, LeaseView, NewDecision, NewNote, NewRisk, QueueChoice
from consentry.desk.api.bodies.common import Page, check_moment
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.paging import Cursor, Limit, after_id, page_of
from consentry.desk.api.routes.cases import seen_version, shown
from consentry.desk.api.routing import Routes
from consentry.desk.cases.answering import answer
from consentry.desk.cases.blindness import EVERYTHING, seen_by
from consentry.desk.cases.deciding import decide
from consentry.desk.cases.locating import case_to_read
from consentry.desk.cases.notes import add_note, record_risk
from consentry.desk.cases.queue import QueueFilter, give_back, renew, take, take_next, waiting_cases
from consentry.desk.cases.views import CaseLine, CaseView, NoteView, line_of
from consentry.desk.desk import Desk
from consentry.desk.store.tables.findings import NoteRow
from consentry.records import Action, Fact, Identity, Standing

routes = Routes("reviewing")


@routes.add("GET", "/queue", act="queue.read", answer=Page[CaseLine], about="What waits")
def read_queue(
    call: CurrentCall,
    action: Annotated[Action | None, Query()] = None,
    least_risk: Annotated[int | None, Query(ge=0, le=3)] = None,
    standing: Annotated[Standing | None, Query()] = None,
    identity: Annotated[Identity | None, Query()] = None,
    source: Annotated[str | None, Query(max_length=20, pattern="^[a-z]*$")] = None,
    due_before: Annotated[datetime | None, Query(), AfterValidator(check_moment)] = None,
    appeals: bool | None = None,
    for_senior: bool | None = None,
    set_aside: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Cases that the caller could take: by the hour they are due, urgency, recorded risk, then age."""
    wanted = QueueFilter(
        action=action, least_risk=least_risk, standing=standing, identity=identity, source=source,
        due_before=due_before, appeals=appeals, for_senior=for_senior, set_aside=set_aside,
    )  # fmt: skip
    bound = wanted.model_dump(mode="json")

    def work(desk: Desk) -> Answer:
        after = after_id(call, "queue", cursor, **bound)
        rows = waiting_cases(desk, wanted, after=after, limit=limit + 1)
        lines = [line_of(row, all_shown=seen_by(desk.actor, row) is EVERYTHING) for row in rows]
        return page_of(call, "queue", lines, lambda line: line.id, lambda line: line, limit, **bound)

    return call.read(work)


@routes.add(
    "POST",
    "/queue/next",
    act="cases.lease",
    answer=CaseView,
    about="Take the next case",
    responses={204: {"description": "Nothing waits."}},
)
def take_next_case(call: CurrentCall, body: QueueChoice) -> Response:
    """Takes the most pressing case that nobody has; 204 if there is none."""
    wanted = QueueFilter.model_validate(body.model_dump())

    def work(desk: Desk) -> Answer:
        case = take_next(desk, wanted)
        return Answer(status=204) if case is None else shown(desk, case.id)

    return call.once(work)


@routes.add("POST", "/cases/{case}/lease", act="cases.lease", answer=CaseView, may_fail=(412,), about="Take a case")
def take_case(call: CurrentCall, case: UUID) -> Response:
    """Takes a case: for a quarter of an hour nobody else can. Taking it again while one has it renews it."""
    return call.once(lambda desk: shown(desk, take(desk, case, version=seen_version(call)).id))


@routes.add("POST", "/cases/{case}/lease/renewal", act="cases.lease", answer=LeaseView, about="Keep a case")
def renew_lease(call: CurrentCall, case: UUID) -> Response:
    """Says that the case is still on a screen; its version stays."""

    def work(desk: Desk) -> Answer:
        case_to_read(desk, case)
        return Answer(LeaseView(case=case, lease_until=renew(desk, case)))

    return call.once(work)


@routes.add(
    "DELETE", "/cases/{case}/lease", act="cases.lease", answer=CaseView, may_fail=(409,), about="Give a case back"
)
def give_case_back(call: CurrentCall, case: UUID) -> Response:
    """Leaves a case undecided; it goes back to its place in the queue."""
    return call.write(lambda desk: shown(desk, give_back(desk, case).id))


@routes.add(
    "POST", "/cases/{case}/posts/{post}/answers", act="cases.answer", answer=CaseView, status=201, may_fail=(412,),
    about="Answer questions",
)  # fmt: skip
def answer_questions(call: CurrentCall, case: UUID, post: UUID, body: Answers) -> Response:
    """Keeps answers about a post; what is recommended is decided again at once, and comes with the case."""
    facts = [Fact.model_validate(each.model_dump()) for each in body.answers]

    def work(desk: Desk) -> Answer:
        answer(desk, case, post, facts, version=seen_version(call))
        return shown(desk, case)

    return call.once(work)


@routes.add(
    "POST", "/cases/{case}/notes", act="cases.note", answer=NoteView, status=201, may_fail=(412,), about="Write a note"
)
def write_note(call: CurrentCall, case: UUID, body: NewNote) -> Response:
    """Leaves a remark for colleagues."""

    def work(desk: Desk) -> Answer:
        row = add_note(desk, case, body.text, version=seen_version(call))
        return _noted(desk, row, body.text)

    return call.once(work)


@routes.add(
    "POST",
    "/cases/{case}/risk",
    act="cases.risk",
    answer=NoteView,
    status=201,
    may_fail=(412,),
    about="Record a danger",
)
def write_risk(call: CurrentCall, case: UUID, body: NewRisk) -> Response:
    """Records that somebody may be in danger, or not any more; the case moves in the queue."""

    def work(desk: Desk) -> Answer:
        row = record_risk(desk, case, body.level, body.text, version=seen_version(call))
        return _noted(desk, row, body.text)

    return call.once(work)


@routes.add(
    "POST", "/cases/{case}/decisions", act="cases.decide", answer=DecisionMade, status=201, versioned=True,
    screen=True, about="Decide a case",
)  # fmt: skip
def decide_case(call: CurrentCall, case: UUID, body: NewDecision) -> Response:
    """Decides a case that one has taken, as the first, as a blind second opinion, or as the senior who settles it."""
    seen = call.version()

    def work(desk: Desk) -> Answer:
        row = decide(desk, case, body.verdicts, body.reason, version=seen)
        now = case_to_read(desk, case)
        made = DecisionMade(id=row.id, case=case, effective=row.effective, state=now.state)
        return Answer(made, version=now.version)

    return call.once(work)


def _noted(desk: Desk, row: NoteRow, text: str) -> Answer:
    desk.session.flush()
    view = NoteView(id=row.id, kind=row.kind, text=text, written_by=row.written_by, written_at=row.written_at)
    return Answer(view, version=case_to_read(desk, row.case_id).version)
