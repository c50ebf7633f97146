"""``consentry bank``."""
