"""Whether the server is well, for whoever runs it: alive, ready, and its figures."""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from consentry.desk.api.bodies.common import View
from consentry.desk.api.calls import CurrentCall, CurrentServing
from consentry.desk.api.metrics import MEDIA_TYPE, Figure
from consentry.desk.api.routing import Routes
from consentry.desk.api.serving import Serving
from consentry.desk.cases.numbers import weekly_numbers
from consentry.desk.errors import DeskError
from consentry.desk.store.migrating import require_current
from consentry.desk.store.tables.webhooks import DeliveryRow
from consentry.desk.store.tables.work import JobRow
from consentry.version import __version__

routes = Routes("wellbeing")
WEEKLY: Final = (
    "filed", "decided", "followed", "firsts", "agreed", "seconds", "appeals", "overturned", "settled", "in_time",
    "deadlines",
)  # fmt: skip
"""Counts of the week that Prometheus is told."""


class Health(View):
    """That the server answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__


@routes.add_open("GET", "/health", answer=Health, about="Is the server alive?")
def health() -> Health:
    """Answers as long as the process does; asks nothing else."""
    return Health()


@routes.add_open("GET", "/ready", answer=Health, about="Can the server do its work?")
def ready(serving: CurrentServing) -> Health:
    """Answers with 503 as long as the database cannot be asked or its tables are of another version."""
    try:
        with serving.database.reading() as session:
            session.execute(text("SELECT 1"))
        require_current(serving.database)
    except (SQLAlchemyError, DeskError) as error:
        raise DeskError(
            "The database is not ready.", "See that it runs, and `consentry desk migrate`.", code="desk.not_ready"
        ) from error
    return Health()


@routes.add(
    "GET",
    "/metrics",
    act="metrics.read",
    about="Figures for Prometheus",
    responses={200: {"description": "Figures.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(call: CurrentCall) -> Response:
    """Requests of this process, and cases, jobs and deliveries of all; with a token of its own."""
    return Response(call.serving.metrics.text(figures_of(call.serving)), media_type=MEDIA_TYPE)


def figures_of(serving: Serving) -> list[Figure]:
    """What is counted in the database; asked for at most once a minute, however often somebody collects it."""
    return serving.metrics.kept("database", lambda: _read(serving))


def _read(serving: Serving) -> list[Figure]:
    with serving.database.reading() as session:
        undone = select(JobRow.kind, JobRow.state, func.count()).where(JobRow.state != "done")
        jobs = session.execute(undone.group_by(JobRow.kind, JobRow.state)).all()
        sent = session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)).all()
        numbers = weekly_numbers(serving.desk(session), weeks=1)
    week = numbers.weeks[-1]
    counts: list[tuple[tuple[str, ...], float]] = [((name,), float(getattr(week, name))) for name in WEEKLY]
    drift: list[tuple[tuple[str, ...], float]] = [
        ((score,), value) for score, value in week.drift.items() if value is not None
    ]
    actions: list[tuple[tuple[str, ...], float]] = [((action,), float(count)) for action, count in week.actions.items()]
    return [
        ("consentry_desk_cases", "Cases.", ("state",), [((at,), float(n)) for at, n in numbers.states.items()]),
        ("consentry_desk_cases_late", "Cases past their deadline.", (), [((), float(numbers.overdue))]),
        (
            "consentry_desk_jobs",
            "Jobs that are not done.",
            ("kind", "state"),
            [((kind, state), float(count)) for kind, state, count in jobs],
        ),
        ("consentry_desk_deliveries", "Webhooks.", ("state",), [((state,), float(count)) for state, count in sent]),
        ("consentry_desk_week", "What happened since Monday (GET /numbers says what each is).", ("number",), counts),
        ("consentry_desk_week_verdicts", "Verdicts that took effect since Monday.", ("action",), actions),
        ("consentry_desk_week_drift", "Population stability index of scores since Monday.", ("score",), drift),
    ]
