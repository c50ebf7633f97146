"""The program ``consentry`` with a defect that every tenth post meets, for the tests of what becomes of it."""

from __future__ import annotations

from typing import Any

from consentry.cli import main
from consentry.signals.text import TextReader

_sound = TextReader.analyse


def analyse(reader: TextReader, text: str) -> Any:
    """Break over words that end in a nought."""
    if text.endswith("0"):
        raise KeyError(text)
    return _sound(reader, text)


if __name__ == "__main__":
    TextReader.analyse = analyse  # type: ignore[assignment, method-assign]
    main()
