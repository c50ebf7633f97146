"""The fenced blocks of a document, with what is said about each in comments above it.

A block is marked by comments in the lines directly above it, which readers do not see:

    <!-- needs: gpu, the tests have none -->     it is not run: what it needs, out of `NEEDS`, and why
    <!-- exits: 2 -->                            its last command exits with this
    <!-- output -->                              it shows what the block before it prints; ``...`` stands for anything
    <!-- output: about -->                       the same up to numbers, frames, bars and where lines break
    <!-- file: kitchen.yaml -->                  it is the content of this file; so is ``title="kitchen.yaml"`` behind
                                                 the language, which readers do see

and a whole document by comments on lines of their own, anywhere in it:

    <!-- given: photo.jpg = data/demo/media/bedroom.jpg -->    a file or folder of the repository is put there first
    <!-- slow: assesses a film -->                             running it takes more than ten seconds, and why
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

NEEDS: Final = {
    "gpu": "an NVIDIA GPU",
    "cluster": "a cluster of machines",
    "network": "addresses beyond this machine",
    "install": "installs packages or makes an environment",
    "data": "the development data beside the checkout",
    "time": "takes longer than tests may",
    "yours": "names things that only the reader has",
}
"""What may keep a block from being run."""
RUN: Final = frozenset({"python", "sh", "bash"})
_BLOCK_MARKS: Final = frozenset({"needs", "exits", "output", "file"})
_FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<language>[a-z]*)(?: (?P<info>.*))?$")
_COMMENT: Final = re.compile(r"^ *<!-- (?P<name>[a-z]+)(?:: (?P<value>.*?))? -->$")
_TITLE: Final = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        line: Of its first fence, from 1.
        marks: What is said about it, by the name of the mark.
    """

    language: str
    body: str
    line: int
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str | None:
        """The file that it is the content of."""
        return self.marks.get("file")

    @property
    def is_run(self) -> bool:
        """Whether it is something to run, here."""
        return self.language in RUN and self.file is None and "needs" not in self.marks


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes:
        given: Files and folders of the repository by the path at which the document finds them.
        slow: Why running it takes long; empty if it does not.
    """

    path: Path
    blocks: tuple[Block, ...]
    given: dict[str, str]
    slow: str


def read_document(path: Path) -> Document:
    """A document with its blocks.

    Raises:
        ValueError: A mark makes no sense; the message has the line.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks: list[Block] = []
    given: dict[str, str] = {}
    slow = ""
    start = 0
    while start < len(lines):
        fence = _FENCE.match(lines[start])
        if fence is None:
            comment = _COMMENT.match(lines[start])
            if comment and comment["name"] == "given":
                given |= dict(_given(each) for each in comment["value"].split(", "))
            elif comment and comment["name"] == "slow":
                slow = comment["value"]
            start += 1
            continue
        end = next(number for number in range(start + 1, len(lines)) if lines[number].strip() == "```")
        body = "\n".join(line.removeprefix(fence["indent"]) for line in lines[start + 1 : end])
        marks = _marks_above(lines, start, path)
        if title := _TITLE.search(fence["info"] or ""):
            marks["file"] = title[1]
        blocks.append(Block(fence["language"], f"{body}\n", start + 1, marks))
        start = end + 1
    return Document(path, tuple(blocks), given, slow)


def _marks_above(lines: list[str], start: int, path: Path) -> dict[str, str]:
    marks: dict[str, str] = {}
    for number in range(start - 1, -1, -1):
        comment = _COMMENT.match(lines[number])
        if comment is None:
            break
        name, value = comment["name"], comment["value"] or ""
        if name in {"given", "slow"}:
            continue
        if name not in _BLOCK_MARKS:
            raise ValueError(f"{path}:{number + 1}: there is no mark {name!r}")
        need, _, reason = value.partition(", ")
        if name == "needs" and (need not in NEEDS or not reason):
            raise ValueError(f"{path}:{number + 1}: write what it needs ({', '.join(NEEDS)}), a comma, and why")
        if name == "output" and value not in {"", "about"}:
            raise ValueError(f"{path}:{number + 1}: an output is shown as it is, or about")
        marks[name] = value
    return marks


def _given(written: str) -> tuple[str, str]:
    there, _, here = written.partition(" = ")
    return there, here or there
