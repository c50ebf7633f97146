"""Opening the bytes of a medium: regular files and bytes in memory, nothing else, and never blocking."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EBADF, EINVAL
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO

from consentry.media.errors import MediaError, unreadable
from consentry.media.limits import Limits
from consentry.records import Media

_CHUNK = 1 << 20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


@contextmanager
def open_source(media: Media, limits: Limits) -> Iterator[BinaryIO]:
    """The content of one medium as a seekable file object, its size checked; no `OSError` comes out of it.

    A symbolic link to a regular file is followed: folders of links are a common way to lay out a data set, and paths
    come from whoever runs Consentry, not from whoever published the post.

    Raises:
        MediaError: ``media.address``, ``not_found``, ``not_a_file``, ``unreadable``, ``empty`` or ``too_large``; at
            the end of the block ``changed``, in place of whatever went wrong in it.
    """
    source = BytesIO(media.data or b"") if media.path is None else _open_file(media.media_id, media.path)
    try:
        size = _size(media.media_id, source)
        if size == 0:
            raise MediaError(
                f"{media.media_id} is empty.", "Check whether its upload or download was completed.", code="media.empty"
            )
        if size > limits.max_bytes:
            raise _too_large(media.media_id, f"{size:,}", limits)
        before = None if media.path is None else _version(media.media_id, source)
        try:
            yield source
        except MediaError as error:
            if _has_changed(media.media_id, source, before):
                raise _changed(media.media_id) from error
            raise
        if _has_changed(media.media_id, source, before):
            raise _changed(media.media_id)
    finally:
        with suppress(OSError):  # a network share may say only now that it is gone; what was read has been read
            source.close()


class WatchedSource(RawIOBase):
    """An open file as a decoder gets it: where the system fails to read on, it ends, and `failure` says why.

    Decoders take a failing disk for a damaged file, or print tracebacks; whoever hands them the file looks at `failure`
    when they are done.

    Args:
        source: Opened for reading; stays open.
    """

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self.failure: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """As of any file; nothing once the system has failed."""
        if self.failure is None:
            try:
                return self._source.read(size)
            except OSError as error:
                self.failure = error
        return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        try:
            return self._source.seek(offset, whence)
        except OSError as error:
            if error.errno != EINVAL:  # which is a place that no file has: what the content asked for
                self.failure = error
            raise

    def tell(self) -> int:
        """As of any file."""
        return self._source.tell()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True


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
        raise unreadable(media_id, error if isinstance(error, OSError) else OSError(EBADF, "closed")) from error
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
        raise unreadable(media_id, error) from error
    try:
        _require_regular(media_id, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException as error:
        with suppress(OSError):
            os.close(descriptor)
        if isinstance(error, OSError):
            raise unreadable(media_id, error) from error
        raise


def _size(media_id: str, source: BinaryIO) -> int:
    try:
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
    except OSError as error:  # a file of /proc, for instance, that has no end
        raise unreadable(media_id, error) from error
    return size


def _version(media_id: str, source: BinaryIO) -> tuple[int, int]:
    """What tells one content of an open file from another: its size, and when it was last written to."""
    try:
        found = os.fstat(source.fileno())
    except OSError as error:
        raise unreadable(media_id, error) from error
    return found.st_size, found.st_mtime_ns


def _has_changed(media_id: str, source: BinaryIO, before: tuple[int, int] | None) -> bool:
    return before is not None and _version(media_id, source) != before


def _require_regular(media_id: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise MediaError(
            f"{media_id} is not a regular file.",
            "Give the path of one image or video, not of a folder, pipe, socket or device.",
            code="media.not_a_file",
        )


def _changed(media_id: str) -> MediaError:
    return MediaError(
        f"{media_id} was changed while it was read.",
        "Leave media as they are while they are assessed; then try again.",
        code="media.changed",
    )


def _too_large(media_id: str, size: str, limits: Limits) -> MediaError:
    return MediaError(
        f"{media_id} has {size} bytes; the limit is {limits.max_bytes:,}.",
        "Raise Limits.max_bytes if files of this size are expected.",
        code="media.too_large",
    )
