"""Webhooks through the API: added, changed, their secret exchanged, what was sent, sent again, removed."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from desk_people import Front
from loopback_server import Server, in_turn, serving, status
from test_attacks import report

from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing
from consentry.desk.webhooks.delivering import Sending, Spreading
from consentry.desk.webhooks.endpoints import MOST_ENDPOINTS
from consentry.desk.work.loop import Worker


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def sending(settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> Front:
    """The application, which may send to loopback."""
    said = {"private_addresses": True, "webhook_seconds": 2.0}
    return Front(settings.model_copy(update=said), sqlite_database, keys)


def worked(front: Front) -> None:
    """What a worker does with events."""
    at = front.serving
    handlers = {
        "deliver": Spreading(at.clock),
        "send": Sending(at.database, at.settings, at.keys, at.clock),
    }
    Worker(at.database, at.settings, handlers, clock=at.clock).run_all()


def test_the_life_of_a_webhook(sending: Front, server: Server) -> None:
    server.answers["/hook"] = in_turn(status(500), status(204))
    admin = sending.at_screen("admin")
    added = admin.post("/webhooks", {"address": server.url("/hook"), "kinds": ["case.filed"]})
    assert added.status_code == 201, added.text
    hook, secret = added.json()["id"], added.json()["secret"]
    assert secret.startswith("whsec_")
    assert "secret" not in admin.get(f"/webhooks/{hook}").json()
    assert [each["id"] for each in admin.get("/webhooks").json()["items"]] == [hook]

    sending.with_token("service").post("/cases", report())
    worked(sending)
    [sent] = admin.get(f"/webhooks/{hook}/deliveries").json()["items"]
    assert (sent["state"], sent["attempts"], sent["status"]) == ("waiting", 1, 500)
    again = admin.post(f"/webhooks/{hook}/deliveries/{sent['id']}/replay")
    assert (again.status_code, again.json()["attempts"]) == (202, 0)
    worked(sending)
    [sent] = admin.get(f"/webhooks/{hook}/deliveries", params={"state": "delivered"}).json()["items"]
    assert sent["status"] == 204
    assert admin.post(f"/webhooks/{hook}/deliveries/{uuid4()}/replay").status_code == 404

    version = admin.get(f"/webhooks/{hook}").headers["etag"]
    paused = admin.patch(f"/webhooks/{hook}", {"paused": True, "description": "off"}, version=version)
    assert (paused.json()["paused"], paused.json()["description"]) == (True, "off")
    stale = admin.patch(f"/webhooks/{hook}", {"kinds": []}, version=version)
    assert stale.json()["code"] == "desk.version"
    back = admin.patch(
        f"/webhooks/{hook}", {"paused": False, "address": server.url("/other")}, version=paused.headers["etag"]
    )
    assert back.json()["paused"] is False
    exchanged = admin.post(f"/webhooks/{hook}/secret")
    assert exchanged.json()["secret"] not in {secret, ""}

    assert admin.delete(f"/webhooks/{hook}").status_code == 204
    assert admin.get(f"/webhooks/{hook}").status_code == 404
    assert admin.get(f"/webhooks/{hook}/deliveries").status_code == 404


def test_what_waits_is_given_up_with_its_webhook(sending: Front, server: Server) -> None:
    server.answers["/hook"] = status(500)
    admin = sending.at_screen("admin")
    hook = admin.post("/webhooks", {"address": server.url("/hook")}).json()["id"]
    sending.with_token("service").post("/cases", report())
    worked(sending)
    assert admin.delete(f"/webhooks/{hook}").status_code == 204
    asked = server.asked.total()
    worked(sending)
    assert server.asked.total() == asked


def test_addresses_within_are_refused_and_there_is_an_end(front: Front) -> None:
    admin = front.at_screen("admin")
    within = admin.post("/webhooks", {"address": "https://127.0.0.1/hook"})
    assert (within.status_code, within.json()["code"]) == (422, "desk.private_address")
    for address in ("http://example.org/hook", "https://a:b@example.org/", "ftp://example.org/", "https://x y/", "x"):
        assert admin.post("/webhooks", {"address": address}).status_code == 422, address
    hook = admin.post("/webhooks", {"address": "https://example.org/hook"})
    changed = admin.patch(
        f"/webhooks/{hook.json()['id']}", {"address": "https://10.0.0.1/"}, version=hook.headers["etag"]
    )
    assert changed.json()["code"] == "desk.private_address"
    answers = [admin.post("/webhooks", {"address": "https://example.org/hook"}) for _ in range(MOST_ENDPOINTS)]
    assert answers[-1].json()["code"] == "desk.too_many"
