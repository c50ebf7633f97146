"""Label Studio's machine learning backend protocol, and what a project there is made of.

Label Studio is given ``https://.../api/v1/labels`` as the backend's address, with basic authentication: any user, and a
token of a program's account as the password. Its protocol is that of version 1.x: health, setup, predict, webhook.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Body, Path, Query
from starlette.responses import Response

from consentry.desk.actor import SYSTEM
from consentry.desk.api.bodies.common import View
from consentry.desk.api.calls import Answer, CurrentCall, CurrentServing
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.cases.policies import policy_of
from consentry.desk.desk import Desk
from consentry.desk.labelstudio.annotating import take_annotation
from consentry.desk.labelstudio.configuration import labelling_configuration
from consentry.desk.labelstudio.listing import tasks
from consentry.desk.labelstudio.predicting import predictions, version_of
from consentry.desk.renditions.making import Wanted
from consentry.desk.renditions.rendering import picture_source

routes = Routes("labels", "/labels")
Sent = Annotated[dict[str, Any], Body(examples=[{"project": "1.1764547200", "tasks": []}])]
PICTURE: Final = "picture"
_DAYS: Final = 7
_MOST_TASKS: Final = 1000


class Up(View):
    """That it runs."""

    status: str = "UP"
    model_class: str = "Consentry"


class SetUp(View):
    """What predictions will be made by."""

    model_version: str


class Predicted(View):
    """A prediction for each task, in their order."""

    results: list[dict[str, Any]]


class Taken(View):
    """How many answers came of an event."""

    answers: int


class Project(View):
    """What a project is made of."""

    label_config: str
    tasks: list[dict[str, Any]]


@routes.add("GET", "/health", act="labels.use", answer=Up, about="Whether the backend runs")
def labels_health(call: CurrentCall) -> Response:
    """Says that it runs, to who has a token."""
    return call.read(lambda _desk: Answer(Up()))


@routes.add("POST", "/setup", act="labels.use", answer=SetUp, about="Connect a project")
def labels_setup(call: CurrentCall, body: Sent) -> Response:
    """Takes note of nothing: the project's own token, which Label Studio sends along, is not kept."""
    del body
    return call.read(lambda desk: Answer(SetUp(model_version=version_of(desk))))


@routes.add("POST", "/predict", act="labels.use", answer=Predicted, about="Pre-fill tasks")
def labels_predict(call: CurrentCall, body: Sent) -> Response:
    """Boxes of faces, the kind of scene, and what is known already. Tasks of others' cases come back empty."""
    asked = body.get("tasks")
    listed = asked[:_MOST_TASKS] if isinstance(asked, list) else []
    return call.read(lambda desk: Answer(Predicted(results=predictions(desk, listed))))


@routes.add("POST", "/webhook", act="labels.use", answer=Taken, may_fail=(410, 412), about="Take an annotation")
def labels_webhook(call: CurrentCall, body: Sent) -> Response:
    """Makes answers of what somebody chose in a finished annotation; the case is decided again at once."""
    return call.once(lambda desk: Answer(Taken(answers=take_annotation(desk, body))))


@routes.add("GET", "/project", act="labels.use", answer=Project, about="Configuration and tasks")
def labels_project(call: CurrentCall, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """The labelling configuration of the policy at work, and tasks of the most pressing cases that wait."""
    base = call.serving.settings.public_address or str(call.request.base_url).rstrip("/")
    until = int(call.serving.clock().timestamp()) + _DAYS * 86_400

    def address(case: UUID, medium: UUID) -> str:
        signed = call.serving.cursors.write(PICTURE, {}, [str(case), str(medium), until])
        return f"{base}{PREFIX}/labels/pictures/{signed}"

    def work(desk: Desk) -> Answer:
        made = Project(
            label_config=labelling_configuration(policy_of(desk.settings)), tasks=tasks(desk, address, limit=limit)
        )
        return Answer(made)

    return call.read(work)


@routes.add_open("GET", "/pictures/{signed}", about="A picture of a task", may_fail=(404, 410, 503))
def labels_picture(
    serving: CurrentServing, signed: Annotated[str, Path(max_length=400, pattern="^[A-Za-z0-9_-]+$")]
) -> Response:
    """Shows a picture of a task, faces of others blurred, to who has its signed address, which lasts for a week."""
    wanted = Wanted("picture", "usual", 0, serving.settings.rendition_side, serving.settings.blur_claimant)
    with serving.database.reading() as session:
        desk = serving.desk(session, SYSTEM)
        source = picture_source(desk, serving.cursors.read(PICTURE, {}, signed) or [])
    made = serving.renditions.render(source, wanted)
    headers = {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(made.content, media_type=made.content_type, headers=headers)
