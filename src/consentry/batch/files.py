"""What a folder of results holds."""

from __future__ import annotations

from typing import Final

ASSESSMENTS: Final = "assessments.jsonl"
"""One assessment a line, in the order of the manifest."""
ERRORS: Final = "errors.jsonl"
"""The rows that are not cases."""
FINGERPRINT: Final = "run.json"
"""What results depend on; one folder holds one run."""
TABLE: Final = "results.parquet"
"""The columns that people filter on, and every assessment as JSON."""
