"""Making ``models/faces/``: four graphs from third-party weights, thresholds from development pairs, the card."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from consentry.runtime import ModelError, ModelFolder, RuntimeSettings, write_model_json
from consentry.runtime.model_folder import sha256_of
from consentry.signals.faces import DlibEmbedder, MtcnnDetector
from consentry.signals.faces.embedding import ZOOMS
from consentry.training.errors import TrainingError
from consentry.training.faces.card import write_card
from consentry.training.faces.dlib_network import CHIP_SIZE, DLIB_WEIGHTS, load_dlib_face_network
from consentry.training.faces.false_matches import false_match_table
from consentry.training.faces.figures import CrossPairs, pair_distances, pairs_of_split, split_figures, subset
from consentry.training.faces.mtcnn_networks import MTCNN_OUTPUTS, MTCNN_WEIGHTS, WINDOWS, load_mtcnn_stage
from consentry.training.faces.pairs import EmbeddedFaces, FacePair, embed_pictures, read_pairs
from consentry.training.faces.quality import quality_bins, quality_table
from consentry.training.faces.thresholds import best_threshold, fit_calibration
from consentry.training.onnx_export import export_graph, largest_difference
from consentry.training.progress import Progress, silent
from consentry.writing import write_text

VERSION: Final = "2"
MATCH_FMR: Final = 0.001
"""False match rate at which the match band is set, on all pairs of two persons of the development training split."""
NO_MATCH_FNMR: Final = 0.01
"""False non-match rate at which the no-match band is set."""
TOLERANCE: Final = 1e-4
"""Largest difference allowed between a graph and the network that it was made from."""
QUALITY: Final = {
    "post": {
        "width_pixels": 24, "sharpness": 4.0, "yaw": 50.0, "pitch": 40.0, "contrast": 10.0, "clipped": 0.3,
        "outside": 0.25, "detection_probability": 0.95,
    },
    "reference": {
        "width_pixels": 60, "sharpness": 8.0, "yaw": 40.0, "pitch": 30.0, "contrast": 15.0, "clipped": 0.2,
        "outside": 0.05, "detection_probability": 0.99,
    },
}  # fmt: skip
"""Floors, from the tables of development pictures in the card and docs/faces.md: below those of posts, fewer than about
80 % of genuine pairs match, or (contrast, clipped, outside, probability) too few development pictures are like that for
anybody to know. A reference photo is compared with everything, so more is asked of it."""


@dataclass(frozen=True)
class BuiltFaces:
    """What building came to.

    Attributes:
        differences: Largest absolute difference of each graph from its original network, on random input.
        metrics: As in ``metrics.json``.
    """

    folder: ModelFolder
    differences: Mapping[str, float]
    metrics: Mapping[str, Any]


def build_graphs(folder: Path) -> dict[str, float]:
    """Write the four graphs and compare each with the network that it was made from.

    Returns:
        The largest absolute difference of each, by file role.

    Raises:
        ThirdPartyFileError: A package that carries weights is missing, or not the pinned version.
        ModelError: ``model.invalid``: a graph does not compute what its network does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    differences = {}
    for role in ("embedding", *WINDOWS):
        pixels: np.ndarray[Any, Any]
        outputs: tuple[str, ...]
        dynamic: tuple[int, ...]
        if role == "embedding":
            network: torch.nn.Module = load_dlib_face_network()
            pixels = generator.integers(0, 256, (4, CHIP_SIZE, CHIP_SIZE, 3), dtype=np.uint8)
            outputs, dynamic = ("embedding",), (0,)
        else:
            network = load_mtcnn_stage(role)
            sides = (76, 92) if role == "proposal" else (WINDOWS[role], WINDOWS[role])
            pixels = generator.random((4, *sides, 3), dtype=np.float32) * np.float32(255)
            outputs, dynamic = MTCNN_OUTPUTS[role], (0, 1, 2) if role == "proposal" else (0,)
        graph = export_graph(
            network, folder / f"{role}.onnx", torch.from_numpy(pixels), outputs=outputs, dynamic=dynamic
        )
        differences[role] = largest_difference(network, graph, pixels)
        if differences[role] > TOLERANCE:
            raise ModelError(
                f"The graph {role} differs from its network by {differences[role]:.2g}.",
                "Try the versions in requirements-dev.lock, and report the difference.",
            )
    return differences


def build_faces(folder: Path, pairs: Path | None = None, *, progress: Progress = silent) -> BuiltFaces:
    """Make the model folder.

    Args:
        folder: ``models/faces``, or another.
        pairs: CSV of development pairs with the splits ``dev_train`` (everything is set on it) and ``dev_test``
            (looked at once). Without it, calibration, thresholds and figures of the folder's ``model.json`` are kept:
            they hold as long as the graphs compute the same.
        progress: Told of what is going on.

    Raises:
        ThirdPartyFileError: A package that carries weights is missing.
        TrainingError: The pairs are missing or wrong, or there is nothing to keep.
    """
    kept = None if pairs else _kept(folder)
    progress("Exporting graphs", 0, 1)
    differences = build_graphs(folder)
    progress("Exporting graphs", 1, 1)
    manifest: dict[str, Any] = {
        "name": "faces",
        "version": VERSION,
        "task": "face detection, alignment and embedding",
        "made_by": "consentry models build faces --pairs PAIRS.csv",
        "files": {role: {"path": f"{role}.onnx"} for role in differences},
        "sources": [DLIB_WEIGHTS.source(), *(weights.source() for weights in MTCNN_WEIGHTS.values())],
        "preprocessing": {
            "embedding": "similarity transform of five points to 150 x 150 RGB, linear interpolation, at two zooms; "
            "mean with the mirror images, divided by its length to the power of 0.25",
            "zooms": list(ZOOMS),
            "detection": "image pyramid of area-resampled RGB on one canvas; normalisation inside the graphs",
        },
    }
    if kept is not None:
        manifest |= {name: kept.manifest[name] for name in ("calibration", "thresholds", "data")}
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        metrics["graph_differences"] = _rounded(differences)
    else:
        assert pairs is not None  # noqa: S101 - narrows the type
        metrics = _fit(folder, manifest, pairs, differences, progress)
    opened = write_model_json(folder, manifest)
    write_text(folder / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    write_card(folder, manifest, metrics)
    return BuiltFaces(opened, differences, metrics)


def _rounded(differences: Mapping[str, float]) -> dict[str, float]:
    return {role: float(f"{value:.2g}") for role, value in differences.items()}


def _kept(folder: Path) -> ModelFolder:
    try:
        return ModelFolder.open(folder.name, root=folder.parent)
    except ModelError as error:
        raise TrainingError(
            f"{folder} holds no model whose thresholds could be kept.",
            "Give development pairs with --pairs.",
            code="training.manifest",
        ) from error


def _fit(
    folder: Path, manifest: dict[str, Any], path: Path, differences: Mapping[str, float], progress: Progress
) -> dict[str, Any]:
    """Set calibration and thresholds on ``dev_train``, measure on ``dev_test``; fills in the manifest."""
    pairs = read_pairs(path)
    train, test = pairs_of_split(pairs, "dev_train"), pairs_of_split(pairs, "dev_test")
    if not train or not test:
        raise TrainingError(
            f"{path} needs pairs of the splits dev_train and dev_test.", "Add the column split.", code="training.split"
        )
    # The manifest names the files before there are thresholds: enough to run the graphs.
    opened = write_model_json(folder, manifest)
    settings = RuntimeSettings()
    detector, embedder = MtcnnDetector(opened, settings), DlibEmbedder(opened, settings)
    pictures = [picture for pair in (*train, *test) for picture in (pair.path_a, pair.path_b)]
    faces = embed_pictures(pictures, detector, embedder, progress=progress)
    fitted = fit_thresholds(faces, train)
    manifest |= {
        "calibration": fitted["calibration"],
        "thresholds": {**fitted["thresholds"], "quality": QUALITY},
        "data": [{"name": "LFW View 1 development pairs", "pairs": len(pairs), "sha256": sha256_of(path)}],
    }
    thresholds = fitted["thresholds"]
    at = {
        "threshold": thresholds["same_at_most"],
        "match": thresholds["match_at_most"],
        "no_match": thresholds["no_match_at_least"],
    }
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": manifest["made_by"],
        "graph_differences": _rounded(differences),
        "dev_train": split_figures(faces, train, **at),
        "dev_test": split_figures(faces, test, **at),
        "quality_dev_train": quality_bins(subset(faces, train), match=at["match"]),
        "degraded_dev_train": quality_table(
            subset(faces, train), detector, embedder, match=at["match"], progress=progress
        ),
    }


def fit_thresholds(faces: EmbeddedFaces, train: list[FacePair]) -> dict[str, dict[str, Any]]:
    """Calibration and thresholds from the development training pairs, for ``model.json``."""
    distances, same = pair_distances(faces, train)
    intercept, slope = fit_calibration(distances, same)
    crossed = CrossPairs.of(subset(faces, train)).pairs
    # Rounded away from the error that each one bounds. Where the data separate perfectly, the two would overlap.
    match = math.floor(crossed.threshold_at_fmr(MATCH_FMR) * 1e4) / 1e4
    no_match = max(match, math.ceil(crossed.threshold_at_fnmr(NO_MATCH_FNMR) * 1e4) / 1e4)
    return {
        "calibration": {
            "method": "logistic regression of the distance, even prior odds",
            "intercept": round(intercept, 4),
            "slope": round(slope, 4),
            # With none seen in n trials, the rate is under 3 / n with 95 % confidence ("rule of three").
            "certainty": round(3 / len(train), 4),
        },
        "thresholds": {
            "same_at_most": round(best_threshold(distances, same), 4),
            "match_at_most": match,
            "match_fmr": MATCH_FMR,
            "no_match_at_least": no_match,
            "no_match_fnmr": NO_MATCH_FNMR,
            "false_match_rates": false_match_table(crossed.impostor),
        },
    }
