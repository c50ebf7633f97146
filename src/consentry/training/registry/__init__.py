"""Runs and models that are kept: tracking, aliases, gates."""
