"""One request: who asks, whether they may, and the transaction in which it is done.

Which act a route is stands at the route. So a route cannot forget to ask: without an act there is no such route.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from consentry.desk.actor import Actor
from consentry.desk.api.authentication import Caller, caller_of, place_of, require_own_site
from consentry.desk.api.rates import Rate
from consentry.desk.api.replies import Once, Reply, key_in, request_digest
from consentry.desk.api.serving import Serving
from consentry.desk.api.versions import etag_of, version_in
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.roles import acts_of, forbidden

Result = TypeVar("Result")
ACT: Final = "x-consentry-act"
FRESH: Final = "x-consentry-fresh"
_JSON: Final = "application/json"


class TooManyRequestsError(DeskError):
    """Somebody asks too often.

    Attributes:
        retry_after: Seconds.
    """

    default_code = "desk.too_many_requests"

    def __init__(self, retry_after: float) -> None:
        super().__init__("There were too many requests in a short time.", "Wait a moment, then go on more slowly.")
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.retry_after,)


@dataclass(frozen=True)
class Answer:
    """What a request is answered with.

    Attributes:
        content: A model, a list of models or plain JSON; ``None`` for no content.
        version: Of what is shown, for the ETag.
        location: Of what was made.
        status: If it is not the route's usual one.
    """

    content: Any = None
    version: int | None = None
    location: str | None = None
    status: int | None = None


@dataclass(frozen=True)
class Call:
    """A request by somebody who may make it.

    Attributes:
        serving: The server.
        request: As it came.
        caller: Who makes it.
        body: Its body, if it was read whole.
    """

    serving: Serving
    request: Request
    caller: Caller
    body: bytes

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    def version(self) -> int:
        """The version that the caller saw.

        Raises:
            DeskError: ``desk.no_version``, ``desk.version``.
        """
        return version_in(self.request.headers.get("if-match"))

    def read(self, work: Callable[[Desk], Answer]) -> Response:
        """Answer from what is there."""
        with self.serving.database.reading() as session:
            return _response(_reply(work(self.serving.desk(session, self.actor)), self._usual_status()))

    def write(self, work: Callable[[Desk], Answer]) -> Response:
        """Change something; doing it twice is as good as once, or is refused by its version."""
        with self.serving.database.writing() as session:
            answer = work(self.serving.desk(session, self.actor))
            session.flush()
            reply = _reply(answer, self._usual_status())
        return _response(reply)

    def once(self, work: Callable[[Desk], Answer], *, body_digest: str | None = None) -> Response:
        """Do something new, once for each idempotency key.

        Args:
            work: What is done.
            body_digest: SHA-256 of a body that was not read whole.
        """
        key = key_in(self.request.headers.get("idempotency-key"))
        if key is None:
            return self.write(work)
        digest = body_digest or hashlib.sha256(self.body).hexdigest()
        url = self.request.url
        once = Once(self.actor.id, key, request_digest(self.request.method, url.path, url.query, digest))
        with self.serving.database.writing() as session:
            once.hold(session)
            desk = self.serving.desk(session, self.actor)
            reply = once.earlier(session, desk.now)
            if reply is not None:
                return _response(reply, {"Idempotency-Replayed": "true"})
            answer = work(desk)
            session.flush()
            reply = _reply(answer, self._usual_status())
            once.keep(session, reply, desk.now)
        return _response(reply)

    def _usual_status(self) -> int:
        return int(getattr(self.request.scope["route"], "status_code", None) or 200)


def serving_of(request: Request) -> Serving:
    """The server that a request came to."""
    found: Serving = request.app.state.serving
    return found


async def body_of(request: Request) -> bytes:
    """The body of a request, unless it is a medium on its way."""
    streamed = request.scope["route"].openapi_extra.get("x-consentry-streamed")
    return b"" if streamed or request.method in {"GET", "DELETE"} else await request.body()


def current_call(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Call:
    """Who makes a request, if they may.

    Raises:
        DeskError: As `admitted`.
    """
    return admitted(request, body, request.headers.get("x-csrf-token", ""))


def admitted(request: Request, body: bytes, csrf: str) -> Call:
    """Let a request in that its route allows to whoever makes it.

    Args:
        request: Its route says the act.
        body: Of it.
        csrf: The session's CSRF token as it was given: in a header, or in a page's form.

    Raises:
        DeskError: ``desk.not_logged_in``, ``desk.not_allowed``, ``desk.csrf``, ``desk.login_again``,
            ``desk.too_many_requests``.
    """
    serving = serving_of(request)
    about: Mapping[str, Any] = request.scope["route"].openapi_extra
    settings = serving.settings
    caller = caller_of(serving, request)
    if caller is None:
        slow_down(serving, f"place:{place_of(request)}", settings.anonymous_a_second, settings.anonymous_at_once)
        raise DeskError(
            "It is not known who asks.",
            "Log in, or send a token that has not expired: Authorization: Bearer ...",
            code="desk.not_logged_in",
        )
    request.state.actor = caller.actor
    slow_down(serving, f"user:{caller.user_id}", settings.requests_a_second, settings.requests_at_once)
    act = str(about[ACT])
    scopes = None if caller.token is None else caller.token.scopes
    if act != "self" and act not in acts_of(caller.actor.roles, scopes):
        raise forbidden(act)
    if act == "self" and about.get("x-consentry-screen") and caller.token is not None:
        raise forbidden(act)
    if caller.token is None and request.method not in {"GET", "HEAD"}:
        require_own_site(serving, request, caller, csrf)
    if about.get(FRESH) and not caller.is_fresh(serving.clock(), settings):
        raise DeskError(
            "This needs a login that has just been made.", "Log in again, then repeat it.", code="desk.login_again"
        )
    return Call(serving, request, caller, body)


def slow_down(serving: Serving, who: str, a_second: float, at_once: int) -> None:
    """Count a request.

    Raises:
        TooManyRequestsError: There were too many.
    """
    wait = serving.rates.wait_for(who, Rate(a_second, at_once))
    if wait > 0:
        raise TooManyRequestsError(wait)


CurrentCall = Annotated[Call, Depends(current_call)]
CurrentServing = Annotated[Serving, Depends(serving_of)]


def _reply(answer: Answer, usual: int) -> Reply:
    headers = {}
    if answer.version is not None:
        headers["ETag"] = etag_of(answer.version)
    if answer.location is not None:
        headers["Location"] = answer.location
    status = answer.status or usual
    if answer.content is None:
        return Reply(status if status != 200 else 204, headers, b"")
    return Reply(status, {**headers, "Content-Type": _JSON}, _json(answer.content))


def _json(content: Any) -> bytes:
    if isinstance(content, BaseModel):
        return content.model_dump_json().encode()
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _response(reply: Reply, more: Mapping[str, str] | None = None) -> Response:
    return Response(reply.body, reply.status, {**reply.headers, **(more or {})})
