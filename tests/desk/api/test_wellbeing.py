"""Whether the server is well, what it counts, and what it logs of a request."""

from __future__ import annotations

import logging

import pytest
from desk_people import Front
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from test_attacks import report

from consentry.desk.store.migrating import migrate


def test_health_and_readiness(any_front: Front) -> None:
    stranger = any_front.stranger()
    assert stranger.get("/api/v1/health").json()["status"] == "ok"
    assert stranger.get("/api/v1/ready").status_code == 200
    migrate(any_front.serving.database, "base")
    away = stranger.get("/api/v1/ready")
    assert (away.status_code, away.json()["code"]) == (503, "desk.not_ready")
    assert stranger.get("/api/v1/health").status_code == 200


def test_what_prometheus_is_told(any_front: Front) -> None:
    person = any_front.with_token("service")
    for number in range(3):
        case = person.post("/cases", report(number)).json()["id"]
    any_front.assess(case)
    answer = person.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    told = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert told["consentry_desk_cases", "received"] == 2
    assert told["consentry_desk_cases", "open"] == 1
    assert told["consentry_desk_week", "filed"] == 3
    assert told["consentry_desk_requests_total", "/api/v1/cases", "201", "POST"] == 3
    assert told["consentry_desk_jobs", "deliver", "ready"] >= 4
    assert case not in answer.text  # routes, not paths
    person.post("/cases", report(9))
    again = person.get("/metrics").text
    assert 'consentry_desk_week{number="filed"} 3.0' in again  # the database is asked once a minute
    assert any_front.with_token("service", scopes=["cases.read"]).get("/metrics").status_code == 403


def test_a_line_of_the_log_holds_nothing_of_the_case(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    person = front.with_token("service")
    with caplog.at_level(logging.INFO, "consentry.desk"):
        case = person.post("/cases", report(), headers={"X-Request-Id": "from-the-proxy-7"}).json()["id"]
        person.get(f"/cases/{case}", params={"secret": "in the query"})
        person.get("/cases/../../x%0a{'level': 'forged'}")
    lines = [vars(record) for record in caplog.records if record.getMessage() == "request"]
    assert [line["status"] for line in lines] == [201, 200, 404]
    assert lines[0]["request_id"] == "from-the-proxy-7"
    assert lines[1]["route"] == "/api/v1/cases/{case}"
    assert lines[0]["actor"] == str(person.id)
    said = str([{name: line[name] for name in ("request_id", "method", "route", "status", "actor")} for line in lines])
    for word in ("bedroom", case, "secret", "forged", "cdt_"):
        assert word not in said


def test_a_defect_is_told_by_its_place_alone(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    person = front.with_token("service")
    with front.serving.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE posts RENAME TO elsewhere"))
    with caplog.at_level(logging.INFO, "consentry.desk"):
        answer = person.post("/cases", report())
    assert answer.status_code in {500, 503}
    assert "bedroom" not in answer.text
    assert "elsewhere" not in answer.text
    assert "bedroom" not in caplog.text
    assert answer.json()["request_id"] in {vars(record).get("request_id") for record in caplog.records}
