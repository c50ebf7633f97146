from __future__ import annotations

import json
from pathlib import Path

from consentry.runtime import ModelFolder
from consentry.training.scene_report import model_card
from consentry.training.scene_training import SceneTrainingResult


def test_a_card_without_test_splits_and_with_open_figures(trained: SceneTrainingResult) -> None:
    metrics = json.loads((trained.folder.path / "metrics.json").read_text(encoding="utf-8"))
    metrics["test"] = {}
    for name in ("auc", "auc_low", "auc_high", "ece"):
        metrics["validation"]["public_event"][name] = None
    card = model_card(trained.folder.manifest, metrics)
    assert "No test split was named" in card
    assert "| val | public_event | 24 | 8 | – |" in card
    assert "at least 90 % of what falls into it" in card


def test_the_shipped_card_is_what_its_figures_say(repository: Path) -> None:
    folder = repository / "models" / "scene"
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert (folder / "card.md").read_text(encoding="utf-8") == model_card(model, metrics)
    assert metrics["model_sha256"] == ModelFolder.open("scene", root=repository / "models").digest
    for head, least in (("private_context", 0.96), ("public_event", 0.95)):
        assert metrics["test"]["test"][head]["auc"] >= least
