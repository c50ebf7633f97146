"""What a screen is shown of media: renditions, and looks behind the blur."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from consentry.desk.api.bodies.keeping import NewLook
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.routing import Routes
from consentry.desk.cases.looking import LookView, look
from consentry.desk.desk import Desk
from consentry.desk.renditions.making import JPEG, MP4, Kind, Show, Wanted
from consentry.desk.renditions.rendering import Source, source_of

routes = Routes("media", "/cases/{case}/media/{medium}")
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture or clip. Consentry-Hidden: how many faces are blurred; -1 where all of it is, "
        "because faces could not be looked for. Consentry-Shown: how many are left. Consentry-Stills: of how many "
        "pictures.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (JPEG, MP4)},
    }
}


@routes.add(
    "POST", "/looks", act="media.look", answer=LookView, status=201, may_fail=(410,), about="Say why to look closer"
)  # fmt: skip
def look_closer(call: CurrentCall, case: UUID, medium: UUID, body: NewLook) -> Response:
    """Logs that the caller looks at what is blurred for others, or at a reference photo, for a quarter of an hour."""
    return call.once(lambda desk: Answer(look(desk, case, medium, body.what, body.reason, body.words)))


@routes.add(
    "GET", "/rendition", act="media.view", may_fail=(409, 410), responses=_FILE, about="See a medium"
)  # fmt: skip
def see_medium(
    call: CurrentCall,
    case: UUID,
    medium: UUID,
    kind: Annotated[Kind, Query(description="A picture (of a video: all of its stills), one still, or a clip.")] = (
        "picture"
    ),
    show: Annotated[Show, Query(description="Faces other than usual want a look first.")] = "usual",
    still: Annotated[int, Query(ge=0, le=99, description="Which still of a video.")] = 0,
) -> Response:
    """Shows a medium: made anew from its pixels, without metadata or sound, other people's faces blurred."""
    settings = call.serving.settings
    wanted = Wanted(kind, show, still, settings.rendition_side, settings.blur_claimant)
    found: list[Source] = []

    def work(desk: Desk) -> Answer:
        found.append(source_of(desk, case, medium, wanted))
        return Answer()

    call.read(work)  # the transaction is over before anything is decoded
    made = call.serving.renditions.render(found[0], wanted)
    return Response(
        made.content,
        media_type=made.content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Consentry-Hidden": str(made.hidden),
            "Consentry-Shown": str(made.shown),
            "Consentry-Stills": str(made.stills),
        },
    )
