"""The encoding and the evaluator mean the same: on random policies, random cases, and random solutions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import get_args

from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from measured_inputs import all_inputs
from policy_strategies import answers, examples, posts_with_signals, reports
from prover_checks import random_case, seen_by_solver, with_any_actions

from consentry.policy import Policy, decide, list_policies, load_policy
from consentry.policy.logic.kleene import NO, UNKNOWN, YES
from consentry.policy.proving import timing
from consentry.policy.proving.counterexamples import decided_case
from consentry.policy.proving.encoding import Encoding
from consentry.policy.proving.formulas import all_of, negate
from consentry.policy.proving.search import Search
from consentry.policy.proving.world import make_world
from consentry.records import AccountKind, Post, Report, Signals

SHIPPED = {name: load_policy(name) for name in list_policies()}
POLICIES = st.builds(with_any_actions, hostile_policies(), st.randoms(use_true_random=True)) | st.sampled_from(
    sorted(SHIPPED)
).map(SHIPPED.__getitem__)
FIELDS = tuple(timing.COUNTS.values())
COUNTS = st.none() | st.integers(0, 60)
ACCOUNTS = st.sampled_from(get_args(AccountKind))
MOMENTS = st.none() | st.integers(0, 1500).map(
    lambda days: datetime(2021, 11, 1, tzinfo=UTC) + timedelta(hours=7 * days)
)


@examples(10)
@given(st.data(), POLICIES, posts_with_signals(), st.none() | reports())
def test_every_case_is_encoded_and_comes_out_as_the_evaluator_says(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    said = data.draw(answers(policy))
    made = made[0].model_copy(update={"posted_at": data.draw(MOMENTS), "account": data.draw(ACCOUNTS)}), made[1]
    if report is not None:
        report = report.model_copy(update={"reported_at": data.draw(MOMENTS), **{f: data.draw(COUNTS) for f in FIELDS}})
    decided = decide(policy, made[0], report, made[1], said)
    recommendation = decided.recommendation
    world = make_world([policy])
    encoding = Encoding(policy, world)
    search = Search([world], *seen_by_solver(policy, world, made[0], report, made[1], said))
    facts = all_of(
        encoding.values[fact.name][fact.value]
        if fact.value != "unknown"
        else all_of(negate(formula) for formula in encoding.values[fact.name].values())
        for fact in decided.facts
    )
    truths = policy.program.clause_truths([policy.program.encode(fact.name, fact.value) for fact in decided.facts])
    clauses = all_of(
        {YES: ternary.yes, NO: ternary.no, UNKNOWN: ternary.unknown}[truth]
        for truth, ternary in zip(truths, (encoding.run.clauses[clause.name] for clause in policy.clauses), strict=True)
    )
    line = next(index for index, line in enumerate(policy.decisions) if line.name == recommendation.rule)
    whole = all_of((facts, clauses, encoding.run.taken[line], encoding.action(recommendation.action)))
    assert search.possible(), "the variables leave out a case that there is"
    assert not search.possible(negate(whole)), "the encoding makes something else of it"


@examples(10)
@given(POLICIES, st.randoms(use_true_random=True))
def test_whatever_the_solver_finds_can_be_written_and_is_decided_alike(policy: Policy, random: Random) -> None:
    world = make_world([policy])
    encoding = Encoding(policy, world)
    found = random_case(Search([world]), world.choices, random)
    assert decided_case(encoding, found, "random", "Anything").decided is not None  # and compares, or raises


def test_the_prover_knows_every_input() -> None:
    """A policy that reads everything, so that an input that is added later cannot be forgotten here."""
    from dataclasses import replace

    from consentry.policy import FactDefinition

    shipped = load_policy()
    facts = tuple(
        FactDefinition(
            name=f"fact_{index}",
            words=item.words or ("yes", "no"),
            ask="?",
            measured=item.name,
            yes_at_least=None if item.words else 0.5,
        )
        for index, item in enumerate(all_inputs())
    )
    world = make_world([replace(shipped, facts=facts, clauses=(), decisions=shipped.decisions[-1:], invariants=())])
    assert {item.name for item in all_inputs()} <= set(world.readings)
