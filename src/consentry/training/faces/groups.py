"""Error rates by group, for groups that a data set publishes. Nothing is ever inferred from a face.

Rates by group are fairlearn's `MetricFrame`; their intervals draw persons (`training.measures.identity_bootstrap`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.faces.bands import Bands, Flags, rounded, with_ends
from consentry.training.faces.error_rates import ScoredPairs
from consentry.training.faces.pair_sets import PairIndices
from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.identity_bootstrap import Draws, PersonPairs, Totals, share_draws, share_interval
from consentry.training.measures.intervals import Interval

Names = NDArray[np.str_]

RATES: Final = ("false_match_rate", "false_non_match_rate", "wrongly_excluded")
"""What is compared between groups: impostor pairs called a match, genuine pairs not called a match, and genuine pairs
called no match."""


@dataclass(frozen=True)
class GroupedPairs:
    """Pairs with the groups of their two pictures.

    Attributes:
        first: (P,) group of the one picture; empty where it is not known.
        second: (P,) group of the other.
        pairs: With their persons.
        bands: Of the pairs.
    """

    first: Names
    second: Names
    pairs: ScoredPairs
    bands: Bands

    @classmethod
    def of(cls, groups: Names, indices: PairIndices, pairs: ScoredPairs, bands: Bands) -> GroupedPairs:
        """By the groups of the pictures."""
        return cls(groups[indices.first], groups[indices.second], pairs, bands)

    @property
    def within(self) -> Flags:
        """(P,) both pictures are of one group."""
        flags: Flags = (self.first == self.second) & (self.first != "")
        return flags

    @property
    def across(self) -> Flags:
        """(P,) the pictures are of two groups."""
        flags: Flags = (self.first != self.second) & (self.first != "") & (self.second != "")
        return flags

    def together(self) -> Names:
        """(P,) names of both groups, in the order of the alphabet."""
        ordered = self.first <= self.second
        low, high = np.where(ordered, self.first, self.second), np.where(ordered, self.second, self.first)
        return np.char.add(np.char.add(low, " with "), high)

    def wrong(self, rate: str) -> tuple[Flags, Flags]:
        """(P,) the pairs that a rate counts, and those that it is a share of."""
        same, bands = self.pairs.same, self.bands
        if rate == "false_match_rate":
            return bands.match, ~same
        return (~bands.match if rate == "false_non_match_rate" else bands.no_match), same


def rates_by_group(grouped: GroupedPairs, labels: Names, kept: Flags) -> dict[str, dict[str, float]]:
    """The rates of each group, by fairlearn's `MetricFrame`: by rate, by group; NaN where it has no such pairs.

    Args:
        grouped: The pairs.
        labels: (P,) the group of each pair.
        kept: (P,) pairs that have one.
    """
    from fairlearn.metrics import MetricFrame

    if not kept.any():
        return {rate: {} for rate in RATES}
    outcome = grouped.pairs.same.astype(np.int64)
    for bit, rate in enumerate(RATES, 1):
        outcome |= grouped.wrong(rate)[0].astype(np.int64) << bit
    # A million pairs come down to a few rows: group, truth and outcome, and how many pairs they hold for.
    names, group = np.unique(labels[kept], return_inverse=True)
    rows, counts = np.unique(group * (2 << len(RATES)) + outcome[kept], return_counts=True)
    said = rows % (2 << len(RATES))
    metrics = {rate: _rate_metric(bit, impostors=rate == RATES[0]) for bit, rate in enumerate(RATES, 1)}
    frame = MetricFrame(
        metrics=metrics,
        y_true=said & 1,
        y_pred=said,
        # By name: a lone row would be squeezed to a number.
        sensitive_features={"group": names[rows // (2 << len(RATES))]},
        sample_params={rate: {"counts": counts} for rate in RATES},
    )
    return {rate: {str(name): float(value) for name, value in frame.by_group[rate].items()} for rate in RATES}


def _rate_metric(bit: int, *, impostors: bool) -> Callable[..., float]:
    """The share of the pairs of one kind in whose outcome a bit is set; NaN if there are none."""

    def metric(same: Any, said: Any, *, counts: Any) -> float:
        among = np.asarray(counts) * (np.asarray(same) == (0 if impostors else 1))
        whole = float(among.sum())
        return float((among * (np.asarray(said) >> bit & 1)).sum()) / whole if whole else float("nan")

    return metric


def group_figures(grouped: GroupedPairs, groups: Names, *, found: Flags, draws: Draws) -> dict[str, Any]:
    """Error rates of one attribute's groups, as they stand in the evaluation's JSON.

    Args:
        grouped: The pairs.
        groups: (N,) the group of each picture; empty where it is not known.
        found: (N,) whether a face was found.
        draws: Of the persons.

    Returns:
        ``groups``: by group, counts, and the rates of the pairs within it, each with its 95 % interval.
        ``across``: the false match rate between each two groups. ``compared``: for each rate the groups where it is
        highest and lowest, their difference and their ratio, each with its interval; the ratio is ``None`` if the
        lowest rate is zero. ``unknown``: pictures of no group; ``of_two_groups``: genuine pairs whose two pictures the
        data set puts into different groups, which no group's rate counts.
    """
    within, labels = grouped.within, grouped.together()
    rates = rates_by_group(grouped, grouped.first, within)
    between = rates_by_group(grouped, labels, grouped.across & ~grouped.pairs.same)
    figures: dict[str, Any] = {
        "groups": {
            group: {
                "pictures": int((groups == group).sum()),
                "failures_to_detect": int((~found & (groups == group)).sum()),
                "genuine": int((within & (grouped.first == group) & grouped.pairs.same).sum()),
                "impostors": int((within & (grouped.first == group) & ~grouped.pairs.same).sum()),
                **{
                    name: value
                    for rate in RATES
                    for name, value in with_ends(
                        rate, _interval(grouped, rate, within & (grouped.first == group), draws, rates[rate].get(group))
                    ).items()
                },
            }
            for group in in_order(groups)
        },
        "across": {
            label: with_ends(
                "false_match_rate",
                _interval(grouped, "false_match_rate", grouped.across & (labels == label), draws, value),
            )
            for label, value in between["false_match_rate"].items()
        },
        "compared": {rate: _compared(grouped, rate, rates[rate], draws) for rate in RATES},
        "unknown": int((groups == "").sum()),
        "of_two_groups": int((grouped.across & grouped.pairs.same).sum()),
    }
    return figures


def _interval(grouped: GroupedPairs, rate: str, kept: Flags, draws: Draws, estimate: float | None) -> Interval | None:
    wrong, among = grouped.wrong(rate)
    chosen = kept & among
    found = share_interval(draws, grouped.pairs.persons.where(chosen), wrong[chosen])
    if found is None or estimate is None:
        return None
    return Interval(estimate, found.low, found.high, found.level)


def _compared(grouped: GroupedPairs, rate: str, by_group: Mapping[str, float], draws: Draws) -> dict[str, Any] | None:
    known = {group: value for group, value in by_group.items() if not np.isnan(value)}
    if len(known) < 2:
        return None
    wrong, among = grouped.wrong(rate)

    def interval(group: str) -> Interval | None:
        return _interval(grouped, rate, grouped.within & (grouped.first == group), draws, known[group])

    def drawn(group: str) -> Totals:
        chosen = grouped.within & (grouped.first == group) & among
        return share_draws(draws, grouped.pairs.persons.where(chosen), wrong[chosen])

    return compared(known, interval, drawn)


def compared(
    by_group: Mapping[str, float], interval: Callable[[str], Interval | None], drawn: Callable[[str], Totals]
) -> dict[str, Any]:
    """The highest and the lowest of some groups' rates, their difference and ratio, with intervals.

    The intervals are about these two groups: if that of the ratio holds 1, the data do not tell them apart. That of
    the difference is made from those of the two rates (MOVER, Zou and Donner 2008), so that it knows how unsure a rate
    of zero is, too; that of the ratio is the bootstrap's.

    Args:
        by_group: Rates, at least two.
        interval: From a group to the interval of its rate.
        drawn: From a group to its rate in each draw.
    """
    highest = max(by_group, key=lambda group: by_group[group])
    lowest = min((group for group in by_group if group != highest), key=lambda group: by_group[group])
    most, least = by_group[highest], by_group[lowest]
    above, below = interval(highest), interval(lowest)
    difference = Interval(most - least, float("nan"), float("nan"))
    if above is not None and below is not None:
        difference = Interval(
            most - least,
            most - least - math.hypot(most - above.low, below.high - least),
            most - least + math.hypot(above.high - most, least - below.low),
        )
    quotient: Interval | None = None
    if least > 0:
        upper, lower = drawn(highest), drawn(lowest)
        ratios = np.divide(upper, lower, out=np.full(len(upper), np.nan), where=lower > 0)
        ratios[(lower == 0) & (upper > 0)] = np.inf
        quotient = percentile_interval(most / least, ratios)
    return {
        "highest": highest,
        "lowest": lowest,
        **with_ends("difference", difference),
        **{name: rounded(value, 3) for name, value in with_ends("ratio", quotient).items()},
    }


def in_order(groups: Names) -> list[str]:
    """The names of the groups, each once, by the number they begin with (``3-12`` before ``13-17``), then by name."""

    def key(name: str) -> tuple[float, str]:
        digits = re.match(r"\d+", name)
        return (float(digits[0]) if digits else math.inf, name)

    return sorted(np.unique(groups[groups != ""]).tolist(), key=key)


def pictures_as_pairs(persons: NDArray[np.int32]) -> PersonPairs:
    """Pictures as units of a bootstrap over persons: each counts as often as its person does."""
    return PersonPairs(persons, persons)
