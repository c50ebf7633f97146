"""A page that is made from the code when the manual is built, and the pieces of Markdown that such pages consist of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""


@dataclass(frozen=True)
class MadePage:
    """One page.

    Attributes:
        address: Where it lies in the manual, such as ``reference/errors.md``.
        title: In the navigation.
        text: Markdown.
        source: The file of the repository that it shows as it is, if it does; links in it start there.
    """

    address: str
    title: str
    text: str
    source: str = ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown in one line."""
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(cell, row)) for row in rows)]
    written = "\n".join(f"| {line} |" for line in lines)
    return f'<div class="names" markdown>\n\n{written}\n\n</div>\n'


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text as code within a line; nothing if there is none."""
    return f"`{text}`" if text else ""


def fenced(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```\n"
