"""All suppositions at once, against one supposition at a time."""

from __future__ import annotations

import gc
import pickle
import weakref
from dataclasses import replace
from typing import get_args

from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports

from consentry.policy import Policy, load_policy
from consentry.policy.deciding import what_if
from consentry.policy.deciding.guardrails import EVENT_SCORE, Standpoint, guard
from consentry.policy.measuring.facts import settle
from consentry.policy.measuring.situation import Situation
from consentry.records import Action, Identity, Post, Report, Signals, Standing

SHIPPED = load_policy("twitter-private-media-2024-03-21")


def one_at_a_time(policy: Policy, values: list[int], index: int, code: int, standpoint: Standpoint) -> Action:
    """What the compiled list and the guardrails say of one fact with another word."""
    changed = list(values)
    changed[index] = code
    definition = policy.facts[index]
    word = definition.words[code]
    supposed = replace(standpoint, event_scores=tuple(score for score in standpoint.event_scores if score != index))
    if definition.measured == "report.standing":
        supposed = replace(supposed, standing=next((item for item in get_args(Standing) if item == word), None))
    elif definition.measured == "report.identity":
        supposed = replace(supposed, identity=next((item for item in get_args(Identity) if item == word), None))
    return guard(policy, changed, policy.program.run(changed), supposed).action


@examples(60)
@given(st.data(), st.just(SHIPPED) | hostile_policies() | hostile_policies(), posts_with_signals(), reports())
def test_all_at_once_is_one_after_the_other(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report
) -> None:
    reported = data.draw(st.sampled_from((report, report, None)))
    situation = Situation(post=made[0], report=reported, signals=made[1])
    settled = settle(policy, situation, data.draw(answers(policy)))
    values = [policy.program.encode(fact.name, fact.value) for fact in settled]
    measured = zip(policy.facts, settled, strict=True)
    scores = [(fact.measured or "").startswith(EVENT_SCORE) and own.source == "model" for fact, own in measured]
    standpoint = Standpoint.of(reported, tuple(index for index, is_score in enumerate(scores) if is_score))
    assert what_if.actions_if(policy, values, standpoint) == tuple(
        tuple(one_at_a_time(policy, values, index, code, standpoint) for code in range(len(fact.words)))
        for index, fact in enumerate(policy.facts)
    )


def test_they_are_compiled_once_and_forgotten_with_the_policy() -> None:
    policy = pickle.loads(pickle.dumps(SHIPPED))  # noqa: S301 - our own
    kept = what_if.suppositions_of(policy)
    assert what_if.suppositions_of(policy) is kept
    assert what_if.suppositions_of(SHIPPED) is not kept
    program = weakref.ref(policy.program)
    assert program() in what_if._KEPT
    del policy
    gc.collect()
    assert program() is None
