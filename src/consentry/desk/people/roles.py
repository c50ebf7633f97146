"""Who may do what. The table in docs/desk/roles.md says the same, and a test reads it.

Nothing is open by default: an act that stands here for nobody is done by nobody, and a route without an act is refused
when the application is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from consentry.desk.actor import Role
from consentry.desk.errors import DeskError

Act = Literal[
    "cases.file",
    "cases.read",
    "assessments.read",
    "cases.change",
    "cases.import",
    "media.view",
    "media.look",
    "queue.read",
    "cases.lease",
    "cases.answer",
    "cases.note",
    "cases.risk",
    "cases.decide",
    "cases.appeal",
    "cases.withdraw",
    "cases.route_out",
    "cases.bring_back",
    "cases.close",
    "letters.read",
    "numbers.read",
    "reports.export",
    "subjects.export",
    "audit.read",
    "people.manage",
    "tokens.manage",
    "webhooks.manage",
    "purge.ask",
    "purge.approve",
    "labels.use",
    "metrics.read",
]

ACTS: Final[tuple[Act, ...]] = get_args(Act)

PERMISSIONS: Final[dict[Act, frozenset[Role]]] = {
    "cases.file": frozenset({"intake", "senior", "service"}),
    "cases.read": frozenset({"intake", "reviewer", "senior", "policy", "auditor", "service"}),
    "assessments.read": frozenset({"reviewer", "senior", "policy", "auditor"}),
    "cases.change": frozenset({"intake", "senior", "service"}),
    "cases.import": frozenset({"senior", "service"}),
    "media.view": frozenset({"reviewer", "senior"}),
    "media.look": frozenset({"reviewer", "senior"}),
    "queue.read": frozenset({"reviewer", "senior", "policy"}),
    "cases.lease": frozenset({"reviewer", "senior"}),
    "cases.answer": frozenset({"intake", "reviewer", "senior", "service"}),
    "cases.note": frozenset({"intake", "reviewer", "senior", "policy"}),
    "cases.risk": frozenset({"intake", "reviewer", "senior", "service"}),
    "cases.decide": frozenset({"reviewer", "senior"}),
    "cases.appeal": frozenset({"intake", "senior", "service"}),
    "cases.withdraw": frozenset({"intake", "senior", "service"}),
    "cases.route_out": frozenset({"reviewer", "senior"}),
    "cases.bring_back": frozenset({"senior"}),
    "cases.close": frozenset({"senior", "policy"}),
    "letters.read": frozenset({"intake", "reviewer", "senior", "service"}),
    "numbers.read": frozenset({"senior", "policy", "admin", "auditor"}),
    "reports.export": frozenset({"policy", "auditor"}),
    "subjects.export": frozenset({"senior", "admin"}),
    "audit.read": frozenset({"admin", "auditor"}),
    "people.manage": frozenset({"admin"}),
    "tokens.manage": frozenset({"admin"}),
    "webhooks.manage": frozenset({"admin"}),
    "purge.ask": frozenset({"senior", "admin"}),
    "purge.approve": frozenset({"senior", "admin"}),
    "labels.use": frozenset({"service"}),
    "metrics.read": frozenset({"admin", "auditor", "service"}),
}

NEVER_BY_TOKEN: Final[frozenset[Act]] = frozenset(
    {"cases.decide", "purge.approve", "purge.ask", "people.manage", "tokens.manage"}
)
"""Done at a screen alone, by somebody who has logged in: what a person has to choose, and what a stolen token could do
most harm with."""


def acts_of(roles: Iterable[str], scopes: Iterable[str] | None = None) -> frozenset[Act]:
    """What somebody may do.

    Args:
        roles: That they have; words that are no roles count for nothing.
        scopes: The acts that their token was made for; ``None`` where no token is used.
    """
    has = frozenset(roles)
    allowed = frozenset(act for act, may in PERMISSIONS.items() if may & has)
    return allowed if scopes is None else allowed & frozenset(scopes) - NEVER_BY_TOKEN


def forbidden(act: str) -> DeskError:
    """The error for an act that somebody may not do; it does not tell who may."""
    return DeskError(
        f"You may not do this ({act}).",
        "Ask somebody who has the role for it; docs/desk/roles.md lists them.",
        code="desk.not_allowed",
    )
