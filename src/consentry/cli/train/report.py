"""What ``consentry train scene`` says: what the pictures are, how good the model is, and what to do next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from rich.table import Table

from consentry.cli.output import ERR, OUT, plain
from consentry.cli.scene_figures import training_table

if TYPE_CHECKING:
    from consentry.signals.scene.scorer import SceneHead
    from consentry.training.scene.config import SceneConfig
    from consentry.training.scene.evaluation import SceneEvaluation
    from consentry.training.scene.own_pictures import TakenIn
    from consentry.training.scene.training import SceneTrainingResult

_SHOWN = 8
_ORDER = ("train", "val", "test")


def print_taken(taken: TakenIn) -> None:
    """What there is to train on, what was done to it, and what to know about it."""
    counts = Counter((row.context, row.split) for row in taken.rows)
    others = sorted({row.split for row in taken.rows} - set(_ORDER))
    splits = [split for split in (*_ORDER, *others) if any(row.split == split for row in taken.rows)]
    table = Table("context", *(plain(split or "no split").plain for split in splits), box=None, pad_edge=False)
    for context in sorted({row.context for row in taken.rows}):
        table.add_row(context, *(str(counts[context, split]) for split in splits))
    OUT.print(table)
    for note in taken.notes:
        OUT.print(plain(note), soft_wrap=True)
    if taken.written is not None:
        OUT.print(plain(f"{taken.written} says which picture is in which split."), soft_wrap=True)
    for skipped in taken.skipped[:_SHOWN]:
        ERR.print(plain(f"broken, left out: {skipped.name}: {skipped.reason}", "yellow"), soft_wrap=True)
    if len(taken.skipped) > _SHOWN:
        ERR.print(f"and {len(taken.skipped) - _SHOWN} more", style="yellow")
    for warning in taken.warnings:
        ERR.print(plain(warning, "yellow"), soft_wrap=True)


def print_result(result: SceneTrainingResult, begun: Mapping[str, SceneEvaluation]) -> None:
    """The figures of all splits.

    Args:
        result: Of the training.
        begun: What the model that it began with makes of the test splits, by what to call it.
    """
    splits: dict[str, Mapping[SceneHead, Mapping[str, Any]]] = {
        "val": {head: fitted.validation for head, fitted in result.fitted.heads.items()},
        **{split: evaluation.figures for split, evaluation in (*result.evaluations.items(), *begun.items())},
    }
    OUT.print(training_table(splits))
    OUT.print("With 95 % intervals by bootstrap. val chose the calibration, and is a little too good for that.")


def write_config(config: SceneConfig) -> Path:
    """Keep the settings beside the model.

    Returns:
        The file.
    """
    path = config.output.with_name(f"{config.output.name}.yaml")
    content = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    lead = f"# What {config.output.name} was trained by. Paths are relative to the folder that it was trained from.\n"
    path.write_text(lead + content, encoding="utf-8")
    return path


def print_next(config: SceneConfig, file: Path) -> None:
    """The commands that one would give now.

    Args:
        config: That the model was made by.
        file: Where that lies.
    """
    output = config.output
    split = next(iter(config.data.test_splits or ("val",)))
    commands: list[tuple[str, ...]] = []
    if output.name == "scene":
        root = str(output.parent)
        data = ("--split", split, "--models", root, "--html", "report.html")
        commands.append(("evaluate", "scene", str(config.data.manifest), *data))
        commands.append(("assess", "--media", "PHOTO.jpg", "--models", root))
    # Between folders: what the registry's challenger is may have changed since.
    folders = ("--challenger", str(output), "--champion", "champion/scene")
    beside = file == output.with_name(f"{output.name}.yaml")
    commands.append(("promote", "scene", *(() if beside else ("--config", str(file))), *folders))
    OUT.print("Next:")
    for command in commands:
        OUT.print(plain(f"  {shlex.join(('consentry', *command))}"), soft_wrap=True)
