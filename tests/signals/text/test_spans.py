"""Stretches of a text: what overlaps, and how many comparisons it takes to say so."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.text.analysis import _joined
from consentry.signals.text.passages import Passage
from consentry.signals.text.private import _one_kind_a_number
from consentry.signals.text.spans import Spans

SPAN = st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda span: (span[0], span[0] + span[1]))


@given(spans=st.lists(SPAN, max_size=12), asked=SPAN)
def test_as_comparing_with_each_of_them(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    start, end = asked
    known = Spans(spans)
    assert known.overlap(start, end) == any(start < b and a < end for a, b in spans)
    assert (start in known) == any(a <= start < b for a, b in spans)


NUMBERS = ("email", "bank_account", "payment_card", "location", "identity_number", "phone", "licence_plate")
KIND = st.sampled_from([*NUMBERS, "credentials", "medical"])


def one_by_one(passages: list[Passage]) -> list[Passage]:
    """The same, each with each of the others."""
    kept: list[Passage] = []
    rank = {kind: place for place, kind in enumerate(NUMBERS)}
    for passage in sorted(passages, key=lambda one: rank.get(one.kind, len(rank))):
        said = passage.kind == "email" and any(
            other.kind == "credentials" and other.start <= passage.start < other.end for other in passages
        )
        taken = passage.kind in rank and any(
            other.kind in rank
            and other.kind != passage.kind
            and passage.start < other.end
            and other.start < passage.end
            for other in kept
        )
        if not said and not taken:
            kept.append(passage)
    return kept


@given(found=st.lists(st.tuples(KIND, SPAN), max_size=14))
def test_a_number_is_of_the_first_kind_that_finds_it(found: list[tuple[Any, tuple[int, int]]]) -> None:
    passages = [Passage(kind, start, end, 0.5, str(place)) for place, (kind, (start, end)) in enumerate(found)]
    assert _one_kind_a_number(passages) == one_by_one(passages)


class Compared(int):
    """An offset that counts how often it is compared with another."""

    count = 0

    def __lt__(self, other: int) -> bool:
        Compared.count += 1
        return int(self) < int(other)

    def __gt__(self, other: int) -> bool:
        Compared.count += 1
        return int(self) > int(other)

    def __le__(self, other: int) -> bool:
        Compared.count += 1
        return int(self) <= int(other)

    def __ge__(self, other: int) -> bool:
        Compared.count += 1
        return int(self) >= int(other)

    def __eq__(self, other: object) -> bool:
        Compared.count += 1
        return isinstance(other, int) and int(self) == int(other)

    __hash__ = int.__hash__


@pytest.mark.parametrize("step", [1, 3, 30], ids=["heaped", "touching", "apart"])
@pytest.mark.parametrize("treated", [_one_kind_a_number, lambda passages: _joined(passages)])
def test_a_finding_is_compared_with_few_others(treated: Callable[[list[Passage]], object], step: int) -> None:
    def comparisons(count: int) -> int:
        # Two kinds in turn, so that the later one is held against all of the earlier.
        passages = [
            Passage(kind, Compared(step * place), Compared(step * place + 3), 0.5, "rule")
            for place in range(count)
            for kind in ("email", "phone")
        ]
        Compared.count = 0
        treated(passages)
        return Compared.count

    for count in (200, 2000):
        assert comparisons(count) <= 12 * count * math.log2(count)
