"""``consentry promote``: one command a model."""
