"""``consentry policy``: one file a command."""
