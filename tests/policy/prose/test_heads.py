"""Comments at the heads of files, as their authors laid them out."""

from __future__ import annotations

import re

import pytest

from consentry.policy import list_policies
from consentry.policy.language.remarks import head_of
from consentry.policy.language.versions import policy_text
from consentry.policy.prose.heads import Block, blocks_of

HEAD = """\
# One paragraph
# in two lines.
#

## Title
# -----
# Its text.
#
#   term one   said of it,
#              and more.
#   another    said of that.
#
#  a
#    picture
"""


def test_parts_of_a_head() -> None:
    assert blocks_of(HEAD.splitlines()) == [
        Block("paragraph", "One paragraph in two lines."),
        Block("title", "Title"),
        Block("paragraph", "Its text."),
        Block("list", items=(("term one", "said of it, and more."), ("another", "said of that."))),
        Block("as it is", " a\n   picture"),
    ]


def test_a_title_alone_and_a_rule_in_between() -> None:
    assert blocks_of(["# Title", "# ==="]) == [Block("title", "Title")]
    assert blocks_of(["# a", "# b", "# ---", "# c"]) == [Block("as it is", "a\nb\n---\nc")]
    assert blocks_of([]) == []


@pytest.mark.parametrize("name", list_policies())
def test_no_word_is_lost(name: str) -> None:
    for text in policy_text(name).chain:
        lines = head_of(text.own)
        shown = [part for block in blocks_of(lines) for part in (block.text, *(" ".join(item) for item in block.items))]
        words = re.sub(r"-{3,}", "", " ".join(line.lstrip("#") for line in lines)).split()
        assert " ".join(shown).split() == words
