"""QR codes in pictures and videos: not only an address exposes somebody, a code that dials their phone does, too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Self

import zxingcpp

from consentry.media import Frame, OpenedMedia
from consentry.records import ComponentDigest, ErrorNote, ExtraPlace, ExtraScore, ExtraSignal
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup

READ = 0.99
"""A code is read only if its error correction agrees: no false reading in 3,125 photographs, so at most 0.1 % (rule of
three; README.md). The rest is for codes that lead elsewhere than they say."""
CONTACT = re.compile(r"(?i)(tel|sms|smsto|mailto|matmsg|mecard|bizcard|begin):|(https?://)?(wa\.me|t\.me|m\.me)/")


class QrCodes:
    """The signal ``qr_code``: whether a medium shows a QR code that can be read, and whether it leads to a person."""

    name = "qr_code"
    words = ("qr_code", "contact")
    needs: frozenset[Need] = frozenset({"frames"})
    after: tuple[str, ...] = ()
    unavailable: tuple[ErrorNote, ...] = ()
    cost = Cost(1.6, "picture", "false_readings.py: README.md")

    def __init__(self) -> None:
        code = sha256(Path(__file__).read_bytes() + version("zxing-cpp").encode())
        number = f"{version('consentry-qr-codes')}+zxing-cpp.{version('zxing-cpp')}"
        self.components = (ComponentDigest(name=self.name, version=number, sha256=code.hexdigest()),)
        self._model = f"{self.name}@{number}"

    @classmethod
    def load(cls, _setup: SignalSetup) -> Self:
        """Nothing to load: the reader is code, not weights."""
        return cls()

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]], /) -> list[Measured]:
        """One record a medium."""
        return [Measured(extra=tuple(self._of_medium(item) for item in opened.media)) for opened in batch]

    def _of_medium(self, item: OpenedMedia) -> ExtraSignal:
        codes: list[ExtraPlace] = []
        contacts: list[ExtraPlace] = []
        for frame in item.frames:
            for found in zxingcpp.read_barcodes(frame.pixels, zxingcpp.BarcodeFormat.QRCode):
                place = ExtraPlace(
                    probability=READ, box=_box(found.position, frame), second=frame.second, until=frame.until
                )
                codes.append(place)
                if CONTACT.match(found.text):
                    contacts.append(place)
        scores = (_score("qr_code", codes), _score("contact", contacts))
        return ExtraSignal(name=self.name, model=self._model, media_id=item.media_id, scores=scores)


def _score(word: str, places: list[ExtraPlace]) -> ExtraScore:
    """A code that was not read may still be there, small or blurred: then the signal does not stand by its number."""
    return ExtraScore(word=word, probability=READ if places else 0.01, certain=bool(places), places=tuple(places))


def _box(position: zxingcpp.Position, frame: Frame) -> tuple[float, float, float, float]:
    height, width = frame.pixels.shape[:2]
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x / width for corner in corners], [corner.y / height for corner in corners]
    return tuple(min(max(value, 0.0), 1.0) for value in (min(across), min(down), max(across), max(down)))
