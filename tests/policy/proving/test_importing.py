"""The solver comes with the prover, and with nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import consentry.policy.proving


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_the_commands_are_there_without_the_solver() -> None:
    run = python(
        "import sys\nimport consentry.policy, consentry.cli.app\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'z3' or 'proving' in name])"
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_a_missing_solver_is_said_in_words() -> None:
    run = python(
        "import sys\nsys.modules['z3'] = None\n"
        "sys.argv = ['consentry', 'policy', 'prove', 'twitter-private-media-2021-11-30']\n"
        "from consentry.cli import main\nmain()"
    )
    assert run.returncode == 1
    assert "proving.solver_missing" in run.stderr
    assert "consentry[prove]" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_prover_reads_nothing_and_writes_nothing() -> None:
    """It gets a policy and gives findings: no file, no process, no network."""
    allowed = {"__future__", "collections", "consentry", "dataclasses", "datetime", "fractions", "functools"}
    allowed |= {"itertools", "json", "math", "typing", "z3"}
    forbidden = {"write_text", "write_bytes", "read_text", "unlink", "mkdir", "open", "exec", "rename", "touch"}
    for path in Path(consentry.policy.proving.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert called not in forbidden, (path.name, called)
