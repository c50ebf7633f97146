"""How much one row may hold, so that no row costs more than a row should, and what no row can be made of."""

from __future__ import annotations

from typing import Any, Final

from consentry.batch.errors import ManifestError

MOST_VALUES: Final = 20_000
"""Of one row, lists and objects inside it included; also media of one post."""
DEEPEST: Final = 32
"""Lists and objects inside each other. Reports and facts need three; hundreds overflow whatever walks through them."""
_MOST_BITS: Final = 256
"""Of a whole number; longer ones are slow to write down, and from 4,300 digits on Python refuses to."""


def trouble_with(value: Any) -> str | None:
    """Why a row, or something in it, is not plain data of a reasonable size, in a sentence; ``None`` if it is.

    Args:
        value: What JSON, YAML or Parquet gave. Something that holds itself, as YAML can say, is found too deep.
    """
    seen = 0
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                if not all(isinstance(name, str) for name in part):
                    return "The row has a column, or something in it a name, that is not text."
                below += part.values()
            elif isinstance(part, list | tuple):
                below += part
            elif isinstance(part, set | frozenset):
                return "The row holds a set, which has no order."
            elif isinstance(part, int) and part.bit_length() > _MOST_BITS:
                return "The row holds a number of more than 77 digits."
            if seen + len(below) > MOST_VALUES:
                return f"The row holds more than {MOST_VALUES:,} values."
        if not below:
            return None
        seen += len(below)
        level = below
    return f"The row holds lists or objects inside each other, more than {DEEPEST} deep."


def check_count(media: int, column: str) -> None:
    """Refuse more media than a row can be about.

    Raises:
        ManifestError: ``manifest.row``.
    """
    if media > MOST_VALUES:
        raise ManifestError(
            f"The column {column} names {media:,} media; a row may name {MOST_VALUES:,}.",
            "Write several posts, each with some of them.",
        )
