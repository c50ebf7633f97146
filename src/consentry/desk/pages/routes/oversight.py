"""For those who look from outside: numbers by week, and the log."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from consentry.desk.api.bodies.oversight import entry_view
from consentry.desk.api.routes.oversight import verified
from consentry.desk.cases.happened import entries_shown
from consentry.desk.cases.numbers import weekly_numbers
from consentry.desk.pages.colleagues import names_of
from consentry.desk.pages.drawing import drawn
from consentry.desk.pages.plots import Plot, share_plot
from consentry.desk.pages.routing import CurrentPage, Pages
from consentry.desk.store.tables.log import EntryRow

pages = Pages()
_ENTRIES: Final = 100
_PLOTS: Final = (
    ("First decisions that followed the recommendation", "followed", "firsts"),
    ("Second opinions that agreed", "agreed", "seconds"),
    ("Appeals that overturned the decision", "overturned", "settled"),
    ("Deadlines met in time", "in_time", "deadlines"),
)


@pages.add("GET", "/overview", act="numbers.read")
def overview_page(call: CurrentPage, weeks: Annotated[int, Query(ge=1, le=104)] = 12) -> Response:
    """How often people and recommendations agree, what appeals overturn, what is late, what drifts."""
    with call.serving.database.reading() as session:
        numbers = weekly_numbers(call.serving.desk(session, call.actor), weeks=weeks)
    plots: list[Plot] = [
        share_plot(title, [(week.begins, getattr(week, part), getattr(week, whole)) for week in numbers.weeks])
        for title, part, whole in _PLOTS
    ]
    return drawn(call, "overview", numbers=numbers, plots=plots)


@pages.add("GET", "/log", act="audit.read")
def log_page(call: CurrentPage, before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The log's entries, the last first."""
    with call.serving.database.reading() as session:
        desk = call.serving.desk(session, call.actor)
        asked = select(EntryRow).order_by(EntryRow.number.desc()).limit(_ENTRIES + 1)
        if before is not None:
            asked = asked.where(EntryRow.number < before)
        rows = list(session.scalars(asked))
        more = rows[_ENTRIES - 1].number if len(rows) > _ENTRIES else None
        shown = [entry_view(row) for row in entries_shown(desk, rows[:_ENTRIES])]
        people = names_of(desk, [entry.actor_id for entry in shown])
    return drawn(call, "log", entries=shown, people=people, more=more)


@pages.add("POST", "/log/verification", act="audit.read")
def verify_by_page(call: CurrentPage) -> Response:
    """Reads the whole log, and says whether it is as it was written."""
    with call.serving.database.reading() as session:
        found = verified(call.serving, session, [])
    return drawn(call, "log_verified", found=found)
