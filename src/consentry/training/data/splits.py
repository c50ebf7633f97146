"""Puts rows into splits: whole groups, whole families of near-duplicates, every class in its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError


def hold_out(rows: Sequence[Row], shares: Mapping[str, float]) -> tuple[Row, ...]:
    """Move a share of some sources' training rows into the split ``val``, whole groups at a time.

    For data sets that come without a validation split. Which rows move depends on their names alone, so that adding
    rows never reshuffles the others.

    Args:
        rows: Rows of any splits; only those of ``train`` move.
        shares: For each source, the share of its training rows that moves, about.
    """

    def moves(row: Row) -> bool:
        key = f"{row.source}/{row.group or row.name}"
        return row.split == "train" and _chance(key) < shares.get(row.source, 0.0)

    return tuple(replace(row, split="val") if moves(row) else row for row in rows)


def assign_splits(
    rows: Sequence[Row],
    shares: Mapping[str, float],
    *,
    seed: int = 0,
    near: Iterable[Sequence[int]] = (),
) -> tuple[Row, ...]:
    """Give every row without a split one.

    Rows of one group, rows of one file and near-duplicates form a family, and a family stays together. Families are
    dealt out, the largest first, each to the split that is furthest behind in what the family brings (iterative
    stratification by class, after Sechidis et al. 2011). A family with a row that has a split already follows it: new
    pictures of an old group never tear a test set apart.

    The result depends on names, labels and the seed, not on the order of the rows.

    Args:
        rows: Of one manifest.
        shares: For each split, the share of rows that it should get; they need not sum to 1.
        seed: Another seed deals otherwise.
        near: Pairs of row numbers that belong together, such as `near_duplicates.NearPair`; more than two items of a
            tuple are ignored.

    Returns:
        The rows in their order.

    Raises:
        TrainingError: ``training.split`` if shares make no sense, or if a split stays empty because there are too few
            families; ``training.leakage`` if a family has two splits already.
    """
    total_share = sum(shares.values())
    if not shares or any(not name for name in shares) or min(shares.values()) < 0 or not total_share > 0:
        raise TrainingError(
            f"The shares {dict(shares)} make no splits.",
            "Give each split a share, such as train=0.8 val=0.1 test=0.1.",
            code="training.split",
        )
    families = _families(rows, near, seed)
    classes = Counter(row.context for row in rows)
    deal = _Deal({name: share / total_share for name, share in shares.items()}, classes)
    for family in families:
        family.split = _split_already(family, rows)
        if family.split:
            deal.give(family.split, family.classes)
    for family in sorted(families, key=lambda family: (-len(family.members), family.chance)):
        if not family.split:
            family.split = deal.neediest(family.classes)
            deal.give(family.split, family.classes)
    split_of = {member: family.split for family in families for member in family.members}
    empty = [name for name, share in shares.items() if share > 0 and name not in split_of.values()]
    if empty:
        raise TrainingError(
            f"The split {empty[0]!r} stays empty: {len(rows)} rows form only {len(families)} families that belong "
            "together.",
            "Add pictures that stand alone, or ask for fewer splits.",
            code="training.split",
        )
    return tuple(replace(row, split=split_of[number]) for number, row in enumerate(rows))


@dataclass
class _Family:
    members: list[int]
    classes: Counter[str]
    chance: float
    split: str = ""


@dataclass
class _Deal:
    """How many rows of each class every split should get, and has got."""

    shares: Mapping[str, float]
    classes: Counter[str]
    given: dict[str, Counter[str]] = field(default_factory=dict)

    def give(self, split: str, classes: Counter[str]) -> None:
        self.given.setdefault(split, Counter()).update(classes)

    def neediest(self, classes: Counter[str]) -> str:
        """The split that is furthest behind, relative to what it should get, in what these rows bring."""

        def missing(split: str) -> tuple[float, float]:
            share, given = self.shares[split], self.given.get(split, Counter())
            if not share:
                return -1.0, 0.0
            behind = {name: 1 - given[name] / (share * self.classes[name]) for name in classes}
            weight = sum(behind[name] * count for name, count in classes.items()) / classes.total()
            return weight, share

        return max(self.shares, key=missing)


def _families(rows: Sequence[Row], near: Iterable[Sequence[int]], seed: int) -> list[_Family]:
    parents = list(range(len(rows)))

    def head(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        for key in (f"file {row.name}", f"unit {row.unit}"):
            parents[head(number)] = head(first.setdefault(key, number))
    for pair in near:
        parents[head(pair[0])] = head(pair[1])
    members: dict[int, list[int]] = {}
    for number in range(len(rows)):
        members.setdefault(head(number), []).append(number)
    return [
        _Family(
            members=found,
            classes=Counter(rows[number].context for number in found),
            chance=_chance(f"{seed}/{min(rows[number].name for number in found)}"),
        )
        for found in members.values()
    ]


def _split_already(family: _Family, rows: Sequence[Row]) -> str:
    splits = {rows[number].split for number in family.members if rows[number].split}
    if len(splits) > 1:
        names = ", ".join(f"{rows[number].name} ({rows[number].split})" for number in family.members[:5])
        raise TrainingError(
            f"Pictures that belong together lie in {len(splits)} splits already: {names}.",
            "Look at them with `consentry data check`, and leave the training rows out or move them.",
            code="training.leakage",
        )
    return next(iter(splits), "")


def _chance(key: str) -> float:
    """A number in 0-1 that depends on the key alone."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") / 2**64
