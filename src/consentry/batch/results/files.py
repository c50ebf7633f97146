"""What a folder of results holds."""

from __future__ import annotations

from typing import Final

FINGERPRINT: Final = "run.json"
"""What results depend on; one folder holds one run."""
SHARDS: Final = "shards"
"""Folder of Parquet files, ``000000.parquet`` and so on: one row for every row of the manifest, in its order."""
TIMES: Final = "times"
"""Folder of JSON files, one a shard: how long it took. The only thing here that differs from run to run."""
SUMMARY: Final = "summary.json"
"""Counts and times of a finished run."""
PAGE: Final = "index.html"
"""The same as plots, with the cases most worth a look."""
INTERNAL_LOG: Final = "internal-errors.log"
"""Where code of Consentry broke, and over which rows; only if it did."""
ASSESSMENTS: Final = "assessments.jsonl"
"""One assessment a line, in the order of the manifest; written on request."""
TABLE: Final = "results.parquet"
"""All results in one table, as version 0.1 wrote it."""


def shard_file(number: int) -> str:
    """The file of one shard within `SHARDS`."""
    return f"{number:06d}.parquet"


def times_file(number: int) -> str:
    """The file of one shard within `TIMES`."""
    return f"{number:06d}.json"
