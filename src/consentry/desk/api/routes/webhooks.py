"""Webhooks: who hears of what, what was sent, and sending it again."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from consentry.desk.api.bodies.common import Page
from consentry.desk.api.bodies.webhooks import (
    DeliveryView,
    NewWebhook,
    SecretMade,
    WebhookChange,
    WebhookMade,
    WebhookView,
    delivery_view,
    webhook_fields,
)
from consentry.desk.api.calls import Answer, CurrentCall
from consentry.desk.api.paging import Cursor, Limit, after_id, page_of
from consentry.desk.api.routing import PREFIX, Routes
from consentry.desk.api.versions import stale
from consentry.desk.desk import Desk
from consentry.desk.webhooks.endpoints import (
    add_endpoint,
    change_endpoint,
    deliveries,
    endpoint,
    endpoints,
    exchange_secret,
    remove_endpoint,
    replay,
)

routes = Routes("webhooks", "/webhooks")


@routes.add("GET", "", act="webhooks.manage", answer=Page[WebhookView], about="All webhooks")
def list_webhooks(call: CurrentCall) -> Response:
    """All webhooks, which fit one page."""

    def work(desk: Desk) -> Answer:
        rows = endpoints(desk)
        return Answer(Page[WebhookView](items=[WebhookView.model_validate(webhook_fields(row)) for row in rows]))

    return call.read(work)


@routes.add("POST", "", act="webhooks.manage", answer=WebhookMade, status=201, about="Add a webhook")
def add_webhook(call: CurrentCall, body: NewWebhook) -> Response:
    """Has events sent to an address, signed as Standard Webhooks says. The secret is shown in this answer alone."""

    def work(desk: Desk) -> Answer:
        row, secret = add_endpoint(desk, body.address, body.description, body.kinds)
        made = WebhookMade.model_validate({**webhook_fields(row), "secret": secret})
        return Answer(made, version=row.version, location=f"{PREFIX}/webhooks/{row.id}")

    return call.once(work)


@routes.add("GET", "/{webhook}", act="webhooks.manage", answer=WebhookView, about="One webhook")
def get_webhook(call: CurrentCall, webhook: UUID) -> Response:
    """One webhook, with its version."""

    def work(desk: Desk) -> Answer:
        row = endpoint(desk, webhook)
        return Answer(WebhookView.model_validate(webhook_fields(row)), version=row.version)

    return call.read(work)


@routes.add("PATCH", "/{webhook}", act="webhooks.manage", answer=WebhookView, versioned=True, about="Change a webhook")
def change_webhook(call: CurrentCall, webhook: UUID, body: WebhookChange) -> Response:
    """Changes what is given, or pauses it; events that happen meanwhile are not sent later."""
    seen = call.version()

    def work(desk: Desk) -> Answer:
        row = endpoint(desk, webhook)
        if row.version != seen:
            raise stale()
        change_endpoint(
            desk, row, address=body.address, described=body.description, kinds=body.kinds, paused=body.paused
        )
        desk.session.flush()
        return Answer(WebhookView.model_validate(webhook_fields(row)), version=row.version)

    return call.write(work)


@routes.add("DELETE", "/{webhook}", act="webhooks.manage", status=204, about="Remove a webhook")
def remove_webhook(call: CurrentCall, webhook: UUID) -> Response:
    """Sends nothing more there, and gives up what waits."""

    def work(desk: Desk) -> Answer:
        remove_endpoint(desk, endpoint(desk, webhook))
        return Answer()

    return call.write(work)


@routes.add(
    "POST", "/{webhook}/secret", act="webhooks.manage", answer=SecretMade, status=201, about="Exchange the secret"
)
def exchange_webhook_secret(call: CurrentCall, webhook: UUID) -> Response:
    """Makes a new secret; for a day, messages carry a signature by each of the two."""
    return call.once(lambda desk: Answer(SecretMade(secret=exchange_secret(desk, endpoint(desk, webhook)))))


@routes.add("GET", "/{webhook}/deliveries", act="webhooks.manage", answer=Page[DeliveryView], about="What was sent")
def list_deliveries(
    call: CurrentCall,
    webhook: UUID,
    state: Annotated[Literal["waiting", "delivered", "given_up"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Deliveries, the newest first: taken, waiting for the next attempt, or given up."""

    def work(desk: Desk) -> Answer:
        endpoint(desk, webhook)
        after = after_id(call, "deliveries", cursor, webhook=webhook, state=state)
        rows = deliveries(desk, webhook, state=state, after=after, limit=limit + 1)
        return page_of(call, "deliveries", rows, lambda row: row.id, delivery_view, limit, webhook=webhook, state=state)

    return call.read(work)


@routes.add(
    "POST",
    "/{webhook}/deliveries/{delivery}/replay",
    act="webhooks.manage",
    answer=DeliveryView,
    status=202,
    about="Send it again",
)
def replay_delivery(call: CurrentCall, webhook: UUID, delivery: UUID) -> Response:
    """Sends an event again, whatever became of it before; it keeps its id, so that a receiver can tell."""
    return call.once(lambda desk: Answer(delivery_view(replay(desk, webhook, delivery))))
