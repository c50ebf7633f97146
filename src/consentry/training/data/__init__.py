"""Manifests, labels, splits, and what is wrong with them."""
