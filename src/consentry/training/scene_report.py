"""What is written about a trained scene model: ``metrics.json`` for programs, ``card.md`` for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from consentry.runtime import ModelFolder
from consentry.scene.scorer import HEADS, SceneHead
from consentry.training.pictures import Skipped
from consentry.training.scene_evaluation import SceneEvaluation


def write_metrics(
    path: Path,
    *,
    folder: ModelFolder,
    today: date,
    command: str,
    validation: Mapping[SceneHead, Mapping[str, Any]],
    choice: Mapping[SceneHead, Sequence[Mapping[str, Any]]],
    evaluations: Mapping[str, SceneEvaluation],
    skipped: Sequence[Skipped],
    graph_difference: float,
) -> dict[str, Any]:
    """Write ``metrics.json``.

    Args:
        path: Where.
        folder: The model that was measured.
        today: When.
        command: By which command.
        validation: Figures on the validation rows, by head.
        choice: What was tried, by head.
        evaluations: By test split.
        skipped: Pictures that could not be read for training.
        graph_difference: Largest difference between torch and the graph, in logits.

    Returns:
        What was written.
    """
    metrics = {
        "model": folder.id,
        "model_sha256": folder.digest,
        "date": today.isoformat(),
        "command": command,
        "validation": {head: dict(validation[head]) for head in HEADS},
        "test": {split: evaluation.as_dict() for split, evaluation in evaluations.items()},
        "choice": {head: list(choice[head]) for head in HEADS},
        "skipped_in_training": [asdict(item) for item in skipped],
        "graph_largest_difference": float(f"{graph_difference:.1e}"),
    }
    path.write_text(json.dumps(metrics, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return metrics


def model_card(model: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """The model card (Mitchell et al. 2019), every figure taken from ``metrics.json`` and ``model.json``.

    Args:
        model: ``model.json``.
        metrics: ``metrics.json``.
    """
    (data,) = model["data"]
    source = model["sources"][0]
    return _CARD.format(
        id=f"{model['name']}@{model['version']}",
        package=f"{source['package']}=={source['version']}",
        credit=source["credit"],
        licence=source["licence"],
        weights=source["sha256"],
        side=model["preprocessing"]["side"],
        strengths=", ".join(f"{head} {model['training']['C'][head]:g}" for head in HEADS),
        sources="\n".join(f"| {name} | {count} |" for name, count in data["sources"].items()),
        manifest=data["manifest_sha256"],
        contents=data["contents_sha256"],
        figures=_figures_table(metrics),
        slices=_slices_table(metrics) or "No test split was named in the configuration.",
        bands=_bands_table(model, metrics),
        date=metrics["date"],
        command=metrics["command"],
        precision=_percent(model, "high", "target_precision"),
        misses=_percent(model, "low", "target_misses"),
        confidence=f"{model['thresholds'][HEADS[0]]['evidence']['confidence']:.0%}".replace("%", " %"),
        difference=metrics["graph_largest_difference"],
    )


def _percent(model: Mapping[str, Any], band: str, target: str) -> str:
    return f"{model['thresholds'][HEADS[0]]['evidence'][band][target]:.0%}".replace("%", " %")


def _cell(figures: Mapping[str, Any], name: str) -> str:
    if figures[name] is None:
        return "–"
    return f"{figures[name]:.3f} ({figures[name + '_low']:.3f}-{figures[name + '_high']:.3f})"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _figures_table(metrics: Mapping[str, Any]) -> str:
    lines = [
        "| split | score | pictures | positive | AUC | average precision | balanced accuracy | ECE |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for split, by_head in {"val": metrics["validation"], **metrics["test"]}.items():
        for head in HEADS:
            row = by_head[head]
            cells = " | ".join(_cell(row, name) for name in ("auc", "average_precision", "balanced_accuracy"))
            lines.append(f"| {split} | {head} | {row['n']} | {row['positives']} | {cells} | {_ratio(row['ece'])} |")
    return "\n".join(lines)


def _slices_table(metrics: Mapping[str, Any]) -> str:
    lines = []
    for split, evaluation in metrics["test"].items():
        for source, by_head in evaluation["slices"]["source"].items():
            for head in HEADS:
                row = by_head[head]
                bands = row["bands"]
                lines.append(
                    f"| {split} | {source} | {head} | {row['n']} | {row['positives']} | {_cell(row, 'auc')} "
                    f"| {_ratio(bands['precision'])} | {_ratio(bands['misses'])} |"
                )
    if not lines:
        return ""
    header = "| split | source | score | pictures | positive | AUC | precision of `high` | positives in `low` |"
    return "\n".join([header, "|---|---|---|---|---|---|---|---|", *lines])


def _bands_table(model: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    lines = [
        "| score | `low` below | `high` from | yes or no at | val: precision of `high`, at least | "
        "val: positives in `low`, at most | uncertain on val |"
        + "".join(f" {split}: precision, misses, uncertain |" for split in metrics["test"]),
        "|---|---|---|---|---|---|---|" + "---|" * len(metrics["test"]),
    ]
    for head in HEADS:
        threshold = model["thresholds"][head]
        evidence = threshold["evidence"]
        cells = [
            head,
            f"{threshold['low']:.2f}",
            f"{threshold['high']:.2f}",
            f"{threshold['decision']:.2f}",
            _ratio(evidence["high"]["precision_at_least"]),
            _ratio(evidence["low"]["misses_at_most"]),
            _ratio(evidence["uncertain_share"]),
        ]
        for evaluation in metrics["test"].values():
            row = evaluation[head]
            uncertain = row["bands"]["uncertain"] / row["n"] if row["n"] else None
            cells.append(", ".join(map(_ratio, (row["bands"]["precision"], row["bands"]["misses"], uncertain))))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


_CARD = (Path(__file__).parent / "scene_card.md").read_text(encoding="utf-8")
