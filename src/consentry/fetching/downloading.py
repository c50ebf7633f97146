"""HTTP for callers that wait: any number of threads ask, one event loop of its own does the work.

Connections are kept between one medium and the next, and are gone at the end.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final, Self

from consentry.fetching.addresses import how_to_install
from consentry.fetching.not_fetched import NotFetchedError, package_missing
from consentry.fetching.rules import FetchRules

if TYPE_CHECKING:
    import aiohttp

_GOODBYE: Final = 5.0
"""Seconds that closing waits for; a look-up of a name that hangs cannot be called back."""


class Downloader:
    """Fetches over HTTP under rules. Nothing is started before something is asked for.

    Args:
        rules: Where it may go, and what it may cost.
    """

    def __init__(self, rules: FetchRules) -> None:
        self._rules = rules
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._end: asyncio.Event | None = None

    def download(self, address: str, target: IO[bytes], *, name: str, most: int) -> None:
        """Write what an address gives into a file; called from any thread.

        Args:
            address: With ``http://`` or ``https://``.
            target: Open for writing; what is in it is lost.
            name: What messages call it.
            most: Bytes that it may have.

        Raises:
            NotFetchedError: It cannot be had.
            OSError: The target cannot be written.
        """
        try:
            from consentry.fetching.requesting import Wanted, request
        except ImportError as error:
            raise package_missing(name, how_to_install("http")) from error
        with self._lock:
            loop, session = self._running(name)
            wanted = Wanted(address, name, most, target)
            pending = asyncio.run_coroutine_threadsafe(request(session, wanted, self._rules), loop)
        try:
            pending.result()
        except CancelledError as error:
            raise _ended(name) from error
        finally:
            pending.cancel()  # an interrupt while waiting

    def close(self) -> None:
        """Give up what is under way, and end the connections."""
        with self._lock:
            self._closed = True
            if self._loop is not None and self._end is not None:
                self._loop.call_soon_threadsafe(self._end.set)
        if self._thread is not None:
            self._thread.join(_GOODBYE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self, name: str) -> tuple[asyncio.AbstractEventLoop, Any]:
        if self._closed:
            raise _ended(name)
        if self._thread is None:
            ready = threading.Event()
            self._thread = threading.Thread(
                target=lambda: asyncio.run(self._serve(ready)), name="consentry-download", daemon=True
            )
            self._thread.start()
            ready.wait()
        if self._loop is None:
            raise _ended(name)
        return self._loop, self._session

    async def _serve(self, ready: threading.Event) -> None:
        """Until the end, which cancels what is still under way."""
        from consentry.fetching.requesting import new_session

        try:
            async with new_session(self._rules) as self._session:
                self._end = asyncio.Event()
                self._loop = asyncio.get_running_loop()
                ready.set()
                await self._end.wait()
                under_way = asyncio.all_tasks() - {asyncio.current_task()}
                for task in under_way:
                    task.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)
        finally:
            ready.set()


def _ended(name: str) -> NotFetchedError:
    return NotFetchedError(
        "fetch_failed", f"{name} was not fetched: the job ended meanwhile.", "Run the job again with --retry-errors."
    )
