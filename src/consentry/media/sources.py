"""Opening the bytes of a medium: regular files and bytes in memory, nothing else, and never blocking."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from consentry.media.errors import MediaError
from consentry.media.limits import Limits
from consentry.records import Media

_CHUNK = 1 << 20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


@contextmanager
def open_source(media: Media, limits: Limits) -> Iterator[BinaryIO]:
    """The content of one medium as a seekable file object, its size checked.

    A symbolic link to a regular file is followed: folders of links are a common way to lay out a data set, and paths
    come from whoever runs Consentry, not from whoever published the post.

    Raises:
        MediaError: ``media.address``, ``not_found``, ``not_a_file``, ``unreadable``, ``empty`` or ``too_large``.
    """
    with BytesIO(media.data or b"") if media.path is None else _open_file(media.media_id, media.path) as source:
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        if size == 0:
            raise MediaError(
                f"{media.media_id} is empty.", "Check whether its upload or download was completed.", code="media.empty"
            )
        if size > limits.max_bytes:
            raise _too_large(media.media_id, f"{size:,}", limits)
        yield source


def read_file_object(file: BinaryIO, media_id: str, limits: Limits) -> Media:
    """The rest of a file object, which need not be seekable, as a medium. No more is read than the limits admit.

    Raises:
        MediaError: ``media.unreadable`` or ``too_large``.
    """
    read = bytearray()
    try:
        while len(read) <= limits.max_bytes and (chunk := file.read(min(_CHUNK, limits.max_bytes + 1 - len(read)))):
            read += chunk
    except (OSError, ValueError) as error:  # ValueError: it is closed
        raise _unreadable(media_id) from error
    if len(read) > limits.max_bytes:
        raise _too_large(media_id, f"more than {limits.max_bytes:,}", limits)
    return Media(media_id=media_id, data=bytes(read))


def _open_file(media_id: str, path: Path) -> BinaryIO:
    # Looked at before it is opened, because opening alone makes some devices act; opened without blocking, and looked
    # at again, because it may have been exchanged for a FIFO in between.
    try:
        _require_regular(media_id, path.stat().st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        if _ADDRESS.match(str(path)):
            raise MediaError(
                f"{media_id} is given by a network address.",
                "Download it first: Consentry opens local files and bytes only.",
                code="media.address",
            ) from error
        raise MediaError(
            f"{media_id} was not found.",
            "Check its path; relative ones start at the current folder.",
            code="media.not_found",
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(media_id) from error
    try:
        _require_regular(media_id, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _require_regular(media_id: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise MediaError(
            f"{media_id} is not a regular file.",
            "Give the path of one image or video, not of a folder, pipe, socket or device.",
            code="media.not_a_file",
        )


def _unreadable(media_id: str) -> MediaError:
    return MediaError(f"{media_id} could not be read from the disk.", "Check the permissions and the disk it lies on.")


def _too_large(media_id: str, size: str, limits: Limits) -> MediaError:
    return MediaError(
        f"{media_id} has {size} bytes; the limit is {limits.max_bytes:,}.",
        "Raise Limits.max_bytes if files of this size are expected.",
        code="media.too_large",
    )
