"""Tables as people have them: delimited text of any usual kind, JSON lines and arrays, YAML, Parquet.

Manifests of the scoring job, of training and of evaluation are all read here. What the columns mean, their
readers know.
"""

from __future__ import annotations

from consentry.tables.documents import read_document
from consentry.tables.errors import BadRow, TableError
from consentry.tables.formats import COMPRESSED, FORMATS, Format, ending_of, format_of
from consentry.tables.names import ColumnNames, likely_column, parse_renames
from consentry.tables.opening import opened
from consentry.tables.reading import read_table

__all__ = [
    "COMPRESSED",
    "FORMATS",
    "BadRow",
    "ColumnNames",
    "Format",
    "TableError",
    "ending_of",
    "format_of",
    "likely_column",
    "opened",
    "parse_renames",
    "read_document",
    "read_table",
]
