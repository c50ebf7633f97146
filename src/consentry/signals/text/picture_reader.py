"""Words inside pictures: a cheap look whether there are any, then lines found and read.

The two networks are PP-OCRv4's (PaddleOCR, Apache-2.0) as RapidOCR exports them: a detector that marks text, and a
recogniser for one line, which is laid level before it is read. They run on OpenVINO. The recogniser knows Latin
letters, digits and Chinese; no Cyrillic, Greek or Arabic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.records import Box
from consentry.runtime import ModelFolder, Network, RuntimeSettings, load_network
from consentry.signals.text.line_pictures import Pixels, picture_of, place_of
from consentry.signals.text.regions import regions

MODEL_NAME: Final = "reading"
CHECK_SIDE: Final = 320
_SIDE: Final = 960
_NARROW: Final = 544
_CANVASES: Final = ((_NARROW, _SIDE), (_SIDE, _NARROW), (_SIDE, _SIDE))
"""Heights and widths that the detector is compiled for."""
# The published settings of the detector and recogniser (RapidOCR 1.4.4, config.yaml), but for the box threshold of
# the check, which was set on development pictures: see docs/text.md.
_MASK: Final = 0.3
_BOX: Final = 0.5
_LEAST_HEIGHT: Final = 3
_CHECK_STRENGTH: Final = 0.6
_CHECK_WIDTH: Final = 12
_LINE_HEIGHT: Final = 48
_LINE_WIDTHS: Final = (160, 320, 640, 1280)
_LEAST_CONFIDENCE: Final = 0.5
_JOINT: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_JOINT_NUMBER: Final = re.compile(r"^([0-9]{1,5})(?=[A-Z][a-z])")
MOST_LINES: Final = 100
"""Lines read of one picture, the largest first; a page of a book has some forty.

A line has at most 160 characters: the recogniser tells one, or none, for every eight of the widest picture's columns.
"""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text in a picture.

    Attributes:
        confidence: Mean of the recogniser's probabilities of its characters, uncalibrated.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What was read in one picture.

    Attributes:
        lines: From the top down, and from the left.
        complete: Whether every line found was read.
    """

    lines: tuple[TextLine, ...] = ()
    complete: bool = True


class PictureReader:
    """The two networks and the characters that they know, loaded once."""

    def __init__(
        self, folder: ModelFolder, detector: Network, recogniser: Network, characters: tuple[str, ...]
    ) -> None:
        self.folder = folder
        self._detector = detector
        self._recogniser = recogniser
        self._characters = characters

    @classmethod
    def load(cls, settings: RuntimeSettings = RuntimeSettings(), root: Path | None = None) -> PictureReader:
        """Load the model.

        Raises:
            ModelError: It is missing or damaged.
        """
        folder = ModelFolder.open(MODEL_NAME, root=root)
        serving = RuntimeSettings(threads=settings.threads)
        characters = folder.file("characters").read_text(encoding="utf-8").rstrip("\n").split("\n")
        return cls(
            folder,
            load_network(folder.file("detection"), serving),
            load_network(folder.file("recognition"), serving),
            # Class 0 is "no character"; behind the last one comes the space.
            ("", *characters, " "),
        )

    def has_text(self, pixels: Pixels) -> bool:
        """Whether a small copy of the picture shows text to the detector: a few milliseconds."""
        canvas, _ = _on_canvas(pixels, (CHECK_SIDE, CHECK_SIDE))
        found = regions(self._detector(canvas)[0][0, 0], _MASK)
        return any(
            region.strength >= _CHECK_STRENGTH and region.right - region.left >= _CHECK_WIDTH for region in found
        )

    def read_lines(self, pixels: Pixels) -> PictureReading:
        """The lines of text in a picture, whatever the cheap look says.

        Args:
            pixels: RGB, ``(height, width, 3)``.
        """
        canvas, scale = _on_canvas(pixels, _canvas_for(pixels))
        found = [
            region
            for region in regions(self._detector(canvas)[0][0, 0], _MASK)
            if region.strength >= _BOX and region.bottom - region.top >= _LEAST_HEIGHT
        ]
        found.sort(key=lambda region: region.area, reverse=True)
        places = [place_of(region, scale, pixels.shape) for region in found[:MOST_LINES]]
        height, width = pixels.shape[:2]
        lines = []
        for place in sorted(places, key=lambda place: (place.top, place.left)):
            text, confidence = self._read_line(picture_of(pixels, place))
            if text and confidence >= _LEAST_CONFIDENCE:
                box = (place.left / width, place.top / height, place.right / width, place.bottom / height)
                lines.append(TextLine(text, _rounded(box), round(confidence, 4)))
        return PictureReading(lines=tuple(lines), complete=len(found) <= MOST_LINES)

    def _read_line(self, crop: Pixels) -> tuple[str, float]:
        """The characters of a line: the best class of each column, repeats and blanks left out (CTC)."""
        probabilities = self._recogniser(_line(crop))[0][0]
        best = probabilities.argmax(axis=1)
        kept = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
        if not kept.any():
            return "", 0.0
        text = "".join(self._characters[number] for number in best[kept])
        return _spaced(text.strip()), float(probabilities[kept, best[kept]].mean())


def _spaced(line: str) -> str:
    """The line with spaces between words that were read as one ("12ExampleRoad"); e-mail and links are left alone."""
    return " ".join(
        word if "@" in word or "/" in word else _JOINT.sub(" ", _JOINT_NUMBER.sub(r"\1 ", word))
        for word in line.split(" ")
    )


def _canvas_for(pixels: Pixels) -> tuple[int, int]:
    """The first canvas on which the longest side of the picture is 960 pixels."""
    scale = _SIDE / max(pixels.shape[:2])
    height, width = (side * scale for side in pixels.shape[:2])
    return next(size for size in _CANVASES if size == _CANVASES[-1] or (height <= size[0] and width <= size[1]))


def _on_canvas(pixels: Pixels, size: tuple[int, int]) -> tuple[NDArray[np.float32], float]:
    """The picture, fitted into the upper left corner of a canvas, for the detector; and its scale there."""
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = min(size[0] / height, size[1] / width, 4.0)
    fitted = (max(1, min(size[1], round(width * scale))), max(1, min(size[0], round(height * scale))))
    picture = np.asarray(Image.fromarray(pixels).resize(fitted, Image.Resampling.BILINEAR))
    canvas = np.zeros((1, 3, *size), dtype=np.float32)
    canvas[0, :, : fitted[1], : fitted[0]] = _normalised(picture)
    return canvas, scale


def _line(crop: Pixels) -> NDArray[np.float32]:
    """A line as the recogniser wants it: 48 pixels high, on the next of a few widths; longer ones are squeezed."""
    from PIL import Image

    height, width = crop.shape[:2]
    wanted = max(1, round(width * _LINE_HEIGHT / height))
    room = next((size for size in _LINE_WIDTHS if size >= wanted), _LINE_WIDTHS[-1])
    picture = np.asarray(Image.fromarray(crop).resize((min(wanted, room), _LINE_HEIGHT), Image.Resampling.BILINEAR))
    canvas = np.zeros((1, 3, _LINE_HEIGHT, room), dtype=np.float32)
    canvas[0, :, :, : picture.shape[1]] = _normalised(picture)
    return canvas


def _normalised(picture: Pixels) -> NDArray[np.float32]:
    """Channels first, blue before red as in training, -1 to 1."""
    return (picture[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 127.5) - 1.0


def _rounded(box: Box) -> Box:
    left, top, right, bottom = (round(side, 4) for side in box)
    return left, top, right, bottom
