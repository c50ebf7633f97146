"""Trains what the cues in words load."""
