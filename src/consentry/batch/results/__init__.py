"""Shards, tables and counts: what a run leaves behind."""
