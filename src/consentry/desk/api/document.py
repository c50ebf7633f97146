"""The OpenAPI document: what FastAPI knows, and what holds for all routes."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from consentry.desk.api.authentication import COOKIE
from consentry.desk.api.problems import Problem

_DESCRIPTION: Final = """\
Cases of reports about private media: what was reported, what was recommended, what people decided.

Errors are `application/problem+json` with a stable `code`. Every POST takes an `Idempotency-Key`. Lists give a cursor,
`next`. What several people change carries an `ETag` and asks for `If-Match`. See docs/desk/api.md.
"""


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application; made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/"}],
    )
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas[Problem.__name__] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of an account."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "A session; what changes something also needs X-CSRF-Token.",
        },
    }
    app.openapi_schema = made
    return made
