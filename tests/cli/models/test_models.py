"""``consentry models``: building embedders from files, and what the build commands say."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_faces import TinyNetwork, tiny_network, write_pairs, write_people
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.runtime import ModelFolder
from consentry.training.facenet.network import save_network
from consentry.training.faces.build import BuiltFaces


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_an_embedder_is_built_from_a_file_and_calibrated_later(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentry.training.facenet.network.new_network", tiny_network)
    monkeypatch.setattr("consentry.training.facenet.build.LEAST_PAIRS", 18)
    save_network(TinyNetwork(), tmp_path / "own.safetensors")
    out = tmp_path / "models" / "mine"
    built = run("models", "build", "facenet", "--weights", tmp_path / "own.safetensors", "--version", "3", "--out", out)
    assert built.exit_code == 0, built.exception
    said = " ".join(built.output.split())
    assert "mine@3 is in" in said
    assert "It is not calibrated: every answer will be inconclusive." in said
    opened = ModelFolder.open("mine", root=out.parent)
    opened.verify()
    assert "calibration" not in opened.manifest

    people = write_people(tmp_path / "people", repository / "data" / "demo" / "media", count=4)
    pairs = write_pairs(tmp_path, people)
    told = run("models", "build", "facenet", "--pairs", pairs, "--split", "dev_train", "--out", out, "--quiet")
    assert told.exit_code == 0, told.exception
    thresholds = ModelFolder.open("mine", root=out.parent).manifest["thresholds"]
    assert f"mine@3 is calibrated: match up to {thresholds['match_at_most']}" in " ".join(told.output.split())
    assert (out / "metrics.json").is_file()


def test_building_the_shipped_faces_says_how_far_they_are_from_their_originals(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it really builds them takes long: tests/training/faces/test_build.py."""
    asked: list[tuple[Path, Path | None]] = []

    def build(folder: Path, pairs: Path | None, **_: object) -> BuiltFaces:
        asked.append((folder, pairs))
        return BuiltFaces(ModelFolder.open("faces", root=repository / "models"), {"proposal": 2e-6}, {})

    monkeypatch.setattr("consentry.training.faces.build.build_faces", build)
    result = run("models", "build", "faces", "--out", tmp_path, "--pairs", tmp_path / "pairs.csv", "--quiet")
    assert result.exit_code == 0, result.exception
    assert asked == [(tmp_path, tmp_path / "pairs.csv")]
    assert "proposal: differs from its original by at most 2e-06" in result.output
    assert "faces@" in result.output
