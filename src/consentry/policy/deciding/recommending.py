"""From a post, its report and its signals to a recommendation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consentry.policy.deciding.explanation import questions, reasons, would_change
from consentry.policy.deciding.guardrails import EVENT_SCORE, Standpoint, guard
from consentry.policy.deciding.what_if import actions_if
from consentry.policy.definitions import Invariant, Policy
from consentry.policy.language.deadlines import deadlines_of
from consentry.policy.logic.conditions import World, truth_of
from consentry.policy.logic.kleene import YES
from consentry.policy.measuring.facts import settle
from consentry.policy.measuring.situation import Situation
from consentry.records import Fact, Post, Recommendation, Report, Signals


@dataclass(frozen=True, slots=True)
class Decided:
    """What the policy made of one post.

    Attributes:
        facts: Every fact of the policy, in its order.
        recommendation: For the reviewer; a person decides.
    """

    facts: tuple[Fact, ...]
    recommendation: Recommendation


def decide(policy: Policy, post: Post, report: Report | None, signals: Signals, facts: Iterable[Fact] = ()) -> Decided:
    """Hold a post, its report and its signals against a policy.

    Args:
        policy: From `load_policy`.
        post: What was published.
        report: What the reporter says, or ``None``.
        signals: What was measured. What is not in it is unknown.
        facts: Answers of reviewers, look-ups, and further statements of the report. They outrank models; a later one
            outranks an earlier one of the same source. They cannot stand in for a verified report (promise 2).

    Returns:
        The same for the same input, byte for byte; the order of ``facts`` makes no difference.

    Raises:
        PolicyError: A fact names something that the policy does not have, or claims to come from a model.
    """
    settled = settle(policy, Situation(post=post, report=report, signals=signals), facts)
    values = [policy.program.encode(fact.name, fact.value) for fact in settled]
    standpoint = Standpoint.of(report, _event_scores(policy, settled))
    outcome = policy.program.run(values)
    guarded = guard(policy, values, outcome, standpoint)
    foretold = actions_if(policy, values, standpoint)
    line = policy.decisions[outcome.line]
    sorted_reasons = reasons(policy, settled, outcome)
    recommendation = Recommendation(
        action=guarded.action,
        policy=policy.label,
        rule=line.name,
        because=line.because,
        decisive=sorted_reasons.decisive,
        fired=sorted_reasons.fired,
        not_evaluated=sorted_reasons.not_evaluated,
        questions=questions(policy, values, guarded.action, foretold),
        would_change=would_change(policy, values, guarded.action, foretold),
        guardrails=guarded.sentences,
        deadlines=deadlines_of(
            policy,
            settled,
            outcome.clauses,
            guarded.action,
            {"post": post.posted_at, "report": report.reported_at if report else None},
        ),
    )
    return Decided(facts=settled, recommendation=recommendation)


def _event_scores(policy: Policy, settled: tuple[Fact, ...]) -> tuple[int, ...]:
    """The facts that are what the public-event model says, rather than what anybody answered."""
    return tuple(
        index
        for index, (definition, fact) in enumerate(zip(policy.facts, settled, strict=True))
        if (definition.measured or "").startswith(EVENT_SCORE) and fact.source == "model"
    )


def broken_invariants(policy: Policy, decided: Decided) -> tuple[Invariant, ...]:
    """The invariants of the policy's own file that a result breaks; none, for a policy that keeps its word."""
    values = {fact.name: fact.value for fact in decided.facts}
    codes = [policy.program.encode(name, value) for name, value in values.items()]
    truths = policy.program.clause_truths(codes)
    names = (clause.name for clause in policy.clauses)
    world = World(facts=values, clauses=dict(zip(names, truths, strict=True)))
    return tuple(
        invariant
        for invariant in policy.invariants
        if truth_of(invariant.condition, world) == YES and decided.recommendation.action not in invariant.actions
    )
