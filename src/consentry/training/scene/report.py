"""What is written about a trained scene model: ``metrics.json`` for programs, ``card.md`` for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from consentry.runtime import ModelFolder
from consentry.signals.scene.scorer import HEADS
from consentry.training.data.pictures import Skipped
from consentry.training.measures.operating_points import OperatingPoint
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.evaluation import SceneEvaluation
from consentry.writing import write_text

_PACKAGES: Final = ("consentry", "mapie", "numpy", "onnx", "openvino", "pillow", "scikit-learn", "timm", "torch")
"""Whose versions are written down, where they are installed."""
_WORST: Final = 5
"""Classes a split that the card names."""


def write_metrics(
    path: Path,
    *,
    folder: ModelFolder,
    today: date,
    command: str,
    validation: Mapping[str, Mapping[str, Any]],
    choice: Sequence[Mapping[str, Any]],
    evaluations: Mapping[str, SceneEvaluation],
    skipped: Sequence[Skipped],
    graph_difference: float,
    history: Sequence[Epoch] = (),
    perceived_privacy: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write ``metrics.json``.

    Args:
        path: Where.
        folder: The model that was measured.
        today: When.
        command: By which command.
        validation: Figures on the validation rows, by head; with a key ``crowd`` if they were counted.
        choice: What was tried.
        evaluations: By test split.
        skipped: Pictures that could not be read for training.
        graph_difference: Largest difference between torch and the graph, in logits.
        history: Every epoch of fine-tuning.
        perceived_privacy: Figures of `consentry.training.studies.perceived_privacy`, with its ``answer``.

    Returns:
        What was written.
    """
    metrics = {
        "model": folder.id,
        "model_sha256": folder.digest,
        "date": today.isoformat(),
        "command": command,
        "packages": package_versions(),
        "validation": {head: dict(figures) for head, figures in validation.items()},
        "test": {split: evaluation.as_dict() for split, evaluation in evaluations.items()},
        "choice": list(choice),
        "skipped_in_training": [asdict(item) for item in skipped],
        "graph_largest_difference": float(f"{graph_difference:.1e}"),
    }
    if history:
        metrics["epochs"] = [asdict(epoch) for epoch in history]
    if perceived_privacy is not None:
        metrics["perceived_privacy"] = dict(perceived_privacy)
    text = json.dumps(metrics, indent=2, sort_keys=True, ensure_ascii=False)
    write_text(path, text + "\n")
    # In the file's order, so that the card is the same whether it is made now or from the file.
    written: dict[str, Any] = json.loads(text)
    return written


def package_versions() -> dict[str, str]:
    """Versions of the packages that a model depends on, of those that are installed."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def model_card(model: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """The model card (Mitchell et al. 2019), every figure taken from ``metrics.json`` and ``model.json``.

    Args:
        model: ``model.json``.
        metrics: ``metrics.json``.
    """
    environment = Environment(  # noqa: S701 - Markdown, not HTML
        loader=PackageLoader("consentry.training"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": _cell, "ratio": _ratio, "number": _number, "observed": _observed, "share": _share}
    splits = {"val": metrics["validation"], **metrics["test"]}
    text = environment.get_template("scene_card.md.j2").render(
        id=f"{model['name']}@{model['version']}",
        model=model,
        metrics=metrics,
        heads=HEADS,
        splits=splits,
        settings=_settings({key: value for key, value in model["training"].items() if key != "presumed_people"}),
        evidence=model["thresholds"][HEADS[0]]["evidence"],
        not_guaranteed=list(_not_guaranteed(model)),
        crowd_splits={split: figures["crowd"] for split, figures in splits.items() if figures.get("crowd")},
        points=list(_points(metrics)),
        worst=[
            {"split": split, **row}
            for split, evaluation in metrics["test"].items()
            for row in evaluation.get("classes", [])[:_WORST]
        ],
    )
    return text if text.endswith("\n") else text + "\n"


def _points(metrics: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The operating points, each with what was observed on every test split."""
    tests = list(metrics["test"].values())
    if not tests:
        return
    for head in HEADS:
        by_split = [evaluation.get("operating_points", {}).get(head, []) for evaluation in tests]
        for same in zip(*by_split, strict=True):
            point = OperatingPoint(**{key: value for key, value in same[0].items() if key != "observed"})
            yield {
                "head": head,
                "words": point.promise(head),
                "threshold": point.threshold,
                "measured": point.measured,
                "observed": [found["observed"] for found in same],
            }


def _not_guaranteed(model: Mapping[str, Any]) -> Iterator[str]:
    """The bands that no error rate is guaranteed of, in words."""
    for head in HEADS:
        evidence = model["thresholds"][head]["evidence"]
        bands = [band for band in ("low", "high") if not evidence[band].get("guaranteed", True)]
        if bands:
            yield f"{' and '.join(f'`{band}`' for band in bands)} of {head}"


def _settings(training: Mapping[str, Any]) -> str:
    """The settings of a training in one line; nested ones with a dot."""

    def flat(values: Mapping[str, Any], before: str) -> Iterator[str]:
        for key, value in values.items():
            if isinstance(value, Mapping):
                yield from flat(value, f"{before}{key}.")
            else:
                listed = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
                yield f"`{before}{key}` {listed or 'none'}"

    return "; ".join(flat(training, ""))


def _cell(figures: Mapping[str, Any], name: str) -> str:
    value, low, high = (figures.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return "–"
    return f"{value:.3f}" + ("" if low is None or high is None else f" ({low:.3f}-{high:.3f})")


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _observed(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "–"
    kept = "kept" if found["holds"] else "**not kept**"
    return f"{found['value']:.3f} ({found['low']:.3f}-{found['high']:.3f}), {kept}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
