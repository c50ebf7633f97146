"""Endpoints: addresses that want to hear of events, their secrets, and what was sent to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from consentry.desk.audit.appending import append
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.webhooks import DeliveryRow, EndpointRow
from consentry.desk.webhooks.signing import new_secret
from consentry.desk.work.jobs import enqueue
from consentry.fetching.sending import refused_literal

NEWER: Final = "webhook_endpoints.secret"
OLDER: Final = "webhook_endpoints.older"
"""What secrets are sealed as."""
BOTH_SIGN_FOR: Final = timedelta(hours=24)
"""How long the secret before signs too after it was exchanged."""
MOST_ENDPOINTS: Final = 50
_REFUSED: Final = {
    "bad_address": ("This is no address that messages can be sent to.", "Give one with https://, without a password."),
    "private_address": (
        "Messages are not sent to this machine or its network.",
        "Give a public address, or have private ones allowed in the settings (private_addresses).",
    ),
}


def add_endpoint(desk: Desk, address: str, described: str, kinds: Collection[str]) -> tuple[EndpointRow, str]:
    """Have events sent to an address.

    Args:
        desk: The transaction.
        address: With ``https://``; ``http://`` where private addresses are allowed.
        described: For people.
        kinds: Of events; none stands for all.

    Returns:
        The endpoint, and its secret.

    Raises:
        DeskError: ``desk.private_address``, ``desk.input``; ``desk.too_many``.
    """
    _check(desk, address)
    if len(endpoints(desk)) >= MOST_ENDPOINTS:
        raise DeskError(
            f"There are {MOST_ENDPOINTS} webhooks already.", "Remove one that nobody needs.", code="desk.too_many"
        )
    row = EndpointRow(
        id=new_id(),
        address=address,
        described=described,
        kinds=sorted(set(kinds)),
        made_by=desk.actor.id,
        made_at=desk.now,
        secret=b"",
    )
    secret = new_secret()
    desk.keys.make(desk.session, desk.clock, row.id, "webhook")
    row.secret = desk.keys.seal(desk.session, row.id, NEWER, secret.encode(), "webhook")
    desk.session.add(row)
    desk.session.flush()
    append(desk.session, desk.clock, desk.actor, "webhook.added", "webhook", row.id)
    return row, secret


def endpoints(desk: Desk) -> list[EndpointRow]:
    """All endpoints, the oldest first."""
    return list(
        desk.session.scalars(select(EndpointRow).where(EndpointRow.removed_at.is_(None)).order_by(EndpointRow.id))
    )


def endpoint(desk: Desk, endpoint_id: UUID) -> EndpointRow:
    """An endpoint.

    Raises:
        DeskError: ``desk.not_found``.
    """
    row = desk.session.get(EndpointRow, endpoint_id)
    if row is None or row.removed_at is not None:
        raise DeskError("There is no such webhook.", "Check its id.", code="desk.not_found")
    return row


def change_endpoint(
    desk: Desk,
    row: EndpointRow,
    *,
    address: str | None = None,
    described: str | None = None,
    kinds: Collection[str] | None = None,
    paused: bool | None = None,
) -> None:
    """Change what is given of an endpoint.

    Raises:
        DeskError: As `add_endpoint`.
    """
    if address is not None:
        _check(desk, address)
        row.address = address
    if described is not None:
        row.described = described
    if kinds is not None:
        row.kinds = sorted(set(kinds))
    if paused is not None:
        row.paused_at = (row.paused_at or desk.now) if paused else None
    append(desk.session, desk.clock, desk.actor, "webhook.changed", "webhook", row.id, paused=row.paused_at is not None)


def exchange_secret(desk: Desk, row: EndpointRow) -> str:
    """A new secret; the one before signs too for a day, so that receivers can be told."""
    before = desk.keys.open(desk.session, row.id, NEWER, row.secret, "webhook")
    secret = new_secret()
    row.older = desk.keys.seal(desk.session, row.id, OLDER, before, "webhook")
    row.older_until = desk.now + BOTH_SIGN_FOR
    row.secret = desk.keys.seal(desk.session, row.id, NEWER, secret.encode(), "webhook")
    append(desk.session, desk.clock, desk.actor, "webhook.secret_exchanged", "webhook", row.id)
    return secret


def remove_endpoint(desk: Desk, row: EndpointRow) -> None:
    """Send nothing more there; what waits is given up."""
    row.removed_at = desk.now
    waiting = DeliveryRow.endpoint_id == row.id, DeliveryRow.state == "waiting"
    for delivery in desk.session.scalars(select(DeliveryRow).where(*waiting)):
        delivery.state, delivery.next_at, delivery.trouble = "given_up", None, "removed"
    append(desk.session, desk.clock, desk.actor, "webhook.removed", "webhook", row.id)


def deliveries(
    desk: Desk, endpoint_id: UUID, *, state: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[DeliveryRow]:
    """What was sent to an endpoint, the newest first.

    Args:
        desk: The transaction.
        endpoint_id: Which.
        state: ``waiting``, ``delivered`` or ``given_up``; ``None`` for all.
        after: The id that the page before ended with.
        limit: Most of them.
    """
    found = select(DeliveryRow).where(DeliveryRow.endpoint_id == endpoint_id)
    if state is not None:
        found = found.where(DeliveryRow.state == state)
    if after is not None:
        found = found.where(DeliveryRow.id < after)
    return list(desk.session.scalars(found.order_by(DeliveryRow.id.desc()).limit(limit)))


def replay(desk: Desk, endpoint_id: UUID, delivery_id: UUID) -> DeliveryRow:
    """Send a delivery again, whatever became of it; the message keeps its id.

    Raises:
        DeskError: ``desk.not_found``.
    """
    endpoint(desk, endpoint_id)
    row = desk.session.get(DeliveryRow, delivery_id)
    if row is None or row.endpoint_id != endpoint_id:
        raise DeskError("There is no such delivery.", "Check its id.", code="desk.not_found")
    row.state, row.attempts, row.next_at = "waiting", 0, desk.now
    enqueue(desk.session, desk.clock, "send", row.id)
    append(desk.session, desk.clock, desk.actor, "webhook.replayed", "delivery", row.id)
    return row


def _check(desk: Desk, address: str) -> None:
    private = desk.settings.private_addresses
    refused = refused_literal(address, private=private)
    if refused is None and not private and not address.lower().startswith("https://"):
        refused = "bad_address"
    if refused is not None:
        message, remedy = _REFUSED[refused]
        raise DeskError(message, remedy, code="desk.private_address" if refused == "private_address" else "desk.input")
