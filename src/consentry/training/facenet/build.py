"""Model folders of the ``facenet`` embedder: the exported graph, and what its distances mean once that is measured."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from torch import nn

from consentry.media import MediaError
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings, write_model_json
from consentry.signals.faces import FaceMatcher
from consentry.signals.faces.facenet import FacenetEmbedder
from consentry.training.data.pictures import Skipped, refuse_too_many
from consentry.training.errors import TrainingError
from consentry.training.facenet.network import FacenetNetwork, example
from consentry.training.faces.build import MATCH_FMR, NO_MATCH_FNMR, TOLERANCE
from consentry.training.faces.false_matches import false_match_table
from consentry.training.faces.pair_sets import PairIndices, PairSet, read_pair_set
from consentry.training.faces.pairs import EmbeddedFaces, embed_pictures
from consentry.training.faces.thresholds import AllPairs, accuracy, best_threshold, fit_calibration
from consentry.training.measures.metrics import area_under_curve
from consentry.training.onnx_export import export_graph, largest_difference
from consentry.training.progress import Progress, silent
from consentry.writing import write_text

LEAST_PAIRS: Final = 100
"""Of each kind, for a calibration."""
MOST_IMPOSTORS: Final = 5_000_000
_TASK: Final = "face embedding (InceptionResnetV1)"


@dataclass(frozen=True)
class FacenetFigures:
    """What calibrating came to.

    Attributes:
        manifest: ``calibration``, ``thresholds`` and ``data`` for ``model.json``.
        metrics: Figures on the pairs that all of it was set on: not what to expect of others.
    """

    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]


def write_facenet(
    folder: Path, network: nn.Module, *, version: str, sources: Sequence[Mapping[str, str]], made_by: str
) -> ModelFolder:
    """Export a network into a model folder, without a calibration.

    Args:
        folder: ``models/facenet``, or any other name: that is what the embedder is then called.
        network: InceptionResnetV1.
        version: Templates of another version are refused.
        sources: Where its weights come from.
        made_by: The command.

    Raises:
        ModelError: ``model.invalid`` if the graph does not compute what the network does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    module = FacenetNetwork(network.eval())
    graph = export_graph(module, folder / "embedding.onnx", example(), outputs=("embedding",))
    difference = largest_difference(module, graph, example().numpy())
    if difference > TOLERANCE:
        raise ModelError(
            f"The graph differs from its network by {difference:.2g}.",
            "Try the versions in requirements-dev.lock, and report the difference.",
            code="model.invalid",
        )
    manifest = {
        "name": folder.name,
        "version": version,
        "task": _TASK,
        "made_by": made_by,
        "files": {"embedding": {"path": "embedding.onnx"}},
        "sources": [dict(source) for source in sources],
        "preprocessing": {"embedding": "the face's box, 160 x 160 RGB, no margin; normalisation inside the graph"},
    }
    return write_model_json(folder, manifest)


def calibrate_facenet(
    folder: Path,
    pairs: Path,
    *,
    images: Path | None = None,
    split: str | None = None,
    settings: RuntimeSettings = RuntimeSettings(),
    detector_root: Path | None = None,
    broken_share: float = 0.05,
    progress: Progress = silent,
) -> ModelFolder:
    """Measure what distances of a facenet folder mean on pairs, and write that into its ``model.json``.

    Args:
        folder: As `write_facenet` made it.
        pairs: As ``consentry evaluate faces`` takes them.
        images: Where their pictures lie, if not beside the file.
        split: Only pairs of this split.
        settings: Where networks run.
        detector_root: Folder of models with the detector ``faces``; by default the one that ships.
        broken_share: The largest share of unreadable pictures that is put up with; their pairs are left out.
        progress: Told of every batch.

    Raises:
        ModelError: The folder is missing or damaged.
        TrainingError: ``training.manifest``, ``training.split``, ``training.labels`` with too few pairs, or
            ``training.pictures`` with too many unreadable pictures.
    """
    opened = ModelFolder.open(folder.name, root=folder.parent)
    if opened.manifest.get("task") != _TASK:
        raise TrainingError(
            f"{folder} is not a folder of this embedder.", "Name one that `models build facenet` has made."
        )
    matcher = FaceMatcher.load(settings, detector_root)
    pair_set = read_pair_set(pairs, images=images, split=split)
    skipped: list[Skipped] = []

    def unreadable(path: Path, error: MediaError) -> None:
        skipped.append(Skipped(f"{path.parent.name}/{path.name}", error.code, error.message))

    embedder = FacenetEmbedder(opened, settings)
    faces = embed_pictures(pair_set.paths, matcher.detector, embedder, unreadable=unreadable, progress=progress)
    refuse_too_many(skipped, len(pair_set.paths), share=broken_share)
    figures = facenet_figures(faces, pair_set, split=split)
    write_text(folder / "metrics.json", json.dumps(figures.metrics, indent=2) + "\n")
    return write_model_json(folder, {**_described(opened), **figures.manifest})


def facenet_figures(faces: EmbeddedFaces, pair_set: PairSet, *, split: str | None = None) -> FacenetFigures:
    """Calibration and thresholds from embedded pairs, by the rules that the shipped model was made with.

    Args:
        faces: Of the pictures of the pairs.
        pair_set: The pairs.
        split: Of their file that they are; written down, so that no test is made on it.

    Raises:
        TrainingError: ``training.labels`` with too few pairs of a kind in which both faces were found.
    """
    listed, crossed = pair_set.pairs, pair_set.crossed(most=MOST_IMPOSTORS)[0]
    apart = _distances(faces, listed)
    genuine, impostor = (np.sort(part) for part in _by_kind(_distances(faces, crossed), crossed))
    found = np.isfinite(apart)
    for kind, count in (("one person", len(genuine)), ("two persons", len(impostor))):
        if count < LEAST_PAIRS:
            raise TrainingError(
                f"{pair_set.name} gives {count} pairs of {kind} with both faces found; {LEAST_PAIRS} are needed.",
                "Give more persons, or more pictures of each: k pictures of one person make k (k - 1) / 2 pairs.",
                code="training.labels",
            )
    intercept, slope = fit_calibration(apart, listed.same)
    if slope >= 0:
        raise TrainingError(
            f"On {pair_set.name}, faces of one person are no nearer to each other than those of two.",
            "This network tells no faces apart: train it on more people, or use other weights.",
            code="training.labels",
        )
    pairs = AllPairs(genuine, impostor)
    match = math.floor(pairs.threshold_at_fmr(MATCH_FMR) * 1e4) / 1e4
    no_match = max(match, math.ceil(pairs.threshold_at_fnmr(NO_MATCH_FNMR) * 1e4) / 1e4)
    same = best_threshold(apart, listed.same)
    manifest = {
        "calibration": {
            "method": "logistic regression of the distance, even prior odds",
            "intercept": round(intercept, 4),
            "slope": round(slope, 4),
            # With none seen in n trials, the rate is under 3 / n with 95 % confidence ("rule of three").
            "certainty": round(min(0.49, 3 / int(found.sum())), 4),
        },
        "thresholds": {
            "same_at_most": round(same, 4),
            "match_at_most": match,
            "match_fmr": MATCH_FMR,
            "no_match_at_least": no_match,
            "no_match_fnmr": NO_MATCH_FNMR,
            "false_match_rates": false_match_table(impostor),
        },
        "data": [{"name": pair_set.name, "split": split, "pairs": len(listed), "sha256": pair_set.digest}],
    }
    truth = np.concatenate([np.ones(len(genuine), np.bool_), np.zeros(len(impostor), np.bool_)])
    metrics = {
        "note": "measured on the pairs that the thresholds were set on",
        "pairs": len(listed),
        "failures_to_detect": int((~faces.found).sum()),
        "genuine_pairs": len(genuine),
        "impostor_pairs": len(impostor),
        "auc": round(area_under_curve(truth, -np.concatenate([genuine, impostor])), 4),
        "accuracy": round(accuracy(apart, listed.same, same), 4),
        "tar_at_match": round(pairs.true_accept_rate(match), 4),
    }
    return FacenetFigures(manifest, metrics)


def _distances(faces: EmbeddedFaces, pairs: PairIndices) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Of each pair; infinite where a face was not found."""
    vectors = faces.embeddings.astype(np.float64)
    apart = np.empty(len(pairs))
    for start in range(0, len(pairs), 100_000):
        part = slice(start, start + 100_000)
        apart[part] = np.linalg.norm(vectors[pairs.first[part]] - vectors[pairs.second[part]], axis=1)
    return np.nan_to_num(apart, nan=np.inf)


def _by_kind(apart: Any, pairs: PairIndices) -> tuple[Any, Any]:
    finite = np.isfinite(apart)
    return apart[finite & pairs.same], apart[finite & ~pairs.same]


def _described(folder: ModelFolder) -> dict[str, Any]:
    """The manifest without what `write_model_json` fills in."""
    files = {role: {"path": entry["path"]} for role, entry in folder.manifest["files"].items()}
    return {**folder.manifest, "files": files}
