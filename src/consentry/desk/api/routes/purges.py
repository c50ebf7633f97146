"""Purges: asked for by one person, approved by another, both at a screen with a recent login."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from consentry.desk.api.bodies.common import Page
from consentry.desk.api.bodies.keeping import NewPurge
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.paging import Cursor, Limit, after_id, page_of
from consentry.desk.api.routing import Routes
from consentry.desk.cases.purging import PurgeView, approve_purge, ask_purge, purges, refuse_purge
from consentry.desk.desk import Desk

routes = Routes("purges")
State = Literal["asked", "approved", "refused", "withdrawn", "lapsed"]


@routes.add("GET", "/purges", act="purge.ask", answer=Page[PurgeView], screen=True, about="Purges that were asked for")
def read_purges(
    call: CurrentCall, state: Annotated[State | None, Query()] = None, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Lists purges, the newest first."""

    def work(desk: Desk) -> Answer:
        after = after_id(call, "purges", cursor, state=state)
        found = purges(desk, state=state, after=after, limit=limit + 1)
        return page_of(call, "purges", found, lambda each: each.id, lambda each: each, limit, state=state)

    return call.read(work)


@routes.add(
    "POST", "/cases/{case}/purges", act="purge.ask", answer=PurgeView, status=201, may_fail=(410,), fresh=True,
    screen=True, about="Ask for a purge",
)  # fmt: skip
def ask_for_purge(call: CurrentCall, case: UUID, body: NewPurge) -> Response:
    """Asks for a case that has ended, or for its claim, to be destroyed. Somebody else has to approve it."""
    return call.once(lambda desk: Answer(ask_purge(desk, case, body.what, body.reason)))


@routes.add(
    "POST", "/purges/{purge}/approval", act="purge.approve", answer=PurgeView, may_fail=(410,), fresh=True, screen=True,
    about="Approve a purge",
)  # fmt: skip
def approve(call: CurrentCall, purge: UUID) -> Response:
    """Approves a purge that somebody else asked for. The keys are destroyed at once and cannot be brought back."""
    return call.once(lambda desk: Answer(approve_purge(desk, purge)))


@routes.add(
    "POST", "/purges/{purge}/refusal", act="purge.approve", answer=PurgeView, fresh=True, screen=True,
    about="Refuse a purge",
)  # fmt: skip
def refuse(call: CurrentCall, purge: UUID) -> Response:
    """Refuses a purge, or takes back one's own."""
    return call.once(lambda desk: Answer(refuse_purge(desk, purge)))
