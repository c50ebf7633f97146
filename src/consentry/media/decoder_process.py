"""A decoder process as its owner sees it: it starts, opens one medium after the other, and is killed when need be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from typing import BinaryIO, Final

from consentry.errors import ConsentryError
from consentry.media.decoder_messages import (
    BrokenAnswerError,
    OtherSideGoneError,
    new_pair,
    receive_answer,
    receive_header,
    send_header,
)
from consentry.media.decoder_worker import KILL_AFTER
from consentry.media.errors import MediaError, took_too_long, took_too_much_memory
from consentry.media.limits import Limits
from consentry.media.opened import OpenedMedia

WORKER_MODULE = "consentry.media.decoder_worker"
_START_SECONDS: Final = 120.0
_HANG_UP_SECONDS: Final = 2.0
_INHERITED: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONHOME", "TMPDIR")
"""All that a decoder gets of the environment: no proxy, no token, no key."""


class DecoderProcess:
    """One decoder process and the line to it. Used by one thread at a time.

    Args:
        limits: What it is held to.

    Raises:
        MediaError: ``media.decoder_unavailable``.

    Attributes:
        usable: Whether it can take a further medium.
        shut: Whether the kernel keeps it from the network; known once it has opened something.
    """

    def __init__(self, limits: Limits) -> None:
        self.usable = True
        self.shut: bool | None = None
        self._limits = limits
        try:
            self._line, theirs = new_pair()
        except OSError as error:  # no further files may be open
            raise _unavailable() from error
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
                    [sys.executable, "-P", "-m", WORKER_MODULE, str(theirs.fileno()), json.dumps(asdict(limits))],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    cwd=os.sep,
                    env=_environment(),
                    start_new_session=True,
                )
        except (OSError, ValueError, MemoryError, subprocess.SubprocessError) as error:
            self._line.close()
            raise _unavailable() from error

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def open(self, source: BinaryIO, media_id: str, longest_side: int) -> OpenedMedia:
        """Have one medium read from an open file (a real one, with a descriptor).

        Raises:
            InternalError: Code of ours broke in the process, which then is gone as well.
            MediaError: What `consentry.media.open_media` raises, or ``media.timeout``, ``memory``,
                ``decoder_crashed``, ``decoder_killed`` or ``decoder_unavailable``; after those five but ``memory``
                the process is gone.
        """
        try:
            self._wait_until_ready()
            send_header(self._line, {"media_id": media_id, "longest_side": longest_side}, (source.fileno(),))
            deadline = time.monotonic() + self._limits.max_seconds + KILL_AFTER
            answer, worn = receive_answer(self._line, media_id, self._limits, longest_side, deadline)
        except TimeoutError as error:
            self.kill()
            raise took_too_long(media_id, self._limits.max_seconds) from error
        except (BrokenAnswerError, OSError) as error:
            nonsense = isinstance(error, BrokenAnswerError) and not isinstance(error, OtherSideGoneError)
            raise self._cause_of_death(media_id, nonsense=nonsense) from error
        except BaseException as error:  # an interrupt in the middle of an answer: the line is no longer in step
            self.kill()
            if isinstance(error, MemoryError):  # there is room for the frames there, and none here
                raise took_too_much_memory(media_id) from error
            raise
        if worn:
            self.close()
        if isinstance(answer, ConsentryError):
            raise answer
        return answer

    def close(self) -> None:
        """Hang up, upon which the process ends by itself; killed if it does not."""
        self.usable = False
        self._line.close()
        try:
            self._process.wait(_HANG_UP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self.usable = False
        self._line.close()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()

    def _wait_until_ready(self) -> None:
        if self.shut is not None:
            return
        try:
            header = receive_header(self._line, time.monotonic() + _START_SECONDS)
        except (TimeoutError, BrokenAnswerError, OSError) as error:
            self.kill()
            raise _unavailable() from error
        self.shut = header.get("shut") is True

    def _cause_of_death(self, media_id: str, *, nonsense: bool) -> MediaError:
        """Why the line broke. A process that still runs spoke nonsense, which is a breakdown as well."""
        try:
            status = self._process.wait(0.0 if nonsense else _HANG_UP_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        self.kill()
        if status in (-signal.SIGKILL, -signal.SIGTERM):
            return MediaError(
                f"The decoder was ended from outside while it read {media_id}.",
                "See whether the machine ran out of memory; give it more, or lower Limits.max_memory and the workers.",
                code="media.decoder_killed",
            )
        if status == -signal.SIGALRM:
            return took_too_long(media_id, self._limits.max_seconds)
        return MediaError(
            f"The decoder broke down while it read {media_id}.",
            "Treat the file as hostile: keep it from other programs, and look at it on a machine made for that.",
            code="media.decoder_crashed",
        )


def _environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # The same modules as here, also where they were found by a path that was set while running.
    environment["PYTHONPATH"] = os.pathsep.join(path for path in map(os.path.abspath, sys.path) if os.path.exists(path))  # noqa: PTH110
    environment["OMP_NUM_THREADS"] = environment["OPENBLAS_NUM_THREADS"] = "1"
    return environment


def _unavailable() -> MediaError:
    return MediaError(
        "No decoder process could be started.",
        "See that Python can start a further process here, or decode in this one (contained=False).",
        code="media.decoder_unavailable",
    )
