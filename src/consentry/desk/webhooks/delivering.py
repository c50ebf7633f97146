"""Bringing events to endpoints: a delivery for each endpoint, sent until it is taken or given up.

Nothing is sent within a transaction. A message can come twice (a worker that dies between sending and noting it), with
the same id; it never gets lost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.webhooks import DeliveryRow, EndpointRow
from consentry.desk.store.tables.work import EventRow
from consentry.desk.vault.keys import KeyRing
from consentry.desk.webhooks.endpoints import NEWER, OLDER
from consentry.desk.webhooks.schedule import wait_before
from consentry.desk.webhooks.signing import signed_headers
from consentry.desk.work.jobs import enqueue
from consentry.desk.work.loop import Job, Record
from consentry.fetching.sending import Sent, send


def spread(session: Session, clock: Clock, event_id: UUID) -> int:
    """Make a delivery of an event for each endpoint that wants it; done again, it makes none a second time.

    Returns:
        How many were made.
    """
    event = session.get(EventRow, event_id)
    if event is None:
        return 0
    there = set(session.scalars(select(DeliveryRow.endpoint_id).where(DeliveryRow.event_id == event_id)))
    made = 0
    for row in session.scalars(select(EndpointRow).where(EndpointRow.removed_at.is_(None))):
        if row.id in there or row.paused_at is not None or (row.kinds and event.kind not in row.kinds):
            continue
        delivery = DeliveryRow(
            id=new_id(), endpoint_id=row.id, event_id=event_id, state="waiting", made_at=clock(), next_at=clock()
        )
        session.add(delivery)
        enqueue(session, clock, "send", delivery.id)
        made += 1
    session.flush()
    return made


def message_of(event: EventRow) -> bytes:
    """The body of a message: ids and codes, and nothing that anybody said; a receiver reads the rest by the API."""
    told = {
        "type": event.kind,
        "timestamp": event.happened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {**event.data, "case_id": str(event.case_id) if event.case_id else None},
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


class Spreading:
    """Jobs of the kind ``deliver``: an event that has happened becomes a delivery for each endpoint."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def work(self, job: Job) -> Record:
        """Make the deliveries."""
        event_id = job.subject_id

        def record(session: Session) -> None:
            if event_id is not None:
                spread(session, self._clock, event_id)

        return record

    def give_up(self, job: Job, error: str) -> Record:
        """Nothing is recorded: the job that was set aside stands for it."""
        del job, error
        return _nothing


class Sending:
    """Jobs of the kind ``send``: one delivery is sent once. When it is tried again, the delivery says."""

    def __init__(self, database: Database, settings: DeskSettings, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._keys = keys
        self._clock = clock

    def work(self, job: Job) -> Record:
        """Send it, outside of any transaction."""
        message = self._message(job.subject_id) if job.subject_id is not None else None
        if message is None:
            return _nothing
        settings = self._settings
        sent = send(
            message.address,
            message.body,
            message.headers,
            private=settings.private_addresses,
            total_seconds=settings.webhook_seconds,
        )
        return self._record(job, sent)

    def give_up(self, job: Job, error: str) -> Record:
        """It went wrong with us, not with the receiver; it counts as an attempt."""
        del error
        return self._record(job, Sent(trouble="internal"))

    def _record(self, job: Job, sent: Sent) -> Record:
        def record(session: Session) -> None:
            delivery = session.get(DeliveryRow, job.subject_id, with_for_update=True)
            if delivery is not None and delivery.state == "waiting":
                _note(session, self._clock, delivery, sent)

        return record

    def _message(self, delivery_id: UUID) -> _Message | None:
        with self._database.reading() as session:
            delivery = session.get(DeliveryRow, delivery_id)
            if delivery is None or delivery.state != "waiting":
                return None
            row, event = session.get(EndpointRow, delivery.endpoint_id), session.get(EventRow, delivery.event_id)
            if row is None or event is None or row.removed_at is not None:
                return None
            now = self._clock()
            known = [self._keys.open(session, row.id, NEWER, row.secret, "webhook").decode()]
            if row.older is not None and row.older_until is not None and row.older_until > now:
                known.append(self._keys.open(session, row.id, OLDER, row.older, "webhook").decode())
            body = message_of(event)
            signed = signed_headers(known, f"msg_{event.id.hex}", now, body)
            return _Message(row.address, body, {"Content-Type": "application/json", **signed})


@dataclass(frozen=True)
class _Message:
    address: str
    body: bytes
    headers: dict[str, str]


def _nothing(session: Session) -> None:
    del session


def _note(session: Session, clock: Clock, delivery: DeliveryRow, sent: Sent) -> None:
    delivery.attempts += 1
    delivery.tried_at, delivery.status = clock(), sent.status
    delivery.trouble = sent.trouble or (None if sent.taken else "status")
    if sent.taken:
        delivery.state, delivery.next_at = "delivered", None
        return
    # 410 says that nobody wants to hear of anything any more: the specification has senders stop.
    wait = None if sent.status == 410 else wait_before(delivery.attempts + 1, asked=timedelta(seconds=sent.retry_after))
    if wait is None:
        delivery.state, delivery.next_at = "given_up", None
        if sent.status == 410 and (row := session.get(EndpointRow, delivery.endpoint_id)) is not None:
            row.paused_at = row.paused_at or clock()
        return
    delivery.next_at = clock() + wait
    enqueue(session, clock, "send", delivery.id, run_at=delivery.next_at)
