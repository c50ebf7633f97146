"""The configuration of scene training: one YAML file, checked when read, saved with what it made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consentry.training.errors import TrainingError
from consentry.training.manifest import Columns

DEFAULT_CONFIG = Path(__file__).parent / "configs" / "scene.yaml"
"""The configuration that made the model that ships."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Settings(BaseModel):
    """What all parts of a configuration have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnNames(Settings):
    """What the manifest's columns are called."""

    path: str = "path"
    context: str = "context"
    split: str = "split"
    group: str = "group"
    source: tuple[str, ...] = ("source", "dataset")

    def columns(self) -> Columns:
        """The same for the manifest reader."""
        return Columns(**self.model_dump())


class DataSettings(Settings):
    """Which pictures.

    Attributes:
        manifest: A CSV file, relative to the working directory.
        label_map: From the manifest's words to ours; words left out are taken as they are.
        hold_out: For sources without a validation split, the share of their training rows that becomes one.
        test_splits: Splits to report on at the end. Nothing is chosen by them.
        broken_share: The largest share of unreadable pictures that is put up with.
        least_examples: Of each class of each head, in training and in validation.
    """

    manifest: Path
    columns: ColumnNames = ColumnNames()
    label_map: Mapping[str, str] = {}
    hold_out: Mapping[str, Share] = {}
    test_splits: tuple[str, ...] = ("test",)
    broken_share: Share = 0.01
    least_examples: int = 10


class HeadSettings(Settings):
    """How the heads are fitted.

    Attributes:
        augmentations: Further looks at each training picture; see ``training.views``.
        strengths: Values of C to choose from.
        source_power: How far sources are balanced within a class; see ``scene_heads.balancing_weights``.
        transfer_sources: Sources that C must also do well on when they are left out of training. C is chosen by the
            mean of the AUC on the validation split and the AUC on each of them.
    """

    augmentations: tuple[Literal["mirrored", "low_resolution", "cropped"], ...] = ()
    strengths: tuple[float, ...] = (0.0003, 0.001, 0.003, 0.01)
    source_power: Share = 0.5
    transfer_sources: tuple[str, ...] = ()


class BandSettings(Settings):
    """The error rates of the bands; see ``scene_calibration.choose_bands``."""

    precision: Share = 0.9
    misses: Share = 0.05
    confidence: Share = 0.95


class TrackingSettings(Settings):
    """Where MLflow keeps the run. Nothing else depends on it.

    Attributes:
        uri: An address or a local store; ``None`` for no tracking.
    """

    uri: str | None = "sqlite:///mlflow.db"
    experiment: str = "scene"


class SceneConfig(Settings):
    """Everything that a scene model depends on.

    Attributes:
        version: Of the model.
        output: The folder that the model is written to.
        cache: The folder that keeps features between runs.
        threads: Threads for features; 0 takes what there are.
        bootstrap: Repetitions of every bootstrap.
    """

    version: str
    output: Path = Path("models/scene")
    cache: Path = Path(".cache/scene")
    backbone: Literal["efficientnet_lite0", "efficientnet_lite2"] = "efficientnet_lite2"
    data: DataSettings
    heads: HeadSettings = HeadSettings()
    bands: BandSettings = BandSettings()
    tracking: TrackingSettings = TrackingSettings()
    seed: int = 0
    threads: int = 0
    bootstrap: int = Field(default=1000, ge=10)

    @classmethod
    def read(cls, path: Path = DEFAULT_CONFIG, overrides: Mapping[str, Any] | None = None) -> Self:
        """Read a configuration.

        Args:
            path: The YAML file.
            overrides: Values to put in place of the file's, by dotted name, such as ``{"heads.source_power": 0}``.

        Raises:
            TrainingError: ``training.config``.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            for name, value in (overrides or {}).items():
                *parents, last = name.split(".")
                place = content
                for parent in parents:
                    place = place.setdefault(parent, {})
                place[last] = value
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise TrainingError(
                f"{path} is not a configuration of scene training: {place}: {first['msg']}.",
                f"Mend it; {DEFAULT_CONFIG.name} beside the training code is an example of every setting.",
            ) from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
            raise TrainingError(
                f"{path} cannot be read as a YAML configuration: {error}.", "Give the path of a YAML file."
            ) from error
