from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.training.data.leakage import refuse_leakage
from consentry.training.data.manifest import Row
from consentry.training.data.splits import assign_splits, hold_out
from consentry.training.errors import TrainingError

SHARES = {"train": 0.6, "val": 0.2, "test": 0.2}


def row(name: str, split: str = "", group: str = "", source: str = "s", context: str = "private") -> Row:
    return Row(Path("/data") / name, name, context, split, group, source)


def many(count: int, *, per_group: int = 1) -> list[Row]:
    contexts = ("private", "public_event", "neutral", "neutral")
    return [
        row(f"{index}", group=f"g{index // per_group}" if per_group > 1 else "", context=contexts[index % 4])
        for index in range(count)
    ]


def test_holding_out_moves_whole_groups_of_that_source_alone() -> None:
    rows = [row(f"{index}", "train", f"g{index // 4}") for index in range(400)]
    rows += [row(f"o{index}", "train", source="other") for index in range(100)]
    moved = hold_out(rows, {"s": 0.3})
    assert {r.split for r in moved if r.source == "other"} == {"train"}
    assert 0.15 < sum(r.split == "val" for r in moved) / 400 < 0.45
    refuse_leakage(moved)
    assert hold_out(rows[:100], {"s": 0.3}) == moved[:100]
    test_rows = [replace(r, split="test") for r in rows]
    assert hold_out(test_rows, {"s": 1.0}) == tuple(test_rows)


@pytest.mark.parametrize("per_group", [1, 4])
def test_every_class_gets_its_share_in_every_split(per_group: int) -> None:
    rows = assign_splits(many(400, per_group=per_group), SHARES)
    counts = Counter((item.context, item.split) for item in rows)
    for context, total in (("private", 100), ("public_event", 100), ("neutral", 200)):
        for split, share in SHARES.items():
            assert counts[context, split] == pytest.approx(share * total, abs=2)
    refuse_leakage(rows)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["private", "neutral"])), min_size=30, max_size=60),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_families_stay_together_whatever_the_order(
    cells: list[tuple[int, str]], near: list[tuple[int, int]], random: object
) -> None:
    rows = [row(f"{number}", group=f"g{group}" if group else "", context=context)
            for number, (group, context) in enumerate(cells)]  # fmt: skip
    rows += [row(f"alone{number}", context="neutral") for number in range(2)]  # so that no split stays empty
    given_out = assign_splits(rows, {"train": 0.7, "test": 0.3}, near=near)
    refuse_leakage(given_out)
    assert all(given_out[one].split == given_out[other].split for one, other in near)
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    place = {number: index for index, number in enumerate(order)}
    again = assign_splits(
        [rows[number] for number in order],
        {"train": 0.7, "test": 0.3},
        near=[(place[one], place[other]) for one, other in near],
    )
    assert {item.name: item.split for item in again} == {item.name: item.split for item in given_out}


def test_another_seed_deals_otherwise() -> None:
    rows = many(80)
    assert assign_splits(rows, SHARES) == assign_splits(rows, SHARES)
    assert assign_splits(rows, SHARES) != assign_splits(rows, SHARES, seed=1)


def test_what_has_a_split_keeps_it_and_its_family_follows() -> None:
    rows = [row("old", "test", "g"), row("new", "", "g"), row("copy"), *many(40)]
    found = assign_splits(rows, {"train": 0.9, "val": 0.1, "test": 0.0}, near=[(1, 2)])
    assert [item.split for item in found[:3]] == ["test"] * 3
    assert {item.split for item in found[3:]} == {"train", "val"}
    with pytest.raises(TrainingError, match="lie in 2 splits already") as caught:
        assign_splits([row("a", "train", "g"), row("b", "test", "g")], SHARES)
    assert caught.value.code == "training.leakage"


@pytest.mark.parametrize("shares", [{}, {"train": 0.0}, {"train": 2, "val": -1}, {"": 1.0}])
def test_shares_that_make_no_splits(shares: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="make no splits") as caught:
        assign_splits(many(8), shares)
    assert caught.value.code == "training.split"


def test_too_few_families_leave_a_split_empty() -> None:
    with pytest.raises(TrainingError, match="stays empty: 8 rows form only 2 families"):
        assign_splits(many(8, per_group=4), SHARES)
