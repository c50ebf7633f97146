"""The second stage of scene training: from outputs on frozen features to a fine-tuned backbone with its own outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import nn

from consentry.runtime import RuntimeSettings
from consentry.training.progress import Progress, silent
from consentry.training.scene.augmentation import PLAIN, view_names
from consentry.training.scene.backbone import Tail, load_backbone
from consentry.training.scene.batches import Part
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.config import FineTuningSettings, SceneConfig
from consentry.training.scene.data import SceneData
from consentry.training.scene.finetuning import fine_tune, outputs_of, pooled_features
from consentry.training.scene.heads import fit_crowd, mixture_of
from consentry.training.scene.learner import Learner
from consentry.training.scene.network import SceneOutputs, Values
from consentry.training.scene.targets import Targets
from consentry.training.scene.trunk_views import KeptViews, keep_views
from consentry.training.scene.weights import crowd_steps

_SHOWN_FOR_MIXTURE: Final = 4096
"""Training rows whose spread the mixture goes by."""


@dataclass(frozen=True)
class FineTunedScene:
    """What the second stage gives.

    Attributes:
        backbone: The whole of it, with its new weights.
        outputs: On its pooled features.
        validation: All outputs of the validation rows.
        history: Every epoch.
    """

    backbone: nn.Module
    outputs: SceneOutputs
    validation: Values
    history: Sequence[Epoch]


def fine_tune_scene(
    config: SceneConfig,
    settings: FineTuningSettings,
    data: SceneData,
    outputs: SceneOutputs,
    *,
    progress: Progress = silent,
) -> FineTunedScene:
    """Fine-tune the stages behind the trunk, starting from outputs that were fitted on frozen features.

    Runs on CUDA where there is a device, else on the processor.

    Args:
        config: Of the whole training; views and epochs are kept in its cache.
        settings: Its settings of fine-tuning.
        data: Training and validation rows.
        outputs: Fitted on frozen features of the same size of picture.
        progress: Told of views and batches.
    """
    described = data.backbone
    training, validation = data.rows("train"), data.rows("val")
    train_digests, val_digests = data.digests("train"), data.digests("val")

    def kept(rows: Sequence[object], digests: Sequence[str], names: Sequence[str]) -> KeptViews:
        return keep_views(
            rows,  # type: ignore[arg-type]  # rows of a manifest
            digests,
            described,
            side=config.pixels,
            frozen_stages=settings.frozen_stages,
            views=names,
            cache=config.cache,
            settings=RuntimeSettings(threads=config.threads),
            progress=progress,
        )

    kept([*training, *validation], [*train_digests, *val_digests], [PLAIN])
    views = kept(training, train_digests, view_names(settings.augmented_views))
    backbone = load_backbone(described)
    learner = Learner(Tail(backbone, settings.frozen_stages), outputs.weights, outputs.biases, dropout=settings.dropout)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    threads = torch.get_num_threads()
    if config.threads:
        torch.set_num_threads(config.threads)
    try:
        estimates = outputs_of(learner, views, train_digests)[:, -1]
        steps, targets = crowd_steps(estimates), data.targets("train")
        if data.start is not None and data.counts_people:
            targets = _with_estimates(targets, estimates)
        tuned = fine_tune(
            learner,
            views,
            Part(train_digests, targets, steps),
            Part(val_digests, data.targets("val")),
            settings,
            mixture=outputs.mixture,
            checkpoint=config.cache / "fine-tuning",
            seed=config.seed,
            device=device,
            progress=progress,
        )
        features = pooled_features(tuned.learner, views, train_digests)
        shown = np.linspace(0, len(train_digests) - 1, min(_SHOWN_FOR_MIXTURE, len(train_digests))).astype(np.intp)
        spread = outputs_of(tuned.learner, views, [train_digests[index] for index in shown])
        validated = outputs_of(tuned.learner, views, val_digests)
    finally:
        torch.set_num_threads(threads)
    weights = tuned.learner.linear.weight.detach().numpy().astype(np.float64)
    biases = tuned.learner.linear.bias.detach().numpy().astype(np.float64)
    # Few rows are counted, and gradient steps that mostly serve the labels leave their fit rough: it is made anew.
    weights[-1], biases[-1] = fit_crowd(
        features,
        data.targets("train"),
        strength=settings.crowd_strength,
        presumed_weight=settings.presumed_weight,
        start=None if data.start is None else (weights[-1], float(biases[-1])),
    )
    validated[:, -1] = pooled_features(tuned.learner, views, val_digests).astype(np.float64) @ weights[-1] + biases[-1]
    mixture = outputs.mixture
    if data.start is None:
        mixture = mixture_of(spread, data.targets("train").subset(shown), direct_share=config.heads.direct_share)
    found = replace(outputs, weights=weights, biases=biases, mixture=mixture)
    return FineTunedScene(backbone.eval(), found, validated, tuned.history)


def _with_estimates(targets: Targets, estimates: Values) -> Targets:
    """Targets in which the trained model's estimate stands where nothing is known of the number of people.

    So that what it knows of that is not lost while the backbone learns other things (Li and Hoiem 2016).

    Args:
        targets: Of training rows.
        estimates: Of log10(people + 1), shape (n,).
    """
    people = 10.0 ** np.maximum(estimates, 0.0) - 1.0
    return replace(targets, people=np.where(np.isnan(targets.people), people, targets.people).astype(np.float32))
