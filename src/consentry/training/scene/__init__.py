"""Trains, measures and promotes scene models."""
