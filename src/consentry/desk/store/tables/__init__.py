"""All tables. A room adds its own in a module here and names it below, so that migrations see them."""

from __future__ import annotations

from consentry.desk.store.tables import cases, decisions, findings, keeping, keys, log, people, replies, webhooks, work  # noqa: F401  they enter Base
from consentry.desk.store.tables.base import Base as Base
