"""How a share is written in the tables."""

from __future__ import annotations

from consentry.training.measures.intervals import score_interval


def share(hits: int, total: int) -> str:
    """A share in per cent with its 95 % interval (Wilson 1927)."""
    if total == 0:
        return "–"
    found = score_interval(hits, total)
    return f"{found.estimate:.1%} [{found.low:.1%}, {found.high:.1%}]"
