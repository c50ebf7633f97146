"""How long posts took, as counts on a logarithmic scale: small however many there are, and two can be added."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

STEPS_A_DECADE: Final = 20
"""A step is 12 % wide, so a percentile is right within 6 %."""
SHORTEST: Final = 1e-3
_STEPS: Final = 7 * STEPS_A_DECADE
"""Up to 10,000 seconds."""
PERCENTILES: Final = (50, 90, 95, 99)


@dataclass(frozen=True)
class Durations:
    """How many posts took how long."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """Counted."""
        return cls(dict(sorted(Counter(map(_step, seconds)).items())))

    def __add__(self, other: Durations) -> Durations:
        return Durations(dict(sorted((Counter(self.counts) + Counter(other.counts)).items())))

    def percentile(self, share: float) -> float | None:
        """Seconds within which so many per cent of the posts were done; ``None`` if there are none."""
        total = sum(self.counts.values())
        wanted, seen = share / 100 * total, 0
        for step, count in sorted(self.counts.items()):
            seen += count
            if seen >= wanted:
                return round(bounds(step)[1], 4)
        return None

    def percentiles(self) -> dict[str, float | None]:
        """The usual ones, as ``p50`` and so on."""
        return {f"p{share}": self.percentile(share) for share in PERCENTILES}


@dataclass(frozen=True)
class ShardTimes:
    """How long one shard took.

    Attributes:
        rows: How many it has.
        seconds: Wall time that it added to the run: since the shard before was finished.
        finished: When, in seconds since 1970.
        durations: Of its posts, from the moment a row was read to its assessment, decoding and waiting included.
    """

    rows: int
    seconds: float
    finished: float
    durations: Durations

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "finished": round(self.finished, 3),
            "durations": {str(step): count for step, count in self.durations.counts.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From the file."""
        durations = Durations({int(step): int(count) for step, count in content["durations"].items()})
        return cls(int(content["rows"]), float(content["seconds"]), float(content["finished"]), durations)


def bounds(step: int) -> tuple[float, float]:
    """The seconds that a step reaches from and to."""
    return SHORTEST * 10 ** (step / STEPS_A_DECADE), SHORTEST * 10 ** ((step + 1) / STEPS_A_DECADE)


def _step(seconds: float) -> int:
    return min(_STEPS, max(0, math.floor(STEPS_A_DECADE * math.log10(max(seconds, SHORTEST) / SHORTEST))))
