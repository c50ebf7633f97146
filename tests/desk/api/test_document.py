"""The OpenAPI document: what it must hold, and what schemathesis finds when it tries all of it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
import schemathesis
from desk_people import Front
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_life import REPORT

CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EVERYBODY = ("intake", "reviewer", "senior", "policy", "admin", "auditor")


def test_every_route_is_described(front: Front) -> None:
    document = front.app.openapi()
    assert document["openapi"].startswith("3.1")
    json.dumps(document)
    names = set()
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            where = f"{method} {path}"
            assert route["summary"], where
            assert route["description"], where
            assert route["operationId"] not in names, where
            names.add(route["operationId"])
            assert "default" not in route["responses"], where
            assert {"429", "500"} <= set(route["responses"]), where
            for status, answer in route["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, where
            parameters = {parameter["name"] for parameter in route.get("parameters", [])}
            open_to_all = route["security"] == []
            assert ("Idempotency-Key" in parameters) == (method == "post" and not open_to_all), where
            for kind, body in route.get("requestBody", {}).get("content", {}).items():
                # What others send by a protocol of theirs is described there.
                if kind == "application/json" and "$ref" in body["schema"]:
                    schema = document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
                    fields = schema.get("properties", {}).values()
                    said = "examples" in schema or any("examples" in field for field in fields)
                    assert said or len(schema["required"]) <= 2, where


def test_the_document_is_one_for_all(front: Front) -> None:
    answer = front.stranger().get("/api/v1/openapi.json")
    assert answer.json() == front.app.openapi()


def test_schemathesis_finds_nothing_in_a_few_tries(front: Front) -> None:
    try_everything(front, examples=2)


@pytest.mark.slow
def test_schemathesis_finds_nothing(any_front: Front) -> None:
    try_everything(any_front, examples=25)


def try_everything(front: Front, *, examples: int) -> None:
    """Try every route with generated requests, half of them about things that are there."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", front.app)
    there = things_that_are_there(front)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        user = front.account(*EVERYBODY)
        person = front.at_screen(user=user)
        headers = {
            "X-CSRF-Token": person.client.headers["X-CSRF-Token"],
            "Cookie": f"consentry_desk={person.client.cookies['consentry_desk']}",
        }
        try_operation(operation, headers, there, examples)
        tried += 1
    assert tried > 40


def try_operation(operation: Any, headers: dict[str, str], there: dict[str, str], examples: int) -> None:
    """Try one route."""
    numbers = count()

    @trying(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def try_once(case: Any) -> None:
        if next(numbers) % 2:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = there.get(name, case.path_parameters[name])
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKED)

    try_once()


def things_that_are_there(front: Front) -> dict[str, str]:
    """Ids for the parameters of paths."""
    case = front.with_token("service").post("/cases", REPORT).json()
    front.assess(case["id"])
    admin = front.at_screen("admin")
    hook = admin.post("/webhooks", {"address": "https://example.org/hook"}).json()
    other = front.account("reviewer")
    return {
        "case": case["id"],
        "post": case["posts"][0]["id"],
        "webhook": hook["id"],
        "user": str(other.id),
    }
