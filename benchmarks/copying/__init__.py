"""What `benchmarks/copies.py` measures: edits, and one report a module."""
