"""GitHub's checks are those of `.ci/run`: every step, every supported Python, and no word of their own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from lock_files import supported_pythons


@pytest.fixture(scope="module")
def jobs(repository: Path) -> dict[str, Any]:
    workflow = yaml.safe_load((repository / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow[True]) == {"push", "pull_request"}  # YAML reads the key `on` as a truth value
    return workflow["jobs"]


def commands(jobs: dict[str, Any]) -> list[str]:
    """What the jobs run, with each value of their matrix."""
    found = []
    for job in jobs.values():
        [(name, values)] = job["strategy"]["matrix"].items()
        for step in job["steps"]:
            if "run" in step:
                found += [step["run"].replace("${{ matrix." + name + " }}", value) for value in values]
    return found


def usage(repository: Path) -> str:
    done = subprocess.run(["bash", repository / ".ci" / "run", "?"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    return done.stderr


def test_the_script_says_which_steps_there_are(repository: Path) -> None:
    assert re.findall(r"^  (\w+) ", usage(repository), re.MULTILINE) == ["demo", "lint", "test", "slow"]


def test_jobs_run_every_step_of_the_script_and_nothing_else(repository: Path, jobs: dict[str, Any]) -> None:
    steps = re.findall(r"^  (\w+) ", usage(repository), re.MULTILINE)
    expected = [f"bash .ci/run demo {python}" for python in supported_pythons()]
    expected += [f"bash .ci/run {step}" for step in steps if step != "demo"]
    assert sorted(commands(jobs)) == sorted(expected)


def test_the_script_tries_every_supported_python(repository: Path) -> None:
    script = (repository / ".ci" / "run").read_text(encoding="utf-8")
    assert f"PYTHONS=({' '.join(supported_pythons())})" in script
    assert re.findall(r"\[(3\.\d+)\]=\d", script) == supported_pythons()


def test_actions_are_pinned_to_a_commit_and_jobs_end_some_day(repository: Path, jobs: dict[str, Any]) -> None:
    text = (repository / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)
    assert all(job["timeout-minutes"] <= 60 for job in jobs.values())
    assert all(not job["runs-on"].endswith("latest") for job in jobs.values())
