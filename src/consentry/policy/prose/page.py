"""A policy in prose as one HTML page that needs no other file, for a screen or for paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consentry.policy.drawing.wording import plain_name
from consentry.policy.prose.comparing import redline
from consentry.policy.prose.document import NOTHING, Document, Line
from consentry.policy.prose.heads import blocks_of


@dataclass
class Branch:
    """A line of a condition with the lines that belong to it."""

    line: Line
    below: list[Branch] = field(default_factory=list)


def as_page(document: Document) -> str:
    """A document as an HTML page: no scripts, no fonts or pictures from elsewhere; the same document, the same bytes.

    Every entry has an address that stays when numbers move: ``#line-restrict_media`` for the ``rule`` of a
    recommendation, ``#clause-proven_standing`` for the ``clause`` of a reason, ``#fact-public_figure`` for a question.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("consentry.policy.prose"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = plain_name
    environment.filters["nested"] = nested
    environment.filters["redline"] = redline
    environment.filters["blocks"] = blocks_of
    return environment.get_template("policy.html.j2").render(document=document, nothing=NOTHING)


def nested(lines: Sequence[Line]) -> list[Branch]:
    """Lines as a tree, by how far they are indented."""
    root: list[Branch] = []
    open_at: list[list[Branch]] = [root]
    for branch in _branches(lines):
        del open_at[branch.line.depth + 1 :]
        open_at[branch.line.depth].append(branch)
        open_at.append(branch.below)
    return root


def _branches(lines: Sequence[Line]) -> Iterator[Branch]:
    return (Branch(line) for line in lines)
