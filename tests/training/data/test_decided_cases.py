from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consentry.records import Action, Assessment, Circumstances, Decision, Fact, Post, Recommendation, Signals
from consentry.training.data.decided_cases import SOURCE, read_decided, rows_from_decisions
from consentry.training.errors import TrainingError

POST = Post(post_id="p", media=("room/a.jpg",))
TWO = Post(post_id="p", media=("room/a.jpg", "room/b.jpg"))


def assessed(*, post: Post = POST, report: str | None = "r", source: str = "reviewer", **answers: str) -> Assessment:
    facts = tuple(Fact(name=name, value=value, source=source) for name, value in answers.items())
    return Assessment(
        post_id=post.post_id,
        report_id=report,
        signals=Signals(),
        circumstances=Circumstances.of(post, None, facts if source == "reviewer" else ()),
        facts=facts,
        recommendation=Recommendation(action="review", policy="test 1", rule="r", because="b"),
    )


def decided(action: Action = "recommend_restrict", *, report: str | None = "r", day: int = 1) -> Decision:
    return Decision(
        post_id="p", report_id=report, action=action, decided_by="Ada", reason="seen",
        decided_at=datetime(2026, 11, day, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "post", "context"),
    [
        ({"private_setting": "yes"}, POST, "private"),
        ({"private_setting": "yes", "public_event": "no"}, POST, "private"),
        ({"public_event": "yes"}, POST, "public_event"),
        ({"public_event": "yes"}, TWO, "public_event"),
        ({"private_setting": "no", "public_event": "no"}, POST, "neutral"),
    ],
)
def test_what_a_reviewer_answered_is_the_label(answers: dict[str, str], post: Post, context: str) -> None:
    found = rows_from_decisions([assessed(post=post, **answers)], [decided()], {"p": post})
    assert [row.context for row in found.rows] == [context] * len(post.media)
    row = found.rows[0]
    assert (row.path, row.source, row.group) == (Path("room/a.jpg"), SOURCE, "r")
    assert row.extra["answers"] == " ".join(f"{name}={value}" for name, value in answers.items())
    assert row.extra["decided_at"] == "2026-11-01T00:00:00+00:00"
    assert "Ada" not in repr((row, row.extra))
    assert not found.left_out


@pytest.mark.parametrize(
    ("answers", "post", "reason"),
    [
        ({"private_setting": "yes", "public_event": "yes"}, POST, "answered both private and public event"),
        ({"private_setting": "yes"}, TWO, "one of several media is private, and nobody said which"),
        ({"private_setting": "no", "public_event": "no"}, TWO, "not all of several media are of an event"),
        ({"private_setting": "no"}, POST, "no reviewer has said what the media show"),
        ({}, POST, "no reviewer has said what the media show"),
        ({"private_setting": "yes", "intimate_media": "yes"}, POST, "intimate, a minor, or routed out"),
        ({"private_setting": "yes", "apparent_minor": "yes"}, POST, "intimate, a minor, or routed out"),
    ],
)
def test_what_gives_no_label(answers: dict[str, str], post: Post, reason: str) -> None:
    found = rows_from_decisions([assessed(post=post, **answers)], [decided()], {"p": post})
    assert found.rows == ()
    assert found.left_out == {reason: len(post.media)}


def test_a_model_never_labels() -> None:
    for source in ("model", "lookup", "report"):
        found = rows_from_decisions([assessed(source=source, private_setting="yes")], [decided()], {"p": POST})
        assert found.rows == ()


def test_without_a_human_decision_there_is_no_label() -> None:
    case = assessed(private_setting="yes")
    assert rows_from_decisions([case], [], {"p": POST}).left_out == {"no human has decided": 1}
    assert rows_from_decisions([case], [decided(report="another")], {"p": POST}).rows == ()
    assert rows_from_decisions([case], [decided()], {}).left_out == {"the file is not known": 1}


def test_the_latest_decision_counts_and_what_was_routed_out_stays_out() -> None:
    case = assessed(private_setting="yes")
    later = decided("route_out", day=2)
    assert rows_from_decisions([case], [later, decided()], {"p": POST}).rows == ()
    without_zone = later.model_copy(update={"decided_at": datetime(2026, 10, 1)})  # noqa: DTZ001 - as files have it
    assert len(rows_from_decisions([case], [without_zone, decided()], {"p": POST}).rows) == 1


def test_two_reports_of_one_post() -> None:
    cases = [assessed(private_setting="yes"), assessed(report="s", private_setting="yes")]
    decisions = [decided(), decided(report="s")]
    assert len(rows_from_decisions(cases, decisions, {"p": POST}).rows) == 1
    cases[1] = assessed(report="s", public_event="yes")
    found = rows_from_decisions(cases, decisions, {"p": POST})
    assert found.rows == ()
    assert found.left_out == {"two reports led to two labels": 1}


def test_an_assessment_of_the_first_schema_has_no_circumstances() -> None:
    old = assessed(private_setting="yes").model_copy(update={"circumstances": None, "report_id": None})
    decision = decided(report=None)
    assert rows_from_decisions([old], [decision], {"p": POST}).rows == ()


def test_records_are_read_in_any_order_and_as_pairs(tmp_path: Path) -> None:
    case, decision = assessed(private_setting="yes"), decided()
    path = tmp_path / "cases.jsonl"
    pair = {"assessment": json.loads(case.model_dump_json()), "decision": json.loads(decision.model_dump_json())}
    path.write_text(f"{decision.model_dump_json()}\n\n{case.model_dump_json()}\n{json.dumps(pair)}\n")
    assert read_decided([path]) == ([case, case], [decision, decision])


def test_a_separator_of_lines_within_a_reason_ends_no_line(tmp_path: Path) -> None:
    """Word processors write U+2028; JSON leaves it as it is."""
    decision = decided().model_copy(update={"reason": "one\u2028two\x85three"})
    path = tmp_path / "decisions.jsonl"
    path.write_text(decision.model_dump_json(), encoding="utf-8")
    assert read_decided([path]) == ([], [decision])


@pytest.mark.parametrize("line", ["{", "[1]", "3", '{"decided_by": "Ada"}', '{"assessment": 3}', "{}"])
def test_what_is_neither(tmp_path: Path, line: str) -> None:
    (tmp_path / "cases.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(TrainingError, match=r"cases.jsonl, row 1 is neither an assessment nor a decision") as caught:
        read_decided([tmp_path / "cases.jsonl"])
    assert caught.value.code == "training.manifest"
    with pytest.raises(TrainingError, match="cannot be read"):
        read_decided([tmp_path / "none.jsonl"])
