"""Every command that is written down, in help, documents, errors and notebooks, is one that the command line takes.

The README, the tutorials and the how-to pages are run from end to end (`test_documents_run`). This is for all others:
the words are parsed as the program parses them, so that no command, option or choice is written down that there is not.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from consentry.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = typer.main.get_command(app)
ABSENT = re.compile(r"does not exist|is not a (file|directory)|cannot be read|There is no")
"""What is said of files that are the reader's; that they are asked for is right."""


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name), command
        yield from commands(command, (*path, name))


def written() -> Iterator[Any]:
    lines: dict[str, str] = {}
    for path, command in commands(PROGRAM):
        for paragraph in re.split(r"\n\s*\n|\x08|\x0c", command.help or ""):
            if paragraph.strip().startswith("consentry "):
                lines.setdefault(" ".join(paragraph.split()), f"consentry {' '.join(path)} --help")
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md")]:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^(?: {4}|\$ )?(consentry [^\n]*)$", text, re.MULTILINE):
            lines.setdefault(line, str(page.relative_to(ROOT)))
    for line, place in lines.items():
        yield pytest.param(line, id=f"{place}: {line[:60]}")


def words_of(line: str) -> list[str]:
    line = re.split(r"\s#\s|\s+#|;|\||&&|\s>\s?|\s2>|\s<\s", re.sub(r"^consentry ", "", line))[0]
    return [word for word in shlex.split(line) if word not in {"...", "…"}]


@pytest.mark.parametrize("line", list(written()))
def test_the_command_line_takes_it(line: str) -> None:
    words = words_of(line)
    if words[0].isupper():
        return  # stands for any
    command, context = PROGRAM, None
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands") and not words:
        return
    try:
        context = command.make_context(command.name, list(words))
    except Exception as error:  # noqa: BLE001  which kind it is, its text says
        said = error.format_message() if hasattr(error, "format_message") else str(error)
        assert ABSENT.search(said), f"{line}: {said}"
    else:
        assert context is not None


def test_there_are_many() -> None:
    assert len(list(written())) > 100
