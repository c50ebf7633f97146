"""How pages say what the desk's records hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

ACTIONS: Final = {
    "no_action": "No action",
    "request_verification": "Ask for proof",
    "review": "Review",
    "review_urgent": "Review first",
    "recommend_restrict": "Restrict",
    "recommend_removal": "Remove",
    "route_out": "Hand over",
}
STATES: Final = {
    "received": "Received",
    "assessing": "Being assessed",
    "open": "Open",
    "in_review": "In review",
    "decided": "Decided",
    "appealed": "Appealed",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
    "routed_out": "Handed over",
}
STANDINGS: Final = {
    "depicted_person": "the person depicted",
    "authorised_representative": "a representative",
    "other": "somebody else",
}
IDENTITIES: Final = {
    "unverified": "identity not checked",
    "pending": "identity being checked",
    "verified": "identity verified",
    "rejected": "identity rejected",
    "expired": "identity expired",
}
RISKS: Final = ("no danger recorded", "some danger", "serious danger", "danger to life or safety")


def action(value: str | None) -> str:
    """An outcome or a recommendation in words."""
    return "Not assessed yet" if value is None else ACTIONS.get(value, plain(value))


def plain(value: str) -> str:
    """A word of ours as people write it."""
    return value.replace("_", " ")


def until(moment: datetime, now: datetime) -> str:
    """How long it is until a moment: ``in 3 h``, ``2 d late``."""
    left = moment - now
    late, left = left < timedelta(0), abs(left)
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        said = f"{minutes} min"
    elif minutes < 48 * 60:
        said = f"{minutes // 60} h"
    else:
        said = f"{minutes // 1440} d"
    return f"{said} late" if late else f"in {said}"


def since(moment: datetime, now: datetime) -> str:
    """How long ago a moment was."""
    said = until(now, moment) if moment <= now else "in 0 min"
    return f"{said.removeprefix('in ')} ago"


def at(moment: datetime | None) -> str:
    """A moment, in UTC."""
    return "" if moment is None else moment.strftime("%-d %B %Y, %H:%M UTC")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "action": action,
    "at": at,
    "identity": lambda value: IDENTITIES.get(value or "", "identity unknown"),
    "plain": plain,
    "risk": lambda level: RISKS[level],
    "since": since,
    "standing": lambda value: STANDINGS.get(value or "", "not said who"),
    "state": lambda value: STATES.get(value, plain(value)),
    "until": until,
}
