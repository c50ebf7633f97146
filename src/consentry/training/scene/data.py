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
from consentry.training.scene.backbone import BACKBONES
from consentry.training.scene.config import DataSettings, MoreData, SceneConfig
from consentry.training.scene.features import SceneFeatures, scene_features
from consentry.training.scene.heads import LabelledFeatures
from consentry.training.scene.predictions import CONTEXT_OF
from consentry.training.scene.targets import Label, Targets, labels_of, targets_of


@dataclass(frozen=True)
class SceneData:
    """What a scene model is fitted on.

    Attributes:
        manifests: As read, the first with the test splits.
        features: Of training and validation rows, as they are.
        augmented: Of the training rows, in the other views of the configuration.
        labels: What the network learns to tell apart.
    """

    manifests: tuple[Manifest, ...]
    features: SceneFeatures
    augmented: SceneFeatures
    labels: tuple[Label, ...]
    config: SceneConfig

    def rows(self, split: str) -> list[Row]:
        """The rows of ``train`` or ``val`` that could be read."""
        return [row for row in self.features.rows if row.split == split]

    def digests(self, split: str) -> list[str]:
        """SHA-256 of their files."""
        return [self.features.digests[row.path] for row in self.rows(split)]

    def targets(self, split: str) -> Targets:
        """What there is to learn of them."""
        return targets_of(self.rows(split), self.labels, self.config.data.presumed_people)

    def part(self, split: str) -> LabelledFeatures:
        """Their features and targets."""
        chosen = np.array([row.split == split for row in self.features.rows], dtype=np.bool_)
        values = {"original": self.features.values["original"][chosen]}
        if split == "train":
            values |= self.augmented.values
        return LabelledFeatures(values, self.targets(split))


def prepare_scene_data(config: SceneConfig, *, progress: Progress = silent) -> SceneData:
    """Read and check the data of a configuration, and compute what features are not yet kept.

    Raises:
        TrainingError: The data are no good; see its codes.
        ThirdPartyFileError: The backbone's weights are missing or not the pinned ones.
    """
    manifests, rows = checked_rows(config)
    backbone, settings = BACKBONES[config.backbone], RuntimeSettings(threads=config.threads)
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
    return SceneData(manifests, features, augmented, labels_of(training, least=config.data.least_of_label), config)


def checked_rows(config: SceneConfig) -> tuple[tuple[Manifest, ...], list[Row]]:
    """The manifests of a configuration, and the rows to train and to validate on; checked.

    Raises:
        TrainingError: A manifest is no good, splits leak, or a split has too few examples.
    """
    data = config.data
    manifest = read_manifest(data.manifest, columns=data.columns.columns(), label_map=data.label_map)
    further = tuple(_further(more, data) for more in data.more)
    kept = (*manifest.rows, *(row for other in further for row in other.rows if row.split in ("train", "val")))
    if data.exclusions is not None:
        kept = leave_out(kept, read_exclusions(data.exclusions), where=str(data.exclusions))
    refuse_leakage(kept)
    for split in ("train", *data.test_splits):
        manifest.split(split)
    rows = [row for row in hold_out(kept, data.hold_out) if row.split in ("train", "val")]
    if not any(row.split == "val" for row in rows):
        raise TrainingError(
            f"{data.manifest} has no rows of the split 'val', and none were held out.",
            "Add a validation split, or set hold_out for a source.",
            code="training.split",
        )
    for split in ("train", "val"):
        for head in HEADS:
            of_split = [row for row in rows if row.split == split]
            require_both_classes(of_split, CONTEXT_OF[head], least=data.least_examples, where=f"The split {split!r}")
    return (manifest, *further), rows


def _further(more: MoreData, data: DataSettings) -> Manifest:
    found = read_manifest(more.manifest, columns=data.columns.columns(), label_map=data.label_map)
    if more.pictures is None:
        return found
    folder = more.pictures
    return replace(found, rows=tuple(replace(row, path=folder / row.name) for row in found.rows))
