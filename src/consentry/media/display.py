"""From a decoded video frame to upright RGB: size, shape of its pixels, rotation and mirroring."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from consentry.media.geometry import fit
from consentry.media.sampling import GLANCE_SIDE

_UPRIGHT: Final = (1, 0, 0, 1)
_BT709_FROM_HEIGHT: Final = 720
"""Where a stream does not name its colour matrix, players take BT.709 from this height on and BT.601 below."""


@dataclass(frozen=True)
class Display:
    """How the frames of one stream are to be shown.

    Attributes:
        width: As published, upright.
        height: As published, upright.
        scale: Decoded pixels per published pixel.
        decoded_width: Of the scaled frame before turning.
        decoded_height: Of the scaled frame before turning.
        turn: Signs of the display matrix' upper left part, ``(a, b, c, d)``.
    """

    width: int
    height: int
    scale: float
    decoded_width: int
    decoded_height: int
    turn: tuple[int, int, int, int]

    @classmethod
    def of(cls, frame: Any, longest_side: int) -> Self:
        """From the first frame of a stream."""
        turn = display_turn(frame)
        decoded_width, decoded_height, scale = fit(frame.width, frame.height, longest_side)
        width, height = (frame.width, frame.height) if turn[0] else (frame.height, frame.width)
        return cls(width, height, scale, decoded_width, decoded_height, turn)

    def pixels(self, frame: Any) -> NDArray[np.uint8]:
        """``(height, width, 3)`` uint8 RGB, upright, C-contiguous."""
        named = frame.colorspace not in (2, None)  # 2: unspecified (ITU-T H.273)
        scaled = frame.reformat(
            width=self.decoded_width,
            height=self.decoded_height,
            format="rgb24",
            src_colorspace=None if named else ("ITU709" if frame.height >= _BT709_FROM_HEIGHT else "ITU601"),
            interpolation="AREA",
            threads=1,
        )
        return np.ascontiguousarray(_turned(scaled.to_ndarray(), self.turn))


def glance(frame: Any) -> NDArray[np.uint8]:
    """A frame as a copy of `GLANCE_SIDE` pixels, to compare frames by: neither turned nor true in colour."""
    width, height, _ = fit(frame.width, frame.height, GLANCE_SIDE)
    small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA", threads=1)
    pixels: NDArray[np.uint8] = small.to_ndarray()
    return pixels


def display_turn(frame: Any) -> tuple[int, int, int, int]:
    """The quarter turn and mirroring that the container asks for; upright where it asks for none, or for a slant.

    FFmpeg hands the matrix on as nine 32-bit numbers in row order (libavutil/display.h). A point ``(x, y)`` goes to
    ``(a x + c y, b x + d y)``; only the signs matter here. PyAV's own `rotation` is not enough: it calls a mirrored
    picture, as front cameras make them, one that stands on its head.
    """
    for side_data in frame.side_data:
        if side_data.type.name == "DISPLAYMATRIX":
            raw = bytes(side_data)
            if len(raw) < 36:
                continue
            a, b, _, c, d, *_ = struct.unpack("<9i", raw[:36])
            if (b == c == 0 and a and d) or (a == d == 0 and b and c):
                return _sign(a), _sign(b), _sign(c), _sign(d)
    return _UPRIGHT


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _turned(pixels: NDArray[np.uint8], turn: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    a, b, c, d = turn
    if a:  # columns stay columns
        return pixels[:: 1 if d > 0 else -1, :: 1 if a > 0 else -1]
    # Columns become rows: new x = c y, new y = b x.
    turned = pixels.transpose(1, 0, 2)
    return turned[:: 1 if b > 0 else -1, :: 1 if c > 0 else -1]
