"""A policy as a picture: its decision list from top to bottom, and the clauses that it speaks of."""

from __future__ import annotations

from consentry.policy.drawing.page import draw

__all__ = ["draw"]
