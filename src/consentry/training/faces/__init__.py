"""Makes and measures what face matching loads."""
