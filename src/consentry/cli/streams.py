"""Standard output that is full or closed: said once, on standard error, and never with a traceback.

And standard error that is: what cannot be said there is left unsaid, since it may end no job in the middle.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from consentry.writing import OutputError, output_error


class Watched:
    """Standard output that remembers what went wrong with it: after an error Python's own does not.

    Args:
        stream: The one that is watched; ``None`` for one that was closed when the program began (``>&-``).
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As a stream does."""
        with self._noted():
            if self._stream is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            written: int = self._stream.write(text)
        return written

    def flush(self) -> None:
        """As a stream does."""
        with self._noted():
            if self._stream is not None:
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._stream is not None and bool(self._stream.isatty())

    def unprinted(self) -> OutputError | None:
        """Why what was printed has not arrived, or ``None`` if it has, or if the reader had enough (``| head``)."""
        with suppress(OSError):
            self.flush()
        if self.error is None:
            return None
        with suppress(OSError, AttributeError):  # what is left in it would fail again when the program ends
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        return None if self.error.errno == errno.EPIPE else output_error("standard output", self.error)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = error
            raise


class Unheard:
    """Standard error, whose own errors nobody could be told of.

    Args:
        stream: Where it goes as long as it can.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As a stream does."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As a stream does."""
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def watched_output() -> Iterator[Watched]:
    """Standard output and error watched until the end of the block, descriptors 0 to 2 taken.

    The next file to be opened would get the number of a closed one, and what a library in C prints would go into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    output, errors = sys.stdout, sys.stderr
    watched = Watched(output)
    sys.stdout = watched  # all of a stream that anybody here uses
    if errors is not None:
        sys.stderr = Unheard(errors)
    try:
        yield watched
    finally:
        sys.stdout, sys.stderr = output, errors
