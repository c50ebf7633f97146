"""What can be wrong with a table, and with one row of it."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.errors import ConsentryError


class TableError(ConsentryError):
    """A table cannot be read. Its codes: ``consentry errors table``.

    Whoever reads a table raises an error of their own instead, which knows what the table is for.
    """

    default_code = "table.format"


@dataclass(frozen=True)
class BadRow:
    """A row that is none; the others are read all the same.

    Attributes:
        reason: One sentence.
    """

    reason: str
