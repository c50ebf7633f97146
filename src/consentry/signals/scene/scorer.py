"""The scene network as it is served: pictures in, calibrated readings out. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from consentry.runtime import ModelError, ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.scene.calibration import CalibratedScore, Calibration
from consentry.signals.scene.crowd import CrowdCalibration, CrowdEstimate
from consentry.signals.scene.preprocessing import DESCRIPTION, Picture, network_batch

SceneHead = Literal["private_context", "public_event"]
HEADS: Final[tuple[SceneHead, ...]] = ("private_context", "public_event")
"""The heads in the order of the graph's outputs."""

OUTPUTS: Final = ("logits", "activation_maps", "crowd", "labels")
"""What the graph gives, in this order; the last two may be missing."""

MODEL_NAME: Final = "scene"
_PICTURES_AT_ONCE = 64
"""Bounds the memory of one call (64 network inputs are 13 MB)."""


@dataclass(frozen=True)
class SceneReading:
    """What the network said of one picture.

    Attributes:
        logits: One a head, in the order of `HEADS`.
        activation_maps: Shape (2 or 3, rows, columns): how much each cell speaks for each head, and for many people;
            the mean over the cells is the head's logit, or the crowd output.
        log_people: log10(people + 1), uncalibrated; ``None`` from a model that does not count people.
        kinds: Probability of each kind of scene that the model knows, in the order of its names; empty if it knows
            none.
        calibrations: What turns logits into probabilities.
    """

    logits: tuple[float, ...]
    activation_maps: NDArray[np.float32] = field(repr=False)
    calibrations: Mapping[SceneHead, Calibration] = field(repr=False)
    log_people: float | None = None
    kinds: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32), repr=False)
    crowd_calibration: CrowdCalibration | None = field(default=None, repr=False)

    def logit(self, head: SceneHead) -> float:
        """The head's logit, uncalibrated."""
        return self.logits[HEADS.index(head)]

    def activation_map(self, head: SceneHead) -> NDArray[np.float32]:
        """The head's activation map, shape (rows, columns)."""
        grid: NDArray[np.float32] = self.activation_maps[HEADS.index(head)]
        return grid

    def crowd_map(self) -> NDArray[np.float32]:
        """Where the people are, shape (rows, columns)."""
        grid: NDArray[np.float32] = self.activation_maps[len(HEADS)]
        return grid

    def crowd(self, *, at_least: int = 0) -> CrowdEstimate | None:
        """How many people, with interval and level; ``None`` from a model that does not count people.

        Args:
            at_least: Faces that were found.
        """
        if self.crowd_calibration is None or self.log_people is None:
            return None
        return self.crowd_calibration.estimate(self.log_people, at_least=at_least)

    def score(self, head: SceneHead) -> CalibratedScore:
        """The head's calibrated probability, interval and band."""
        return self.calibrations[head].score(self.logit(head))


class SceneScorer:
    """The loaded scene network. One instance may serve several threads.

    Attributes:
        folder: The model's folder, with its version and digest.
        calibrations: One a head.
        crowd_calibration: Of the estimate of people; ``None`` if the model does not count them.
        kinds: Names of the kinds of scene, in the order of the network's outputs.
    """

    def __init__(
        self,
        folder: ModelFolder,
        network: Network,
        side: int,
        calibrations: Mapping[SceneHead, Calibration],
        crowd_calibration: CrowdCalibration | None = None,
        kinds: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.calibrations: Mapping[SceneHead, Calibration] = MappingProxyType(dict(calibrations))
        self.crowd_calibration = crowd_calibration
        self.kinds = tuple(kinds)
        self._network = network
        self._side = side

    @classmethod
    def load(cls, settings: RuntimeSettings | None = None, root: Path | None = None) -> Self:
        """Load the scene model.

        Args:
            settings: Where it runs; the processor, by default.
            root: A folder of models; the one that came with Consentry by default.

        Raises:
            ModelError: It is missing, damaged, or made for another version of the preprocessing.
            RuntimeDeviceError: The device is not there.
        """
        folder = ModelFolder.open(MODEL_NAME, root=root)
        try:
            preprocessing = folder.manifest["preprocessing"]
            outputs = tuple(folder.manifest.get("outputs", OUTPUTS[:2]))
            side = int(preprocessing["side"])
            same = (
                preprocessing["description"] == DESCRIPTION
                and tuple(folder.manifest["heads"]) == HEADS
                and outputs in (OUTPUTS[:2], OUTPUTS)
            )
            crowd, kinds = None, []
            if outputs == OUTPUTS:
                described = folder.manifest["calibration"]["crowd"]
                crowd = None if described is None else CrowdCalibration.from_description(described)
                kinds = [str(label["name"]) for label in folder.manifest["labels"]]
            calibrations = {
                head: Calibration.from_description(
                    folder.manifest["calibration"][head], folder.manifest["thresholds"][head]
                )
                for head in HEADS
            }
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"model.json of {folder.id} is incomplete or makes no sense: {error}.",
                "Train it again with this version of Consentry, or restore the folder.",
                code="model.invalid",
            ) from error
        if not same:
            raise ModelError(
                f"{folder.id} was made for another preprocessing or has other heads.",
                "Train it again with this version of Consentry, or restore the folder.",
                code="model.invalid",
            )
        network = load_network(folder.file("graph"), settings or RuntimeSettings())
        return cls(folder, network, side, calibrations, crowd, kinds)

    @property
    def model_id(self) -> str:
        """``scene@version``, as signals cite it."""
        return self.folder.id

    def score(self, pictures: Sequence[Picture]) -> list[SceneReading]:
        """Read pictures of any sizes, each for itself: what came in the same call changes nothing.

        Args:
            pictures: RGB, upright, uint8, each of shape (height, width, 3).

        Returns:
            One reading a picture, in their order.

        Raises:
            ValueError: A picture is not of that shape or type.
        """
        readings: list[SceneReading] = []
        for start in range(0, len(pictures), _PICTURES_AT_ONCE):
            batch = network_batch(pictures[start : start + _PICTURES_AT_ONCE], self._side)
            logits, maps, *others = self._network(batch)
            for index, row in enumerate(logits):
                reading = SceneReading(tuple(map(float, row)), np.asarray(maps[index], np.float32), self.calibrations)
                if others:
                    crowd, kinds = others
                    reading = replace(
                        reading,
                        log_people=float(crowd[index, 0]),
                        kinds=np.asarray(kinds[index], np.float32),
                        crowd_calibration=self.crowd_calibration,
                    )
                readings.append(reading)
        return readings
