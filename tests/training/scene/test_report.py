from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from coloured_pictures import write_coloured
from scene_models import calibration, write_tiny_model

from consentry.runtime import ModelFolder, RuntimeSettings
from consentry.runtime.model_folder import served_version
from consentry.signals.scene.scorer import HEADS
from consentry.training.data.pictures import Skipped
from consentry.training.measures.operating_points import OperatingPoint
from consentry.training.scene.evaluation import evaluate_scene
from consentry.training.scene.report import model_card, package_versions, write_metrics

EVIDENCE = {
    "confidence": 0.95,
    "high": {"target_precision": 0.9, "precision_at_least": 0.91},
    "low": {"target_misses": 0.05, "misses_at_most": 0.04},
    "uncertain_share": 0.2,
}
THRESHOLDS = {"low": 0.3, "high": 0.7, "decision": 0.5, "evidence": EVIDENCE}
POINTS = [
    OperatingPoint("misses", 0.6, 0.95, 0.1, 100, 30, 0.01),
    OperatingPoint("precision", 0.999, 0.95, 0.2, 100, 70, 0.9991),
    OperatingPoint("precision", 0.95, 0.95, None, 100, 0, None),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """``model.json`` and ``metrics.json`` of a tiny model."""
    root = tmp_path_factory.mktemp("models")
    source = {"credit": "somebody", "licence": "MIT", "package": "weights", "version": "1", "sha256": "f" * 64}
    data = {"name": "colours", "manifest_sha256": "a" * 64, "contents_sha256": "b" * 64, "sources": {"one, train": 12}}
    folder = write_tiny_model(
        root,
        task="Tells red from green.",
        sources=[source],
        outputs=["logits", "activation_maps"],
        preprocessing={"side": 8, **_preprocessing()},
        calibration={head: calibration(1.0, 0.0) for head in HEADS},
        thresholds=dict.fromkeys(HEADS, THRESHOLDS),
        training={"seed": 0, "heads": {"strengths": [0.1, 0.2]}, "hold_out": {}},
        data=[data],
        operating_points={"private_context": [point.as_dict() for point in POINTS]},
    )
    manifest = write_coloured(tmp_path_factory.mktemp("pictures"), splits=("val", "test", "test_ood"))
    val, test, outside = (
        evaluate_scene(manifest, split=split, settings=RuntimeSettings(threads=1), root=root, bootstrap=30)
        for split in ("val", "test", "test_ood")
    )
    metrics = write_metrics(
        folder.path / "metrics.json",
        folder=folder,
        today=date(2026, 11, 22),
        command="consentry train scene x.yaml",
        validation=val.figures,
        choice={head: [] for head in HEADS},
        evaluations={"test": test, "test_ood": outside},
        skipped=[Skipped("gone.png", "media.not_found", "There is no such file.")],
        graph_difference=1.234e-5,
        perceived_privacy={"answer": "It says a little."},
    )
    assert json.loads((folder.path / "metrics.json").read_text(encoding="utf-8")) == metrics
    return dict(folder.manifest), metrics


def _preprocessing() -> dict[str, Any]:
    from consentry.signals.scene.preprocessing import DESCRIPTION

    return {"description": DESCRIPTION}


def test_every_figure_of_the_card_is_that_of_the_metrics(written: tuple[dict[str, Any], dict[str, Any]]) -> None:
    model, metrics = written
    card = model_card(model, metrics)
    for split, by_head in {"val": metrics["validation"], **metrics["test"]}.items():
        for head in HEADS:
            row = by_head[head]
            cells = " | ".join(
                f"{row[name]:.3f} ({row[f'{name}_low']:.3f}-{row[f'{name}_high']:.3f})"
                for name in ("auc", "average_precision", "balanced_accuracy", "ece")
            )
            assert f"| {split} | {head} | {row['n']} | {row['positives']} | {cells} |" in card
    changed = copy.deepcopy(metrics)
    changed["test"]["test"]["public_event"]["auc"] = 0.1234
    assert "0.123 (" in model_card(model, changed)
    for heading in (
        "Model details",
        "Intended use",
        "Training data",
        "Evaluation data",
        "Figures",
        "Slices",
        "Thresholds with a guaranteed error",
        "Known failures and limits",
        "Ethical considerations",
    ):
        assert re.search(rf"^#+ {heading}$", card, re.MULTILINE)
    assert "beaches" in card.lower()
    assert "Unreadable and left out: 1." in card
    assert "It says a little." in card
    assert "`heads.strengths` 0.1, 0.2" in card
    assert "1.2e-05" in card
    assert "{" not in card
    tables = [line for line in card.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)
    assert "\n\n\n" not in card


def test_the_card_says_which_guarantees_were_kept(written: tuple[dict[str, Any], dict[str, Any]]) -> None:
    model, metrics = written
    card = model_card(model, metrics)
    lines = [line for line in card.splitlines() if "with 95\u00a0% confidence" in line]
    assert len(lines) == 3
    for line, point in zip(lines, metrics["test"]["test"]["operating_points"]["private_context"], strict=True):
        found = point["observed"]
        expected = "–" if found is None else f"{found['value']:.3f} ({found['low']:.3f}-{found['high']:.3f}), "
        assert expected in line
        if found is not None:
            assert (", kept" in line, "not kept" in line) == (True, False) or "not kept" in line
    assert "**not kept**" in lines[1]
    assert "| none | – | – | – |" in lines[2]


def test_a_card_without_test_splits_and_with_open_figures(written: tuple[dict[str, Any], dict[str, Any]]) -> None:
    model, metrics = written
    metrics = copy.deepcopy(metrics)
    metrics["test"] = {}
    del metrics["packages"], metrics["perceived_privacy"]
    for name in ("auc", "auc_low", "auc_high"):
        metrics["validation"]["public_event"][name] = None
    metrics["validation"]["crowd"] = {"n": 7, "log_count_error": 0.2, "within_one_level": 1.0}
    card = model_card(model, metrics)
    assert "No test split was named" in card
    assert "| val | public_event | 36 | 12 | – |" in card
    assert "at least 90 % of what falls into it" in card
    assert "| val | 7 | 0.200 | 1.000 |" in card
    assert "measuring how many people" not in card
    assert "guaranteed error" not in card


def test_package_versions_are_of_what_is_installed() -> None:
    import numpy as np

    assert package_versions()["numpy"] == np.__version__


def test_the_shipped_card_is_what_its_figures_say(repository: Path) -> None:
    folder = served_version(repository / "models" / "scene")
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert (folder / "card.md").read_text(encoding="utf-8") == model_card(model, metrics)
    assert metrics["model_sha256"] == ModelFolder.open("scene", root=repository / "models").digest
    for head, least in (("private_context", 0.96), ("public_event", 0.95)):
        assert metrics["test"]["test"][head]["auc"] >= least
