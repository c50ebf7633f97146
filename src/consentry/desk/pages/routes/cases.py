"""One case on one screen: what was posted, what was measured, what is asked, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast, get_args
from uuid import UUID

from starlette.responses import Response

from consentry.desk.api.calls import Call
from consentry.desk.cases.answering import answer
from consentry.desk.cases.appeals import Party, appeal, withdraw_appeal
from consentry.desk.cases.deciding import Verdict, decide
from consentry.desk.cases.ending import bring_back, close, route_out, withdraw
from consentry.desk.cases.happened import history
from consentry.desk.cases.letters import letters_of
from consentry.desk.cases.locating import case_to_read
from consentry.desk.cases.looking import REASONS, What, look
from consentry.desk.cases.notes import add_note, record_risk
from consentry.desk.cases.queue import give_back, renew
from consentry.desk.cases.reading import get_case
from consentry.desk.cases.views import CaseView
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.pages.colleagues import names_of
from consentry.desk.pages.drawing import drawn, go_to
from consentry.desk.pages.forms import Form, form_in
from consentry.desk.pages.post import post_shown
from consentry.desk.pages.routing import CurrentPage, Pages
from consentry.desk.people.roles import acts_of
from consentry.records import Fact

pages = Pages()
_OUTCOMES = ("no_action", "request_verification", "recommend_restrict", "recommend_removal", "route_out")


@pages.add("GET", "/cases/{case}", act="cases.read")
def case_page(call: CurrentPage, case: UUID) -> Response:
    """A case as who asks may see it."""
    with call.serving.database.reading() as session:
        return _page(call, call.serving.desk(session, call.actor), case)


@pages.add("POST", "/cases/{case}/lease", act="cases.lease")
def keep_case(call: CurrentPage, case: UUID) -> Response:
    """Says, while the case is on a screen, that it is; a line of text says until when it is theirs."""
    with call.serving.database.writing() as session:
        until = renew(call.serving.desk(session, call.actor), case)
    return drawn(call, "lease", lease_until=until, case_id=case)


@pages.add("POST", "/cases/{case}/leaving", act="cases.lease")
def leave_case(call: CurrentPage, case: UUID) -> Response:
    """Gives the case back undecided; no reason is asked for."""
    with call.serving.database.writing() as session:
        give_back(call.serving.desk(session, call.actor), case)
    return go_to(call.request, "/queue")


@pages.add("POST", "/cases/{case}/posts/{post}/answers", act="cases.answer")
def answer_by_page(call: CurrentPage, case: UUID, post: UUID) -> Response:
    """Keeps answers, and shows what is recommended now, what was before, and what changed."""
    form = form_in(call.body)
    given = form.starting("fact.")
    if not given:
        raise DeskError("No question was answered.", "Choose an answer first.", code="desk.input")
    facts = [
        Fact(name=name, value=value, source="reviewer", detail=form.one("detail")) for name, value in given.items()
    ]
    with call.serving.database.writing() as session:
        desk = call.serving.desk(session, call.actor)
        before = _recommended(get_case(desk, case), post)
        answer(desk, case, post, facts, version=form.version())
        session.flush()
        after = _recommended(get_case(desk, case), post)
        if call.request.headers.get("hx-request"):
            return _page(call, desk, case, part="case_inside", changed=(post, before, after, tuple(given)))
    return go_to(call.request, f"/cases/{case}")


@pages.add("POST", "/cases/{case}/notes", act="cases.note")
def note_by_page(call: CurrentPage, case: UUID) -> Response:
    """Leaves a remark for colleagues."""
    form = form_in(call.body)
    return _done(call, case, lambda desk: add_note(desk, case, form.one("text")))


@pages.add("POST", "/cases/{case}/risk", act="cases.risk")
def risk_by_page(call: CurrentPage, case: UUID) -> Response:
    """Records a danger, or that there is none any more."""
    form = form_in(call.body)
    level = form.one("level")
    if level not in {"0", "1", "2", "3"}:
        raise DeskError("The danger has four steps.", "Choose one.", code="desk.input")
    return _done(call, case, lambda desk: record_risk(desk, case, int(level), form.one("text")))


@pages.add("POST", "/cases/{case}/media/{medium}/looks", act="media.look")
def look_by_page(call: CurrentPage, case: UUID, medium: UUID) -> Response:
    """Logs why somebody looks closer, and shows the medium so."""
    form = form_in(call.body)
    what, reason = form.one("what"), form.one("reason")
    if what not in get_args(What) or reason not in REASONS:
        raise DeskError("A look needs its reason.", "Choose one.", code="desk.input")
    with call.serving.database.writing() as session:
        found = look(
            call.serving.desk(session, call.actor),
            case,
            medium,
            cast("What", what),
            reason,
            form.one("words"),
        )
    return drawn(call, "looked", case_id=case, medium=medium, what=what, look=found)


@pages.add("POST", "/cases/{case}/decisions", act="cases.decide")
def decide_by_page(call: CurrentPage, case: UUID) -> Response:
    """Decides: a verdict for each post, the clauses, the reason."""
    form = form_in(call.body)
    with call.serving.database.writing() as session:
        desk = call.serving.desk(session, call.actor)
        verdicts = [_verdict(form, post.id) for post in get_case(desk, case).posts]
        decide(desk, case, verdicts, form.one("reason"), version=form.version())
    return go_to(call.request, f"/cases/{case}")


@pages.add("POST", "/cases/{case}/appeals", act="cases.appeal")
def appeal_by_page(call: CurrentPage, case: UUID) -> Response:
    """Takes an objection in."""
    form = form_in(call.body)
    party = form.one("party")
    if party not in {"uploader", "reporter"}:
        raise DeskError("It has to be said who objects.", "Choose the uploader or the reporter.", code="desk.input")
    return _done(
        call, case, lambda desk: appeal(desk, case, cast("Party", party), form.one("reason"), version=form.version())
    )


@pages.add("POST", "/cases/{case}/appeal/withdrawal", act="cases.appeal")
def withdraw_appeal_by_page(call: CurrentPage, case: UUID) -> Response:
    """The objection is taken back."""
    form = form_in(call.body)
    return _done(call, case, lambda desk: withdraw_appeal(desk, case, version=form.version()))


@pages.add("POST", "/cases/{case}/withdrawal", act="cases.withdraw")
def withdraw_by_page(call: CurrentPage, case: UUID) -> Response:
    """The report is taken back."""
    form = form_in(call.body)
    return _done(call, case, lambda desk: withdraw(desk, case, version=form.version()))


@pages.add("POST", "/cases/{case}/routing", act="cases.route_out")
def route_by_page(call: CurrentPage, case: UUID) -> Response:
    """Hands the case to a team that works by stricter rules; nothing of it is shown on the way."""
    form = form_in(call.body)
    team = form.one("team")
    if team not in {"intimate_media", "child_safety"}:
        raise DeskError("It has to be said which team.", "Choose one.", code="desk.input")
    with call.serving.database.writing() as session:
        desk = call.serving.desk(session, call.actor)
        route_out(desk, case, team, form.one("reason"), version=form.version())
    return go_to(call.request, "/queue")


@pages.add("POST", "/cases/{case}/return", act="cases.bring_back")
def bring_back_by_page(call: CurrentPage, case: UUID) -> Response:
    """Takes a case back that was handed over by mistake."""
    form = form_in(call.body)
    said, seen = form.one("reason"), form.version()
    return _done(call, case, lambda desk: bring_back(desk, case, said, version=seen))


@pages.add("POST", "/cases/{case}/closing", act="cases.close")
def close_by_page(call: CurrentPage, case: UUID) -> Response:
    """Closes a decided case."""
    form = form_in(call.body)
    return _done(call, case, lambda desk: close(desk, case, version=form.version()))


@pages.add("GET", "/cases/{case}/letters/{letter}", act="letters.read")
def letter_file(call: CurrentPage, case: UUID, letter: UUID) -> Response:
    """A statement of reasons or a letter, as a file."""
    with call.serving.database.reading() as session:
        desk = call.serving.desk(session, call.actor)
        case_to_read(desk, case)
        found = next((each for each in letters_of(desk, case) if each.id == letter), None)
    if found is None:
        raise DeskError("There is no such letter.", "Take it from the case.", code="desk.not_found")
    json = found.kind == "statement"
    return Response(
        found.body,
        media_type="application/json" if json else "text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.kind}-{found.id}.{"json" if json else "txt"}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _done(call: Call, case: UUID, work: Callable[[Desk], object]) -> Response:
    with call.serving.database.writing() as session:
        work(call.serving.desk(session, call.actor))
    return go_to(call.request, f"/cases/{case}")


def _verdict(form: Form, post: UUID) -> Verdict:
    action, day = form.one(f"action.{post}"), form.one(f"date.{post}")
    if action not in _OUTCOMES:
        raise DeskError("Every post needs a verdict.", "Choose one for each.", code="desk.input")
    try:
        content_date = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise DeskError("The day of the post cannot be read.", "Write it as 2026-11-29.", code="desk.input") from error
    return Verdict(
        post=post,
        action=action,
        clauses=form.all(f"clause.{post}")[:50],
        content_date=content_date,
    )


def _recommended(view: CaseView, post: UUID) -> str | None:
    return next(
        (each.assessment.recommendation.action for each in view.posts if each.id == post and each.assessment), None
    )


def _page(
    call: Call, desk: Desk, case: UUID, *, part: str = "case",
    changed: tuple[UUID, str | None, str | None, tuple[str, ...]] | None = None,
) -> Response:  # fmt: skip
    view = get_case(desk, case)
    acts = acts_of(call.actor.roles)
    happened = history(desk, case) if "assessments.read" in acts else []
    letters = letters_of(desk, case) if "letters.read" in acts and view.readable else []
    people = names_of(desk, [*(note.written_by for note in view.notes), *(each.actor_id for each in happened),
                             *(each.decided_by for each in view.decisions), view.lease_holder])  # fmt: skip
    mine = view.state == "in_review" and view.lease_holder == call.actor.id
    return drawn(
        call, part, case=view, posts=[post_shown(desk, post) for post in view.posts], happened=happened,
        letters=letters, people=people, mine=mine, outcomes=_OUTCOMES, reasons=REASONS, changed=changed,
        may=set(view.may),
    )  # fmt: skip
