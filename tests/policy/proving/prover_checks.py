"""What the tests of the prover share: a case as the solver sees it, and random cases out of the solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from consentry.policy import Policy
from consentry.policy.measuring.facts import settle
from consentry.policy.measuring.inputs import input_named
from consentry.policy.measuring.measurements import Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.policy.proving.choices import Choice
from consentry.policy.proving.encoding import ACTIONS
from consentry.policy.proving.formulas import Formula, all_of, any_of, equal, negate, rational
from consentry.policy.proving.readings import NumberReading, Reading, WordReading
from consentry.policy.proving.search import Found, Search
from consentry.policy.proving.world import World
from consentry.records import Fact, Post, Report, Signals


def seen_by_solver(
    policy: Policy, world: World, post: Post, report: Report | None, signals: Signals, answers: Sequence[Fact]
) -> list[Formula]:
    """What a concrete case says about the variables of a world."""
    situation = Situation(post=post, report=report, signals=signals)
    settled = {fact.name: fact.value for fact in settle(policy, situation, answers)}
    said = {answer.name for answer in answers}
    formulas: list[Formula] = [world.report.standing.is_(report.standing if report else "none")]
    if report is not None:
        formulas.append(world.report.identity.is_(report.identity))
    for fact in policy.facts:
        answer = world.answer(fact.name)
        if fact.measured is not None:
            measurement = input_named(fact.measured).measure(situation)
            formulas.append(reads(world.readings[fact.measured], measurement))
            formulas.append(equal(answer.said, fact.name in said))
        if fact.name in said or fact.measured is None:
            formulas.append(answer.word.is_(settled[fact.name]))
    return formulas


def reads(reading: Reading, measurement: Number | Word) -> Formula:
    if isinstance(reading, WordReading):
        assert isinstance(measurement, Word)
        return all_of(equal(formula, word == measurement.value) for word, formula in reading.words.items())
    assert isinstance(measurement, Number)
    return all_of(
        (
            _end(reading, reading.open_below, reading.low, reading.lower, measurement.low),
            _end(reading, reading.open_above, reading.high, reading.upper, measurement.high),
        )
    )


def _end(reading: NumberReading, is_open: Formula, variable: object, limit: float, value: float) -> Formula:
    exact = False if value == float("inf") else variable == rational(value)
    return any_of((all_of((is_open, limit == value)), all_of((negate(is_open), exact))))


def with_any_actions(policy: Policy, random: Random) -> Policy:
    """The same policy, with other actions behind its lines; those that ask for removal mostly stay."""
    lines = tuple(
        line
        if line.action == "recommend_removal" and random.random() < 0.8
        else replace(line, action=random.choice(ACTIONS))
        for line in policy.decisions
    )
    return replace(policy, decisions=lines)


def random_case(search: Search, choices: Iterable[Choice], random: Random, *wanted: Formula) -> Found:
    """Any case at all: choices in a random order, each fixed at random as far as that is still possible."""
    shuffled = list(choices)
    random.shuffle(shuffled)
    fixed: list[Formula] = list(wanted)
    for choice in shuffled[: random.randint(0, len(shuffled))]:
        _, formula = random.choice(choice.options)
        if search.possible(*fixed, formula):
            fixed.append(formula)
    found = search.shortest(all_of(fixed), tuple(choices))
    assert found is not None
    return found
