"""What requests may cost before anything looks at them: bytes, seconds, pieces that drip.

Plain ASGI, around everything else, so that no route can forget it. A body that is larger than allowed is refused by its
`Content-Length` if it has one, and by counting in any case; one that comes slower than allowed is given up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentry.desk.api.problems import problem_of
from consentry.desk.errors import DeskError


@dataclass(frozen=True, kw_only=True)
class BodyRules:
    """Bounds of a request's body.

    Attributes:
        most: Bytes.
        total_seconds: For all of it.
        stall_seconds: For each `stall_bytes` of it; the last may be shorter.
        stall_bytes: How much must come in that time.
    """

    most: int = 1 << 20
    total_seconds: float = 60.0
    stall_seconds: float = 10.0
    stall_bytes: int = 16 * 1024


class BodyBounds:
    """Middleware that holds each request's body to rules.

    Args:
        app: What comes next.
        usual: Rules for all paths.
        special: Patterns of paths that have other rules; the first that matches the whole path counts.
    """

    def __init__(self, app: ASGIApp, usual: BodyRules, special: Sequence[tuple[str, BodyRules]] = ()) -> None:
        self._app = app
        self._usual = usual
        self._special = [(re.compile(pattern), rules) for pattern, rules in special]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])
        rules = next((rules for pattern, rules in self._special if pattern.fullmatch(path)), self._usual)
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if lengths and (not lengths[0].isdigit() or int(lengths[0][:20]) > rules.most):
            await problem_of(_too_large(rules.most))(scope, receive, _closing(send))
            return
        bounded = _Bounded(receive, rules)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            # What is left of a body that was given up is not read: the connection ends with the answer.
            await (_closing(send) if bounded.broken is not None else send)(message)

        try:
            await self._app(scope, bounded, watched)
        except BodyRefusedError as refused:
            if started:
                raise
            await problem_of(refused.error)(scope, receive, _closing(send))


class BodyRefusedError(Exception):
    """A body that is given up; it passes through whatever reads it.

    Attributes:
        error: What is said of it.
    """

    def __init__(self, error: DeskError) -> None:
        super().__init__(str(error))
        self.error = error


class _Bounded:
    def __init__(self, receive: Receive, rules: BodyRules) -> None:
        self._receive = receive
        self._rules = rules
        self._bytes = 0
        self._window = 0
        self._ended = False
        self._begun: float | None = None
        self._window_begun = 0.0
        self.broken: DeskError | None = None

    async def __call__(self) -> Message:
        if self._ended:
            return await self._receive()
        if self.broken is not None:
            raise BodyRefusedError(self.broken)
        now = asyncio.get_running_loop().time
        if self._begun is None:
            self._begun = self._window_begun = now()
        ends = min(self._begun + self._rules.total_seconds, self._window_begun + self._rules.stall_seconds)
        try:
            async with asyncio.timeout_at(ends):
                message = await self._receive()
        except TimeoutError as error:
            self.broken = DeskError(
                "The body of the request came too slowly.", "Send it again over a faster line.", code="desk.too_slow"
            )
            raise BodyRefusedError(self.broken) from error
        if message["type"] != "http.request":
            return message
        size = len(message.get("body", b""))
        self._bytes += size
        self._window += size
        if self._window >= self._rules.stall_bytes:
            self._window, self._window_begun = 0, now()
        if self._bytes > self._rules.most:
            self.broken = _too_large(self._rules.most)
            raise BodyRefusedError(self.broken)
        self._ended = not message.get("more_body", False)
        return message


def _closing(send: Send) -> Send:
    async def closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
        await send(message)

    return closed


def _too_large(most: int) -> DeskError:
    return DeskError(
        f"The body of the request has more than the {most:,} bytes that are allowed.",
        "Send less, or have the limit raised.",
        code="desk.too_large",
    )
