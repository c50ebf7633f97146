"""The application: its routes, what every error becomes, and its document."""

from __future__ import annotations

import logging
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from consentry.desk.api.bounds import BodyBounds, BodyRefusedError, BodyRules
from consentry.desk.api.calls import ACT
from consentry.desk.api.document import document
from consentry.desk.api.problems import problem, problem_of
from consentry.desk.api.request_log import LOG, RequestLog
from consentry.desk.api.routes import (
    cases,
    labels,
    looks,
    media,
    other_login,
    oversight,
    people,
    purges,
    reviewing,
    sessions,
    webhooks,
    wellbeing,
)
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.api.serving import Serving
from consentry.errors import ConsentryError
from consentry.version import __version__

ROUTES: Final[tuple[Routes, ...]] = tuple(
    room.routes
    for room in (
        sessions,
        other_login,
        cases,
        media,
        looks,
        reviewing,
        purges,
        labels,
        oversight,
        people,
        webhooks,
        wellbeing,
    )
)
"""All of them, in the order of the document."""
OPEN: Final = frozenset({"log_in", "accept_invitation", "depart", "come_back", "labels_picture", "health", "ready"})
"""Routes for everybody; all others ask who comes."""
_MOST_FIELDS: Final = 20
_LONGEST_WHERE: Final = 200


def make_app(serving: Serving) -> FastAPI:
    """The application that a server runs.

    Args:
        serving: The database, keys and settings.

    Raises:
        RuntimeError: A route neither says what act it is nor is one of the few for everybody; a mistake in the program.
    """
    app = FastAPI(
        title="Consentry desk",
        version=__version__,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.serving = serving
    for routes in ROUTES:
        _check(routes)
        app.include_router(routes.router)
    app.add_exception_handler(ConsentryError, _our_error)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(IntegrityError, _at_the_same_time)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(Exception, _defect)
    settings = serving.settings
    usual = BodyRules(most=settings.body_bytes, stall_seconds=settings.stall_seconds)
    upload = BodyRules(
        most=settings.upload_bytes, total_seconds=settings.upload_seconds, stall_seconds=settings.stall_seconds
    )
    app.add_middleware(
        BodyBounds, usual=usual, special=[(rf"{PREFIX}/cases/[^/]+/(posts/[^/]+/)?(media|references)", upload)]
    )
    app.add_middleware(RequestLog, metrics=serving.metrics)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's own way to have another document
    return app


def _check(routes: Routes) -> None:
    for route in routes.router.routes:
        if not isinstance(route, APIRoute):
            raise TypeError("only routes that are declared can be served")
        if ACT not in (route.openapi_extra or {}) and route.name not in OPEN:
            raise RuntimeError(f"nobody is asked who they are at {route.path}")


def request_id_of(request: Request) -> str | None:
    """The request's id, as the log has it."""
    found: str | None = getattr(request.state, "request_id", None)
    return found


def _our_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ConsentryError)  # noqa: S101  it is what the handler was added for
    return problem_of(error, request_id=request_id_of(request))


def _unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  as above
    found = error.errors()
    fields = [
        {"where": ".".join(map(str, each["loc"]))[:_LONGEST_WHERE], "message": str(each["msg"])[:_LONGEST_WHERE]}
        for each in found[:_MOST_FIELDS]
    ]
    if any(each["type"] == "json_invalid" for each in found):
        return problem(
            "desk.bad_request", "The body is no JSON.", "Send JSON.", request_id=request_id_of(request), fields=fields
        )
    return problem(
        "desk.input",
        "Something in the request cannot be used.",
        "The fields say what; the document at /api/v1/openapi.json says what is expected.",
        request_id=request_id_of(request),
        fields=fields,
    )


_OF_HTTP: Final[dict[int, tuple[str, str, str]]] = {
    404: ("desk.not_found", "There is nothing at this address.", "See /api/v1/openapi.json for all that there is."),
    405: ("desk.no_such_method", "This cannot be done here.", "The header Allow says what can."),
    415: ("desk.wrong_content_type", "A body of this kind is not taken here.", "Send application/json."),
}


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  as above
    code, detail, remedy = _OF_HTTP.get(
        error.status_code, ("desk.bad_request", "The request cannot be read.", "Send what the document describes.")
    )
    return problem(code, detail, remedy, request_id=request_id_of(request), headers=dict(error.headers or {}))


def _at_the_same_time(request: Request, error: Exception) -> Response:
    del error
    return problem(
        "desk.conflict",
        "Somebody did the same at the same moment.",
        "Look at what is there now.",
        request_id=request_id_of(request),
    )


def _database(request: Request, error: Exception) -> Response:
    LOG.error("database", extra={"request_id": request_id_of(request), "error": type(error).__name__})
    return problem(
        "desk.busy",
        "The database did not answer in time.",
        "Wait a moment, then send it again with the same idempotency key.",
        request_id=request_id_of(request),
        headers={"Retry-After": "2"},
    )


def _defect(request: Request, error: Exception) -> Response:
    """A mistake of ours: where it is goes into the log, and nothing of what it was about."""
    if isinstance(error, BodyRefusedError):
        return problem_of(error.error, request_id=request_id_of(request))
    told: dict[str, Any] = {"request_id": request_id_of(request), "error": type(error).__name__, "at": _place(error)}
    LOG.log(logging.ERROR, "defect", extra=told)
    return problem(
        "desk.internal",
        "The desk made a mistake.",
        "Tell whoever runs it the request_id; the log has its place.",
        request_id=request_id_of(request),
    )


def _place(error: BaseException) -> list[str]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "consentry" in code.co_filename:
            places.append(f"{code.co_filename.rpartition('consentry')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-10:]
