"""Reading the log from its beginning: whether anything was changed, removed, put elsewhere, or cut off at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consentry.desk.audit.appending import BEGINNING, digest_of
from consentry.desk.audit.contents import content_of_decision
from consentry.desk.audit.heads import Head, PublicLogKey
from consentry.desk.store.tables.decisions import DecisionRow, VerdictRow
from consentry.desk.store.tables.log import EntryRow, HeadRow, LastEntryRow

MOST_PROBLEMS: Final = 100
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written.

    Attributes:
        number: Of the entry, as far as it can be told.
        what: In a sentence.
    """

    number: int
    what: str


@dataclass
class Verified:
    """What was found.

    Attributes:
        entries: How many were read.
        digest: Of the last one.
        problems: None, for a log that is whole.
    """

    entries: int = 0
    digest: str = BEGINNING
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def note(self, number: int, what: str) -> None:
        """Take up a problem; a hundred are enough."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(number, what))


def verify(session: Session, heads: Sequence[Head] = (), key: PublicLogKey | None = None) -> Verified:
    """Read the whole log and hold it against itself, its heads, and the decisions that it speaks of.

    Args:
        session: A reading transaction, so that all is of one moment.
        heads: Signed heads that were stored elsewhere. Without one, a log whose end was cut off, or which was written
            anew from some entry on, by somebody who may do everything in the database, looks whole.
        key: What heads were signed with; without it signatures are not checked.
    """
    found = Verified()
    wanted = {head.number: head for head in _heads(session)}
    for head in heads:
        wanted[head.number] = head
    decided: dict[str, str] = {}
    for entry in _entries(session):
        _check_entry(found, entry)
        if entry.number in wanted and wanted[entry.number].digest != entry.digest:
            found.note(entry.number, "The entry is not the one that a signed head speaks of.")
        if entry.act == "case.decide":
            decided[str(entry.details.get("decision"))] = str(entry.details.get("content"))
    end = session.get(LastEntryRow, 1)
    if end is None or (end.number, end.digest) != (found.entries, found.digest):
        found.note(found.entries, "The log ends elsewhere than the database says: entries are missing at its end.")
    for head in wanted.values():
        if head.number > found.entries:
            found.note(head.number, "A signed head speaks of an entry that is not there: the log's end was cut off.")
        if key is not None and not key.signed(head):
            found.note(head.number, "The signature of a head is not by this key, or the head was altered.")
    _check_decisions(session, found, decided)
    return found


def _check_entry(found: Verified, entry: EntryRow) -> None:
    expected = found.entries + 1
    if entry.number != expected:
        found.note(expected, f"Entries are missing: after {expected - 1} comes {entry.number}.")
    elif entry.previous != found.digest:
        found.note(entry.number, "The entry does not follow the one before it.")
    if digest_of(_fields(entry), entry.number, entry.previous) != entry.digest:
        found.note(entry.number, "The entry was altered.")
    found.entries, found.digest = entry.number, entry.digest


def _check_decisions(session: Session, found: Verified, logged: dict[str, str]) -> None:
    """What the log says of decisions must be what the tables hold."""
    verdicts: dict[UUID, list[VerdictRow]] = {}
    for verdict in session.scalars(select(VerdictRow).execution_options(yield_per=_AT_ONCE)):
        verdicts.setdefault(verdict.decision_id, []).append(verdict)
    held: set[str] = set()
    for decision in session.scalars(select(DecisionRow).execution_options(yield_per=_AT_ONCE)):
        held.add(str(decision.id))
        content = content_of_decision(decision, verdicts.get(decision.id, []))
        if str(decision.id) not in logged:
            found.note(found.entries, f"The log does not know the decision {decision.id}.")
        elif logged[str(decision.id)] != content:
            found.note(found.entries, f"The decision {decision.id} is not what the log says was decided.")
    for missing in sorted(set(logged) - held):
        found.note(found.entries, f"The decision {missing} that the log speaks of is not there.")


def _entries(session: Session) -> Iterator[EntryRow]:
    asked = select(EntryRow).order_by(EntryRow.number).execution_options(yield_per=_AT_ONCE)
    for entry in session.scalars(asked):
        yield entry
        session.expunge(entry)


def _heads(session: Session) -> Iterable[Head]:
    return [Head.of_row(row) for row in session.scalars(select(HeadRow))]


def _fields(entry: EntryRow) -> dict[str, Any]:
    names = ("at", "actor_kind", "actor_id", "act", "subject_kind", "subject_id", "details")
    return {name: getattr(entry, name) for name in names}
