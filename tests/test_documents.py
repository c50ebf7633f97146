"""What the documents say runs, and what they point to is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consentry.cli.app import app

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "data/demo/README.md",
    "data/datasets/README.md",
]


def documents(repository: Path) -> list[Path]:
    return [repository / name for name in DOCUMENTS] + sorted((repository / "docs").glob("*.md"))


def test_links_lead_somewhere(repository: Path) -> None:
    broken = [
        f"{document.name}: {target}"
        for document in documents(repository)
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert not broken


@pytest.mark.parametrize("name", ["README.md", "docs/copies.md"])
def test_python_snippets_run_and_the_readme_shows_what_the_library_says(repository: Path, name: str) -> None:
    snippets = re.findall(r"```python\n(.*?)```", (repository / name).read_text(encoding="utf-8"), re.DOTALL)
    assert snippets
    promised = []
    for snippet in snippets:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", snippet], cwd=repository, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        if action := re.search(r"\.action\)\s+# (\w+)", snippet):
            promised.append((done.stdout.splitlines()[0], action[1]))
    assert all(said == shown for said, shown in promised)
    assert promised or name != "README.md"


def test_commands_of_the_readme_exist(repository: Path) -> None:
    text = (repository / "README.md").read_text(encoding="utf-8")
    commands = {tuple(line.split()[1:3]) for line in text.splitlines() if line.startswith("consentry ")}
    assert len(commands) >= 8
    for words in commands:
        path = [word for word in words if re.fullmatch(r"[a-z]+", word)][
            : 2 if words[0] in {"train", "evaluate", "models"} else 1
        ]
        shown = CliRunner().invoke(app, [*path, "--help"])
        assert shown.exit_code == 0, f"{path}: {shown.output}"


def test_make_help_lists_every_target(repository: Path) -> None:
    shown = subprocess.run(["make", "help"], cwd=repository, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "test-slow", "check", "lint", "format", "bench", "docs", "clean", "lock"):
        assert f"make {target} " in shown
