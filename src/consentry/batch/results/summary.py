"""What a run came to: counts over its rows, and how long it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from consentry.batch.results.files import INTERNAL_LOG
from consentry.batch.times import Durations, ShardTimes
from consentry.defects import CODE

COUNTED: Final = (
    *("row", "post_id", "status", "action", "decisive_clause", "face_band", "private_context_band"),
    *("public_event_band", "media", "videos", "unread_media", "error_code", "error_message", "error_codes"),
)
"""The columns that a summary is made from."""
_EXAMPLES: Final = 3
_POINTS: Final = 400
"""Most points of the curve of throughput."""
_LEAST_STEP: Final = 0.02
"""Of the whole time: what a point of it covers at least."""


@dataclass
class ErrorCount:
    """How often one error came, with the first few posts."""

    rows: int = 0
    message: str = ""
    posts: list[str] = field(default_factory=list)


@dataclass
class Summary:
    """Counts over all rows; the same for every run over the same manifest, except for `timing` and `resumed`.

    Attributes:
        rows: Of the manifest.
        assessed: With an assessment.
        rejected: Rows that are no cases.
        failed: Cases that no assessment came about for.
        internal: Rows, assessed or not, that a defect of Consentry kept something from; `INTERNAL_LOG` has tracebacks.
        with_errors: Rows with an error that can be mended, those two among them.
        with_media: Posts with media.
        unreadable: Posts with media of which nothing could be read.
        actions: How often each action was recommended.
        decisive: How often each clause was the first decisive one.
        face_bands: How often each band came out.
        error_codes: How often each code stands in an assessment or in place of one, notes too.
        errors: The errors that can be mended, by code.
        resumed: Rows that were there before this run.
        timing: Seconds and posts a second.
    """

    rows: int = 0
    assessed: int = 0
    rejected: int = 0
    failed: int = 0
    internal: int = 0
    with_errors: int = 0
    with_media: int = 0
    media: int = 0
    videos: int = 0
    unreadable: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    decisive: Counter[str] = field(default_factory=Counter)
    face_bands: Counter[str] = field(default_factory=Counter)
    error_codes: Counter[str] = field(default_factory=Counter)
    errors: dict[str, ErrorCount] = field(default_factory=dict)
    resumed: int = 0
    timing: Timing | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one row; it needs the columns `COUNTED`."""
        self.rows += 1
        self.assessed += row["status"] == "assessed"
        self.rejected += row["status"] == "rejected"
        self.failed += row["status"] == "failed"
        self.internal += CODE in row["error_codes"]
        media = row["media"] or 0
        self.with_media += media > 0
        self.media += media
        self.videos += row["videos"] or 0
        self.unreadable += media > 0 and row["unread_media"] == media
        for counter, name in (
            (self.actions, "action"),
            (self.decisive, "decisive_clause"),
            (self.face_bands, "face_band"),
        ):
            if row[name] is not None:
                counter[row[name]] += 1
        self.error_codes.update(row["error_codes"])
        if row["error_code"] is not None:
            self.with_errors += 1
            found = self.errors.setdefault(row["error_code"], ErrorCount(message=row["error_message"]))
            found.rows += 1
            if len(found.posts) < _EXAMPLES:
                found.posts.append(row["post_id"] or f"row {row['row']}")

    def as_json(self) -> dict[str, Any]:
        """For `summary.json` and ``--json``."""
        found: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("rows", "assessed", "rejected", "failed", "internal", "with_errors", "with_media", "media",
                         "videos", "unreadable")
        }  # fmt: skip
        found["internal_log"] = INTERNAL_LOG if self.internal else None
        for name in ("actions", "decisive", "face_bands", "error_codes"):
            found[name] = dict(sorted(getattr(self, name).items()))
        found["errors"] = {
            code: {"rows": count.rows, "message": count.message, "posts": count.posts}
            for code, count in sorted(self.errors.items())
        }
        found["resumed"] = self.resumed
        found["timing"] = self.timing.as_json() if self.timing else None
        return found


@dataclass(frozen=True)
class Timing:
    """How long a run took, all its parts together if it was resumed.

    Attributes:
        seconds: Wall time in which shards were made.
        rows: How many rows those shards have.
        durations: Of the posts, from the moment a row was read to its assessment.
        curve: Posts a second over the run: seconds since its beginning and rate, at most 400 points.
    """

    seconds: float
    rows: int
    durations: Durations
    curve: tuple[tuple[float, float], ...]

    @property
    def rate(self) -> float:
        """Posts a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """For `summary.json`."""
        return {
            "seconds": round(self.seconds, 3),
            "posts_a_second": round(self.rate, 3),
            "seconds_a_post": self.durations.percentiles(),
        }


def timing_of(shards: Iterable[ShardTimes]) -> Timing:
    """The times of all shards together; the curve is thinned while it grows, so memory is bounded."""
    durations, rows, seconds = Durations(), 0, 0.0
    points: list[tuple[int, float]] = []
    for shard in shards:
        durations += shard.durations
        rows += shard.rows
        seconds += shard.seconds
        points.append((shard.rows, shard.seconds))
        if len(points) > 2 * _POINTS:
            points = [_together(points[index : index + 2]) for index in range(0, len(points), 2)]
    while len(points) > _POINTS:
        points = [_together(points[index : index + 2]) for index in range(0, len(points), 2)]
    return Timing(seconds, rows, durations, tuple(_curve(points, seconds * _LEAST_STEP)))


def _curve(points: Iterable[tuple[int, float]], least: float) -> Iterator[tuple[float, float]]:
    """Shards that were finished within a moment make one point: they were filled side by side."""
    elapsed, count, taken = 0.0, 0, 0.0
    for more, longer in points:
        count, taken = count + more, taken + longer
        if taken >= least and taken:
            elapsed += taken
            yield round(elapsed, 3), round(count / taken, 3)
            count, taken = 0, 0.0


def _together(points: list[tuple[int, float]]) -> tuple[int, float]:
    return sum(count for count, _ in points), sum(taken for _, taken in points)
