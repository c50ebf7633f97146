"""Errors as ``application/problem+json`` (RFC 9457), with our stable codes and what to do."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from consentry.errors import ConsentryError

MEDIA_TYPE: Final = "application/problem+json"

STATUS_CODES: Final[dict[str, int]] = {
    "desk.bad_request": 400,
    "desk.not_logged_in": 401,
    "desk.not_invited": 403,
    "desk.wrong_login": 401,
    "desk.login_again": 401,
    "desk.not_allowed": 403,
    "desk.csrf": 403,
    "desk.look": 403,
    "desk.not_found": 404,
    "desk.no_such_method": 405,
    "desk.too_slow": 408,
    "desk.key_reused": 409,
    "desk.purged": 410,
    "desk.version": 412,
    "desk.too_large": 413,
    "desk.wrong_content_type": 415,
    "desk.import": 422,
    "desk.input": 422,
    "desk.weak_password": 422,
    "desk.invalid_cursor": 422,
    "desk.private_address": 422,
    "desk.no_version": 428,
    "desk.too_many_requests": 429,
    "desk.slow_down": 429,
    "desk.internal": 500,
    "desk.damaged": 500,
    "desk.keys": 503,
    "desk.key_service": 503,
    "desk.master_key": 503,
    "desk.other_login": 502,
    "desk.not_ready": 503,
    "desk.busy": 503,
}
"""What a code is answered with. Codes of the desk that are not here are conflicts with what is (409); those of other
rooms say that what was given cannot be used (422)."""


TITLES: Final[dict[int, str]] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
"""As RFC 9110 and RFC 6585 have them."""


class Problem(BaseModel):
    """What went wrong.

    Attributes:
        type: The code as an address that names the page about it; programs compare `code`.
        title: The status in words.
        detail: What happened, in a sentence.
        code: Stable; ``consentry errors CODE`` says more.
        remedy: What to do, in a sentence.
        request_id: Of this request, as the log has it.
        fields: Where in the request something is wrong, without what was given.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:consentry:error:desk.version",
                    "title": "Precondition Failed",
                    "status": 412,
                    "detail": "The case was changed by somebody else meanwhile.",
                    "code": "desk.version",
                    "remedy": "Look at it again, then repeat what still holds.",
                    "request_id": "dc6862e4ad2c4152a48b925e18e77c37",
                }
            ]
        },
    )

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str
    remedy: str
    request_id: str | None = None
    fields: list[FieldProblem] | None = None


class FieldProblem(BaseModel):
    """One field that cannot be used."""

    where: str
    message: str


Problem.model_rebuild()


def status_of(code: str) -> int:
    """The HTTP status for an error's code."""
    if code in STATUS_CODES:
        return STATUS_CODES[code]
    return 409 if code.startswith("desk.") else 422


def problem(
    code: str,
    detail: str,
    remedy: str,
    *,
    request_id: str | None = None,
    fields: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> Response:
    """A response that tells an error."""
    status = status_of(code)
    body: dict[str, Any] = {
        "type": f"urn:consentry:error:{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
        **(more or {}),
    }
    if request_id is not None:
        body["request_id"] = request_id
    if fields is not None:
        body["fields"] = fields
    return Response(json.dumps(body, ensure_ascii=False), status, headers, media_type=MEDIA_TYPE)


def problem_of(error: ConsentryError, *, request_id: str | None = None) -> Response:
    """The response for an error of ours; those that ask to wait say so in the header as well."""
    wait = getattr(error, "retry_after", None)
    headers = {"Retry-After": str(max(1, round(wait)))} if wait is not None else {}
    if status_of(error.code) == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="consentry"'
    return problem(error.code, error.message, error.remedy, request_id=request_id, headers=headers)
