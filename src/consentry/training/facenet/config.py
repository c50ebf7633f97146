"""The configuration of training a face embedder: one YAML file, checked when read, saved with what it made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field

from consentry.training.configuration import Settings, TrackingSettings, read_configuration

DEFAULT_FACES_CONFIG: Final = Path(__file__).parent.parent / "configs" / "faces.yaml"
"""For pictures of one's own; every setting with a comment."""


class IdentityColumns(Settings):
    """What the columns of a table of pictures are called, in any case."""

    path: str = "path"
    identity: str = "identity"


class IdentityData(Settings):
    """Whose pictures.

    Attributes:
        pictures: A folder with a folder a person, or a table with the columns ``path`` and ``identity``.
        columns: What these two are called.
        validation_share: Of the persons that are kept apart; nobody is in both parts.
        least_pictures: Persons with fewer pictures in which a face was found are left out.
        broken_share: The largest share of unreadable pictures that is put up with.
    """

    pictures: Path
    columns: IdentityColumns = IdentityColumns()
    validation_share: float = Field(default=0.2, gt=0.0, lt=1.0)
    least_pictures: int = Field(default=2, ge=2)
    broken_share: float = Field(default=0.05, ge=0.0, le=1.0)


class FacenetConfig(Settings):
    """Everything that a trained face embedder depends on.

    Attributes:
        version: Of the embedder; templates of another version are refused.
        output: The model folder; its name is what the embedder is called.
        cache: The folder that keeps faces and the state of the training between runs.
        start: ``None`` for random weights, a published name, or a file; see ``facenet_weights.find_weights``.
        sha256: Of that file, where it is not pinned.
        download: Whether to get a published file that is in no cache here.
        loss: ``arcface`` (Deng et al. 2019; a class for every person) or ``triplet`` (Schroff et al. 2015, with
            semi-hard negatives).
        margin: Of the loss: degrees for ArcFace, distance for triplets; ``None`` takes 28.6 and 0.2.
        scale: Of ArcFace's logits.
        epochs: At most; an epoch shows about every picture once.
        patience: Epochs without a better validation AUC before it stops early.
        persons: Of a batch.
        pictures: Of each of them.
        rate: Largest learning rate.
        weight_decay: Of AdamW.
        dropout: Of pooled features.
        frozen_norm: Whether batch norm keeps the statistics that it starts with; ``None``: if it starts from weights.
        seed: Of everything that is drawn.
        threads: For torch; 0 takes what there are.
        device: ``cpu`` or ``cuda``.
        tracking: Where MLflow keeps the run.
    """

    version: str
    output: Path = Path("models/facenet")
    cache: Path = Path(".cache/facenet")
    data: IdentityData
    start: str | None = None
    sha256: str | None = None
    download: bool = False
    loss: Literal["arcface", "triplet"] = "arcface"
    margin: float | None = Field(default=None, gt=0)
    scale: float = Field(default=64.0, gt=0)
    epochs: int = Field(default=30, ge=1)
    patience: int = Field(default=5, ge=1)
    persons: int = Field(default=16, ge=2)
    pictures: int = Field(default=4, ge=2)
    rate: float = Field(default=5e-4, gt=0)
    weight_decay: float = Field(default=5e-4, ge=0)
    dropout: float = Field(default=0.4, ge=0, lt=1)
    frozen_norm: bool | None = None
    seed: int = 0
    threads: int = Field(default=0, ge=0)
    device: Literal["cpu", "cuda"] = "cpu"
    tracking: TrackingSettings = TrackingSettings(experiment="faces")

    @property
    def keeps_norm(self) -> bool:
        """Whether batch norm keeps its statistics."""
        return self.start is not None if self.frozen_norm is None else self.frozen_norm

    @classmethod
    def read(cls, path: Path = DEFAULT_FACES_CONFIG, overrides: Mapping[str, Any] | None = None) -> Self:
        """Read a configuration.

        Args:
            path: The YAML file.
            overrides: Values to put in place of the file's, by dotted name, such as ``{"data.pictures": "people"}``.

        Raises:
            TrainingError: ``training.config``.
        """
        remedy = "Mend it; `consentry train faces --init my.yaml` writes one with every setting."
        return read_configuration(cls, path, overrides, what="training faces", remedy=remedy)
