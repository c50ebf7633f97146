"""Media and reference photos on their way into a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from consentry.desk.api.bodies.cases import MediumAt
from consentry.desk.api.calls import Answer, Call, CurrentCall
from consentry.desk.api.fetched import fetched
from consentry.desk.api.routing import Routes
from consentry.desk.api.uploads import Received, received
from consentry.desk.cases.filing import add_media
from consentry.desk.cases.locating import case_to_read, post_of
from consentry.desk.cases.views import MediumView
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.vault.keys import KeyKind

routes = Routes("media", "/cases/{case}")
Name = Annotated[
    str, Query(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$", description="What results call it; no path.")
]
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file's bytes, as they are.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@routes.add(
    "POST", "/posts/{post}/media", act="cases.change", answer=MediumView, status=201, streamed=True, more=_BODY,
    about="Upload a medium of a post",
)  # fmt: skip
async def upload_medium(call: CurrentCall, request: Request, case: UUID, post: UUID, name: Name = "") -> Response:
    """Takes an image or a video; the body is the file. It is encrypted as it comes, and looked at by a worker."""
    return await _upload(call, request, case, post, name)


@routes.add(
    "POST", "/references", act="cases.change", answer=MediumView, status=201, streamed=True, more=_BODY,
    about="Upload a reference photo",
)  # fmt: skip
async def upload_reference(call: CurrentCall, request: Request, case: UUID, name: Name = "") -> Response:
    """Takes a verified photo of the depicted person, for this claim alone.

    It is kept under the claim's own key, and compared with the posts of this report and with nothing else.
    """
    return await _upload(call, request, case, None, name)


@routes.add(
    "POST", "/posts/{post}/media/address", act="cases.change", answer=MediumView, status=201,
    about="Have a medium fetched",
)  # fmt: skip
def fetch_medium(call: CurrentCall, case: UUID, post: UUID, body: MediumAt) -> Response:
    """Brings a medium from an address, from public machines only, and within bounds of size and time."""
    key = _key(call, case, post, "case")
    came, name = fetched(body.address, call.serving.keeper.receive(key), call.serving.settings)
    return _kept(call, case, post, body.name or name, came)


async def _upload(call: Call, request: Request, case: UUID, post: UUID | None, name: str) -> Response:
    kind: KeyKind = "claim" if post is None else "case"
    key = await run_in_threadpool(_key, call, case, post, kind)
    came = await received(request, call.serving.keeper.receive(key))
    return await run_in_threadpool(_kept, call, case, post, name, came)


def _key(call: Call, case_id: UUID, post: UUID | None, kind: KeyKind) -> bytes:
    """The key that a medium is kept under, if it may be added at all: asked before anything of it is read."""
    database = call.serving.database
    with database.writing() if kind == "claim" else database.reading() as session:
        desk = call.serving.desk(session, call.actor)
        case = case_to_read(desk, case_id)
        if case.state not in {"received", "open"}:
            raise DeskError(
                f"Media cannot be added to a case that is '{case.state}'.",
                "Add them before it is assessed, or while it waits in the queue.",
                code="desk.transition",
            )
        if post is not None:
            post_of(desk, case, post)
        if kind == "claim":
            expires_at = desk.now + timedelta(days=desk.settings.claim_days)
            desk.keys.ensure(session, desk.clock, case_id, kind, expires_at=expires_at)
        return desk.keys.key(session, case_id, kind)


def _kept(call: Call, case: UUID, post: UUID | None, name: str, came: Received) -> Response:
    role: Literal["post", "reference"] = "reference" if post is None else "post"

    def work(desk: Desk) -> Answer:
        row = add_media(
            desk, case, post=post, role=role, name=name, address=came.address, size=came.size,
            content_type=came.content_type,
        )  # fmt: skip
        view = MediumView(
            id=row.id, role=row.role, name=name, size=row.size, content_type=row.content_type, added_at=row.added_at
        )
        return Answer(view, version=case_to_read(desk, case).version)

    return call.once(work, body_digest=came.digest)
