"""What a second opinion is blind to: everything that the first person of the round did in the case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.store.tables.cases import CaseRow

_PENDING = frozenset({"open", "appealed", "in_review"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees of a case.

    Attributes:
        hidden_round: Of this round the first step is hidden; ``None`` if nothing is.
        viewer: To whom it is shown if it is their own; ``None`` for the case as the second person has it.
    """

    hidden_round: int | None
    viewer: UUID | None

    def shows(self, round_: int, step: str, by: UUID, *, shared: bool = False) -> bool:
        """Whether something that was done in a round and step is seen.

        Args:
            round_: When.
            step: In which step of it.
            by: By whom.
            shared: Whether it is no person's view at all, such as a look-up.
        """
        if self.hidden_round != round_ or step != "first" or shared:
            return True
        return by in {self.viewer, SYSTEM.id}


def seen_by(actor: Actor, case: CaseRow) -> Seen:
    """What an actor sees of a case at present.

    While a second opinion is awaited, whoever might give it must not see the first. Auditors who are nothing else, and
    the desk itself, cannot give one and see all.
    """
    if actor.kind == "system" or actor.roles == {"auditor"}:
        return EVERYTHING
    return as_second(case, actor.id)


def as_second(case: CaseRow, viewer: UUID | None = None) -> Seen:
    """What may be shown of a case in its present step, to a viewer or to anybody."""
    awaited = case.step == "second" and case.state in _PENDING
    return Seen(case.round if awaited else None, viewer)


EVERYTHING = Seen(None, None)
"""Nothing hidden."""
