"""Many posts at once: the same actions as one by one, guardrails included."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports

from consentry.policy import Policy, decide, load_policy
from consentry.policy.deciding.columns import FactColumns, assessment_columns, decide_columns, fact_columns
from consentry.policy.deciding.guardrails import EVENT_SCORE, Standpoint, guard
from consentry.policy.logic.program import UNKNOWN_CODE
from consentry.records import Assessment, Circumstances, Fact, Post, Report, Signals

POLICY = load_policy("twitter-private-media-2024-03-21")
STANDINGS = ("depicted_person", "authorised_representative", "other")
IDENTITIES = ("unverified", "pending", "verified", "rejected", "expired")


@examples(20)
@given(st.data(), st.just(POLICY) | hostile_policies(), st.none() | reports())
def test_columns_recommend_what_the_evaluator_does(data: st.DataObject, policy: Policy, report: Report | None) -> None:
    rows, actions, lines, guarded = [], [], [], []
    for _ in range(data.draw(st.integers(1, 4))):
        post, signals = data.draw(posts_with_signals())
        decided = decide(policy, post, report, signals, data.draw(answers(policy)))
        rows.append((decided.facts, report))
        actions.append(decided.recommendation.action)
        lines.append(decided.recommendation.rule)
        guarded.append(bool(decided.recommendation.guardrails))
    found = decide_columns(policy, fact_columns(policy, rows))
    assert found.actions == actions
    assert [policy.decisions[index].name for index in found.lines] == lines
    assert found.guarded.tolist() == guarded


@examples(40)
@given(st.just(POLICY) | hostile_policies(), st.integers(0, 2**32))
def test_any_facts_whatever(policy: Policy, seed: int) -> None:
    """Also those that no post could have: every code of every fact, every report, scores wherever a fact has one."""
    random = Random(seed)
    events = [i for i, fact in enumerate(policy.facts) if (fact.measured or "").startswith(EVENT_SCORE)]
    values = [[random.randint(UNKNOWN_CODE, len(fact.words) - 1) for fact in policy.facts] for _ in range(40)]
    scored = [[i for i in events if random.random() < 0.7] for _ in values]
    standing = [random.randint(-1, 2) for _ in values]
    identity = [-1 if who < 0 else random.randint(0, 4) for who in standing]
    mask = np.zeros((len(policy.facts), len(values)), dtype=np.bool_)
    for row, indices in enumerate(scored):
        mask[indices, row] = True
    columns = FactColumns(
        codes=np.array(values, dtype=np.int8).T,
        scored=mask,
        standing=np.array(standing, dtype=np.int8),
        identity=np.array(identity, dtype=np.int8),
    )
    expected = []
    for row, codes in enumerate(values):
        who = None if standing[row] < 0 else STANDINGS[standing[row]]
        proof = None if identity[row] < 0 else IDENTITIES[identity[row]]
        standpoint = Standpoint(who, proof, tuple(scored[row]))  # type: ignore[arg-type]
        expected.append(guard(policy, codes, policy.program.run(codes), standpoint).action)
    assert len(columns) == len(values)
    assert decide_columns(policy, columns).actions == expected


def test_nothing_at_all() -> None:
    columns = fact_columns(POLICY, [])
    assert len(columns) == 0
    assert decide_columns(POLICY, columns).actions == []


def test_rows_of_another_policy_are_refused() -> None:
    with pytest.raises(ValueError, match="row 0 does not have the facts of twitter-private-media 2024-03-21"):
        fact_columns(POLICY, [((Fact(name="x", value="yes", source="reviewer"),), None)])


def test_stored_facts_are_used_where_the_policy_is_the_same() -> None:
    """And only there: under another policy the thresholds cut anew."""
    post = Post(post_id="1", text="x")
    decided = decide(POLICY, post, None, Signals())
    tampered = tuple(
        fact.model_copy(update={"value": "yes"}) if fact.name == "intimate_media" else fact for fact in decided.facts
    )
    assessment = Assessment(
        post_id="1",
        signals=Signals(),
        circumstances=Circumstances.of(post, None),
        facts=tampered,
        recommendation=decided.recommendation,
        components=(POLICY.digest,),
    )
    older = load_policy("twitter-private-media-2021-11-30")
    assert decide_columns(POLICY, assessment_columns(POLICY, [assessment])).actions == ["route_out"]
    assert decide_columns(older, assessment_columns(older, [assessment])).actions == ["no_action"]
