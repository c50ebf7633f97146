"""Training and evaluation from the command line, on small real data."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml
from scene_pictures import write_pictures
from typer.testing import CliRunner

from consentry.cli.app import app


def test_the_scene_model_is_evaluated_on_any_manifest(repository: Path, tmp_path: Path) -> None:
    media = repository / "data" / "demo" / "media"
    rows = [("bedroom.jpg", "private"), ("living_room.jpg", "private"), ("sideboard.jpg", "private"),
            ("football_match.jpg", "public_event"), ("group_1927.jpg", "street"), ("portrait_hopper.jpg", "street"),
            ("damaged.jpg", "private")]  # fmt: skip
    with (tmp_path / "pictures.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "context", "note"), *((media / name, kind, "x") for name, kind in rows)])
    arguments = ["evaluate", "scene", str(tmp_path / "pictures.csv"), "--json", str(tmp_path / "figures.json")]
    refused = CliRunner().invoke(app, arguments)
    assert refused.exception is not None  # one of seven is more than the share of broken pictures that is put up with
    media_ok = [row for row in rows if row[0] != "damaged.jpg"]
    with (tmp_path / "pictures.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "context"), *((media / name, kind) for name, kind in media_ok)])
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "private context" in result.output
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["private_context"]["n"] == 6
    assert figures["private_context"]["positives"] == 3
    assert figures["private_context"]["auc"] == 1.0
    assert {"auc_low", "auc_high", "average_precision", "balanced_accuracy", "ece"} <= set(figures["public_event"])
    quiet = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert (quiet.exit_code, quiet.output) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "fine_tuning", [None, {"augmented_views": 1, "epochs": 1, "batch": 8}], ids=["frozen", "tuned"]
)
def test_a_model_is_trained_and_then_listed(fine_tuning: dict[str, int] | None, tmp_path: Path) -> None:
    """With the whole backbone that ships."""
    manifest = write_pictures(tmp_path / "pictures", counts={"train": 8, "val": 8, "test": 6})
    config = {
        "version": "7",
        "data": {"manifest": str(manifest), "least_examples": 4},
        "heads": {"strengths": [0.001], "augmentations": [], "transfer_sources": []},
        "fine_tuning": fine_tuning,
        "tracking": {"uri": None},
        "bootstrap": 20,
    }
    (tmp_path / "scene.yaml").write_text(yaml.safe_dump(config))
    result = CliRunner().invoke(
        app,
        ["train", "scene", str(tmp_path / "scene.yaml"), "--quiet", "--set", f"output={tmp_path / 'models' / 'scene'}",
         "--set", f"cache={tmp_path / 'cache'}"],
    )  # fmt: skip
    assert result.exit_code == 0, result.exception
    assert "scene@7" in result.output
    listed = CliRunner().invoke(app, ["models", "list", "--models", str(tmp_path / "models")])
    assert "scene@7" in listed.output


def test_a_setting_needs_a_value() -> None:
    assert CliRunner().invoke(app, ["train", "scene", "--set", "version"]).exit_code == 2
