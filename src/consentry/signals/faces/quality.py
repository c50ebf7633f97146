"""How much a face gives to go by, in numbers, and what it lacks, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.records import FaceQuality
from consentry.signals.faces.alignment import CHIP_SIZE, align, similarity_to_picture
from consentry.signals.faces.detection import Detections
from consentry.signals.faces.pose import estimate_pose

_BORDER = 25
"""Of an aligned face, this much on each side is left out: hair, background, and what lies beyond the picture."""
_DARK, _BRIGHT = 8, 247
"""Grey values at which a sensor shows no detail any more."""


@dataclass(frozen=True)
class QualityFloor:
    """What a face must reach. All numbers come from ``model.json``; the card says how they were found.

    Attributes:
        width_pixels: Least width of the face box in the published picture.
        sharpness: Least; see `sharpness`.
        yaw: Most degrees to either side.
        pitch: Most degrees up or down.
        contrast: Least standard deviation of the grey face, 0-255.
        clipped: Largest share of the face that is black or white altogether.
        outside: Largest share of the face that lies beyond the picture.
        detection_probability: Least of the detector's own.
    """

    width_pixels: int
    sharpness: float
    yaw: float = 90.0
    pitch: float = 90.0
    contrast: float = 0.0
    clipped: float = 1.0
    outside: float = 1.0
    detection_probability: float = 0.0


@dataclass(frozen=True)
class Shortfall:
    """One thing that a face lacks.

    Attributes:
        code: What an error about a reference photo that lacks it has as its code.
        said: Ends a sentence that begins with "The face".
        remedy: What to ask for instead.
    """

    code: str
    said: str
    remedy: str


_FRONT = "Ask for a photo in which the face is seen from the front."
_LIGHT = "Ask for a photo in even light."
_BARE = "Ask for a photo without glasses, mask or hand before the face."


def shortfalls(quality: FaceQuality, floor: QualityFloor) -> tuple[Shortfall, ...]:
    """What a face lacks, the plainest reason first; empty if it is usable.

    What was not measured is not held against it.
    """
    found = []
    if quality.width_pixels < floor.width_pixels:
        said = f"is {quality.width_pixels} pixels wide; at least {floor.width_pixels} are needed"
        found.append(Shortfall("reference.too_small", said, "Ask for a larger photo, or one taken from nearer."))
    if quality.outside is not None and quality.outside > floor.outside:
        said = f"is cut off: {quality.outside:.0%} of it lies beyond the picture; at most {floor.outside:.0%} may"
        found.append(Shortfall("reference.cut_off", said, "Ask for a photo that shows the whole face."))
    if quality.sharpness < floor.sharpness:
        said = f"is blurred: its sharpness is {quality.sharpness:.1f}; at least {floor.sharpness:.1f} is needed"
        found.append(Shortfall("reference.blurred", said, "Ask for a photo that is in focus."))
    for name, most, angle in (("to the side", floor.yaw, quality.yaw), ("up or down", floor.pitch, quality.pitch)):
        if angle is not None and abs(angle) > most:
            said = f"is turned {name} by about {abs(angle):.0f} degrees; at most {most:.0f} are allowed"
            found.append(Shortfall("reference.turned_away", said, _FRONT))
    if quality.contrast is not None and quality.contrast < floor.contrast:
        said = f"shows hardly any light and shade: its contrast is {quality.contrast:.1f}; "
        found.append(Shortfall("reference.badly_lit", said + f"at least {floor.contrast:.1f} is needed", _LIGHT))
    if quality.clipped is not None and quality.clipped > floor.clipped:
        said = (
            f"is too dark or too bright: {quality.clipped:.0%} of it shows no detail; at most {floor.clipped:.0%} may"
        )
        found.append(Shortfall("reference.badly_lit", said, _LIGHT))
    if quality.detection_probability is not None and quality.detection_probability < floor.detection_probability:
        said = (
            f"may be covered, or no face at all: the detector is sure to {quality.detection_probability:.3f}; "
            f"at least {floor.detection_probability:.3f} is needed"
        )
        found.append(
            Shortfall("reference.unclear", said, "Ask for a photo without glasses, mask or hand before the face.")
        )
    return tuple(found)


def sharpness(chip: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of the aligned grey face (Pech-Pacheco et al. 2000), on the 0-255 scale.

    The border is left out: an aligned face that reaches beyond its picture has a sharp edge there that is not its own.
    """
    grey = _grey(chip)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())


def light(chip: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Brightness, contrast and clipped share of the aligned grey face, without its border.

    The mean, the standard deviation (both 0-255), and the share of pixels at either end of the scale, as in
    ISO/IEC 29794-5's measures of illumination and dynamic range.
    """
    grey = _grey(chip)
    clipped = (grey <= _DARK) | (grey >= _BRIGHT)
    return float(grey.mean()), float(grey.std()), float(clipped.mean())


def share_outside(points: NDArray[np.float32], width: int, height: int) -> float:
    """Share of the aligned face, without its border, that lies beyond a picture of that size."""
    steps = np.arange(_BORDER, CHIP_SIZE - _BORDER, 2) + 0.5
    x, y = np.meshgrid(steps, steps)
    matrix = similarity_to_picture(points)
    across, down = matrix @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    beyond = (across < -0.5) | (across > width - 0.5) | (down < -0.5) | (down > height - 0.5)
    return float(beyond.mean())


def assess_quality(
    picture: NDArray[np.uint8], found: Detections, index: int, scale: float, floor: QualityFloor
) -> FaceQuality:
    """Quality of one face.

    Args:
        picture: (H, W, 3) uint8 RGB, as decoded.
        found: Its faces.
        index: Which of them.
        scale: Decoded pixels per published pixel.
        floor: What it is held against.
    """
    box, points = found.boxes[index], found.points[index]
    chip = align(picture, points)
    pose = estimate_pose(points)
    brightness, contrast, clipped = light(chip)
    quality = FaceQuality(
        width_pixels=max(0, round(float(box[2] - box[0]) / scale)),
        sharpness=round(sharpness(chip), 1),
        usable=True,
        yaw=round(pose.yaw),
        pitch=round(pose.pitch),
        roll=round(pose.roll),
        brightness=round(brightness),
        contrast=round(contrast, 1),
        clipped=round(clipped, 3),
        outside=round(share_outside(points, picture.shape[1], picture.shape[0]), 3),
        detection_probability=round(min(float(found.probabilities[index]), 1.0), 4),
    )
    return quality.model_copy(update={"usable": not shortfalls(quality, floor)})


def _grey(chip: NDArray[np.uint8]) -> NDArray[np.float64]:
    inner = chip[_BORDER:-_BORDER, _BORDER:-_BORDER].astype(np.float64)
    grey: NDArray[np.float64] = inner @ np.array([0.299, 0.587, 0.114])
    return grey
