"""Links of documents that are read in two places: on a code host, where they lie in folders, and in the manual."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

_LINK = re.compile(
    r"(?P<bang>!?)\[(?P<text>[^\]]*)\]\((?P<target>(?!https?://|#|mailto:)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)
_NAMED = re.compile(r"(?<![\w/`\[])(?<!\]\()`?(?P<path>docs/[a-z_/-]+\.md)`?(?![\w/`\]#])")
_FENCED = re.compile(r"(^ *(?:```|~~~).*?^ *(?:```|~~~) *$)", re.MULTILINE | re.DOTALL)


def for_the_manual(text: str, source: str, page: str, places: Mapping[str, str], root: Path) -> str:
    """A document with its links as the manual needs them.

    A link to something that the manual shows leads there. A link to another file of the repository becomes the file's
    name: the manual may be read where the repository is not. Where the words name a page, as in "see docs/media.md",
    they become a link.

    Args:
        text: Markdown.
        source: The file that the text comes from, from the root; links start there.
        page: Where the page lies in the manual.
        places: Where the manual shows files of the repository.
        root: Of the repository.
    """

    def link(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match["target"]))
        if target in places:
            there = posixpath.relpath(places[target], posixpath.dirname(page) or ".")
            return f"{match['bang']}[{match['text']}]({there}{match['anchor'] or ''})"
        if (root / target).exists():
            return match["text"] if match["text"] == f"`{target}`" else f"{match['text']} (`{target}`)"
        return match[0]

    def named(match: re.Match[str]) -> str:
        place = places.get(match["path"])
        if place is None or place == page:
            return match[0]
        return f"[{match['path']}]({posixpath.relpath(place, posixpath.dirname(page) or '.')})"

    parts = _FENCED.split(text)
    return "".join(part if index % 2 else _NAMED.sub(named, _LINK.sub(link, part)) for index, part in enumerate(parts))
