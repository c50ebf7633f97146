"""Slices of an evaluation: people / no people, indoors / outdoors, day / night, small / large, and by source.

A column of the manifest wins. Where there is none, what can be derived honestly is derived by a stated rule, row by
row, and a row of which nothing can be said is in no slice. How each slice was made is part of the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consentry.training.data.evaluation_manifest import EvaluationRow
from consentry.training.scene.outputs import SceneOutput

DARK_BELOW: Final = 0.25
"""Mean luma (ITU-R BT.601, 0-1) below which a picture counts as dark. A convention, not a measurement."""

_YES: Final = frozenset({"yes", "true", "y", "t", "1"})
_NO: Final = frozenset({"no", "false", "n", "f", "0"})

INDOORS: Final = frozenset(
    [
        "airport_terminal",
        "auditorium",
        "balancebeam",
        "ballroom",
        "banquet_hall",
        "bar",
        "bathroom",
        "beauty_salon",
        "bedroom",
        "boxing_ring",
        "bus_interior",
        "changing_room",
        "classroom",
        "coffee_shop",
        "conference_room",
        "dining_room",
        "food_court",
        "home_interior",
        "hospital",
        "hospital_room",
        "ice_skating_rink/indoor",
        "kindergarden_classroom",
        "kitchen",
        "living_room",
        "locker_room",
        "museum/indoor",
        "office",
        "restaurant",
        "shower",
        "stage/indoor",
        "supermarket",
    ]
)
OUTDOORS: Final = frozenset(
    [
        "amusement_park",
        "baseball_field",
        "bandmarching",
        "bridge",
        "campsite",
        "coast",
        "driveway",
        "fair",
        "harbor",
        "highway",
        "home_exterior",
        "ice_skating_rink/outdoor",
        "market/outdoor",
        "mountain",
        "outdoor_no_context",
        "parade",
        "parade_protest",
        "parking_lot",
        "racecourse",
        "river",
        "skyscraper",
        "stadium/football",
        "street_crowd",
        "swimming_pool/outdoor",
        "track/outdoor",
        "yard",
    ]
)
PEOPLE: Final = frozenset(
    [
        "applyeyemakeup",
        "applylipstick",
        "babycrawling",
        "balancebeam",
        "bandmarching",
        "baseballpitch",
        "basketball",
        "basketballdunk",
        "concert_stage",
        "dense_crowd",
        "home_people",
        "parade",
        "parade_protest",
        "street_crowd",
    ]
)
NO_PEOPLE: Final = frozenset({"document", "receipt", "no_people"})
"""Words of `fine` and `label` that settle the matter; whatever else may show people or not is left out."""


@dataclass(frozen=True)
class Measured:
    """What is kept of a picture's pixels.

    Attributes:
        longest_side: Pixels, as published.
        luma: Mean over all frames, 0-1.
    """

    longest_side: int
    luma: float


@dataclass(frozen=True)
class Slicing:
    """One way to cut the rows.

    Attributes:
        name: ``people``, ``place``, ``light``, ``size`` or ``source``.
        title: For readers.
        how: How it was made, in a sentence or two.
        values: The slice that each row is in; empty for none.
    """

    name: str
    title: str
    how: str
    values: tuple[str, ...]

    def rows(self) -> dict[str, list[int]]:
        """Row numbers by slice, in the order of the slices' names."""
        found: dict[str, list[int]] = {}
        for index, value in enumerate(self.values):
            if value:
                found.setdefault(value, []).append(index)
        return dict(sorted(found.items()))


def slicings(
    rows: Sequence[EvaluationRow], outputs: Sequence[SceneOutput], measured: Sequence[Measured], *, side: int
) -> tuple[Slicing, ...]:
    """All slicings in which at least one row has a place.

    Args:
        rows: That could be read.
        outputs: Of the model, for the same rows.
        measured: For the same rows.
        side: Pixels of the network's square input.
    """
    counted = [None if output.crowd is None else output.crowd.level for output in outputs]
    found = [
        Slicing("source", "Source", "The manifest's column.", tuple(row.row.source for row in rows)),
        _slicing(
            rows,
            "people",
            "People or none",
            column="people",
            words=("people", "no people"),
            by_words=(PEOPLE, NO_PEOPLE),
            otherwise=lambda index: "" if counted[index] is None else ("people" if counted[index] else "no people"),
            otherwise_how="what the model's own crowd head says (which the model can be wrong about)",
            yes=_has_people,
        ),
        _slicing(
            rows,
            "place",
            "Indoors or outdoors",
            column="indoor",
            words=("indoors", "outdoors"),
            by_words=(INDOORS, OUTDOORS),
            yes=_is_yes,
        ),
        _slicing(
            rows,
            "light",
            "Day or night",
            column="night",
            words=("night or dark", "day or bright"),
            otherwise=lambda index: "night or dark" if measured[index].luma < DARK_BELOW else "day or bright",
            otherwise_how=f"the picture: dark if its mean luma is below {DARK_BELOW:g} of 1 (a dim room is dark, too)",
            yes=_is_yes,
        ),
        Slicing(
            "size",
            "Small or large",
            f"The file: small if its longest side is under {side} pixels, the network's own input, to which it then "
            "has to be enlarged.",
            tuple("small" if of_row.longest_side < side else "large" for of_row in measured),
        ),
    ]
    return tuple(slicing for slicing in found if any(slicing.values))


def _slicing(
    rows: Sequence[EvaluationRow],
    name: str,
    title: str,
    *,
    column: str,
    words: tuple[str, str],
    yes: Callable[[str], bool | None],
    by_words: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    otherwise: Callable[[int], str] = lambda _: "",
    otherwise_how: str = "",
) -> Slicing:
    """The column first, then the words of `fine` and `label`, then something else; says how many rows each settled."""
    values: list[str] = []
    origins: Counter[str] = Counter()
    for index, row in enumerate(rows):
        value, origin = "", ""
        said = yes(row.columns.get(column, ""))
        if said is not None:
            value, origin = words[0] if said else words[1], f"the column {column}"
        elif word := _word(row.columns, by_words):
            value, origin = words[word - 1], "words of the columns label and fine"
        elif word_otherwise := otherwise(index):
            value, origin = word_otherwise, otherwise_how
        values.append(value)
        if value:
            origins[origin] += 1
    made = "; ".join(f"{origin} ({count} rows)" for origin, count in origins.most_common())
    left = len(rows) - origins.total()
    how = f"From {made}." + (f" {left} rows, of which neither is known, are left out." if left else "")
    return Slicing(name, title, how, tuple(values))


def _word(columns: Mapping[str, str], lists: tuple[frozenset[str], frozenset[str]]) -> int:
    """1 or 2 for the first list that has the row's label (which says more) or its fine class; 0 for neither."""
    for column in ("label", "fine"):
        word = columns.get(column, "").casefold().replace(" ", "_")
        for number, words in enumerate(lists, 1):
            if word in words:
                return number
    return 0


def _is_yes(value: str) -> bool | None:
    word = value.casefold()
    return True if word in _YES else False if word in _NO else None


def _has_people(value: str) -> bool | None:
    count = head_count(value)
    return _is_yes(value) if count is None else count > 0


def head_count(value: str) -> float | None:
    """A number of people; ``None`` if the cell holds none."""
    try:
        count = float(value)
    except ValueError:
        return None
    return count if 0 <= count < float("inf") else None


def head_counts(rows: Sequence[EvaluationRow]) -> list[float | None]:
    """True numbers of people by the column ``people``; all ``None`` if it only ever says 0 or 1, yes or no."""
    counts = [head_count(row.columns.get("people", "")) for row in rows]
    return counts if any(count is not None and count > 1 for count in counts) else [None] * len(rows)
