"""``internal-errors.log``: where code of Consentry broke, and over which rows.

It is made from the shards, which hold the traceback of each row, so it is the same however often the job was killed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from consentry.batch.results.files import INTERNAL_LOG
from consentry.batch.results.store import Store
from consentry.version import __version__

_MOST_PLACES: Final = 100
"""Different tracebacks that are written out."""
_MOST_NAMED: Final = 20
"""Rows that are named under one traceback."""


@dataclass
class _Place:
    """One traceback, and the rows that it came from."""

    rows: int = 0
    named: list[str] = field(default_factory=list)


def write_internal_log(store: Store) -> None:
    """Write the log if there is something to write, or if an earlier one says what is no longer so.

    Raises:
        JobError: ``job.disk``, or ``job.damaged`` if a shard cannot be read.
    """
    places: dict[str, _Place] = {}
    rows = left_out = 0
    for _, row in store.rows(["row", "post_id", "traceback"]):
        if row["traceback"] is None:
            continue
        rows += 1
        place = places.get(row["traceback"])
        if place is None:
            if len(places) >= _MOST_PLACES:
                left_out += 1
                continue
            place = places[row["traceback"]] = _Place()
        place.rows += 1
        if len(place.named) < _MOST_NAMED:
            place.named.append(f"{row['row']} (post {row['post_id']!r})")
    if not rows and not (store.out / INTERNAL_LOG).exists():
        return
    parts = [
        f"Defects of Consentry {__version__} that {_rows(rows)} met; please report them. Messages of exceptions are "
        "left out, because they may quote what people wrote.\n"
    ]
    for trace, place in places.items():
        more = f" and {place.rows - len(place.named):,} more" if place.rows > len(place.named) else ""
        parts.append(f"{_rows(place.rows)}: {', '.join(place.named)}{more}\n{trace}")
    if left_out:
        parts.append(f"Other tracebacks: {_rows(left_out)}; see the column traceback of the shards.\n")
    store.write_text(INTERNAL_LOG, "\n".join(parts))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
