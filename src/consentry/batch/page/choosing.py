"""Which cases of a run are most worth a look. Holds a few hundred row numbers, however long the run."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Any, Final

from consentry.policy import SEVERITY

MOST_CASES: Final = 200
"""A page with more would not open."""
OF_EACH_ACTION: Final = 10
"""So that a run with hundreds of urgent cases still shows what the others look like."""
READ: Final = (
    *("row", "action", "private_context_band", "public_event_band", "face_band", "copy_public", "copy_removed"),
    *("text_kinds", "unread_media", "open_questions"),
)
"""The columns that the choice is made by."""


def choose(rows: Iterable[tuple[int, Mapping[str, Any]]], most: int = MOST_CASES) -> dict[int, int]:
    """The cases to draw, best first: row number to shard.

    The most serious actions come first, and among equals what there is to look at; but each action has
    `OF_EACH_ACTION` places, if it has as many cases.

    Args:
        rows: Shard and columns `READ` of every row.
        most: Cases.
    """
    by_action: dict[str, list[tuple[int, int, int]]] = {}
    for shard, row in rows:
        if row["action"] is None:
            continue
        heap = by_action.setdefault(row["action"], [])
        entry = (interest(row), -row["row"], shard)
        if len(heap) < most:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)
    ordered = sorted(by_action, key=lambda action: -SEVERITY[action])  # type: ignore[index]
    ranked = {action: sorted(by_action[action], reverse=True) for action in ordered}
    places = {action: min(len(found), OF_EACH_ACTION, most // len(ranked)) for action, found in ranked.items()}
    for action, found in ranked.items():
        left = most - sum(places.values())
        places[action] += min(left, len(found) - places[action])
    return {-row: shard for action, found in ranked.items() for _, row, shard in found[: places[action]]}


def interest(row: Mapping[str, Any]) -> int:
    """How much there is to see in a case besides its action."""
    bands = (row["private_context_band"], row["public_event_band"])
    return int(
        4 * bool(row["copy_removed"])
        + 3 * (row["face_band"] == "match")
        + 2 * bool(row["copy_public"])
        + 2 * (row["face_band"] == "inconclusive")
        + 2 * bool(row["text_kinds"])
        + 2 * bool(row["unread_media"])
        + bands.count("uncertain")
        + (row["open_questions"] or 0) // 4
    )
