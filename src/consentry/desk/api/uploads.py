"""Media on their way in: taken piece by piece, told by their first bytes, encrypted as they come.

Nothing of a medium is opened here. Whoever looks into it does so in a process without a network (see docs/media.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from consentry.desk.errors import DeskError
from consentry.media.formats import HEAD_BYTES, sniff

_PIECE: Final = 1 << 20
"""Bytes that are encrypted at once."""
CONTENT_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heif",
    "avi": "video/x-msvideo",
    "matroska": "video/x-matroska",
    "mov": "video/mp4",
    "mpegts": "video/mp2t",
}
"""What media are said to be, by what their first bytes say; what the sender says is not believed."""


class Kept(Protocol):
    """A medium that is kept: its address in the vault, and its size."""

    @property
    def address(self) -> str:
        """Where it lies."""
        ...

    @property
    def size(self) -> int:
        """In bytes, as it came."""
        ...


class Receiving(Protocol):
    """A medium that is being kept."""

    def write(self, piece: bytes) -> None:
        """Take more of it."""
        ...

    def finish(self) -> Kept:
        """There is no more."""
        ...

    def abandon(self) -> None:
        """It will not be kept after all."""
        ...


class MediaKeeper(Protocol):
    """Where media are kept, encrypted."""

    def receive(self, key: bytes) -> Receiving:
        """Begin to keep a medium under a key."""
        ...


@dataclass(frozen=True)
class Received:
    """A medium that has come.

    Attributes:
        address: Where it is kept.
        size: In bytes.
        content_type: By its first bytes.
        digest: SHA-256 of what came.
    """

    address: str
    size: int
    content_type: str
    digest: str


class Pieces:
    """Takes a medium in pieces of any size.

    Args:
        receiving: Where they go.
    """

    def __init__(self, receiving: Receiving) -> None:
        self._receiving = receiving
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._content_type = ""

    def add(self, piece: bytes) -> bool:
        """Take a piece; whether enough has come to be written."""
        self._waiting += piece
        return len(self._waiting) >= _PIECE

    def write(self) -> None:
        """Write what has come.

        Raises:
            DeskError: ``desk.wrong_content_type``: it is no medium.
        """
        if not self._waiting:
            return
        if not self._content_type:
            found = sniff(bytes(self._waiting[:HEAD_BYTES]))
            if found is None:
                raise DeskError(
                    "This is no image or video of a kind that is taken.",
                    "Send a JPEG, PNG, GIF, WebP, AVIF, HEIC, MP4, WebM, MKV, AVI or MPEG-TS file as it is.",
                    code="desk.wrong_content_type",
                )
            self._content_type = CONTENT_TYPES[found.name]
        self._digest.update(self._waiting)
        self._receiving.write(bytes(self._waiting))
        self._waiting.clear()

    def end(self) -> Received:
        """There is no more.

        Raises:
            DeskError: ``desk.input``: it was empty; ``desk.wrong_content_type``.
        """
        self.write()
        if not self._content_type:
            raise DeskError("The body is empty.", "Send the file's bytes as the body of the request.")
        kept = self._receiving.finish()
        return Received(kept.address, kept.size, self._content_type, self._digest.hexdigest())


async def received(request: Request, receiving: Receiving) -> Received:
    """Take the body of a request as a medium.

    Raises:
        DeskError: ``desk.input``, ``desk.wrong_content_type``.
    """
    pieces = Pieces(receiving)
    try:
        _require_plain(request)
        async for piece in request.stream():
            if pieces.add(piece):
                await run_in_threadpool(pieces.write)
        return await run_in_threadpool(pieces.end)
    except BaseException:  # whatever it was, a client that went away among it
        await run_in_threadpool(receiving.abandon)
        raise


def _require_plain(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise DeskError(
            "A body that is packed is not taken.", "Send the file as it is.", code="desk.wrong_content_type"
        )
