"""How a fine-tuning went, as a picture for the card and for MLflow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from consentry.training.scene.checkpoint import Epoch
from consentry.writing import writing

LEARNING_CURVES: Final = "learning_curves.png"
"""Its name in a model's folder."""

_NAMES: Final[Mapping[str, str]] = {"private_context": "private context", "public_event": "public event"}


def draw_learning_curves(history: Sequence[Epoch], path: Path) -> None:
    """Draw loss, AUC and crowd error by epoch, the epoch that was kept marked; nothing without an epoch.

    Args:
        history: Every epoch of fine-tuning.
        path: Of the PNG.
    """
    if not history:
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    loss, auc, crowd = figure.subplots(1, 3)
    numbers = [epoch.number for epoch in history]
    loss.plot(numbers, [epoch.loss for epoch in history], label="training, all outputs")
    loss.plot(numbers, [epoch.validation_loss for epoch in history], label="validation, finest labels")
    loss.set_ylabel("loss")
    for head in history[0].auc:
        auc.plot(numbers, [epoch.auc[head] for epoch in history], label=_NAMES.get(head, head))
    auc.set_ylabel("AUC on validation")
    crowd.plot(numbers, [epoch.crowd_error for epoch in history], label="mean absolute error")
    crowd.set_ylabel("log10(people + 1) on validation")
    best = max(history, key=lambda epoch: epoch.criterion)
    for axes in (loss, auc, crowd):
        axes.axvline(best.number, color="0.6", linestyle=":", label=f"kept: epoch {best.number}")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    if all(math.isnan(epoch.crowd_error) for epoch in history):
        crowd.text(0.5, 0.5, "no validation picture was counted", transform=crowd.transAxes, ha="center")
    with writing(path):
        figure.savefig(path, dpi=110, metadata={"Software": None})
