"""Webhooks: what was decided, sent to those who asked for it."""
