"""The laws of Kleene's logic, tried out on all truths."""

from __future__ import annotations

from itertools import product

import pytest

from consentry.policy.logic.kleene import (
    NO,
    UNKNOWN,
    YES,
    Truth,
    conjunction,
    disjunction,
    name,
    negation,
    possibility,
)

TRUTHS: tuple[Truth, ...] = (NO, UNKNOWN, YES)
PAIRS = list(product(TRUTHS, repeat=2))


def at_most_as_known(less: Truth, more: Truth) -> bool:
    return less in (UNKNOWN, more)


def test_names() -> None:
    assert [name(truth) for truth in TRUTHS] == ["no", "unknown", "yes"]


@pytest.mark.parametrize("truth", TRUTHS)
def test_double_negation_and_neutral_elements(truth: Truth) -> None:
    assert negation(negation(truth)) == truth
    assert conjunction([truth, YES]) == truth
    assert conjunction([truth, NO]) == NO
    assert disjunction([truth, NO]) == truth
    assert disjunction([truth, YES]) == YES
    assert conjunction([truth, truth]) == disjunction([truth, truth]) == truth


def test_nothing_at_all() -> None:
    assert conjunction([]) == YES
    assert disjunction([]) == NO


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_de_morgan_and_order(one: Truth, other: Truth) -> None:
    assert negation(conjunction([one, other])) == disjunction([negation(one), negation(other)])
    assert conjunction([one, other]) == conjunction([other, one])
    assert disjunction([one, conjunction([one, other])]) == one


@pytest.mark.parametrize(("one", "other", "third"), list(product(TRUTHS, repeat=3)))
def test_associative_and_distributive(one: Truth, other: Truth, third: Truth) -> None:
    assert conjunction([one, conjunction([other, third])]) == conjunction([one, other, third])
    assert conjunction([one, disjunction([other, third])]) == disjunction(
        [conjunction([one, other]), conjunction([one, third])]
    )


def test_there_is_no_excluded_middle() -> None:
    assert disjunction([UNKNOWN, negation(UNKNOWN)]) == UNKNOWN
    assert conjunction([UNKNOWN, negation(UNKNOWN)]) == UNKNOWN


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_forgetting_never_makes_something_else_true(one: Truth, other: Truth) -> None:
    for operation in (conjunction, disjunction):
        assert at_most_as_known(operation([UNKNOWN, other]), operation([one, other]))
    assert at_most_as_known(negation(UNKNOWN), negation(one))


def test_possibly() -> None:
    assert [possibility(truth) for truth in TRUTHS] == [NO, YES, YES]
