"""The client, held against the OpenAPI document, and tried with the example's review tool against a real server."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from desk_people import PASSWORD, Front
from loopback_server import head, in_turn, resetting, serving, status
from served import served

from consentry.desk.client import DeskClient, DeskProblem

REPORT = {"report_id": "R-1", "standing": "depicted_person", "identity": "verified", "consent": "refused"}
POST = {"post_id": "P-1", "words": "Look who it is", "posted_at": "2026-11-29T18:00:00Z"}


def calls() -> list[tuple[str, str, set[str]]]:
    """What the client asks for: method, path with its parameters' places left open, fields of the body."""
    found = []
    for node in ast.walk(ast.parse(inspect.getsource(DeskClient))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "_ask" and len(node.args) == 2:
            method = ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else ""
        elif node.func.attr == "_pages":
            method = "GET"
        else:
            continue
        place = node.args[-1] if node.func.attr == "_ask" else node.args[0]
        path = ast.unparse(place)
        if isinstance(place, ast.Name):
            continue  # _pages itself, whose callers are here
        plain = re.sub(r"\{[^}]*\}", "{}", path.removeprefix("f").strip("'\""))
        bodies = [keyword.value for keyword in node.keywords if keyword.arg == "json"]
        keys = [key for body in bodies if isinstance(body, ast.Dict) for key in body.keys]
        found.append((method, plain, {str(key.value) for key in keys if isinstance(key, ast.Constant)}))
    return found


def test_all_that_it_asks_for_is_in_the_document(front: Front) -> None:
    document = front.app.openapi()
    there = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1"))): route
        for path, methods in document["paths"].items()
        for method, route in methods.items()
    }
    asked = calls()
    assert len(asked) >= 15
    for method, path, fields in asked:
        assert (method, path) in there, (method, path)
        if fields:
            body = there[method, path]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            schema = document["components"]["schemas"][body.rpartition("/")[2]]
            assert fields <= set(schema["properties"]), path
            assert set(schema.get("required", [])) <= fields, path


def test_a_review_tool_in_twenty_lines(front: Front, repository: Path) -> None:
    program, reviewer = front.token(front.account("service")), front.account("reviewer")
    with served(front) as address, DeskClient(address.url, program) as desk:
        case = desk.file([POST], REPORT)
        photo = (repository / "data/demo/media/bedroom.jpg").read_bytes()
        desk.upload(case["id"], case["posts"][0]["id"], photo, "bedroom.jpg")
        desk.upload_reference(case["id"], photo)
        assert desk.submit(case["id"])["state"] == "received"
        front.assess(case["id"])
        shown = front.at_screen("policy").get(f"/cases/{case['id']}").json()["posts"][0]["assessment"]
        skipped = "\n" * (len(shown["recommendation"]["questions"]) - 1)
        tool = subprocess.run(
            [sys.executable, str(repository / "examples/review_tool.py")],
            input=f"no\n{skipped}recommend_restrict\nHer bedroom.\n",
            env={
                "DESK": address.url,
                "DESK_EMAIL": reviewer.email,
                "DESK_PASSWORD": PASSWORD,
                "PYTHONPATH": str(repository / "src"),
                "PATH": "",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert tool.returncode == 0, tool.stderr
        assert "P-1: Look who it is" in tool.stdout
        assert re.search("It is decided|second opinion", tool.stdout)
        other = front.account("reviewer")
        second = file_and_assess(front, desk, 2)
        with DeskClient(address.url) as mine:
            assert mine.log_in(other.email, PASSWORD)["user"]["id"] == str(other.id)
            taken = mine.take(second)
            reasons = taken["posts"][0]["assessment"]["recommendation"]
            clauses = [reason["clause"] for reason in [*reasons["fired"], *reasons["not_evaluated"]]][:1]
            verdict = {"post": taken["posts"][0]["id"], "action": "recommend_removal", "clauses": clauses}
            mine.note(second, "Seen.")
            with pytest.raises(DeskProblem) as stale:
                mine.decide(taken, [verdict], "Her bedroom.")  # type: ignore[list-item]
            assert (stale.value.status, stale.value.code) == (412, "desk.version")
            assert mine.decide(mine.case(second), [verdict], "Her bedroom.")["effective"] is False  # type: ignore[list-item]
            assert second not in [line["id"] for line in mine.queue()]
        assert [line["id"] for line in desk.cases(limit=1)] == [second, case["id"]]
        assert desk.letters(second) == []


def file_and_assess(front: Front, desk: DeskClient, number: int) -> str:
    """Another case that waits."""
    case = desk.file([POST], {**REPORT, "report_id": f"R-{number}"}, submit=True)
    front.assess(case["id"])
    return str(case["id"])


def test_what_fails_on_the_way_is_asked_again_with_the_same_key() -> None:
    with serving() as server:
        fine = b'{"id": "1"}'

        def answer(connection: object, _: str) -> None:
            connection.sendall(head(201, Content_Type="application/json", Content_Length=len(fine)) + fine)  # type: ignore[attr-defined]

        server.answers["/api/v1/cases"] = in_turn(resetting, status(503, Retry_After=0), answer)
        with DeskClient(server.url(""), "t") as desk:
            assert desk.file([], None)["id"] == "1"
        keys = {re.search(r"idempotency-key: (\S+)", said.lower())[1] for said in server.heads}  # type: ignore[index]
        assert len(server.heads) == 3
        assert len(keys) == 1
        server.answers["/api/v1/cases"] = status(500)
        with DeskClient(server.url(""), "t") as desk, pytest.raises(DeskProblem, match="So"):
            desk.file([], None)
