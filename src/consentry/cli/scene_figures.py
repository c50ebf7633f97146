"""The figures of a scene model on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from consentry.cli.figures import figure

if TYPE_CHECKING:
    from consentry.signals.scene.scorer import SceneHead

_DIGITS = 3


def training_table(splits: Mapping[str, Mapping[SceneHead, Mapping[str, Any]]]) -> Table:
    """The figures that matter most, with their intervals, in few enough columns for a narrow terminal.

    Args:
        splits: By split, figures by head.
    """
    heads = list(next(iter(splits.values())))
    table = Table("", "", *(head.replace("_", " ") for head in heads), box=None, pad_edge=False)
    for split, by_head in splits.items():
        found = [by_head[head] for head in heads]
        table.add_row(split, "positive", *(f"{figures['positives']} of {figures['n']}" for figures in found))
        for name, title in (("auc", "AUC"), ("balanced_accuracy", "balanced accuracy"), ("ece", "ECE")):
            table.add_row("", title, *(figure(figures, name, _DIGITS) for figures in found))
        bands = [figures["bands"] for figures in found]
        said = (f"{band['high']} high, {band['low']} low, {band['uncertain']} not sure" for band in bands)
        table.add_row("", "bands", *said)
    return table
