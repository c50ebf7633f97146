"""vPDQ: a video's fingerprint is the PDQ fingerprints of its frames, a frame a second.

Reference: https://github.com/facebook/ThreatExchange/tree/main/vpdq. Written and read as python-threatexchange does
it (`threatexchange/extensions/vpdq/vpdq_util.py` of version 1.2): a JSON list of ``"hash,quality,second"``; the older
form, an object of frame numbers, is read too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import isfinite
from typing import Any, Final, NamedTuple

from consentry.signals.copies.fingerprints import QUALITY_FLOOR

MATCH_SHARE: Final = 0.8
"""From this share of its frames on, a video counts as a copy (python-threatexchange: at least 80 % of the query's)."""

_HEXADECIMAL_DIGITS: Final = 64


class VideoFrame(NamedTuple):
    """One frame of a video's fingerprint.

    Attributes:
        bits: 32 bytes.
        quality: PDQ's, 0 to 100.
        second: From the start of the video.
    """

    bits: bytes
    quality: int
    second: float


def comparable_frames(frames: Iterable[VideoFrame]) -> tuple[VideoFrame, ...]:
    """Those with enough detail, each fingerprint once, as in the reference: a still scene must not weigh more."""
    distinct: dict[bytes, VideoFrame] = {}
    for frame in frames:
        if frame.quality >= QUALITY_FLOOR:
            distinct.setdefault(frame.bits, frame)
    return tuple(distinct.values())


def frames_as_json(frames: Iterable[VideoFrame]) -> str:
    """The exchange format; seconds to the millisecond.

    The reference writes three significant digits, which blurs times from 17 minutes on; it reads what is here.
    """
    return json.dumps([f"{frame.bits.hex()},{frame.quality},{round(frame.second, 3)!r}" for frame in frames])


def read_frames(text: str) -> tuple[VideoFrame, ...]:
    """Read a vPDQ fingerprint.

    Raises:
        ValueError: It is none.
    """
    try:
        written = json.loads(text)
    except RecursionError as error:
        raise ValueError("not a vPDQ fingerprint") from error
    if isinstance(written, list):
        frames = [_frame(*_parts(item)) for item in written]
    elif isinstance(written, dict):
        frames = [_numbered_frame(item) for item in written.values()]
    else:
        frames = []
    if not frames:
        raise ValueError("not a vPDQ fingerprint")
    return tuple(sorted(frames, key=lambda frame: frame.second))


def _parts(item: Any) -> tuple[str, str, str]:
    parts = item.split(",") if isinstance(item, str) else []
    if len(parts) != 3:
        raise ValueError("a frame is written as hash,quality,second")
    return parts[0], parts[1], parts[2]


def _numbered_frame(item: Any) -> VideoFrame:
    if not isinstance(item, dict) or not {"hash", "quality", "timestamp"} <= set(item):
        raise ValueError("a frame has a hash, a quality and a timestamp")
    return _frame(str(item["hash"]), str(item["quality"]), str(item["timestamp"]))


def _frame(written: str, quality: str, second: str) -> VideoFrame:
    bits = bytes.fromhex(written) if len(written) == _HEXADECIMAL_DIGITS else b""
    frame = VideoFrame(bits, int(quality), float(second))
    if len(bits) * 2 != _HEXADECIMAL_DIGITS or not 0 <= frame.quality <= 100:
        raise ValueError("a frame has 64 hexadecimal digits and a quality from 0 to 100")
    if not isfinite(frame.second) or frame.second < 0:
        raise ValueError("a frame's second is a number from 0 on")
    return frame
