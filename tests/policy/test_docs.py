"""docs/policy.md is true: its snippets run, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consentry.policy import load_policy
from consentry.policy.inputs import INPUTS

_BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>yaml|python)\n(?P<body>.*?)```", re.DOTALL)


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_snippets_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = list(_BLOCK.finditer(page))
    assert {block["language"] for block in blocks} == {"yaml", "python"}
    names: dict[str, object] = {}
    for block in blocks:
        if block["language"] == "yaml":
            (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
        else:
            exec(compile(block["body"], "docs/policy.md", "exec"), names)  # noqa: S102 - our own page


def test_every_input_is_in_the_table(page: str) -> None:
    section = page.split("### Facts")[1].split("### Conditions")[0]
    named = set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", section))
    assert named == set(INPUTS)


def test_every_clause_is_in_the_table(page: str) -> None:
    section = page.split("## The policy that ships")[1].split("Choices that")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z ]+) \|", section, re.MULTILINE)
    assert rows == [(clause.name, clause.kind.replace("_", " ")) for clause in load_policy().clauses]
