"""What every picture of a manifest looks like, in short: its digest, size and PDQ fingerprint, kept on disk.

A thousand pictures of 320 pixels take about two seconds on one core, and next to none the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.runtime.model_folder import sha256_of
from consentry.signals.copies import fingerprint
from consentry.training.data.manifest import Row
from consentry.training.data.pictures import Skipped
from consentry.training.progress import Progress, silent
from consentry.writing import writing

_DECODED_SIDE: Final = 512
"""PDQ shrinks what is larger to 512 x 512; a JPEG decoded to about that size at once takes a fraction of the time."""

_SAVE_EVERY: Final = 2000
_TOLD_EVERY: Final = 50
_FILE: Final = "picture_prints_1.npz"


@dataclass(frozen=True)
class PicturePrints:
    """Prints of those rows whose pictures could be read.

    Attributes:
        rows: Those rows, in their order.
        digests: SHA-256 of each file, by its path; of files that could not be decoded, too.
        words: The PDQ fingerprint of each picture in its eight turned and mirrored ways, as it is first; uint64 of
            shape (len(rows), 8, 4).
        quality: PDQ's measure of detail, 0 to 100.
        sizes: Width and height, upright; int32 of shape (len(rows), 2).
        skipped: The rows that could not be read.
    """

    rows: tuple[Row, ...]
    digests: dict[Path, str]
    words: NDArray[np.uint64] = field(repr=False)
    quality: NDArray[np.uint8] = field(repr=False)
    sizes: NDArray[np.int32] = field(repr=False)
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class _Print:
    bits: bytes
    quality: int
    size: tuple[int, int]


class _Store:
    """Prints by digest of the file. Work that was interrupted is taken up where it was last saved."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / _FILE
        self.known: dict[str, _Print] = {}
        if self._path is not None and self._path.is_file():
            with np.load(self._path, allow_pickle=False) as stored:
                for digest, bits, quality, size in zip(
                    stored["digests"].tolist(), stored["bits"], stored["quality"], stored["sizes"], strict=True
                ):
                    self.known[digest] = _Print(bits.tobytes(), int(quality), (int(size[0]), int(size[1])))

    def save(self) -> None:
        """Write everything, whole or not at all."""
        if self._path is None or not self.known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        digests = sorted(self.known)
        unfinished = self._path.with_suffix(".unfinished.npz")
        with writing(self._path):
            np.savez(
                unfinished,
                digests=np.array(digests),
                bits=np.stack([np.frombuffer(self.known[digest].bits, np.uint8) for digest in digests]),
                quality=np.array([self.known[digest].quality for digest in digests], dtype=np.uint8),
                sizes=np.array([self.known[digest].size for digest in digests], dtype=np.int32),
            )
            unfinished.replace(self._path)


def picture_prints(rows: Sequence[Row], *, cache: Path | None = None, progress: Progress = silent) -> PicturePrints:
    """Read every picture once, and remember what it looks like.

    Args:
        rows: Of a manifest. A video is represented by its middle frame.
        cache: A folder to keep the prints in; nothing is kept if ``None``.
        progress: Told as pictures are read.
    """
    store = _Store(cache)
    digests: dict[Path, str] = {}
    unreadable: dict[Path, Skipped] = {}
    unsaved = 0
    for done, row in enumerate(rows, 1):
        try:
            digest = digests.get(row.path) or sha256_of(row.path)
        except OSError:
            unreadable[row.path] = Skipped(row.name, "media.not_found", "There is no such file, or it cannot be read.")
            continue
        digests[row.path] = digest
        if digest not in store.known:
            found = _print(row)
            if isinstance(found, Skipped):
                unreadable[row.path] = found
            else:
                store.known[digest] = found
                unsaved += 1
        if unsaved >= _SAVE_EVERY:
            store.save()
            unsaved = 0
        if done % _TOLD_EVERY == 0 or done == len(rows):
            progress("pictures", done, len(rows))
    if unsaved:
        store.save()
    readable = tuple(row for row in rows if row.path not in unreadable)
    prints = [store.known[digests[row.path]] for row in readable]
    return PicturePrints(
        rows=readable,
        digests=digests,
        words=np.frombuffer(b"".join(item.bits for item in prints), dtype=np.uint64).reshape(-1, 8, 4),
        quality=np.array([item.quality for item in prints], dtype=np.uint8),
        sizes=np.array([item.size for item in prints], dtype=np.int32).reshape(-1, 2),
        skipped=tuple(unreadable[row.path] for row in rows if row.path in unreadable),
    )


def _print(row: Row) -> _Print | Skipped:
    try:
        opened = open_media(Media(path=row.path), longest_side=_DECODED_SIDE)
    except MediaError as error:
        return Skipped(row.name, error.code, error.message)
    frame = opened.frames[len(opened.frames) // 2]
    found = fingerprint(frame.pixels)
    return _Print(b"".join(found.variants), found.quality, (opened.width, opened.height))
