"""Which format a table has, by the end of its name."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final, Literal

Format = Literal["delimited", "json", "parquet", "yaml"]

FORMATS: Final[Mapping[str, Format]] = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""By ending, in lower case."""

COMPRESSED: Final = frozenset({".gz", ".bz2", ".xz", ".zst"})
"""Endings that may come behind."""


def format_of(name: str) -> Format | None:
    """The format of a file by its name, ``posts.csv.gz`` for instance; ``None`` if the name does not tell."""
    stem, ending = posixpath.splitext(name.lower())
    if ending in COMPRESSED:
        ending = posixpath.splitext(stem)[1]
    return FORMATS.get(ending)
