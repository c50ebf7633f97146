"""Cells of numbers, and case files that hold every kind of signal."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from random import Random

import z3
from hypothesis import given
from hypothesis import strategies as st
from measured_inputs import all_inputs
from policy_strategies import examples
from prover_checks import random_case
from small_policy import small

from consentry.policy import FactDefinition
from consentry.policy.proving.counterexamples import decided_case
from consentry.policy.proving.encoding import Encoding
from consentry.policy.proving.formulas import (
    TRUE,
    OneOf,
    all_of,
    any_of,
    as_z3,
    equal,
    implies,
    negate,
    rational,
)
from consentry.policy.proving.readings import Cell, NumberReading, cells
from consentry.policy.proving.search import Search
from consentry.policy.proving.timing import day_cells
from consentry.policy.proving.world import make_world

THRESHOLDS = st.lists(st.floats(0.0, 1.0), max_size=4)


def _in(cell: Cell, value: float) -> bool:
    return z3.is_true(z3.simplify(as_z3(cell.holds(rational(value)))))


@given(THRESHOLDS, st.floats(0.0, 1.0))
def test_every_number_lies_in_one_cell_and_each_cell_names_its_own(thresholds: list[float], value: float) -> None:
    found = cells(thresholds, 0.0, 1.0)
    # Two thresholds that are next to each other as floats have nothing between them that can be written.
    near = any(0 < abs(value - point) < 1e-300 for point in (*thresholds, 0.0, 1.0))
    assert sum(_in(cell, value) for cell in found) == 1 or near
    assert all(_in(cell, cell.value) for cell in found)
    assert [cell.value for cell in found] == sorted({cell.value for cell in found})


def test_whole_numbers_have_whole_cells() -> None:
    assert [cell.value for cell in cells((2.5, 5.0, 6.0), 0.0, math.inf, whole=True)] == [0, 1, 3, 5, 6, 7]
    assert [cell.value for cell in cells((), 0.0, math.inf)] == [0, 1]


def test_numbers_that_are_written_are_short() -> None:
    assert [cell.value for cell in cells((0.85, 0.15), 0.0, 1.0)] == [0, 0.1, 0.15, 0.5, 0.85, 0.9, 1]


def test_days_are_written_as_near_to_a_threshold_as_can_be() -> None:
    days = [float(date(2022, 4, 5).toordinal()), float(date(2022, 12, 14).toordinal())]
    shown = [date.fromordinal(int(cell.value)).isoformat() for cell in day_cells(days)]
    assert shown == ["2022-04-04", "2022-04-05", "2022-04-06", "2022-12-14", "2022-12-15"]


def test_constants_are_folded_away() -> None:
    flag = z3.Bool("flag")
    assert all_of(()) is True
    assert any_of(()) is False
    assert all_of((flag, False)) is False
    assert any_of((flag, TRUE)) is True
    assert all_of((flag, TRUE)) is flag
    assert any_of((flag, False)) is flag
    assert negate(TRUE) is False
    assert implies(False, flag) is True
    assert equal(TRUE, TRUE) is True
    assert OneOf("x", ("only",)).constraint is True
    assert OneOf("x", ("only",)).is_("other") is False


def test_a_threshold_that_says_nothing_leaves_the_unmeasured_unknown() -> None:
    """The loader refuses such thresholds; neither evaluator nor solver takes an open number for a yes by them."""
    definition = FactDefinition("x", ("yes", "no"), "?", measured="y", yes_at_least=0.0, no_at_most=1.0)
    number = z3.Real("number")
    gap = z3.Bool("gap")
    cut = NumberReading(number, number, gap, gap, 0.0, 1.0).cut(definition)
    solver = z3.Solver()
    solver.add(gap, as_z3(any_of(cut.values())))
    assert solver.check() == z3.unsat


@examples(5)
@given(st.randoms(use_true_random=True), st.sampled_from((0.0, 0.3, 0.6)))
def test_any_case_of_a_policy_that_reads_everything_can_be_written(random: Random, low: float) -> None:
    """Every input at once: whatever the solver chooses, the evaluator reads the same out of the file."""
    facts = []
    for index, item in enumerate(all_inputs()):
        day = float(date(2026, 1, 2).toordinal())
        scale = 1.0 if item.upper == 1.0 else 10.0
        yes, no = (day, None) if item.is_day else (0.9 * scale, low * scale)
        fact = FactDefinition(f"f{index}", item.words or ("yes", "no"), "?", measured=item.name)
        facts.append(fact if item.words else replace(fact, yes_at_least=yes, no_at_most=no, is_day=item.is_day))
    policy = replace(small(), facts=tuple(facts), clauses=(), decisions=small().decisions[-1:], invariants=())
    world = make_world([policy])
    measured = [negate(world.answer(fact.name).said) for fact in policy.facts]
    found = random_case(Search([world]), world.choices, random, *measured)
    assert decided_case(Encoding(policy, world), found, "anything", "Anything").decided is not None
