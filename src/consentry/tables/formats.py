"""Which format a table has, by the end of its name."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final, Literal

Format = Literal["delimited", "json", "json_lines", "parquet", "yaml"]

FORMATS: Final[Mapping[str, Format]] = {
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".json": "json",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".txt": "delimited",
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
    return FORMATS.get(ending_of(name))


def ending_of(name: str) -> str:
    """The ending in lower case, without that of a compression."""
    stem, ending = posixpath.splitext(name.lower())
    return posixpath.splitext(stem)[1] if ending in COMPRESSED else ending


def compression_of(name: str) -> str:
    """The ending of a compression in lower case, or nothing."""
    ending = posixpath.splitext(name.lower())[1]
    return ending if ending in COMPRESSED else ""
