"""What happened, for others to hear of: written in the transaction in which it happened, delivered by workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from consentry.desk.store.clock import Clock
from consentry.desk.store.tables.work import EventRow
from consentry.desk.work.jobs import enqueue

DELIVER: Final = "deliver"
"""The kind of job that brings an event to those who want to hear of it."""


def record_event(session: Session, clock: Clock, kind: str, case_id: UUID, data: Mapping[str, Any]) -> EventRow:
    """Note that something happened to a case.

    Args:
        session: The transaction in which it happens.
        clock: Says when.
        kind: Such as ``case.decided``.
        case_id: Which case.
        data: Ids and codes; nothing that anybody said, and nothing about a reporter.
    """
    event = EventRow(kind=kind, case_id=case_id, data=dict(data), happened_at=clock())
    session.add(event)
    session.flush()
    enqueue(session, clock, DELIVER, event.id)
    return event
