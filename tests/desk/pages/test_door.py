"""Who gets in by which page, and what a page lets through to others: nothing."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any
from uuid import uuid4

import pytest
from desk_people import PASSWORD, Front, Person

from consentry.desk.actor import ROLES, SYSTEM
from consentry.desk.api.calls import ACT
from consentry.desk.pages.app import OPEN, PAGES
from consentry.desk.pages.drawing import own_address, static_address, static_files
from consentry.desk.pages.routing import Page, Pages
from consentry.desk.people.accounts import invite
from consentry.desk.people.roles import PERMISSIONS

DECLARED = [route for room in PAGES for route in room.router.routes if isinstance(route, Page)]
ASKED = [route for route in DECLARED if ACT in (route.openapi_extra or {})]


def ask(person: Person, route: Page, **more: Any) -> Any:
    (method,) = route.methods
    path = re.sub(r"\{\w+\}", lambda _: str(uuid4()), route.path)
    return person.client.request(method, path, follow_redirects=False, **more)


def test_few_pages_are_open() -> None:
    assert {route.name for route in DECLARED if route not in ASKED} == OPEN
    with pytest.raises(ValueError, match="nobody could be allowed"):
        Pages().add("GET", "/x", act="cases.burn")


def test_whoever_is_not_known_is_led_to_the_login(front: Front) -> None:
    stranger = Person(uuid4(), front.stranger())
    for route in ASKED:
        answer = ask(stranger, route)
        assert answer.status_code == 303, route.path
        assert answer.headers["location"].startswith("/login?next=")
        assert (answer.headers["location"] == "/login?next=") == (route.methods != {"GET"}), "forms are not sent twice"
    inside = stranger.client.get(
        "/queue", headers={"HX-Request": "true", "HX-Current-URL": "https://x.example/log?a=1"}
    )
    assert inside.headers["hx-redirect"] == "/login?next=%2Flog%3Fa%3D1"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "service"])
def test_every_role_on_every_page(front: Front, role: str) -> None:
    person = front.at_screen(role)
    for route in ASKED:
        assert route.openapi_extra is not None
        act = route.openapi_extra[ACT]
        if route.name == "log_out_by_page":
            continue
        status = ask(person, route).status_code
        assert (status == 403) == (act != "self" and role not in PERMISSIONS[act]), (route.path, status)
        assert status < 500


def test_a_token_opens_no_page(front: Front) -> None:
    person = front.with_token("senior")
    assert {ask(person, route).status_code for route in ASKED} == {403}


def test_forms_come_from_our_own_pages(front: Front) -> None:
    person = front.at_screen("senior", "auditor")
    token = person.client.headers.pop("X-CSRF-Token")
    forms = [route for route in ASKED if route.methods == {"POST"} and route.name != "log_out_by_page"]
    for route in forms:
        assert ask(person, route).status_code == 403, route.path
        assert ask(person, route, data={"csrf": "x" * 43}).status_code == 403, route.path
        foreign = {"Origin": "https://elsewhere.example"}
        assert ask(person, route, data={"csrf": token}, headers=foreign).status_code == 403, route.path
        assert ask(person, route, data={"csrf": token}).status_code != 403, route.path


def test_logging_in_and_out(front: Front) -> None:
    front.account("reviewer", email="rosa@example.org")
    browser = front.stranger()
    wrong = browser.post("/login", data={"email": "rosa@example.org", "password": "wrong", "next": "/log"})
    assert wrong.status_code == 422
    assert "do not belong together" in wrong.text
    assert 'value="/log"' in wrong.text
    right = {"email": "rosa@example.org", "password": PASSWORD, "next": "/queue?risk=2"}
    entered = browser.post("/login", data=right, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/queue?risk=2")
    shown = browser.get("/")
    assert shown.url.path == "/queue"
    token = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert token is not None
    left = browser.post("/logout", data={"csrf": token[1]}, follow_redirects=False)
    assert left.headers["location"] == "/login"
    assert browser.get("/queue", follow_redirects=False).status_code == 303


def test_whoever_was_invited_joins(front: Front) -> None:
    with front.serving.database.writing() as session:
        _, secret = invite(front.serving.desk(session, SYSTEM), "rosa@example.org", ["reviewer"])
    browser = front.stranger()
    said = {"secret": secret, "name": "Rosa <b>", "password": "short"}
    refused = browser.post("/join", data=said)
    assert refused.status_code == 422
    assert "Rosa &lt;b&gt;" in refused.text
    assert "short" not in refused.text
    wrong = browser.post("/join", data={**said, "secret": "x", "password": PASSWORD})
    assert wrong.status_code == 422
    joined = browser.post("/join", data={**said, "name": "Rosa", "password": PASSWORD}, follow_redirects=False)
    assert joined.headers["location"] == "/login"
    foreign = browser.post("/join", data=said, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 422
    entered = browser.post("/login", data={"email": "rosa@example.org", "password": PASSWORD}, follow_redirects=False)
    assert entered.status_code == 303


@pytest.mark.parametrize(
    "given", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "",
              "/x\r\nSet-Cookie: a=b", "/\u202e"],
)  # fmt: skip
def test_a_login_leads_nowhere_else(front: Front, given: str) -> None:
    assert own_address(given) == "/"
    front.account("reviewer", email="rosa@example.org")
    data = {"email": "rosa@example.org", "password": PASSWORD, "next": given}
    assert front.stranger().post("/login", data=data, follow_redirects=False).headers["location"] == "/"


def test_every_page_keeps_everything_else_out(front: Front) -> None:
    person = front.at_screen("senior", "auditor", "policy")
    for path in ("/login", "/queue", "/account", "/overview", "/log", f"/cases/{uuid4()}", static_address("desk.css")):
        answer = person.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        if not path.startswith("/static"):
            assert answer.headers["cache-control"] == "private, no-store"
    assert person.client.get("/static/0123456789abcdef/desk.css").status_code == 404
    assert person.client.get(f"/static/{'0' * 16}/..%2F..%2Fapp.py").status_code == 404


def test_templates_hold_nothing_that_the_policy_would_refuse() -> None:
    folder = resources.files("consentry.desk.pages") / "templates"
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|\|\s*safe\b|https?://", text), file.name
        assert not re.search(r"<script(?![^>]*\ssrc=\"\{\{ static)", text), file.name
    for name, data in static_files().items():
        if name.endswith(".css"):
            assert b"url(" not in data
            assert b"@import" not in data
    assert b"0BSD" in static_files()["htmx.LICENSE"] or b"Zero-Clause BSD" in static_files()["htmx.LICENSE"]
