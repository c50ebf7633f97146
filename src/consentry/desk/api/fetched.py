"""Media at addresses: brought by the server within bounds, from public machines only, a few at a time."""

from __future__ import annotations

import tempfile
import threading
from typing import IO, Final, cast

from consentry.desk.api.uploads import Pieces, Received, Receiving
from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.fetching.addresses import name_of
from consentry.fetching.downloading import Downloader
from consentry.fetching.not_fetched import NotFetchedError
from consentry.fetching.rules import FetchRules

AT_ONCE: Final = 4
_PIECE: Final = 1 << 20
_turns = threading.BoundedSemaphore(AT_ONCE)
DESK_CODES: Final = {
    "bad_address": "media.bad_address",
    "fetch_failed": "media.fetch_failed",
    "fetch_timeout": "media.fetch_timeout",
    "not_found": "media.not_found",
    "private_address": "media.private_address",
    "redirect": "media.redirect",
    "refused": "media.refused",
    "too_large": "media.too_large",
}
"""What a fetch that failed is called."""


def fetched(address: str, receiving: Receiving, settings: DeskSettings) -> tuple[Received, str]:
    """Bring what lies at an address.

    It is written to a file without a name first, since an attempt that breaks off begins anew.

    Args:
        address: With ``http://`` or ``https://``.
        receiving: Where it is kept.
        settings: Where it may lead, and what it may cost.

    Returns:
        What came, and its name.

    Raises:
        DeskError: ``media.private_address``, ``media.fetch_failed``, ...; ``desk.busy`` while others are fetched.
    """
    if not _turns.acquire(blocking=False):
        receiving.abandon()
        raise DeskError(
            "Too many media are being fetched at the moment.", "Send it again in a while.", code="desk.busy"
        )
    name = name_of(address) or "medium"
    rules = FetchRules(
        private_addresses=settings.private_addresses,
        attempts=2,
        longest_wait=5.0,
        stall_seconds=settings.stall_seconds,
        total_seconds=settings.fetch_seconds,
    )
    try:
        with tempfile.TemporaryFile() as file, Downloader(rules) as downloads:
            target = cast("IO[bytes]", file)
            try:
                downloads.download(address, target, name="the medium", most=settings.upload_bytes)
            except NotFetchedError as error:
                code = DESK_CODES.get(error.what, "media.fetch_failed")
                raise DeskError(error.message, error.remedy, code=code) from error
            target.seek(0)
            pieces = Pieces(receiving)
            while piece := target.read(_PIECE):
                if pieces.add(piece):
                    pieces.write()
            return pieces.end(), name
    except BaseException:
        receiving.abandon()
        raise
    finally:
        _turns.release()
