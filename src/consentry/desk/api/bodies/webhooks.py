"""Webhooks and their deliveries, as they come in and go out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from consentry.desk.api.bodies.common import Body, Moment, View
from consentry.desk.store.tables.webhooks import DeliveryRow, EndpointRow

Address = Annotated[
    str, Field(min_length=8, max_length=2000, pattern=r"^https?://[!-~]+$", examples=["https://example.org/hooks"])
]
Described = Annotated[str, Field(max_length=200)]
Kinds = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$", max_length=60)]],
    Field(max_length=40, description="Kinds of events; an empty list stands for all.", examples=[["case.decided"]]),
]


class NewWebhook(Body):
    """An address that wants to hear of events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"address": "https://example.org/hooks", "description": "the platform", "kinds": ["case.decided"]}
            ]
        }
    )

    address: Address
    description: Described = ""
    kinds: Kinds = Field(default=[])


class WebhookChange(Body):
    """What is to be different about a webhook; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"paused": True}]})

    address: Address | None = None
    description: Described | None = None
    kinds: Kinds | None = None
    paused: bool | None = None


class WebhookView(View):
    """A webhook, without its secret."""

    id: UUID
    address: str
    description: str
    kinds: list[str]
    paused: bool
    made_at: Moment


class WebhookMade(WebhookView):
    """A webhook, with its secret, which is shown this once."""

    secret: str


class SecretMade(View):
    """A webhook's new secret; the one before signs too for a day."""

    secret: str


class DeliveryView(View):
    """One event on its way to a webhook."""

    id: UUID
    event_id: UUID
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    status: int | None
    trouble: str | None
    made_at: Moment
    tried_at: Moment | None
    next_at: Moment | None


def webhook_fields(row: EndpointRow) -> dict[str, object]:
    """What is shown of a webhook."""
    return {
        "id": row.id,
        "address": row.address,
        "description": row.described,
        "kinds": row.kinds,
        "paused": row.paused_at is not None,
        "made_at": row.made_at,
    }


def delivery_view(row: DeliveryRow) -> DeliveryView:
    """A delivery as it is shown."""
    return DeliveryView.model_validate(
        {
            "id": row.id,
            "event_id": row.event_id,
            "state": row.state,
            "attempts": row.attempts,
            "status": row.status,
            "trouble": row.trouble,
            "made_at": row.made_at,
            "tried_at": row.tried_at,
            "next_at": row.next_at,
        }
    )
