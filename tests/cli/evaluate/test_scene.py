"""``consentry evaluate scene`` on manifests as they come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from coloured_pictures import write_coloured
from scene_models import write_tiny_model
from scene_pictures import read_rows, write_manifest
from typer.testing import CliRunner

from consentry.cli.app import app


@pytest.fixture
def models(tmp_path: Path) -> Path:
    write_tiny_model(tmp_path / "models")
    return tmp_path / "models"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["evaluate", "scene", *map(str, arguments)], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.exception
    return result.output


def test_figures_page_and_what_could_not_be_read(models: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=25, splits=("val", "test"))
    rows = read_rows(manifest)
    rows[-1]["path"] = "[red]gone.png"
    write_manifest(manifest, rows)
    output = run(
        manifest, "--models", models, "--split", "test", "--guarantees-from", "val", "--bootstrap", 30,
        "--json", tmp_path / "out.json", "--html", tmp_path / "out.html",
    )  # fmt: skip
    assert "[red]gone.png was not found" in output
    assert "1 of 75 files could not be read" in output
    figures = json.loads((tmp_path / "out.json").read_text())
    for head in ("private_context", "public_event"):
        wanted = {"n", "positives", "auc", "auc_low", "auc_high", "average_precision", "balanced_accuracy", "ece"}
        assert wanted <= set(figures[head])
        assert f"{figures[head]['auc']:.3f} ({figures[head]['auc_low']:.3f}-" in output
        assert len(figures["operating_points"][head]) == 5
    assert figures["split"] == "test"
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "data:image/jpeg" in page
    assert "Thresholds with a guaranteed error" in page
    assert run(manifest, "--models", models, "--quiet", "--html", tmp_path / "plain.html", "--no-pictures") == ""
    assert "data:image/jpeg" not in (tmp_path / "plain.html").read_text(encoding="utf-8")


def test_classes_of_ones_own_and_columns_of_other_names(models: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=4)
    names = {"private": "bedroom", "public_event": "fête", "street": "street"}
    rows = [{"file": row["path"], "kind": names[row["context"]]} for row in read_rows(manifest)]
    path = write_manifest(manifest, rows)
    columns = ["--column", "path=file", "--column", "context=kind"]
    refused = CliRunner().invoke(app, ["evaluate", "scene", str(path), *columns, "--models", str(models)])
    assert "'bedroom' (4)" in str(refused.exception)
    assert "fête" not in str(refused.exception)  # it may be anything
    (tmp_path / "labels.yaml").write_text("bedroom: private\nfête: public_event\n", encoding="utf-8")
    run(path, *columns, "--models", models, "--label-map", tmp_path / "labels.yaml", "--json", tmp_path / "out.json")
    figures = json.loads((tmp_path / "out.json").read_text())
    assert (figures["private_context"]["positives"], figures["public_event"]["positives"]) == (4, 4)
    run(path, *columns, "--models", models, "--others", "neutral", "--json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["private_context"]["positives"] == 0


def test_splits_that_were_learned_from_are_pointed_out(models: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=4, splits=("train", "test"))
    assert "--split test looks at one" in run(manifest, "--models", models, "--bootstrap", 10)
    assert "--split test" not in run(manifest, "--models", models, "--bootstrap", 10, "--split", "test")


def test_labels_of_one_kind_are_no_error(models: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=2)
    rows = [{"context": "lawn", "path": row["path"]} for row in read_rows(manifest)]
    output = run(write_manifest(manifest, rows), "--models", models, "--json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["public_event"]["auc"] is None
    assert "–" in output


def test_too_many_broken_files_stop_it_unless_allowed(models: Path, tmp_path: Path) -> None:
    manifest = write_coloured(tmp_path / "pictures", count=2)
    rows = read_rows(manifest)
    rows[0]["path"] = "gone.png"
    write_manifest(manifest, rows)
    refused = CliRunner().invoke(app, ["evaluate", "scene", str(manifest), "--models", str(models)])
    assert "1 of 6 pictures could not be read" in str(refused.exception)
    assert "1 of 6 files" in run(manifest, "--models", models, "--broken-share", 0.5)
