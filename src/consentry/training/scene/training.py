"""Trains, calibrates, exports and measures the scene model: from a configuration to a folder of ``models/scene/``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from torch import nn

from consentry.runtime import ModelFolder, RuntimeSettings, write_model_json
from consentry.training.data.pictures import Skipped
from consentry.training.progress import Progress, silent
from consentry.training.scene.backbone import load_backbone
from consentry.training.scene.checkpoint import Epoch
from consentry.training.scene.choice import Candidate, choose_outputs
from consentry.training.scene.config import SceneConfig
from consentry.training.scene.data import SceneData, prepare_scene_data
from consentry.training.scene.description import model_description
from consentry.training.scene.evaluation import SceneEvaluation, evaluate_scene
from consentry.training.scene.export import export_scene
from consentry.training.scene.fitting import UNKNOWN_CROWD, FittedScene, fit_scene
from consentry.training.scene.folders import models_root_of
from consentry.training.scene.learning_curves import LEARNING_CURVES, draw_learning_curves
from consentry.training.scene.network import SceneOutputs, Values
from consentry.training.scene.report import model_card, write_metrics
from consentry.training.scene.second_stage import fine_tune_scene
from consentry.training.scene.tracking import track
from consentry.training.studies.perceived_privacy import study_perceived_privacy
from consentry.writing import write_text

COMMAND: Final = "consentry train scene"


@dataclass(frozen=True)
class SceneTrainingResult:
    """What a training made.

    Attributes:
        folder: The model, opened.
        fitted: What was found out on the validation rows.
        choice: Every value of C that was tried.
        history: Every epoch of fine-tuning; empty without.
        evaluations: By test split, measured on the exported graph.
        skipped: Training and validation pictures that could not be read.
        run: Id of the run in MLflow; ``None`` without tracking, or if it failed.
        tracking_error: Why tracking failed; ``None`` if it did not.
    """

    folder: ModelFolder
    fitted: FittedScene
    choice: Sequence[Candidate]
    history: Sequence[Epoch]
    evaluations: Mapping[str, SceneEvaluation]
    skipped: tuple[Skipped, ...]
    run: str | None = None
    tracking_error: str | None = None


def train_scene(
    config: SceneConfig,
    *,
    progress: Progress = silent,
    command: str = COMMAND,
    today: date | None = None,
    left_out: Sequence[Skipped] = (),
) -> SceneTrainingResult:
    """Train the scene model and write its folder: graph, weights, ``model.json``, ``metrics.json``, ``card.md``.

    The same configuration, data and packages give the same ``model.json``, byte for byte, on one machine. A training
    that was interrupted goes on where it was: features, views and epochs are kept in the configuration's cache.

    Args:
        config: What to train, on what.
        progress: Told of features, fits, epochs and scores as they are done.
        command: The command that this is, for the card.
        today: The date in the card.
        left_out: Pictures that could not be read and are not in the manifest any more, for the card.

    Raises:
        TrainingError: The configuration or the data are no good; see its codes.
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
        ModelError: The model to begin with is damaged.
    """
    data = prepare_scene_data(config, progress=progress)
    config = data.config
    backbone, outputs, validation, choice, history = _fit(config, data, progress)
    chosen = max(choice, key=lambda candidate: candidate.criterion)
    skipped = (*left_out, *data.features.skipped)
    start = data.start
    fitted = fit_scene(
        outputs,
        validation,
        data.rows("val"),
        data.targets("val"),
        config,
        chosen.by_head,
        crowd=((start and start.crowd) or UNKNOWN_CROWD) if data.counts_people else None,
        kept=None if start is None else start.folder.manifest,
    )

    pictures = [row.path for row in data.features.rows]
    difference = export_scene(backbone, outputs, config.output, side=config.pixels, pictures=pictures)
    folder = write_model_json(config.output, model_description(config, data, fitted, choice, history, command))
    evaluations = measure(config, progress=progress)
    metrics = write_metrics(
        config.output / "metrics.json",
        folder=folder,
        today=today or date.today(),  # noqa: DTZ011 - the day where the person is
        command=command,
        validation=_validation(fitted),
        choice=[candidate.described() for candidate in choice],
        evaluations=evaluations,
        skipped=skipped,
        graph_difference=difference,
        history=history,
        perceived_privacy=_perceived_privacy(config, progress),
    )
    draw_learning_curves(history, config.output / LEARNING_CURVES)
    write_text(config.output / "card.md", model_card(folder.manifest, metrics))
    result = SceneTrainingResult(folder, fitted, choice, history, evaluations, skipped)
    if config.tracking.uri is None:
        return result
    run, error = track(config, folder, metrics, history)
    return replace(result, run=run, tracking_error=error)


def measure(
    config: SceneConfig, *, root: Path | None = None, progress: Progress = silent
) -> dict[str, SceneEvaluation]:
    """Measure a model on the test splits of a configuration.

    Args:
        config: With the splits.
        root: A folder of models; the model that the configuration has written, by default.
        progress: Told of pictures.

    Returns:
        By split.
    """
    with nullcontext(root) if root is not None else models_root_of(config.output) as root:
        return {
            split: evaluate_scene(
                config.data.manifest,
                split=split,
                columns=config.data.columns.columns(),
                label_map=config.data.label_map,
                settings=RuntimeSettings(threads=config.threads),
                root=root,
                broken_share=config.data.broken_share,
                bootstrap=config.bootstrap,
                seed=config.seed,
                progress=progress,
            )
            for split in config.data.test_splits or ()
        }


def _perceived_privacy(config: SceneConfig, progress: Progress) -> dict[str, Any] | None:
    if config.perceived_privacy is None:
        return None
    with models_root_of(config.output) as root:
        return study_perceived_privacy(
            config.perceived_privacy,
            root=root,
            settings=RuntimeSettings(threads=config.threads),
            bootstrap=config.bootstrap,
            seed=config.seed,
            progress=progress,
        )


def _fit(
    config: SceneConfig, data: SceneData, progress: Progress
) -> tuple[nn.Module, SceneOutputs, Values, Sequence[Candidate], Sequence[Epoch]]:
    """Both stages: the backbone, the outputs on it, all outputs of the validation rows, and how it went."""
    start = None if data.start is None else data.started_outputs
    strengths = config.heads.strengths
    if data.start is not None and len(data.labels) == len(data.start.outputs.labels):
        strengths = (0.0, *strengths)  # without anything new to learn, the outputs may be best as they are
    done = 0
    total = len(strengths) * (1 + len(config.heads.transfer_sources))

    def told() -> None:
        nonlocal done
        done += 1
        progress("outputs", done, total)

    training, validation = data.part("train"), data.part("val")
    outputs, choice = choose_outputs(
        training,
        validation,
        strengths=strengths,
        transfer_sources=config.heads.transfer_sources,
        settings=config.heads,
        start=start,
        told=told,
    )
    if config.fine_tuning is None:
        backbone = load_backbone(data.backbone)
        return backbone, outputs, outputs.linear(validation.plain), choice, ()
    tuned = fine_tune_scene(config, config.fine_tuning, data, outputs, progress=progress)
    return tuned.backbone, tuned.outputs, tuned.validation, choice, tuned.history


def _validation(fitted: FittedScene) -> dict[str, Mapping[str, Any]]:
    figures: dict[str, Mapping[str, Any]] = {head: found.validation for head, found in fitted.heads.items()}
    if fitted.crowd_validation is not None:
        figures["crowd"] = fitted.crowd_validation
    return figures
