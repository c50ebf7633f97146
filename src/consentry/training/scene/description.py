"""What ``model.json`` says of a scene model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from consentry.signals.scene.preprocessing import DESCRIPTION
from consentry.signals.scene.scorer import HEADS, MODEL_NAME, OUTPUTS
from consentry.training.data.manifest import Manifest
from consentry.training.scene.backbone import DEVIATION, MEAN
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.choice import Candidate
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.data import SceneData
from consentry.training.scene.export import GRAPH, WEIGHTS
from consentry.training.scene.fitting import FittedScene


def model_description(
    config: SceneConfig,
    data: SceneData,
    fitted: FittedScene,
    choice: Sequence[Candidate],
    history: Sequence[Epoch],
    command: str,
) -> dict[str, Any]:
    """``model.json``, but for sizes and digests of files. No time of day in it, and no path of this machine.

    Args:
        config: What was asked for.
        data: That it was made from.
        fitted: What was found out on the validation rows.
        choice: Every value of C that was tried.
        history: Every epoch of fine-tuning.
        command: That makes the model again.
    """
    backbone = data.backbone
    about = {} if config.data.about is None else {"about": config.data.about}
    start = {} if data.start is None else {"started_from": data.start.described(data.labels)}
    return {
        **about,
        **start,
        "name": MODEL_NAME,
        "version": config.version,
        "task": (
            "Whether a picture shows a private context, a public event, or neither (two calibrated scores), and how "
            "many people."
        ),
        "files": {"graph": {"path": GRAPH}, "weights": {"path": WEIGHTS}},
        "heads": list(HEADS),
        "outputs": list(OUTPUTS),
        "labels": [{"name": label.name, "context": label.context} for label in data.labels],
        "sources": [backbone.weights.source()],
        "made_by": command,
        "preprocessing": {
            "side": config.pixels,
            "description": DESCRIPTION,
            "input": "pixels: uint8, rows x side x side x RGB",
            "normalisation": f"(pixel - {MEAN:g}) / {DEVIATION:g}, inside the graph",
        },
        "calibration": {
            **{head: found.calibration for head, found in fitted.heads.items()},
            "crowd": fitted.crowd and {"bias": fitted.crowd.bias, "deviation": fitted.crowd.deviation},
        },
        "thresholds": {head: found.thresholds for head, found in fitted.heads.items()},
        "operating_points": {head: list(found.operating_points) for head, found in fitted.heads.items()},
        "training": {
            "backbone": config.backbone,
            "heads": config.heads.model_dump(mode="json"),
            "C": max(choice, key=lambda candidate: candidate.criterion).strength,
            "fine_tuning": None
            if config.fine_tuning is None
            else {**config.fine_tuning.model_dump(mode="json"), "epochs_run": len(history)},
            "hold_out": dict(config.data.hold_out),
            "presumed_people": dict(config.data.presumed_people),
            "seed": config.seed,
        },
        "data": [described_manifest(manifest, place, data) for place, manifest in enumerate(data.manifests)],
    }


def described_manifest(manifest: Manifest, place: int, data: SceneData) -> dict[str, Any]:
    """A manifest with those of its rows that were used."""
    digests, names = data.features.digests, {row.path for row in manifest.rows}
    rows = [row for row in data.features.rows if row.path in names]
    contents = sorted(f"{digests[row.path]} {row.split} {row.context} {row.fine} {row.people}" for row in rows)
    splits = Counter(row.split for row in rows)
    sources = Counter(f"{row.source or 'unnamed'}, {row.split}" for row in rows)
    return {
        "name": manifest.path.stem if place else data.config.data.name or manifest.path.resolve().parent.name,
        "manifest_sha256": manifest.digest,
        "contents_sha256": sha256("\n".join(contents).encode()).hexdigest(),
        "rows": dict(sorted(splits.items())),
        "sources": dict(sorted(sources.items())),
    }
