"""The log, numbers, exports and imports, through the API."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from desk_people import Front
from sqlalchemy import text
from test_attacks import report
from test_life import decided

from consentry.desk.audit.heads import LogKey, sign_head
from consentry.records import Assessment


def settled(front: Front) -> str:
    """A case that two people decided."""
    case: str = front.with_token("service").post("/cases", report()).json()["id"]
    front.assess(case)
    for _ in range(2):
        decided(front.at_screen("reviewer"), case, "recommend_removal")
    return case


def test_the_log_page_by_page(any_front: Front) -> None:
    case, auditor = settled(any_front), any_front.at_screen("auditor")
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = auditor.get("/audit/entries", params={"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert [entry["number"] for entry in found] == list(range(1, len(found) + 1))
    assert all(after["previous"] == before["digest"] for before, after in pairwise(found))
    mine = auditor.get("/audit/entries", params={"subject_id": case, "act": "case.decide"}).json()["items"]
    assert len(mine) == 2
    by_one = auditor.get("/audit/entries", params={"actor_id": mine[0]["actor_id"]}).json()["items"]
    assert {entry["actor_id"] for entry in by_one} == {mine[0]["actor_id"]}
    assert auditor.get("/audit/entries", params={"act": "'; --"}).status_code == 422


def test_the_log_is_verified_and_tells_what_was_bent(front: Front) -> None:
    settled(front)
    auditor = front.at_screen("auditor")
    assert auditor.get("/audit/head").status_code == 404
    with front.serving.database.writing() as session:
        sign_head(session, front.serving.clock, LogKey.of(front.serving.settings))
    head = auditor.get("/audit/head").json()
    whole = auditor.post("/audit/verification", {"heads": [head]}).json()
    assert (whole["whole"], whole["problems"]) == (True, [])
    forged = {**head, "digest": "0" * 64}
    assert auditor.post("/audit/verification", {"heads": [forged]}).json()["whole"] is False
    beyond = {**head, "number": 10_000}
    assert auditor.post("/audit/verification", {"heads": [beyond]}).json()["whole"] is False
    with front.serving.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_entries_no_update"))
        connection.execute(text("UPDATE log_entries SET act = 'case.nothing' WHERE number = 3"))
    bent = auditor.post("/audit/verification", {"heads": []}).json()
    assert bent["whole"] is False
    assert {problem["number"] for problem in bent["problems"]} >= {3}


def test_numbers_and_exports(any_front: Front) -> None:
    case = settled(any_front)
    policy = any_front.at_screen("policy")
    week = policy.get("/numbers", params={"weeks": 1}).json()["weeks"][0]
    assert (week["filed"], week["decided"], week["agreed"], week["seconds"]) == (1, 1, 1, 1)
    today = any_front.serving.clock().date().isoformat()
    counted = policy.get("/transparency", params={"since": today, "until": today})
    assert counted.status_code == 200
    assert case not in counted.text
    for since, until in ((today, "2020-01-01"), ("0001-01-01", today), (today, "9999-12-31")):
        assert policy.get("/transparency", params={"since": since, "until": until}).status_code == 422
    assert policy.post(f"/cases/{case}/export").status_code == 403
    exported = any_front.at_screen("senior").post(f"/cases/{case}/export")
    assert exported.status_code == 200
    assert "my bedroom" in exported.text
    auditor = any_front.at_screen("auditor")
    entries = auditor.get("/audit/entries", params={"subject_id": case, "limit": 200}).json()["items"]
    assert any("export" in entry["act"] for entry in entries)


@pytest.fixture
def assessment(front: Front) -> dict[str, Any]:
    """What a batch job wrote of a post."""
    case = front.with_token("service").post("/cases", report(77)).json()["id"]
    front.assess(case)
    shown = front.at_screen("policy").get(f"/cases/{case}").json()["posts"][0]["assessment"]
    assert Assessment.model_validate(shown)
    return {**shown, "post_id": "P-88", "report_id": "R-88"}


def test_what_a_batch_job_has_assessed_becomes_a_case(front: Front, assessment: dict[str, Any]) -> None:
    circumstances = assessment["circumstances"]
    circumstances["report"] = {**circumstances["report"], "report_id": "R-88"}
    program = front.with_token("service")
    body = {
        "assessments": [assessment],
        "posts": [{"post_id": "P-88", "words": "Look who it is"}],
        "statement": "Mine.",
    }
    made = program.post("/imports", body)
    assert made.status_code == 201, made.text
    shown = front.at_screen("reviewer").get(f"/cases/{made.json()['id']}").json()
    assert (shown["source"], shown["state"], shown["report"]["statement"]) == ("import", "open", "Mine.")
    assert shown["posts"][0]["words"] == "Look who it is"
    assert shown["posts"][0]["assessments"][0]["cause"] == "imported"
    assert program.post("/imports", body).json()["code"] == "desk.duplicate"
    assert program.post("/imports", {"assessments": []}).status_code == 422
    with_path = {**body, "posts": [{"post_id": "P-88", "media": ["/etc/passwd"]}]}
    assert program.post("/imports", with_path).status_code == 422
