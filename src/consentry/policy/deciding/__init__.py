"""From facts to a recommendation that explains itself."""
