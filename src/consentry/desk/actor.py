"""Who acts: a person, a program with a token, or the desk itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

Role = Literal["intake", "reviewer", "senior", "policy", "admin", "auditor", "service"]
"""What somebody may do. Nobody has a role by default."""
ActorKind = Literal["user", "token", "system"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        id: Of the user or the token; the log knows nobody by another name.
        kind: A person at a screen, a program, or the desk itself.
        roles: Those that count for this act: of a token, the ones that its scopes leave.
    """

    id: UUID
    kind: ActorKind
    roles: frozenset[Role] = frozenset()

    def has(self, *roles: str) -> bool:
        """Whether one of the roles is theirs; ``system`` stands for the desk itself."""
        return bool(self.roles.intersection(roles)) or (self.kind == "system" and "system" in roles)


SYSTEM: Final = Actor(UUID(int=0), "system")
"""The desk itself: workers, expiry, imports at the command line."""
