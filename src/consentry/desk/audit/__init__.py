"""The log that nobody can bend: append-only, each entry holding the digest of the one before, heads signed."""
