"""Label Studio's protocol: what it asks is answered as it expects, and what people chose there becomes answers."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import fromstring

import pytest
from desk_people import Front, Person
from desk_signals import BEDROOM_SIGNALS
from test_life import REPORT

from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.recording import Found, record
from consentry.desk.labelstudio.configuration import labelling_configuration, questions_of
from consentry.desk.store.ids import new_id
from consentry.policy import load_policy
from consentry.records import Face, FaceQuality, FaceSignal


class Project:
    """A project of Label Studio, connected by basic authentication as it does it, and one case of its account."""

    def __init__(self, front: Front, repository: Path, report: dict[str, Any] = REPORT) -> None:
        self.user = front.account("service")
        self.platform = front.with_token(user=self.user)
        filed = self.platform.post("/cases", report).json()
        self.case, self.post = filed["id"], filed["posts"][0]["id"]
        photo = (repository / "data/demo/media/bedroom.jpg").read_bytes()
        where = f"/api/v1/cases/{self.case}/posts/{self.post}/media?name=bedroom.jpg"
        self.medium = self.platform.client.post(where, content=photo).json()["id"]
        front.assess(self.case)
        self.client = front.stranger()
        secret = base64.b64encode(f"label-studio:{front.token(self.user)}".encode()).decode()
        self.client.headers["Authorization"] = f"Basic {secret}"

    def task(self, **data: str) -> dict[str, Any]:
        return {"id": 1, "data": {"case": self.case, "post": self.post, "medium": self.medium, **data}}

    def post_(self, what: str, body: Any) -> Any:
        return self.client.post(f"/api/v1/labels/{what}", json=body)

    def annotated(self, *chosen: tuple[str, str], **more: Any) -> dict[str, Any]:
        result = [
            {"from_name": name, "to_name": "image", "type": "choices", "value": {"choices": [word]}}
            for name, word in chosen
        ]
        event = {"action": "ANNOTATION_CREATED", "task": self.task(), "annotation": {"id": 12, "result": result}}
        return {**event, **more}


@pytest.fixture
def project(front: Front, repository: Path) -> Project:
    return Project(front, repository)


def test_the_configuration_asks_what_the_policy_asks() -> None:
    policy = load_policy(None)
    view = fromstring(labelling_configuration(policy))  # noqa: S314  our own
    named = {each.get("name"): each for each in view if each.tag == "Choices"}
    asked = questions_of(policy)
    assert {"context", *(f"fact_{name}" for name in asked)} == set(named)
    assert [choice.get("value") for choice in named["fact_public_figure"]] == ["yes", "no", "unknown"]
    assert all(each.get("toName") == "image" for each in named.values())
    assert [label.get("value") for label in view.find("RectangleLabels") or []] == ["claimant", "somebody else"]


def test_it_is_up_and_set_up(project: Project) -> None:
    assert project.client.get("/api/v1/labels/health").json()["status"] == "UP"
    body = {"project": "1.1764547200", "schema": "<View/>", "hostname": "http://localhost:8080", "access_token": "x",
            "extra_params": None}  # fmt: skip
    answer = project.post_("setup", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model_version"].startswith("consentry ")


def test_a_prediction_has_the_form_that_is_published(project: Project) -> None:
    tasks = [project.task(), {"data": {"image": "x"}}, "nonsense"]
    nothing = {"login": None, "password": None, "context": None}
    body = {"tasks": tasks, "project": "1.2", "label_config": "<View/>", "params": nothing}
    answer = project.post_("predict", body)
    assert answer.status_code == 200, answer.text
    ours, *others = answer.json()["results"]
    assert all(each["result"] == [] for each in others)
    assert len(others) == 2
    regions = {region["from_name"]: region for region in ours["result"]}
    assert regions["context"]["value"] == {"choices": ["private"]}
    assert all(
        region["to_name"] == "image" and region["type"] in {"choices", "rectanglelabels"} for region in ours["result"]
    )
    assert 0.0 <= ours["score"] <= 1.0
    assert not any(name.startswith("fact_private_setting") for name in regions)  # a model's word is no answer


def test_faces_are_boxes_in_hundredths(front: Front, repository: Path) -> None:
    quality = FaceQuality(width_pixels=40, sharpness=100.0, usable=True)
    faces = tuple(
        Face(box=(0.1, 0.2, 0.3, 0.6), detection_probability=0.99, quality=quality, band=band)
        for band in ("match", "no_match")
    )
    found = FaceSignal(media_id="bedroom.jpg", model="test", faces=faces)
    other = Project(front, repository, {**REPORT, "report": {**REPORT["report"], "report_id": "R-2"}})
    signals = BEDROOM_SIGNALS.model_copy(update={"faces": (found,)})
    with front.serving.database.writing() as session:
        desk = front.serving.desk(session)
        case = case_to_change(desk, UUID(other.case))
        (post,) = posts_of(desk, case.id)
        record(desk, case, post, Found(signals, ("bedroom.jpg",)), "measured", new_id())
    regions = other.post_("predict", {"tasks": [other.task()]}).json()["results"][0]["result"]
    boxes = [region for region in regions if region["type"] == "rectanglelabels"]
    assert [box["value"]["rectanglelabels"] for box in boxes] == [["claimant"], ["somebody else"]]
    value = boxes[0]["value"]
    assert [round(value[side]) for side in ("x", "y", "width", "height")] == [10, 20, 20, 40]
    assert boxes[0]["original_width"] > 1


def test_an_annotation_becomes_answers_and_the_case_is_decided_again(front: Front, project: Project) -> None:
    anna = front.at_screen("reviewer")
    before = anna.get(f"/cases/{project.case}").json()["posts"][0]
    event = project.annotated(
        ("fact_public_figure", "no"), ("fact_intent_to_harass", "yes"), ("context", "private"),
        ("fact_public_interest", "unknown"), ("fact_no_such_thing", "yes"), ("fact_crisis_help", "perhaps"),
    )  # fmt: skip
    answer = project.post_("webhook", event)
    assert (answer.status_code, answer.json()) == (200, {"answers": 2})
    after = anna.get(f"/cases/{project.case}").json()["posts"][0]
    given = {each["fact"]: (each["value"], each["source"], each["detail"]) for each in after["answers"]}
    assert given == {
        "public_figure": ("no", "lookup", "Label Studio, annotation 12"),
        "intent_to_harass": ("yes", "lookup", "Label Studio, annotation 12"),
    }
    assert len(after["assessments"]) == len(before["assessments"]) + 1


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"action": "PROJECT_UPDATED"},
        {"action": "ANNOTATION_CREATED"},
        {"action": "ANNOTATION_CREATED", "task": [], "annotation": 3},
        {"action": ["x"], "task": {"data": {"case": "no id"}}, "annotation": {"result": "none"}},
    ],
)
def test_what_brings_no_answers_is_acknowledged(project: Project, event: dict[str, Any]) -> None:
    answer = project.post_("webhook", event)
    assert answer.status_code in {200, 422}, answer.text
    assert answer.status_code == 422 or answer.json() == {"answers": 0}


def test_odd_regions_and_cancelled_annotations_bring_no_answers(project: Project) -> None:
    odd: list[Any] = [None, 3, {}, {"type": "choices"}, {"type": "choices", "value": {"choices": ["yes", "no"]}}]
    event = project.annotated()
    event["annotation"]["result"] = odd
    assert project.post_("webhook", event).json() == {"answers": 0}
    event = project.annotated(("fact_public_figure", "no"))
    event["annotation"]["was_cancelled"] = True
    assert project.post_("webhook", event).json() == {"answers": 0}


def test_a_program_answers_for_its_own_cases_only(front: Front, project: Project, repository: Path) -> None:
    other = Project(front, repository, {**REPORT, "report": {**REPORT["report"], "report_id": "R-9"}})
    refused = other.post_("webhook", {**project.annotated(("fact_public_figure", "no")), "project": {}})
    assert (refused.status_code, refused.json()["code"]) == (404, "desk.not_found")
    assert other.post_("predict", {"tasks": [project.task()]}).json()["results"][0]["result"] == []
    assert [task["data"]["case"] for task in other.client.get("/api/v1/labels/project").json()["tasks"]] == [other.case]


def test_nobody_comes_in_without_a_token(front: Front, project: Project) -> None:
    for header in ("Basic", "Basic !!!", "Basic " + base64.b64encode(b"a:b").decode(), "Bearer x"):
        stranger = front.stranger()
        stranger.headers["Authorization"] = header
        assert stranger.get("/api/v1/labels/health").status_code == 401
    elsewhere = project.client.get("/api/v1/cases")  # the password way is for this protocol alone
    assert elsewhere.status_code == 401
    reviewer: Person = front.with_token("reviewer")
    assert reviewer.get("/labels/health").status_code == 403


def test_pictures_of_tasks_are_seen_at_signed_addresses_for_a_while(front: Front, project: Project) -> None:
    shown = project.client.get("/api/v1/labels/project").json()
    assert shown["label_config"].startswith("<View>")
    (task,) = shown["tasks"]
    assert task["data"]["open"]
    path = "/api/v1" + task["data"]["image"].partition("/api/v1")[2]
    browser = front.stranger()
    seen = browser.get(path)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert browser.get(path[:-2] + ("AA" if not path.endswith("AA") else "BB")).status_code == 422
    expired = front.serving.cursors.write("picture", {}, [project.case, project.medium, 0])
    assert browser.get(f"/api/v1/labels/pictures/{expired}").status_code == 404
    foreign = front.serving.cursors.write("picture", {}, [project.case, str(uuid4()), 2**40])
    assert browser.get(f"/api/v1/labels/pictures/{foreign}").status_code == 404
