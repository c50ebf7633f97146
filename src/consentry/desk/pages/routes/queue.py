"""The queue: what waits, in the order in which it presses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from consentry.desk.cases.queue import QueueFilter, take, take_next, waiting_cases
from consentry.desk.cases.reading import CaseFilter, list_cases
from consentry.desk.cases.views import line_of
from consentry.desk.pages.drawing import drawn, go_to
from consentry.desk.pages.routing import CurrentPage, Pages

pages = Pages()
_ON_A_PAGE = 50
Word = Annotated[str | None, Query(max_length=40, pattern="^[a-z_]*$")]


@pages.add("GET", "/queue", act="queue.read")
def queue_page(
    call: CurrentPage,
    action: Word = None,
    standing: Word = None,
    identity: Word = None,
    source: Word = None,
    risk: Annotated[int | None, Query(ge=0, le=3)] = None,
    due_before: datetime | None = None,
    appeals: bool | None = None,
    for_senior: bool | None = None,
    set_aside: bool | None = None,
    after: UUID | None = None,
) -> Response:
    """Cases that wait for who asks, filtered as the address says."""
    wanted = QueueFilter(
        action=action or None, standing=standing or None, identity=identity or None, source=source or None,
        least_risk=risk, due_before=due_before, appeals=appeals, for_senior=for_senior, set_aside=set_aside,
    )  # fmt: skip
    with call.serving.database.reading() as session:
        desk = call.serving.desk(session, call.actor)
        rows = waiting_cases(desk, wanted, after=after, limit=_ON_A_PAGE + 1)
        lines = [line_of(row) for row in rows]
        mine = list_cases(desk, CaseFilter(mine=True))
    return drawn(
        call, "queue_rows" if call.request.headers.get("hx-target") == "cases" else "queue", lines=lines[:_ON_A_PAGE],
        more=lines[_ON_A_PAGE - 1].id if len(lines) > _ON_A_PAGE else None, mine=mine, wanted=wanted,
        address=call.request.url.query,
    )  # fmt: skip


@pages.add("POST", "/queue/next", act="cases.lease")
def take_next_by_page(call: CurrentPage) -> Response:
    """Takes the most pressing case, and shows it."""
    with call.serving.database.writing() as session:
        row = take_next(call.serving.desk(session, call.actor))
        case_id = row.id if row is not None else None
    return go_to(call.request, f"/cases/{case_id}" if case_id else "/queue")


@pages.add("POST", "/cases/{case}/taking", act="cases.lease")
def take_by_page(call: CurrentPage, case: UUID) -> Response:
    """Takes this case, and shows it."""
    with call.serving.database.writing() as session:
        take(call.serving.desk(session, call.actor), case)
    return go_to(call.request, f"/cases/{case}")
