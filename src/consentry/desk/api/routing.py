"""Declaring routes: the act, what comes out, and every status, so that the document tells all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from fastapi import APIRouter, Depends

from consentry.desk.api.calls import ACT, FRESH, current_call
from consentry.desk.api.problems import MEDIA_TYPE, Problem
from consentry.desk.people.roles import ACTS

PREFIX: Final = "/api/v1"
Handler = Callable[..., Any]
_SAID: Final[dict[int, str]] = {
    400: "The request cannot be read.",
    401: "It is not known who asks, or a recent login is needed.",
    403: "The caller may not do this, or the request does not come from our own pages.",
    404: "There is no such thing, or not for the caller.",
    408: "The body came too slowly.",
    409: "It cannot be done as things are.",
    410: "It was purged.",
    412: "Somebody has changed it since the version in If-Match.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken.",
    422: "The request can be read, and something in it cannot be used.",
    428: "If-Match is missing.",
    429: "There were too many requests, or too many failures.",
    500: "The desk made a mistake.",
    502: "Another server, which is needed for this, does not answer as it should.",
    503: "The desk is busy or not ready.",
}
_ALWAYS: Final = (400, 401, 403, 408, 413, 422, 429, 500, 503)
_OPEN: Final = (400, 401, 403, 408, 413, 415, 422, 429, 500, 503)


def problems(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    """What the document says of each status of an error."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {"description": _SAID[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted(set(statuses))
    }


class Routes:
    """Routes of one subject.

    Args:
        tag: The subject's name in the document.
        prefix: Of their paths, after ``/api/v1``.
    """

    def __init__(self, tag: str, prefix: str = "") -> None:
        self.router = APIRouter(prefix=PREFIX + prefix, tags=[tag])

    def add(
        self,
        method: str,
        path: str,
        *,
        act: str,
        answer: Any = None,
        status: int = 200,
        about: str = "",
        may_fail: Iterable[int] = (),
        versioned: bool = False,
        fresh: bool = False,
        screen: bool = False,
        streamed: bool = False,
        more: dict[str, Any] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare the route that a function is.

        Args:
            method: ``GET``, ``POST``, ``PATCH`` or ``DELETE``.
            path: After the prefix.
            act: Of `consentry.desk.people.roles`; ``self`` for what everybody may do who has an account.
            answer: The model of the answer's body; ``None`` for none.
            status: Of the answer.
            about: In a few words.
            may_fail: Statuses besides those that every route has.
            versioned: Whether `If-Match` is asked for.
            fresh: Whether a recent login is asked for.
            screen: Whether tokens are refused.
            streamed: Whether the body is taken piece by piece.
            more: For the document.
            responses: For the document, of other answers than the usual one.
        """
        if act != "self" and act not in ACTS:
            raise ValueError(f"'{act}' is no act, so nobody could be allowed to do it")
        statuses = {*_ALWAYS, *may_fail}
        if versioned:
            statuses |= {412, 428}
        if "{" in path or "{" in self.router.prefix:
            statuses.add(404)
        parameters: list[dict[str, Any]] = []
        if method == "POST":
            statuses |= {409, 415}
            parameters.append(_header("Idempotency-Key", "Sent again with the same request, it is done once."))
        if method == "PATCH":
            statuses |= {409, 415}
        if versioned:
            parameters.append(_header("If-Match", "The ETag that it was read with.", '"3"'))
        extra: dict[str, Any] = {
            ACT: act,
            FRESH: fresh,
            "x-consentry-screen": screen,
            "x-consentry-streamed": streamed,
            "security": [{"session": []}] if screen or fresh else [{"token": []}, {"session": []}],
            **(more or {}),
        }
        if parameters:
            extra["parameters"] = [*extra.get("parameters", []), *parameters]

        def declare(function: Handler) -> Handler:
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                status_code=status,
                response_model=answer,
                summary=about or None,
                operation_id=function.__name__,
                responses={**problems(statuses), **(responses or {})},
                openapi_extra=extra,
                dependencies=[Depends(current_call)],
            )
            return function

        return declare

    def add_open(
        self,
        method: str,
        path: str,
        *,
        answer: Any = None,
        status: int = 200,
        about: str = "",
        may_fail: Iterable[int] = (),
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare a route for everybody: logging in, and whether the server is well. A test counts them."""

        def declare(function: Handler) -> Handler:
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                status_code=status,
                response_model=answer,
                summary=about or None,
                operation_id=function.__name__,
                responses={**problems({*_OPEN, *may_fail}), **(responses or {})},
                openapi_extra={"security": []},
            )
            return function

        return declare


def _header(name: str, about: str, example: str | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name == "Idempotency-Key":
        schema |= {"minLength": 16, "maxLength": 255, "pattern": "^[!-~]+$"}
        example = "0197c5d2-8a3f-7c1e-9b1a-5f0c2d9e4a77"
    return {"name": name, "in": "header", "required": False, "description": about, "schema": schema, "example": example}
