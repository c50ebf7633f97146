"""``consentry models`` and ``consentry export``."""
