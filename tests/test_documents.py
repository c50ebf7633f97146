"""What the documents say runs, and what they point to is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
def test_python_snippets_run(repository: Path, name: str) -> None:
    snippets = re.findall(r"```python\n(.*?)```", (repository / name).read_text(encoding="utf-8"), re.DOTALL)
    assert snippets
    for snippet in snippets:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", snippet], cwd=repository, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_readme_shows_what_the_library_says(repository: Path) -> None:
    snippet = re.search(r"```python\n(.*?)```", (repository / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert snippet
    done = subprocess.run(
        [sys.executable, "-c", snippet[1]], cwd=repository, capture_output=True, text=True, check=True
    )
    promised = re.search(r"\.action\)\s+# (\w+)", snippet[1])
    assert promised
    assert done.stdout.splitlines()[0] == promised[1]


def test_commands_of_the_readme_exist(repository: Path) -> None:
    text = (repository / "README.md").read_text(encoding="utf-8")
    commands = {tuple(line.split()[1:3]) for line in text.splitlines() if line.startswith("consentry ")}
    assert len(commands) >= 8
    for words in commands:
        path = [word for word in words if re.fullmatch(r"[a-z]+", word)][
            : 2 if words[0] in {"train", "evaluate", "models"} else 1
        ]
        done = subprocess.run(
            [sys.executable, "-m", "consentry", *path, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{path}: {done.stderr}"


def test_make_help_lists_every_target(repository: Path) -> None:
    shown = subprocess.run(["make", "help"], cwd=repository, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "check", "format", "bench", "docs", "clean", "lock"):
        assert f"make {target} " in shown
