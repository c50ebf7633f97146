"""The model that reads pictures is the published one, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from consentry.cli.app import app


def test_made_again_it_is_the_same(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnx")
    result = CliRunner().invoke(app, ["models", "build", "reading", "--out", str(tmp_path / "reading")])
    assert result.exit_code == 0, result.output
    shipped = repository / "models" / "reading"
    assert {path.name: path.read_bytes() for path in (tmp_path / "reading").iterdir()} == {
        path.name: path.read_bytes() for path in shipped.iterdir()
    }
