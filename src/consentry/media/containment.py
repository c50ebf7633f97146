"""Decoding where it can do no harm: in processes of their own, which can be killed and know nothing.

Decoders are large programs in C that read what strangers wrote. A `DecoderPool` runs them in a few worker processes. A
file that makes one crash, hang or swell costs that file: its future gets a `MediaError`, the process is replaced, the
other files never notice. The processes are started as fresh interpreters (`decoder_worker`), not forked, so it does not
matter what threads and keys the caller holds, nor whether its script has a main guard.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from types import TracebackType
from typing import BinaryIO, Self

from consentry.media.decoder_process import DecoderProcess
from consentry.media.errors import no_room
from consentry.media.limits import Limits
from consentry.media.opened import OpenedMedia
from consentry.media.opening import open_media
from consentry.media.sources import open_source
from consentry.records import Media


class DecoderPool:
    """Opens media, several at once, in processes that are thrown away when a file breaks them.

    Processes are started when there is work for them, and end with the pool, with the object, or with this program,
    however it ends.

    Args:
        workers: How many media are decoded at once; one a core is right.
        limits: Bounds on every medium.
        contained: False decodes in threads of this process: nothing then holds a decoder to `Limits.max_memory`, and
            one that crashes takes this process with it. For media from a source that is trusted, and for debuggers.
    """

    def __init__(self, *, workers: int, limits: Limits, contained: bool = True) -> None:
        self._limits = limits
        self._contained = contained
        self._processes: deque[DecoderProcess] = deque()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="consentry-decode")
        self._finalizer = weakref.finalize(self, _close_all, self._processes)

    def open(self, item: Media, *, longest_side: int = 1024) -> Future[OpenedMedia]:
        """Have one medium opened; arguments and result as for `consentry.media.open_media`.

        Returns:
            A future that brings the frames or raises the `MediaError`.
        """
        if longest_side < 1:
            raise ValueError(f"longest_side must be at least 1 pixel, not {longest_side}")
        if not self._contained:
            return self._threads.submit(open_media, item, limits=self._limits, longest_side=longest_side)
        return self._threads.submit(self._open_contained, item, longest_side)

    def _open_contained(self, item: Media, longest_side: int) -> OpenedMedia:
        with open_source(item, self._limits) as source, _with_descriptor(source, item.media_id) as file:
            try:
                process = self._processes.pop()  # the one that was used last is the one whose memory is warm
            except IndexError:
                process = DecoderProcess(self._limits)
            try:
                return process.open(file, item.media_id, longest_side)
            finally:
                if process.usable:
                    self._processes.append(process)

    def close(self) -> None:
        """Finish what was begun, drop what was not, end the processes."""
        self._threads.shutdown(cancel_futures=True)
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _with_descriptor(source: BinaryIO, media_id: str) -> Iterator[BinaryIO]:
    """The same content as a file that can be handed to another process; bytes in memory stay in memory (Linux)."""
    try:
        source.fileno()
    except OSError:
        pass
    else:
        yield source
        return
    try:
        file = _unnamed_file()
    except OSError as error:
        raise no_room(media_id, error) from error
    with closing(file):
        try:
            while chunk := source.read(1 << 20):
                file.write(chunk)
            file.flush()
            file.seek(0)
        except OSError as error:
            with suppress(OSError):  # what did not fit is written once more when a file is closed
                file.close()
            raise no_room(media_id, error) from error
        yield file


def _unnamed_file() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("medium"), "w+b")
    return tempfile.TemporaryFile()


def _close_all(processes: deque[DecoderProcess]) -> None:
    while processes:
        processes.pop().close()
