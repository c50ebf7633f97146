"""One line a request: who, what, how it ended, how long it took; never a body, a query or an e-mail."""

from __future__ import annotations

import logging
import re
import time
from typing import Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentry.desk.api.metrics import Metrics

LOG: Final = logging.getLogger("consentry.desk")
_KEPT_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer that does not say otherwise."""


class RequestLog:
    """Middleware around everything: an id for each request, its line in the log, its place in the metrics.

    Args:
        app: What comes next.
        metrics: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        begun = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                given += [header for header in _SECURITY if header[0] not in names]
                message = {**message, "headers": [*given, (b"x-request-id", request_id.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = time.perf_counter() - begun
            # The route, not the path: paths hold ids, and their number has no bound.
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.request(str(scope["method"]), route, status, took)
            actor = scope["state"].get("actor")
            told = {
                "request_id": request_id,
                "method": scope["method"] if str(scope["method"]).isalpha() else "?",
                "route": route,
                "status": status,
                "milliseconds": round(took * 1000, 1),
                "actor": str(actor.id) if actor is not None else None,
            }
            LOG.info("request", extra=told)


def _id_of(scope: Scope) -> str:
    """The id that a proxy gave, if it looks like one; else one of ours."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _KEPT_ID.fullmatch(given) else uuid4().hex
