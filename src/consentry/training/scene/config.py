"""The configuration of scene training: one YAML file, checked when read, saved with what it made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field

from consentry.training.configuration import Settings, TrackingSettings, read_configuration
from consentry.training.data.manifest import Columns
from consentry.training.registry.gates import GateSettings

_CONFIGS: Final = Path(__file__).parent.parent / "configs"
DEFAULT_CONFIG: Final = _CONFIGS / "scene.yaml"
"""For pictures of one's own; every setting with a comment."""
SHIPPED_CONFIG: Final = _CONFIGS / "scene_shipped.yaml"
"""The configuration that made the model that ships."""
RECIPES: Final[Mapping[str, Path]] = {"own": DEFAULT_CONFIG, "shipped": SHIPPED_CONFIG}
"""Configurations that come with Consentry, by name."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class ColumnNames(Settings):
    """What the manifest's columns are called."""

    path: str = "path"
    context: str = "context"
    split: str = "split"
    group: str = "group"
    source: tuple[str, ...] = ("source", "dataset")
    people: str = "people"
    fine: tuple[str, ...] = ("label", "class", "fine")

    def columns(self) -> Columns:
        """The same for the manifest reader."""
        return Columns(**self.model_dump())


class MoreData(Settings):
    """A further manifest, of which rows of the splits ``train`` and ``val`` are used.

    Attributes:
        manifest: With the same columns as the first one.
        pictures: The folder that its names are relative to; by default the manifest's.
    """

    manifest: Path
    pictures: Path | None = None


class DataSettings(Settings):
    """Which pictures.

    Attributes:
        manifest: A table or a folder of class folders, relative to the working directory.
        name: Of the data set, for the card; by default that of the file or its folder.
        about: What the card says of the pictures; ``None`` for those of the model that ships, which it describes.
        more: Manifests of other data sets to train and validate on.
        label_map: From the manifest's words to ours; words left out are taken as they are.
        others: The context of all words that mean nothing.
        shares: For pictures without splits, shares in place of the usual ones, which go by how many pictures there
            are; see `consentry.training.scene.own_pictures.take_in_pictures`.
        check_look_alikes: Whether to warn of pictures in two splits that look the same.
        hold_out: For sources without a validation split, the share of their training rows that becomes one.
        test_splits: Splits to report on at the end. Nothing is chosen by them. ``None`` stands for those that are
            there: `consentry.training.scene.own_pictures.take_in_pictures` puts their names in its place.
        broken_share: The largest share of unreadable pictures that is put up with.
        least_examples: Of each class of each head, in training and in validation.
        least_of_label: Training rows that a finest word needs to become a label of the network; rows of rarer ones
            count under their context.
        exclusions: A file with the names of rows to leave out, one a line, such as near-duplicates of test pictures.
        presumed_people: By finest word, about how many people such pictures show, where nobody counted.
    """

    manifest: Path
    name: str | None = None
    about: str | None = ""
    more: tuple[MoreData, ...] = ()
    columns: ColumnNames = ColumnNames()
    label_map: Mapping[str, str] = {}
    others: str | None = None
    shares: Mapping[str, Share] | None = None
    check_look_alikes: bool = False
    hold_out: Mapping[str, Share] = {}
    test_splits: tuple[str, ...] | None = ("test",)
    broken_share: Share = 0.01
    least_examples: int = 10
    least_of_label: int = Field(default=10, ge=1)
    exclusions: Path | None = None
    presumed_people: Mapping[str, Annotated[float, Field(ge=0.0)]] = {}


class HeadSettings(Settings):
    """How the linear outputs are fitted on frozen features.

    Attributes:
        augmentations: Further looks at each training picture; see ``training.views``.
        strengths: Values of C to choose from.
        transfer_sources: Sources that C must also do well on when they are left out of training; see
            ``scene_choice.choose_outputs``.
        label_power: How far frequent labels are weighed down; see ``scene_weights.label_weights``.
        source_power: How far sources are balanced for the direct logits; see ``scene_weights.balancing_weights``.
        crowd_power: How far contexts are balanced within each step of the number of people, as a first fit has it;
            see ``training.scene_weights``.
        direct_share: Share of the direct logit in a head's; the rest is the log-odds from the labels, both brought to
            the same spread.
        crowd_strength: Penalty of the ridge regression for log10(people + 1).
    """

    augmentations: tuple[Literal["mirrored", "low_resolution", "cropped"], ...] = ()
    strengths: tuple[float, ...] = (0.0003, 0.001, 0.003)
    transfer_sources: tuple[str, ...] = ()
    label_power: Share = 0.5
    source_power: Share = 0.5
    crowd_power: Share = 0.0
    direct_share: Share = 0.5
    crowd_strength: float = Field(default=1000.0, gt=0)


class FineTuningSettings(Settings):
    """How the last stages of the backbone are fine-tuned.

    Attributes:
        frozen_stages: Stages of the backbone, from the first, that keep their ImageNet weights; 0 trains all.
        augmented_views: Random looks at each training picture, next to itself and its mirror image.
        epochs: At most.
        patience: Epochs without a better validation AUC before it stops early.
        batch: Pictures.
        rate: Largest learning rate of the backbone's stages.
        output_rate: The same of the linear outputs.
        weight_decay: Of AdamW.
        label_power: How far frequent labels are weighed down; see ``scene_weights.label_weights``.
        crowd_power: As in `HeadSettings`, by the estimates that it starts with.
        context_weight: Of the two contexts' cross-entropy, next to 1 for the labels'.
        crowd_weight: Of the error in log10(people + 1).
        smoothing: Of the labels.
        dropout: Of pooled features.
        mixing: Parameter of the Beta distribution that two pictures are mixed by.
        mixing_share: Share of batches in which pictures are mixed.
        average: Decay of the moving average of the weights, per batch.
        distance: Where between the start (0) and the end (1) the weights come to lie.
        crowd_strength: Penalty of the ridge that the crowd output is fitted anew with on the tuned features.
        presumed_weight: Of a presumed number of people in it, next to 1 for a counted one.
    """

    frozen_stages: int = Field(default=5, ge=0, le=6)
    augmented_views: int = Field(default=4, ge=0)
    epochs: int = Field(default=12, ge=1)
    patience: int = Field(default=4, ge=1)
    batch: int = Field(default=64, ge=2)
    rate: float = Field(default=3e-4, gt=0)
    output_rate: float = Field(default=3e-4, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)
    label_power: Share = 0.5
    crowd_power: Share = 0.0
    context_weight: float = Field(default=1.0, ge=0)
    crowd_weight: float = Field(default=4.0, ge=0)
    smoothing: Share = 0.1
    dropout: Share = 0.3
    mixing: float = Field(default=0.4, gt=0)
    mixing_share: Share = 0.5
    average: Share = 0.998
    distance: Share = 0.7
    crowd_strength: float = Field(default=300.0, gt=0)
    presumed_weight: Share = 0.03


class BandSettings(Settings):
    """The error rates of the bands; see ``scene_calibration.choose_bands``, also for what ``too_few`` means."""

    precision: Share = 0.9
    misses: Share = 0.05
    confidence: Share = 0.95
    too_few: Literal["abstain", "probability"] = "abstain"


class SceneConfig(Settings):
    """Everything that a scene model depends on.

    Attributes:
        version: Of the model.
        output: The folder that the model is written to.
        cache: The folder that keeps features between runs.
        start_from: A trained model to begin with, in the words of ``scene_start.open_start``; its backbone and side
            take the place of those below.
        threads: Threads for features; 0 takes what there are.
        side: Pixels of the square that the network sees; ``None`` takes what the backbone was trained at.
        fine_tuning: ``None`` keeps the backbone as it is.
        perceived_privacy: The folder of the DIPA2 study, for the card's answer to how far the private score agrees with
            what people keep to themselves; ``None`` to leave it out.
        bootstrap: Repetitions of every bootstrap.
    """

    version: str
    output: Path = Path("models/scene/new")
    cache: Path = Path(".cache/scene")
    start_from: str | None = None
    backbone: Literal["efficientnet_lite0", "efficientnet_lite2"] = "efficientnet_lite2"
    data: DataSettings
    side: int | None = Field(default=None, ge=64)
    heads: HeadSettings = HeadSettings()
    fine_tuning: FineTuningSettings | None = None
    perceived_privacy: Path | None = None
    bands: BandSettings = BandSettings()
    tracking: TrackingSettings = TrackingSettings()
    gates: GateSettings = GateSettings()
    seed: int = 0
    threads: int = 0
    bootstrap: int = Field(default=1000, ge=10)

    @property
    def pixels(self) -> int:
        """Pixels of the square that the network sees."""
        from consentry.training.scene.backbone import BACKBONES

        return self.side or BACKBONES[self.backbone].side

    @classmethod
    def read(cls, path: Path = DEFAULT_CONFIG, overrides: Mapping[str, Any] | None = None) -> Self:
        """Read a configuration.

        Args:
            path: The YAML file.
            overrides: Values to put in place of the file's, by dotted name, such as ``{"heads.source_power": 0}``.

        Raises:
            TrainingError: ``training.config``.
        """
        remedy = "Mend it; `consentry train scene --init my.yaml` writes one with every setting."
        return read_configuration(cls, path, overrides, what="scene training", remedy=remedy)
