"""The states of a case, and who may move it where. What is not in the table does not happen.

docs/desk/cases.md shows the same table; a test reads it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from consentry.desk.actor import Actor
from consentry.desk.errors import DeskError

State = Literal[
    "received", "assessing", "open", "in_review", "decided", "appealed", "closed", "withdrawn", "routed_out"
]
Step = Literal["first", "second", "senior"]
STATES: Final[tuple[State, ...]] = get_args(State)
ENDED: Final[frozenset[State]] = frozenset({"closed", "withdrawn", "routed_out"})
"""Cases in these are over. Out of `routed_out` alone something leads, for what was handed on by mistake."""
WAITING: Final[frozenset[State]] = frozenset({"open", "appealed"})
"""Cases in these wait for somebody to take them."""


@dataclass(frozen=True, slots=True)
class Move:
    """A way from a state to others.

    Attributes:
        act: What somebody does.
        sources: From which states.
        targets: To which; which one of several, the service decides.
        roles: Who may; ``system`` is the desk itself.
        about: In a sentence.
    """

    act: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    roles: tuple[str, ...]
    about: str


_REVIEWING: Final = ("reviewer", "senior")
_INTAKE: Final = ("intake", "service", "senior")

MOVES: Final[dict[str, Move]] = {
    move.act: move
    for move in (
        Move("assess", ("received",), ("assessing",), ("system",), "A worker begins to assess the case."),
        Move(
            "reassess",
            ("open",),
            ("received",),
            (*_INTAKE, "reviewer", "system"),
            "Media or reference photos were added; they are assessed.",
        ),
        Move(
            "assessed",
            ("received", "assessing"),
            ("open",),
            ("system",),
            "The assessment is recorded, or the desk says that there is none.",
        ),
        Move("take", ("open", "appealed", "in_review"), ("in_review",), _REVIEWING, "Somebody takes the case."),
        Move(
            "give_back",
            ("in_review",),
            ("open", "appealed"),
            (*_REVIEWING, "system"),
            "It is left undecided, or the lease ran out.",
        ),
        Move(
            "decide",
            ("in_review",),
            ("decided", "open", "appealed", "routed_out"),
            _REVIEWING,
            "It is decided, or waits for a second opinion or a senior.",
        ),
        Move("appeal", ("decided",), ("appealed",), _INTAKE, "Somebody objects to the decision."),
        Move(
            "withdraw_appeal",
            ("appealed", "in_review"),
            ("decided",),
            _INTAKE,
            "The objection is taken back; the decision stands.",
        ),
        Move(
            "withdraw",
            ("received", "assessing", "open", "in_review"),
            ("withdrawn",),
            _INTAKE,
            "The reporter takes the report back.",
        ),
        Move(
            "route_out",
            ("open", "in_review", "appealed"),
            ("routed_out",),
            _REVIEWING,
            "The case goes to the team that works by stricter rules.",
        ),
        Move(
            "bring_back",
            ("routed_out",),
            ("open", "appealed"),
            ("senior",),
            "It was handed to the other team by mistake, and comes back into the queue.",
        ),
        Move(
            "close",
            ("decided",),
            ("closed",),
            ("senior", "policy", "system"),
            "Nothing more can come, or a senior says so.",
        ),
    )
}


def may_move(actor: Actor, act: str, state: str) -> bool:
    """Whether somebody may do something with a case in a state."""
    move = MOVES[act]
    return state in move.sources and actor.has(*move.roles)


def require_move(actor: Actor, act: str, state: str) -> None:
    """Refuse what the table does not have.

    Raises:
        DeskError: ``desk.not_allowed`` for who may not, ``desk.transition`` for a state from which nobody may.
    """
    move = MOVES[act]
    if not actor.has(*move.roles):
        raise not_allowed()
    if state not in move.sources:
        raise DeskError(
            f"A case that is '{state}' cannot be moved by '{act}'.",
            f"That is possible from: {', '.join(move.sources)}. docs/desk/cases.md has the whole table.",
            code="desk.transition",
        )


def require_role(actor: Actor, *roles: str) -> None:
    """Refuse who has none of the roles.

    Raises:
        DeskError: ``desk.not_allowed``.
    """
    if not actor.has(*roles):
        raise not_allowed()


def not_allowed() -> DeskError:
    """Somebody wants what their role does not allow."""
    return DeskError(
        "Your roles do not allow this.",
        "Ask somebody whose role it is; docs/desk/roles.md has the matrix.",
        code="desk.not_allowed",
    )
