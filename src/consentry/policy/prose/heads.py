"""Comments at the head of a file, as the paragraphs, titles and lists that their author laid out with spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from consentry.policy.language.remarks import indentation

_RULE: Final = re.compile(r"[-=~]{3,}")
_ITEM: Final = re.compile(r"(?P<term>\S(?:.*?\S)?) {2,}(?P<said>\S.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a head.

    Attributes:
        kind: A ``list`` has items; what is neither is shown ``as it is``.
        text: Of all but a list.
        items: Of a list: each with its term.
    """

    kind: Literal["title", "paragraph", "list", "as it is"]
    text: str = ""
    items: tuple[tuple[str, str], ...] = ()


def blocks_of(lines: Sequence[str]) -> list[Block]:
    """The parts of a head.

    Args:
        lines: With their comment marks.
    """
    plain = [line.strip().lstrip("#").removeprefix(" ").rstrip() for line in lines]
    blocks: list[Block] = []
    for blank, group in groupby(plain, key=lambda line: not line):
        part = list(group)
        if blank:
            continue
        if len(part) > 1 and _RULE.fullmatch(part[1]):
            blocks.append(Block("title", part[0]))
            part = part[2:]
        if part:
            blocks.append(_block(part))
    return blocks


def _block(lines: list[str]) -> Block:
    if all(indentation(line) == 0 for line in lines) and not any(_RULE.fullmatch(line) for line in lines):
        return Block("paragraph", " ".join(lines))
    items: list[tuple[str, str]] = []
    for line in lines:
        begins = indentation(line) <= indentation(lines[0])
        found = _ITEM.fullmatch(line.strip()) if begins else None
        if found:
            items.append((found["term"], found["said"]))
        elif begins or not items:
            return Block("as it is", "\n".join(lines))
        else:
            term, said = items.pop()
            items.append((term, f"{said} {line.strip()}"))
    return Block("list", items=tuple(items))
