"""The compiled policy: order, circles, copies."""

from __future__ import annotations

import pickle
from itertools import product

import pytest

from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, FactIs, Not
from consentry.policy.logic.kleene import NO, UNKNOWN, YES
from consentry.policy.logic.program import UNKNOWN_CODE, ClauseCycleError, Program, evaluation_order

A, B = FactIs("a", ("yes",)), FactIs("b", ("yes",))
WORDS = (("a", ("yes", "no")), ("b", ("yes", "no")))


def small() -> Program:
    clauses = (("late", AllOf((ClauseHolds("early"), B))), ("early", AnyOf((A, Not(B)))))
    return Program(WORDS, clauses, (ClauseHolds("late"), A, Always()))


def test_clauses_may_come_in_any_order() -> None:
    assert evaluation_order({"late": ClauseHolds("early"), "early": A}) == ["early", "late"]
    assert small().clause_truths([0, 0]) == [YES, YES]
    assert small().clause_truths([UNKNOWN_CODE, 0]) == [UNKNOWN, UNKNOWN]
    assert small().clause_truths([UNKNOWN_CODE, 1]) == [NO, YES]


def test_the_first_line_that_definitely_holds_is_taken() -> None:
    assert small().run([0, 0]).line == 0
    taken = small().run([0, UNKNOWN_CODE])
    assert (taken.line, taken.undecided) == (1, (0,))
    taken = small().run([UNKNOWN_CODE, UNKNOWN_CODE])
    assert (taken.line, taken.undecided) == (2, (0, 1))


def test_a_circle_is_named() -> None:
    with pytest.raises(ClauseCycleError, match="x → y → x"):
        evaluation_order({"x": ClauseHolds("y"), "y": Not(ClauseHolds("x"))})


def test_a_list_without_an_end_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="always holds"):
        Program(WORDS, (), (A,)).run([1, 1])


def test_programs_travel_to_other_processes() -> None:
    copy = pickle.loads(pickle.dumps(small()))  # noqa: S301
    for values in product((0, 1, UNKNOWN_CODE), repeat=2):
        assert copy.run(values) == small().run(values)
