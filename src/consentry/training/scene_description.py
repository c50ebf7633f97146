"""What ``model.json`` says of a scene model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from consentry.scene.preprocessing import DESCRIPTION
from consentry.scene.scorer import HEADS, MODEL_NAME, SceneHead
from consentry.training.manifest import Manifest
from consentry.training.scene_backbone import DEVIATION, MEAN, Backbone
from consentry.training.scene_config import SceneConfig
from consentry.training.scene_features import SceneFeatures
from consentry.training.scene_fitting import FittedHead


def model_description(
    config: SceneConfig,
    backbone: Backbone,
    manifest: Manifest,
    features: SceneFeatures,
    heads: Mapping[SceneHead, FittedHead],
    command: str,
) -> dict[str, Any]:
    """``model.json``, but for sizes and digests of files. No time of day in it, and no path of this machine.

    Args:
        config: What was asked for.
        backbone: What it names.
        manifest: The data.
        features: Of the rows that were trained and validated on.
        heads: By name.
        command: That makes the model again.
    """
    contents = sorted(f"{features.digests[row.path]} {row.split} {row.context}" for row in features.rows)
    splits = Counter(row.split for row in features.rows)
    sources = Counter(f"{row.source or 'unnamed'}, {row.split}" for row in features.rows)
    return {
        "name": MODEL_NAME,
        "version": config.version,
        "task": "Whether a picture shows a private context, a public event, or neither: two calibrated scores.",
        "files": {"graph": {"path": "graph.onnx"}},
        "heads": list(HEADS),
        "outputs": ["logits", "activation_maps"],
        "sources": [backbone.weights.source()],
        "made_by": command,
        "preprocessing": {
            "side": backbone.side,
            "description": DESCRIPTION,
            "input": "pixels: uint8, rows x side x side x RGB",
            "normalisation": f"(pixel - {MEAN:g}) / {DEVIATION:g}, inside the graph",
        },
        "calibration": {head: fitted.calibration for head, fitted in heads.items()},
        "thresholds": {head: fitted.thresholds for head, fitted in heads.items()},
        "training": {
            "backbone": config.backbone,
            "heads": config.heads.model_dump(mode="json"),
            "C": {head: fitted.head.strength for head, fitted in heads.items()},
            "hold_out": dict(config.data.hold_out),
            "seed": config.seed,
        },
        "data": [
            {
                "name": manifest.path.resolve().parent.name,
                "manifest_sha256": manifest.digest,
                "contents_sha256": sha256("\n".join(contents).encode()).hexdigest(),
                "rows": dict(sorted(splits.items())),
                "sources": dict(sorted(sources.items())),
            }
        ],
    }
