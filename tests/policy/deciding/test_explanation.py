"""Reasons, questions and what would change the action, against asking again."""

from __future__ import annotations

from datetime import UTC, datetime

from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports

from consentry.policy import SEVERITY, Policy, decide, load_policy
from consentry.records import Fact, Post, Report, Signals

POLICY = load_policy()
FINALLY = datetime(2030, 1, 1, tzinfo=UTC)
ABOUT_THE_REPORT = ("report.standing", "report.identity")


@examples(10)
@given(st.data(), st.just(POLICY) | hostile_policies(), posts_with_signals(), st.none() | reports())
def test_what_is_foretold_comes_true(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    """Every answer, given as a reviewer's last word, leads to the action that was foretold, and no other changes it."""
    given_answers = data.draw(answers(policy))
    decided = decide(policy, made[0], report, made[1], given_answers)
    action = decided.recommendation.action
    foretold = {
        (change.fact, change.to_value): change.action
        for change in (
            *(change for question in decided.recommendation.questions for change in question.could_lead_to),
            *decided.recommendation.would_change,
        )
    }
    for definition, fact in zip(policy.facts, decided.facts, strict=True):
        if definition.measured in ABOUT_THE_REPORT:
            continue  # there the question is what another report would lead to
        for word in definition.words:
            if word == fact.value:
                continue
            answer = Fact(name=fact.name, value=word, source="reviewer", observed_at=FINALLY)
            after = decide(policy, made[0], report, made[1], [*given_answers, answer]).recommendation.action
            assert foretold.get((fact.name, word), action) == after


@examples(25)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_reasons_belong_together(data: st.DataObject, made: tuple[Post, Signals], report: Report | None) -> None:
    decided = decide(POLICY, made[0], report, made[1], data.draw(answers(POLICY)))
    recommendation, facts = decided.recommendation, {fact.name: fact for fact in decided.facts}
    fired = {reason.clause for reason in recommendation.fired}
    assert {reason.clause for reason in recommendation.decisive} <= fired
    assert fired.isdisjoint(reason.clause for reason in recommendation.not_evaluated)
    for reason in recommendation.fired:
        assert reason.outcome == "yes"
        assert reason.facts
        assert reason.missing == ()
        assert all(fact == facts[fact.name] and fact.value != "unknown" for fact in reason.facts)
    for reason in recommendation.not_evaluated:
        assert reason.outcome == "unknown"
        assert reason.missing
        assert all(facts[name].value == "unknown" for name in reason.missing)
    for question in recommendation.questions:
        assert facts[question.fact].value == "unknown"
        assert question.ask.endswith("?") or question.ask.endswith(".")
        assert {change.action for change in question.could_lead_to} - {recommendation.action}
        assert all(change.from_value == "unknown" for change in question.could_lead_to)
    for change in recommendation.would_change:
        assert change.from_value == facts[change.fact].value != "unknown"
        assert change.action != recommendation.action


@examples(20)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_most_consequential_question_comes_first(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None
) -> None:
    recommendation = decide(POLICY, made[0], report, made[1], data.draw(answers(POLICY))).recommendation
    weights = []
    for question in recommendation.questions:
        others = {change.action for change in question.could_lead_to} - {recommendation.action}
        far = max(abs(SEVERITY[other] - SEVERITY[recommendation.action]) for other in others)
        weights.append((len(others), far))
    assert weights == sorted(weights, reverse=True)


def test_nothing_is_asked_that_makes_no_difference() -> None:
    intimate = Fact(name="intimate_media", value="yes", source="reviewer")
    decided = decide(POLICY, Post(post_id="x", media=("a",)), None, Signals(), [intimate]).recommendation
    assert decided.action == "route_out"
    assert decided.questions == ()
    assert [(change.fact, change.to_value) for change in decided.would_change] == [("intimate_media", "no")]
