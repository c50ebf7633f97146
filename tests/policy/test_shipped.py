"""The policies that ship: their golden cases, their own invariants, and no line in vain."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import PROVEN_REPORTS, answers, examples, posts_with_signals, reports

from consentry.policy import (
    DEFAULT_POLICY,
    Policy,
    broken_invariants,
    decide,
    list_policies,
    load_policy,
    redecide,
)
from consentry.policy.cases.files import WrittenCase, as_assessment, read_cases, unmet
from consentry.policy.logic.kleene import UNKNOWN, YES
from consentry.policy.logic.program import UNKNOWN_CODE
from consentry.records import Assessment, Fact, Post, Report, Signals

POLICY = load_policy()
CASES = [
    case
    for path in sorted((Path(__file__).resolve().parents[2] / "data" / "cases").glob("*.yaml"))
    for case in read_cases(path)
]
OPEN_EXCEPTIONS = ("public_event", "public_interest", "public_figure", "eyewitness_account", "crisis_help")


ALL = {name: load_policy(name) for name in list_policies()}
NAMED = (
    "friends-private-video",
    "strangers-photo-with-home-address",
    "thousand-for-a-name",
    "protest-crowd-with-the-reporter",
    "fan-in-a-stadium",
    "former-governor-publishes-footage",
    "representative-with-proof",
    "representative-without-proof",
    "public-figure-at-home",
    "public-figure-harassed",
    "covered-by-newspapers",
    "missing-person-appeal",
    "reporter-is-not-in-the-picture",
    "inconclusive-face",
    "two-seconds-of-a-video",
    "wave-of-reports-on-a-journalist",
    "withdrawn-consent",
)


def policy_of(case: WrittenCase) -> Policy:
    return ALL[case.policy or DEFAULT_POLICY]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_cases(case: WrittenCase) -> None:
    assert case.expected is not None
    decided = decide(policy_of(case), case.post, case.report, case.signals, case.facts)
    assert unmet(case.expected, decided.recommendation) == ()
    assert broken_invariants(policy_of(case), decided) == ()


def test_golden_cases_are_many_and_different() -> None:
    assert len(CASES) >= 140
    names = {case.name for case in CASES}
    assert len(names) == len(CASES)
    assert set(NAMED) <= names
    assert {case.expected.action for case in CASES if case.expected} == {line.action for line in POLICY.decisions}
    assert all(case.title for case in CASES)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_line_and_every_clause_has_a_golden_case(name: str) -> None:
    """What a policy takes over from another one is covered by that one's cases."""
    policy = ALL[name]
    taken, held = set(), set()
    for case in CASES:
        if ALL[name] != POLICY or policy_of(case) == POLICY:
            found = decide(policy_of(case), case.post, case.report, case.signals, case.facts).recommendation
            taken.add(found.rule)
            held.update(reason.clause for reason in found.fired)
    assert {line.name for line in policy.decisions} <= taken
    assert {clause.name for clause in policy.clauses} <= held


def test_every_policy_has_cases_of_its_own() -> None:
    assert {policy_of(case).label for case in CASES} == {policy.label for policy in ALL.values()}


@pytest.mark.parametrize("name", sorted(ALL))
def test_golden_cases_can_be_stored_and_decided_again(name: str) -> None:
    for case in CASES:
        if policy_of(case) == ALL[name]:
            stored = Assessment.model_validate_json(as_assessment(ALL[name], case).model_dump_json())
            assert redecide(ALL[name], stored) == stored.recommendation


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


@examples(40)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_policy_keeps_its_own_word(data: st.DataObject, made: tuple[Post, Signals], report: Report | None) -> None:
    decided = decide(POLICY, made[0], report, made[1], data.draw(answers(POLICY)))
    assert broken_invariants(POLICY, decided) == ()


@examples(40)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_guardrails_have_nothing_to_do(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None
) -> None:
    """As long as nobody answers in place of the report: the policy itself asks for what the promises ask for."""
    given_answers = data.draw(answers(POLICY, without=("standing", "identity")))
    assert decide(POLICY, made[0], report, made[1], given_answers).recommendation.guardrails == ()


@examples(30)
@given(posts_with_signals(), st.none() | reports())
def test_models_alone_never_recommend_removal(made: tuple[Post, Signals], report: Report | None) -> None:
    assert decide(POLICY, made[0], report, made[1]).recommendation.action != "recommend_removal"


@examples(30)
@given(posts_with_signals(), PROVEN_REPORTS)
def test_models_alone_never_close_a_proven_complaint(made: tuple[Post, Signals], report: Report) -> None:
    assert decide(POLICY, made[0], report, made[1]).recommendation.action != "no_action"


@examples(30)
@given(st.data(), posts_with_signals(), PROVEN_REPORTS, st.sampled_from(OPEN_EXCEPTIONS))
def test_an_open_exception_stops_removal_of_media(
    data: st.DataObject, made: tuple[Post, Signals], report: Report, still_open: str
) -> None:
    outside = ("intent_to_harass", "information", "standing", "identity", still_open)
    facts = [*data.draw(answers(POLICY, without=outside)), Fact(name=still_open, value="unknown", source="reviewer")]
    assert decide(POLICY, made[0], report, made[1], facts).recommendation.action != "recommend_removal"


@examples(40)
@given(st.data())
def test_an_unknown_clause_never_counts_as_no(data: st.DataObject) -> None:
    values = [data.draw(st.integers(UNKNOWN_CODE, len(fact.words) - 1)) for fact in POLICY.facts]
    outcome = POLICY.program.run(values)
    truths = dict(zip((clause.name for clause in POLICY.clauses), outcome.clauses, strict=True))
    if UNKNOWN in (truths["bounty"], truths["threat_to_expose"]):
        line = POLICY.decisions[outcome.line]
        assert line.action != "no_action" or line.name == "unreported_unclear"
