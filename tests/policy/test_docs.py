"""docs/policy.md is true: its snippets run, and its tables name what there is."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.policy import list_policies, load_policy
from consentry.policy.measuring.inputs import INPUTS

_BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>yaml|python|sh)\n(?P<body>.*?)```", re.DOTALL)


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_snippets_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = list(_BLOCK.finditer(page))
    assert {block["language"] for block in blocks} == {"yaml", "python", "sh"}
    names: dict[str, object] = {}
    for block in blocks:
        if block["language"] == "yaml":
            (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
        elif block["language"] == "sh":
            for line in block["body"].splitlines():
                command, _, comment = line.partition("  # exits ")
                program, *arguments = shlex.split(command)
                result = CliRunner().invoke(app, arguments)
                assert (program, result.exit_code) == ("consentry", int(comment or 0)), f"{line}: {result.output}"
        else:
            exec(compile(block["body"], "docs/policy.md", "exec"), names)  # noqa: S102 - our own page


def test_every_input_is_in_the_table(page: str) -> None:
    section = page.split("### Facts")[1].split("### Conditions")[0]
    named = set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", section))
    assert named == set(INPUTS)


def test_every_clause_is_in_the_table(page: str) -> None:
    section = page.split("## The policies that ship")[1].split("What the later ones add")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z ]+) \|", section, re.MULTILINE)
    assert rows == [(clause.name, clause.kind.replace("_", " ")) for clause in load_policy().clauses]


def test_what_the_later_policies_add_is_in_the_table(page: str) -> None:
    section = page.split("What the later ones add")[1].split("Choices that")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{4}-\d{2}-\d{2}) \| ([a-z ]+) \|", section, re.MULTILINE)
    known = {clause.name for clause in load_policy().clauses}
    expected = []
    for name in ("2022-04-05", "2022-12-14", "2024-03-21"):
        policy = load_policy(f"twitter-private-media-{name}")
        added = [clause for clause in policy.clauses if clause.name not in known]
        expected += [(clause.name, policy.version, clause.kind) for clause in added]
        known |= {clause.name for clause in added}
    assert rows == expected


def test_every_policy_is_in_the_table(page: str) -> None:
    rows = re.findall(r"^\| `(twitter-[a-z0-9-]+)` \| (?:from )?([0-9-]+)(?: to ([0-9-]+))? \|", page, re.MULTILINE)
    expected = []
    for name in list_policies():
        policy = load_policy(name)
        expected.append((name, str(policy.effective_from), str(policy.effective_until or "")))
    assert sorted(rows) == expected


def documented(page: str, command: str) -> set[str]:
    section = page.split("## What programs read")[1].split("Exit codes:")[0]
    (row,) = re.findall(rf"^\| `{command}` \| (.*) \|$", section, re.MULTILINE)
    return set(re.findall(r"`([a-z0-9_]+)`", row)) - {"list", "--on"}


def keys_of(found: object, *, but: tuple[str, ...] = ("could_lead_to", "source")) -> set[str]:
    """Every key at every depth, but for what lies below those that hold words of the policy or a record."""
    if isinstance(found, list):
        return set().union(*(keys_of(item, but=but) for item in found))
    if isinstance(found, dict):
        return set(found) | set().union(*(keys_of(value, but=but) for key, value in found.items() if key not in but))
    return set()


def test_the_keys_for_programs_are_those_of_the_table(page: str, tmp_path: Path) -> None:
    for block in _BLOCK.finditer(page):
        if block["language"] == "yaml":
            (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
    kitchen, strict, case = (str(tmp_path / f"{name}.yaml") for name in ("deadlines", "strict-kitchen", "somebody"))
    broken = tmp_path / "broken.yaml"
    broken.write_text((tmp_path / "kitchen.yaml").read_text().replace("when: always", "when: kitchen"))
    calls = {
        "list": ["list"],
        "check": ["check", kitchen, str(broken)],
        "decide": ["decide", kitchen, case],
        "cases": ["cases", case, "--policy", kitchen],
        "explain": ["explain", kitchen, case],
        "diff": ["diff", kitchen, strict],
    }
    for command, arguments in calls.items():
        result = CliRunner().invoke(app, ["policy", *arguments, "--json"])
        keys = keys_of(json.loads(result.stdout))
        expected = documented(page, command)
        if command == "check":
            expected |= documented(page, "list") - {"name"}
        if command == "diff":
            expected -= {"on", "total", "pairs", "count", "posts"}
        if command == "explain":  # the facts of a reason are records of their own
            keys -= {"name", "value", "observed_at", "detail"}
        assert keys == expected, command
