"""The promises 1 to 4 against policies that try to break them."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import PROVEN_REPORTS, answers, examples, posts_with_signals, reports, scene_scores
from pydantic import ValidationError

import consentry.policy
from consentry.policy import Policy, decide, load_policy, parse_policy
from consentry.policy.measuring.inputs import input_named
from consentry.records import (
    Action,
    Fact,
    Identity,
    MediaOutcome,
    Post,
    Recommendation,
    Report,
    SceneScore,
    SceneSignal,
    Signals,
    Standing,
)

PROVEN = Report(report_id="r", standing="depicted_person", identity="verified", consent="refused")

TEMPLATE = """\
policy: removal
version: 1
title: Removal
region: nowhere
effective: {{from: 2021-11-30}}
documents:
  none_such: {{title: None, dated: 2021-11-30}}
facts:
  event:
    from: scene.public_event.{extreme}
    yes_at_least: 0.8
    no_at_most: 0.2
    why: x
    ask: Is it an event?
  excuse:
    ask: Is there an excuse?
clauses:
  event_clause:
    kind: violation
    when: event
    sentence: x
    source: {{document: none_such, passage: x}}
decisions:
{lines}
"""


def policy_of(*lines: tuple[str, str], extreme: str = "max") -> Policy:
    written = [
        f"  - {{line: line_{index}, when: {when}, action: {action}, because: x}}"
        for index, (when, action) in enumerate((*lines, ("{all: [event_clause, excuse]}", "no_action")))
    ]
    written.append("  - {line: last, when: always, action: review, because: x}")
    return parse_policy(TEMPLATE.format(lines="\n".join(written), extreme=extreme))


def seen(event: float | None, band: Any = "high") -> Signals:
    outcome = MediaOutcome(media_id="a", kind="image", frames=1)
    if event is None:
        return Signals(media=(outcome,))
    score = SceneScore(probability=event, low=0.0, high=1.0, band=band)
    scene = SceneSignal(media_id="a", model="m", private_context=score, public_event=score)
    return Signals(media=(outcome,), scene=(scene,))


def recommend(policy: Policy, signals: Signals, report: Report | None = PROVEN, *facts: Fact) -> Recommendation:
    return decide(policy, Post(post_id="x", media=("a",)), report, signals, facts).recommendation


def reviewer(name: str, value: str) -> Fact:
    return Fact(name=name, value=value, source="reviewer")


# --- promise 1 --------------------------------------------------------------------------------------------------


def test_a_recommendation_cannot_say_that_no_person_is_needed() -> None:
    with pytest.raises(ValidationError):
        Recommendation.model_validate(
            {"action": "review", "policy": "x", "rule": "x", "because": "x", "requires_human_decision": False}
        )


@examples(40)
@given(st.data(), hostile_policies(), posts_with_signals(), st.none() | reports())
def test_every_recommendation_requires_a_human_decision(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    decided = decide(policy, *(made[0], report, made[1]), data.draw(answers(policy)))
    assert decided.recommendation.requires_human_decision is True
    with pytest.raises(ValidationError):
        decided.recommendation.action = "no_action"


def test_the_room_reads_files_and_does_nothing_else() -> None:
    """No module of the policy room can reach a network, a process or a file to write."""
    allowed = {"__future__", "calendar", "collections", "consentry", "dataclasses", "datetime", "difflib", "hashlib"}
    allowed |= {"html", "itertools", "math", "numpy", "operator", "pathlib", "pydantic", "re", "typing", "yaml"}
    allowed |= {"functools", "importlib", "weakref"}  # own modules when they are used; compiled policies while they are
    allowed |= {"bisect", "jinja2", "string", "textwrap"}  # a policy is read out as text and as a page
    forbidden_calls = {"write_text", "write_bytes", "unlink", "mkdir", "open", "exec", "eval", "rename", "touch"}
    folder = Path(consentry.policy.__file__).parent
    rooms = ("drawing", "prose", "statement")
    for path in [*folder.glob("*.py"), *(path for room in rooms for path in folder.glob(f"{room}/*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert called not in forbidden_calls, (path.name, called)


# --- promise 2 --------------------------------------------------------------------------------------------------


@examples(60)
@given(st.data(), hostile_policies(), posts_with_signals(), st.none() | reports())
def test_no_policy_and_no_answer_removes_without_proof(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    decided = decide(policy, made[0], report, made[1], data.draw(answers(policy))).recommendation
    proven = report is not None and report.standing != "other" and report.identity == "verified"
    line = next(line for line in policy.decisions if line.name == decided.rule)
    if decided.action == "recommend_removal":
        assert proven
        assert decided.guardrails == ()
    elif line.action == "recommend_removal":
        assert decided.guardrails
        assert decided.action in ("review", "review_urgent", "request_verification", "recommend_restrict")
    else:
        assert decided.action == line.action
        assert decided.guardrails == ()


@pytest.mark.parametrize("identity", get_args(Identity))
@pytest.mark.parametrize("standing", get_args(Standing))
def test_who_can_have_removed(standing: Standing, identity: Identity) -> None:
    report = Report(report_id="r", standing=standing, identity=identity)
    action = recommend(policy_of(("{possible: excuse}", "recommend_removal")), seen(0.5), report).action
    expected: Action = "recommend_removal" if identity == "verified" else "request_verification"
    if standing == "other" or identity == "rejected":
        expected = "review"
    assert action == expected


def test_nobody_reported() -> None:
    decided = recommend(policy_of(("{possible: excuse}", "recommend_removal")), seen(0.5), None)
    assert decided.action == "review"
    assert "nobody has reported" in decided.guardrails[0]


@pytest.mark.parametrize("source", ["reviewer", "lookup", "report"])
def test_answers_cannot_stand_in_for_the_report(source: Any) -> None:
    """Not under the shipped policy either, whose own gate they open."""
    pending = PROVEN.model_copy(update={"identity": "pending"})
    facts = [Fact(name=name, value=value, source=source) for name, value in (("identity", "verified"),)]
    if source == "report":
        facts = []  # a contradiction with the report itself, and unknown therefore
    harassed = [reviewer("intent_to_harass", "yes"), reviewer("claimant_depicted", "yes")]
    decided = recommend(load_policy(), seen(0.5), pending, *facts, *harassed)
    assert decided.action != "recommend_removal"
    if facts:
        assert decided.rule == "remove_media"
        assert "the identity is pending" in decided.guardrails[0]


def test_a_what_if_may_suppose_another_report() -> None:
    pending = PROVEN.model_copy(update={"identity": "pending"})
    harassed = [reviewer("intent_to_harass", "yes"), reviewer("claimant_depicted", "yes")]
    changes = recommend(load_policy(), seen(0.5), pending, *harassed).would_change
    assert ("identity", "verified", "recommend_removal") in {(c.fact, c.to_value, c.action) for c in changes}


# --- promise 3 --------------------------------------------------------------------------------------------------


def test_an_excuse_that_nobody_ruled_out_stops_a_removal_further_down() -> None:
    """The classic mistake: exceptions first, removal after, and an unknown exception falls through."""
    policy = policy_of(("excuse", "no_action"), ("{any: [{possible: excuse}, {not: excuse}]}", "recommend_removal"))
    decided = recommend(policy, seen(0.5))
    assert decided.action == "review"
    assert "'line_0'" in decided.guardrails[0]
    assert recommend(policy, seen(0.5), PROVEN, reviewer("excuse", "no")).action == "recommend_removal"
    assert recommend(policy, seen(0.5), PROVEN, reviewer("excuse", "yes")).action == "no_action"


def test_an_open_routing_line_does_not_stop_a_removal() -> None:
    policy = policy_of(("excuse", "route_out"), ("{any: [{possible: excuse}, {not: excuse}]}", "recommend_removal"))
    assert recommend(policy, seen(0.5)).action == "recommend_removal"


@examples(40)
@given(st.data(), hostile_policies(), posts_with_signals(), PROVEN_REPORTS)
def test_no_removal_passes_over_an_open_milder_line(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report
) -> None:
    decided = decide(policy, made[0], report, made[1], data.draw(answers(policy)))
    if decided.recommendation.action != "recommend_removal":
        return
    values = [policy.program.encode(fact.name, fact.value) for fact in decided.facts]
    undecided = policy.program.run(values).undecided
    assert {policy.decisions[index].action for index in undecided} <= {"recommend_removal", "route_out"}


@examples(40)
@given(hostile_policies(), posts_with_signals(), PROVEN_REPORTS)
def test_thresholds_of_zero_and_one_do_not_make_a_gap_a_fact(
    policy: Policy, made: tuple[Post, Signals], report: Report
) -> None:
    """Built by hand, past the loader that refuses them."""
    extreme = replace(
        policy,
        facts=tuple(
            replace(fact, yes_at_least=0.0, no_at_most=None)
            if fact.measured and input_named(fact.measured).is_number
            else fact
            for fact in policy.facts
        ),
    )
    post = Post(post_id="x", media=("a",), text="words")
    decided = decide(extreme, post, report, Signals())
    for definition, fact in zip(extreme.facts, decided.facts, strict=True):
        if definition.measured and input_named(definition.measured).is_number:
            assert fact.value == "unknown"
    assert decide(extreme, made[0], report, made[1]).recommendation.requires_human_decision


# --- promise 4 --------------------------------------------------------------------------------------------------

HINGES = [
    ("event", 0.99),
    ("event_clause", 0.99),
    ("{not: event}", 0.01),
    ("{not: event_clause}", 0.01),
    ("{all: [event, excuse]}", 0.99),
    ("{any: [event, {not: excuse}]}", 0.99),
    ("{all: [{possible: event}, {possible: {not: event}}]}", 0.5),
    ("{possible: event}", 0.99),
    ("{possible: {not: event}}", 0.5),
    ("{any: [event, {not: event}]}", 0.99),
]


@pytest.mark.parametrize("extreme", ["max", "min"])
@pytest.mark.parametrize(("when", "score"), HINGES)
def test_a_public_event_score_alone_removes_nothing(when: str, score: float, extreme: str) -> None:
    """High, low, in between, or merely measured at all."""
    excuse = reviewer("excuse", "yes")
    decided = recommend(policy_of((when, "recommend_removal"), extreme=extreme), seen(score), PROVEN, excuse)
    assert decided.rule == "line_0"
    assert decided.action == "review"
    assert "public-event score" in decided.guardrails[-1]


def test_a_missing_score_alone_removes_nothing() -> None:
    policy = policy_of(("{all: [{possible: event}, {possible: {not: event}}]}", "recommend_removal"))
    assert recommend(policy, seen(None)).action == "review"
    assert recommend(policy, seen(0.99, "uncertain")).action == "review"


@pytest.mark.parametrize(("when", "score"), HINGES[:4])
def test_a_persons_answer_is_not_a_score(when: str, score: float) -> None:
    value = "yes" if score > 0.5 else "no"
    policy = policy_of((when, "recommend_removal"))
    assert recommend(policy, seen(score), PROVEN, reviewer("event", value)).action == "recommend_removal"
    assert recommend(policy, seen(1 - score), PROVEN, reviewer("event", value)).action == "recommend_removal"


def test_a_what_if_is_answered_by_a_person_too() -> None:
    policy = policy_of(("event", "recommend_removal"))
    (question, *_) = recommend(policy, seen(0.5)).questions
    assert {change.to_value: change.action for change in question.could_lead_to}["yes"] == "recommend_removal"
    changes = recommend(policy, seen(0.01)).would_change
    assert [(change.to_value, change.action) for change in changes] == [("yes", "recommend_removal")]


def test_a_removal_for_which_the_score_makes_no_difference_stands() -> None:
    policy = policy_of(
        ("{all: [event, excuse]}", "recommend_removal"),
        ("{all: [{possible: {not: event}}, excuse]}", "recommend_removal"),
    )
    for score in (0.01, 0.5, 0.99):
        assert recommend(policy, seen(score), PROVEN, reviewer("excuse", "yes")).action == "recommend_removal"


@examples(60)
@given(st.data(), hostile_policies(), posts_with_signals(), PROVEN_REPORTS)
def test_no_other_event_score_would_have_saved_what_is_removed(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report
) -> None:
    """The promise as it looks from outside: exchange the event scores for others, and removal stays removal."""
    post, signals = made
    given_answers = data.draw(answers(policy))
    before = decide(policy, post, report, signals, given_answers).recommendation
    if before.action != "recommend_removal":
        return
    scene = tuple(signal.model_copy(update={"public_event": data.draw(scene_scores())}) for signal in signals.scene)
    changed = signals.model_copy(update={"scene": scene})
    after = decide(policy, post, report, changed, given_answers).recommendation
    assert after.action == "recommend_removal"
