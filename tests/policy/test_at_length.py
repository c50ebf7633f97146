"""The laws once more, each on many times as many random cases as in an ordinary run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TIMES = "8"
LAWS = sorted(path for path in Path(__file__).parent.rglob("test_*.py") if "@examples(" in path.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in LAWS if path != Path(__file__)], ids=lambda path: path.stem)
def test_at_length(path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
    environment = os.environ | {"CONSENTRY_EXAMPLES": TIMES}
    run = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
