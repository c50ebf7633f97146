"""docs/proving.md is true: its snippet runs, and its counterexample is what the prover says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_policy import REMOVE, small

from consentry.policy.proving import prove


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "proving.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_snippet_runs(page: str) -> None:
    """It proves a whole policy; what it calls is tried in test_proof.py and test_difference.py in every run."""
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(snippet, "docs/proving.md", "exec"), {})  # noqa: S102 - our own page


def test_the_counterexample_is_what_comes_out(page: str) -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    finding, *_ = prove(small((REMOVE, REMOVE.replace("proven, violation", "violation")))).refuted
    (case,) = finding.cases
    assert case.written in shown
    assert f"✗ {finding.subject} (line {finding.line}): {finding.claim}\n  {finding.detail}\n" in shown
