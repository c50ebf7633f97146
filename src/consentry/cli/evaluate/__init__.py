"""``consentry evaluate``: one file a kind of model."""
