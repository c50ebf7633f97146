"""Cases: filing them, reading them, what becomes known of them, how they end."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from consentry.desk.api.bodies.cases import AppealMade, NewAppeal, NewCase, ReportChanged, Returning, Routing
from consentry.desk.api.bodies.common import Page
from consentry.desk.api.calls import Answer, Call, CurrentCall
from consentry.desk.api.paging import Cursor, Limit, after_id, page_of
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.cases.appeals import appeal, withdraw_appeal
from consentry.desk.cases.ending import bring_back, close, route_out, withdraw
from consentry.desk.cases.filing import file_case, submit
from consentry.desk.cases.happened import history
from consentry.desk.cases.letters import Letter, letters_of
from consentry.desk.cases.locating import case_to_read
from consentry.desk.cases.reading import CaseFilter, get_assessment, get_case, list_cases
from consentry.desk.cases.reports import ReportChange, change_report
from consentry.desk.cases.states import State
from consentry.desk.cases.views import CaseLine, CaseView, Happening
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.records import Action, Assessment

routes = Routes("cases", "/cases")
Text = Annotated[str | None, Query(max_length=1024, pattern=r"^[^\x00]*$")]


def shown(desk: Desk, case_id: UUID, *, made: bool = False) -> Answer:
    """A case as whoever acts may see it, with its version."""
    view = get_case(desk, case_id)
    return Answer(view, version=view.version, location=f"{PREFIX}/cases/{case_id}" if made else None)


def seen_version(call: Call) -> int | None:
    """The version that the caller says they saw, if they say so."""
    return call.version() if "if-match" in call.request.headers else None


@routes.add("POST", "", act="cases.file", answer=CaseView, status=201, about="File a case")
def file_report(call: CurrentCall, body: NewCase) -> Response:
    """Makes a case of a report. Upload the media then, and submit it; or submit it at once if there are none.

    A report makes one case: filing it again is refused with `desk.duplicate`, unless it is the same request with the
    same idempotency key.
    """
    filing = body.filing()
    return call.once(lambda desk: shown(desk, file_case(desk, filing, submit=body.submit).id, made=True))


@routes.add("GET", "", act="cases.read", answer=Page[CaseLine], about="List cases")
def list_all_cases(
    call: CurrentCall,
    state: Annotated[State | None, Query()] = None,
    report_id: Text = None,
    post_id: Text = None,
    action: Annotated[Action | None, Query()] = None,
    source: Annotated[str | None, Query(max_length=20, pattern="^[a-z]*$")] = None,
    set_aside: bool | None = None,
    mine: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Cases, the newest first. A program sees those that it filed."""
    wanted = CaseFilter(
        state=state, report_id=report_id, post_id=post_id, action=action, source=source, set_aside=set_aside, mine=mine
    )
    bound = wanted.model_dump(mode="json")

    def work(desk: Desk) -> Answer:
        after = after_id(call, "cases", cursor, **bound)
        lines = list_cases(desk, wanted, after=after, limit=limit + 1)
        return page_of(call, "cases", lines, lambda line: line.id, lambda line: line, limit, **bound)

    return call.read(work)


@routes.add("GET", "/{case}", act="cases.read", answer=CaseView, about="Read a case")
def read_case(call: CurrentCall, case: UUID) -> Response:
    """A case as the caller may see it: a second opinion is blind to the first, intake sees report and outcome."""
    return call.read(lambda desk: shown(desk, case))


@routes.add(
    "PATCH",
    "/{case}/report",
    act="cases.change",
    answer=CaseView,
    versioned=True,
    about="What became known of a report",
)
def change_reported(call: CurrentCall, case: UUID, body: ReportChanged) -> Response:
    """Notes the outcome of the check of identity, consent, or standing; the posts are decided again with it."""
    seen = call.version()
    change = ReportChange.model_validate(body.model_dump())
    return call.write(lambda desk: shown(desk, change_report(desk, case, change, version=seen).id))


@routes.add("POST", "/{case}/submission", act="cases.change", answer=CaseView, status=202, about="Have a case assessed")
def submit_case(call: CurrentCall, case: UUID) -> Response:
    """Has a worker assess the case with what was uploaded, or again with what was added."""
    return call.once(lambda desk: shown(desk, submit(desk, case, version=seen_version(call)).id))


@routes.add("GET", "/{case}/history", act="assessments.read", answer=list[Happening], about="What happened to a case")
def read_history(call: CurrentCall, case: UUID) -> Response:
    """The log's entries about a case, the first first, as the caller may see them."""
    return call.read(lambda desk: Answer([each.model_dump(mode="json") for each in history(desk, case)]))


@routes.add(
    "GET", "/{case}/assessments/{assessment}", act="assessments.read", answer=Assessment, about="One assessment in full"
)
def read_assessment(call: CurrentCall, case: UUID, assessment: UUID) -> Response:
    """One of the assessments that a post has had; none is ever overwritten."""

    def work(desk: Desk) -> Answer:
        found = get_assessment(desk, case, assessment)
        if found is None:
            raise DeskError("There is no such assessment.", "Take its id from the case.", code="desk.not_found")
        return Answer(found)

    return call.read(work)


@routes.add("GET", "/{case}/letters", act="letters.read", answer=list[Letter], about="What was made for people")
def read_letters(call: CurrentCall, case: UUID) -> Response:
    """The statement of reasons and both letters of each decision that took effect."""

    def work(desk: Desk) -> Answer:
        case_to_read(desk, case)
        return Answer([letter.model_dump(mode="json") for letter in letters_of(desk, case)])

    return call.read(work)


@routes.add("POST", "/{case}/appeals", act="cases.appeal", answer=AppealMade, status=201, about="Appeal a decision")
def appeal_case(call: CurrentCall, case: UUID, body: NewAppeal) -> Response:
    """Takes an objection in; somebody decides it who did not decide the case before."""

    def work(desk: Desk) -> Answer:
        row = appeal(desk, case, body.party, body.reason, version=seen_version(call))
        made = AppealMade(id=row.id, case=case, round=row.round, state="appealed")
        return Answer(made, version=case_to_read(desk, case).version)

    return call.once(work)


@routes.add(
    "DELETE", "/{case}/appeal", act="cases.appeal", answer=CaseView, may_fail=(409, 412), about="Take an appeal back"
)
def withdraw_case_appeal(call: CurrentCall, case: UUID) -> Response:
    """The objection is taken back; the decision stands as it was."""
    return call.write(lambda desk: shown(desk, withdraw_appeal(desk, case, version=seen_version(call)).id))


@routes.add(
    "POST", "/{case}/withdrawal", act="cases.withdraw", answer=CaseView, versioned=True, about="Withdraw a report"
)
def withdraw_report(call: CurrentCall, case: UUID) -> Response:
    """The reporter takes the report back; possible until it is decided."""
    seen = call.version()
    return call.once(lambda desk: shown(desk, withdraw(desk, case, version=seen).id))


@routes.add(
    "POST",
    "/{case}/routing",
    act="cases.route_out",
    answer=CaseView,
    versioned=True,
    about="Hand a case to another team",
)
def route_case_out(call: CurrentCall, case: UUID, body: Routing) -> Response:
    """Hands a case to the team that works by stricter rules, at once."""
    seen = call.version()
    return call.once(lambda desk: shown(desk, route_out(desk, case, body.team, body.reason, version=seen).id))


@routes.add(
    "POST", "/{case}/return", act="cases.bring_back", answer=CaseView, may_fail=(410,), versioned=True,
    about="Take a case back",
)  # fmt: skip
def bring_case_back(call: CurrentCall, case: UUID, body: Returning) -> Response:
    """Takes a case back into the queue that was handed to another team by mistake."""
    seen = call.version()
    return call.once(lambda desk: shown(desk, bring_back(desk, case, body.reason, version=seen).id))


@routes.add("POST", "/{case}/closing", act="cases.close", answer=CaseView, versioned=True, about="Close a case")
def close_case(call: CurrentCall, case: UUID) -> Response:
    """Closes a decided case; cases that can no longer be appealed are closed by themselves."""
    seen = call.version()
    return call.once(lambda desk: shown(desk, close(desk, case, version=seen).id))
