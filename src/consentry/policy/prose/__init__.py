"""A policy in numbered sentences, for people who read rules and not YAML: as plain text, or as a page."""

from __future__ import annotations

from consentry.policy.prose.page import as_page
from consentry.policy.prose.plain_text import as_text
from consentry.policy.prose.telling import told

__all__ = ["as_page", "as_text", "told"]
