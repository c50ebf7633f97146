"""The rows that a scene model is trained and chosen on, with their frozen features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from consentry.runtime import RuntimeSettings
from consentry.signals.scene.scorer import HEADS
from consentry.training.data.exclusions import leave_out, read_exclusions
from consentry.training.data.leakage import refuse_leakage
from consentry.training.data.manifest import Manifest, Row, read_manifest, require_both_classes
from consentry.training.data.pictures import refuse_too_many
from consentry.training.data.splits import hold_out
from consentry.training.errors import TrainingError
from consentry.training.progress import Progress, silent
from consentry.training.scene.backbone import BACKBONES, Backbone
from consentry.training.scene.config import DataSettings, MoreData, SceneConfig
from consentry.training.scene.features import SceneFeatures, scene_features
from consentry.training.scene.heads import Features, LabelledFeatures
from consentry.training.scene.network import SceneOutputs
from consentry.training.scene.predictions import CONTEXT_OF
from consentry.training.scene.start import (
    SceneStart,
    heads_without_examples,
    labels_from,
    named_as_known,
    open_start,
    with_labels,
    with_outputs_for,
)
from consentry.training.scene.targets import Label, Targets, labels_of, targets_of


@dataclass(frozen=True)
class SceneData:
    """What a scene model is fitted on.

    Attributes:
        manifests: As read, the first with the test splits.
        features: Of training and validation rows, as they are.
        augmented: Of the training rows, in the other views of the configuration.
        labels: What the network learns to tell apart.
        config: With backbone and side of the model that it begins with.
        backbone: That the features are of.
        start: The model that the training begins with, if any.
    """

    manifests: tuple[Manifest, ...]
    features: SceneFeatures
    augmented: SceneFeatures
    labels: tuple[Label, ...]
    config: SceneConfig
    backbone: Backbone
    start: SceneStart | None = None

    def rows(self, split: str) -> list[Row]:
        """The rows of ``train`` or ``val`` that could be read."""
        return [row for row in self.features.rows if row.split == split]

    def digests(self, split: str) -> list[str]:
        """SHA-256 of their files."""
        return [self.features.digests[row.path] for row in self.rows(split)]

    def targets(self, split: str) -> Targets:
        """What there is to learn of them."""
        rows = self.rows(split)
        targets = targets_of(rows, self.labels, self.config.data.presumed_people)
        if self.start is None or split != "train":
            return targets
        started = self.started_outputs
        return with_labels(targets, rows, started.linear(self._plain("train")))

    @property
    def started_outputs(self) -> SceneOutputs:
        """Outputs of the model that the training begins with, for all labels.

        Raises:
            ValueError: It begins with none.
        """
        if self.start is None:
            raise ValueError("the training begins with no model")
        return with_outputs_for(self.start.outputs, self.labels, self._plain("train"))

    @property
    def counts_people(self) -> bool:
        """Whether anything is known of how many people there are: a count, a presumed number, or a model's estimate."""
        known = bool(np.isfinite(self.targets("train").people).any())
        return known or (self.start is not None and self.start.crowd is not None)

    def _plain(self, split: str) -> Features:
        chosen = np.array([row.split == split for row in self.features.rows], dtype=np.bool_)
        return self.features.values["original"][chosen]

    def part(self, split: str) -> LabelledFeatures:
        """Their features and targets."""
        values = {"original": self._plain(split)}
        if split == "train":
            values |= self.augmented.values
        return LabelledFeatures(values, self.targets(split))


def prepare_scene_data(config: SceneConfig, *, progress: Progress = silent) -> SceneData:
    """Read and check the data of a configuration, and compute what features are not yet kept.

    Raises:
        TrainingError: The data are no good, or there is no model to begin with; see its codes.
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
        ModelError: The model to begin with is damaged.
    """
    start = None if config.start_from is None else open_start(config.start_from)
    if start is not None:
        config = config.model_copy(update={"backbone": start.backbone_name, "side": start.side})
    manifests, rows = checked_rows(config)
    if start is not None:
        rows = list(named_as_known(rows, start.outputs.labels))
    backbone = BACKBONES[config.backbone] if start is None else start.backbone
    settings = RuntimeSettings(threads=config.threads)
    features = scene_features(
        rows, backbone, side=config.pixels, views=["original"], cache=config.cache, settings=settings, progress=progress
    )
    refuse_too_many(features.skipped, len(rows), share=config.data.broken_share)
    refuse_leakage(features.rows, digests=features.digests)
    training = [row for row in features.rows if row.split == "train"]
    augmented = scene_features(
        training,
        backbone,
        side=config.pixels,
        views=config.heads.augmentations,
        cache=config.cache,
        settings=settings,
        progress=progress,
    )
    least = config.data.least_of_label
    labels = (
        labels_of(training, least=least) if start is None else labels_from(start.outputs.labels, training, least=least)
    )
    return SceneData(manifests, features, augmented, labels, config, backbone, start)


def checked_rows(config: SceneConfig) -> tuple[tuple[Manifest, ...], list[Row]]:
    """The manifests of a configuration, and the rows to train and to validate on; checked.

    Raises:
        TrainingError: A manifest is no good, splits leak, or a split has too few examples.
    """
    data = config.data
    manifest = read_manifest(
        data.manifest, columns=data.columns.columns(), label_map=data.label_map, others=data.others
    )
    further = tuple(further_manifest(more, data) for more in data.more)
    kept = (*manifest.rows, *(row for other in further for row in other.rows if row.split in ("train", "val")))
    if data.exclusions is not None:
        kept = leave_out(kept, read_exclusions(data.exclusions), where=str(data.exclusions))
    refuse_leakage(kept)
    for split in ("train", *(data.test_splits or ())):
        manifest.split(split)
    rows = [row for row in hold_out(kept, data.hold_out) if row.split in ("train", "val")]
    if not any(row.split == "val" for row in rows):
        raise TrainingError(
            f"{data.manifest} has no rows of the split 'val', and none were held out.",
            "Add a validation split (`consentry data split` makes one), or set hold_out for a source.",
            code="training.split",
        )
    left_alone = heads_without_examples(rows, CONTEXT_OF) if config.start_from else []
    for split in ("train", "val"):
        for head in HEADS:
            if head in left_alone:
                continue
            of_split = [row for row in rows if row.split == split]
            require_both_classes(of_split, CONTEXT_OF[head], least=data.least_examples, where=f"The split {split!r}")
    return (manifest, *further), rows


def further_manifest(more: MoreData, data: DataSettings) -> Manifest:
    """A further manifest, read.

    Raises:
        TrainingError: ``training.manifest`` or ``training.labels``.
    """
    found = read_manifest(more.manifest, columns=data.columns.columns(), label_map=data.label_map, others=data.others)
    if more.pictures is None:
        return found
    folder = more.pictures
    return replace(found, rows=tuple(replace(row, path=folder / row.name) for row in found.rows))
