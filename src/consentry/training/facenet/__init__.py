"""Trains face embedders on one's own identities."""
