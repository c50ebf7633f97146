"""The policy of 30 November 2021: its golden cases, its own invariants, and no line in vain."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_strategies import PROVEN_REPORTS, answers, posts_with_signals, reports

from consentry.policy import broken_invariants, decide, load_policy
from consentry.policy.cases import WrittenCase, read_cases
from consentry.policy.kleene import UNKNOWN, YES
from consentry.policy.program import UNKNOWN_CODE
from consentry.records import Fact, Post, Report, Signals

POLICY = load_policy()
CASES = [
    case
    for path in sorted((Path(__file__).resolve().parents[2] / "data" / "cases").glob("*.yaml"))
    for case in read_cases(path)
]
OPEN_EXCEPTIONS = ("public_event", "public_interest", "public_figure", "eyewitness_account", "crisis_help")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_cases(case: WrittenCase) -> None:
    expected = case.expected
    assert expected is not None
    decided = decide(POLICY, case.post, case.report, case.signals, case.facts)
    recommendation = decided.recommendation
    assert recommendation.action == expected.action
    assert recommendation.rule == (expected.rule or recommendation.rule)
    assert set(expected.decisive) <= {reason.clause for reason in recommendation.decisive}
    assert set(expected.fired) <= {reason.clause for reason in recommendation.fired}
    assert set(expected.asks) <= {question.fact for question in recommendation.questions}
    assert len(recommendation.guardrails) == expected.guardrails
    assert broken_invariants(POLICY, decided) == ()


def test_golden_cases_are_many_and_different() -> None:
    assert len(CASES) >= 50
    assert len({case.name for case in CASES}) == len(CASES)
    actions = {case.expected.action for case in CASES if case.expected}
    assert actions == {line.action for line in POLICY.decisions}
    assert all(case.title for case in CASES)


def test_every_line_and_every_clause_has_a_golden_case() -> None:
    assert {line.name for line in POLICY.decisions} == {case.expected.rule for case in CASES if case.expected}
    held: set[str] = set()
    for case in CASES:
        recommendation = decide(POLICY, case.post, case.report, case.signals, case.facts).recommendation
        held.update(reason.clause for reason in recommendation.fired)
    assert {clause.name for clause in POLICY.clauses} - held == set()


def test_the_decision_list_keeps_the_policys_word_without_any_guardrail() -> None:
    """Every invariant, on the facts themselves, of which many more can be tried than of whole assessments."""
    random = Random(20211130)
    invariants = [(item, POLICY.program.compile(item.condition)) for item in POLICY.invariants]
    spoken_of: set[str] = set()
    for _ in range(20_000):
        known = random.random()
        values = [
            random.randrange(len(fact.words)) if random.random() < known else UNKNOWN_CODE for fact in POLICY.facts
        ]
        outcome = POLICY.program.run(values)
        for invariant, condition in invariants:
            if condition(values, outcome.clauses) == YES:
                spoken_of.add(invariant.name)
                assert POLICY.decisions[outcome.line].action in invariant.actions, invariant.name
    assert spoken_of == {invariant.name for invariant in POLICY.invariants}


@settings(max_examples=150)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_policy_keeps_its_own_word(data: st.DataObject, made: tuple[Post, Signals], report: Report | None) -> None:
    decided = decide(POLICY, made[0], report, made[1], data.draw(answers(POLICY)))
    assert broken_invariants(POLICY, decided) == ()


@settings(max_examples=150)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_guardrails_have_nothing_to_do(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None
) -> None:
    """As long as nobody answers in place of the report: the policy itself asks for what the promises ask for."""
    given_answers = data.draw(answers(POLICY, without=("standing", "identity")))
    assert decide(POLICY, made[0], report, made[1], given_answers).recommendation.guardrails == ()


@given(posts_with_signals(), st.none() | reports())
def test_models_alone_never_recommend_removal(made: tuple[Post, Signals], report: Report | None) -> None:
    assert decide(POLICY, made[0], report, made[1]).recommendation.action != "recommend_removal"


@given(posts_with_signals(), PROVEN_REPORTS)
def test_models_alone_never_close_a_proven_complaint(made: tuple[Post, Signals], report: Report) -> None:
    assert decide(POLICY, made[0], report, made[1]).recommendation.action != "no_action"


@given(st.data(), posts_with_signals(), PROVEN_REPORTS, st.sampled_from(OPEN_EXCEPTIONS))
def test_an_open_exception_stops_removal_of_media(
    data: st.DataObject, made: tuple[Post, Signals], report: Report, still_open: str
) -> None:
    outside = ("intent_to_harass", "information", "standing", "identity", still_open)
    facts = [*data.draw(answers(POLICY, without=outside)), Fact(name=still_open, value="unknown", source="reviewer")]
    assert decide(POLICY, made[0], report, made[1], facts).recommendation.action != "recommend_removal"


@given(st.data())
def test_an_unknown_clause_never_counts_as_no_when_nobody_reported(data: st.DataObject) -> None:
    values = [data.draw(st.integers(UNKNOWN_CODE, len(fact.words) - 1)) for fact in POLICY.facts]
    outcome = POLICY.program.run(values)
    truths = dict(zip((clause.name for clause in POLICY.clauses), outcome.clauses, strict=True))
    if UNKNOWN in (truths["bounty"], truths["threat_to_expose"]):
        assert POLICY.decisions[outcome.line].action != "no_action"
