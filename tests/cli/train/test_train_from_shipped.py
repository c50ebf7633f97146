"""``consentry train scene --start-from shipped`` with the whole backbone, on a few dozen pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from own_pictures import a_scene, write_classes
from typer.testing import CliRunner

from consentry import Assessor, Post, RuntimeSettings
from consentry.cli.app import app
from consentry.runtime import ModelFolder, shipped_root
from consentry.signals.scene.scorer import HEADS


@pytest.mark.slow
@pytest.mark.parametrize("tuned", [False, True], ids=["frozen", "tuned"])
def test_a_few_dozen_pictures_are_learned_and_the_rest_is_not_forgotten(
    tuned: bool, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn rooms and crowds are nothing that it has seen, and real ones nothing that it should forget."""
    monkeypatch.chdir(tmp_path)
    write_classes(tmp_path / "pictures", {"bedroom": 24, "parade": 24, "lawn": 24}, picture=a_scene)
    labels = ["--label", "bedroom=private", "--label", "parade=public_event", "--label", "lawn=neutral"]
    fast = ["--set", "tracking.uri=null", "--set", "bootstrap=100", "--set", "heads.strengths=[0.01, 0.05]"]
    if tuned:
        fast += [
            "--set",
            "fine_tuning.augmented_views=0",
            "--set",
            "fine_tuning.epochs=2",
            "--set",
            "fine_tuning.batch=12",
        ]
    done = CliRunner().invoke(app, ["train", "scene", "pictures", "--start-from", "models/scene/3", *labels, *fast])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "test, scene@3" in done.output  # the start on the same pictures
    metrics = json.loads((tmp_path / "runs" / "scene" / "metrics.json").read_text(encoding="utf-8"))
    for head in HEADS:
        figures = metrics["test"]["test"][head]
        assert figures["auc"] > 0.9
        assert figures["auc_low"] > 0.6  # and not by chance

    model = ModelFolder.open("scene", root=tmp_path / "runs").manifest
    shipped = ModelFolder.open("scene", root=shipped_root()).manifest
    kept = len(shipped["labels"])
    assert model["labels"][:kept] == shipped["labels"]  # bedroom is one of them
    assert [label["name"] for label in model["labels"][kept:]] == ["lawn", "parade"]
    assert model["calibration"]["private_context"] != shipped["calibration"]["private_context"]
    assert model["calibration"]["crowd"] == shipped["calibration"]["crowd"]
    assert model["preprocessing"]["side"] == shipped["preprocessing"]["side"]

    assessor = Assessor.load(models=tmp_path / "runs", settings=RuntimeSettings(threads=1))
    assert assessor.unavailable == ()
    media = repository / "data" / "demo" / "media"
    home, match = (
        assessor.assess(Post(post_id=name, media=(media / name,))).signals.scene[0]
        for name in ("bedroom.jpg", "football_match.jpg")
    )
    assert home.private_context.probability > match.private_context.probability
    assert match.public_event.probability > home.public_event.probability
    assert home.looks_like
