"""Who may do what: the table in docs/desk/roles.md, tried with every role on every route."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from desk_people import Front, Person
from fastapi.routing import APIRoute

from consentry.desk.actor import ROLES
from consentry.desk.api.app import OPEN, ROUTES
from consentry.desk.api.calls import ACT
from consentry.desk.people.roles import ACTS, NEVER_BY_TOKEN, PERMISSIONS, acts_of

LINE = re.compile(r"\| `([a-z_.]+)` \| ([^|]+) \|(.*)\|")
DECLARED = [route for room in ROUTES for route in room.router.routes if isinstance(route, APIRoute)]
ASKED = [route for route in DECLARED if ACT in (route.openapi_extra or {})]


def table(repository: Path) -> dict[str, set[str]]:
    """The table of the docs: who may do an act."""
    text = (repository / "docs/desk/roles.md").read_text(encoding="utf-8")
    heads = next(line for line in text.splitlines() if line.startswith("| act |"))
    roles = [head.strip() for head in heads.strip("| ").split("|")][2:]
    found = {}
    for act, _, cells in LINE.findall(text):
        marks = [cell.strip() for cell in cells.split("|")]
        assert len(marks) == len(roles), act
        assert set(marks) <= {"", "yes"}, act
        found[act] = {role for role, mark in zip(roles, marks, strict=True) if mark}
    return found


def test_the_table_says_what_the_program_does(repository: Path) -> None:
    assert table(repository) == {act: set(roles) for act, roles in PERMISSIONS.items()}
    assert set(PERMISSIONS) == set(ACTS)
    assert {route.openapi_extra[ACT] for route in ASKED if route.openapi_extra} - {"self"} == set(ACTS)
    text = (repository / "docs/desk/roles.md").read_text(encoding="utf-8")
    at_a_screen = {act for act, about, _ in LINE.findall(text) if "at a screen only" in about}
    assert at_a_screen == NEVER_BY_TOKEN


def test_few_routes_are_open() -> None:
    assert {route.name for route in DECLARED if route not in ASKED} == OPEN
    for route in ASKED:
        if route.openapi_extra[ACT] in NEVER_BY_TOKEN:
            assert route.openapi_extra["x-consentry-screen"], route.path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", ["screen", "token"])
def test_every_role_on_every_route(front: Front, repository: Path, role: str, way: str) -> None:
    allowed = table(repository)
    if role == "service" and way == "screen":
        pytest.skip("programs cannot log in")
    user = front.account(role)
    person = front.at_screen(user=user) if way == "screen" else front.with_token(user=user)
    tried = set()
    for route in ASKED:
        assert route.openapi_extra is not None
        act = route.openapi_extra[ACT]
        if route.name in {"log_out", "log_in_again", "change_password"} and way == "screen":
            continue  # they end the session that the others need; test_sessions.py has them
        answer = ask(front, person, route)
        may = act == "self" or role in allowed[act]
        if way == "token" and route.openapi_extra["x-consentry-screen"]:
            may = False
        refused = answer.status_code == 403 and answer.json()["code"] == "desk.not_allowed"
        assert answer.status_code < 500, (route.path, answer.text)
        assert answer.status_code != 401, (route.path, answer.text)
        assert refused is not may, (role, act, route.methods, route.path, answer.status_code, answer.text[:300])
        tried.add(act)
    assert tried > {"self", "cases.file", "cases.decide", "people.manage", "webhooks.manage"}


def test_nobody_without_an_account_gets_anywhere(front: Front) -> None:
    stranger = front.stranger()
    for route in ASKED:
        answer = ask(front, Person(uuid4(), stranger), route)
        assert answer.status_code == 401, route.path
        assert answer.json()["code"] == "desk.not_logged_in"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_does_what_its_scopes_name(front: Front) -> None:
    user = front.account("senior")
    for scope in ("cases.read", "webhooks.manage", "cases.answer"):
        if scope not in acts_of(user.roles):
            continue
        person = front.with_token(user=user, scopes=[scope])
        for route in ASKED:
            assert route.openapi_extra is not None
            if route.openapi_extra[ACT] in {"self", scope}:
                continue
            assert ask(front, person, route).status_code == 403, (scope, route.path)
    assert acts_of(["admin"], ["people.manage", "webhooks.manage", "cases.decide"]) == {"webhooks.manage"}


def ask(front: Front, person: Person, route: APIRoute) -> Any:
    """A request to a route that the document calls right, about things that are not there."""
    path = re.sub(r"\{\w+\}", lambda _: str(uuid4()), route.path)
    (method,) = route.methods
    document = front.app.openapi()["paths"][route.path][method.lower()]
    headers = {"If-Match": '"1"'}
    content: Any = None
    if "requestBody" in document:
        [(kind, body)] = document["requestBody"]["content"].items()
        headers["Content-Type"] = kind
        if kind == "application/json":
            schema = body["schema"]
            if "$ref" in schema:
                schema = front.app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            content = json.dumps(example_of(schema))
        else:
            content = b"\xff\xd8\xff"
    return person.client.request(method, path, content=content, headers=headers)


def example_of(schema: dict[str, Any]) -> Any:
    """The example of a body: its own, or made of its fields'."""
    if "examples" in schema:
        return schema["examples"][0]
    found = {}
    for name in schema.get("required", []):
        field = schema["properties"][name]
        found[name] = field["examples"][0] if "examples" in field else "four words walk home"
    return found
