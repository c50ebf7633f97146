"""Media that lie elsewhere: fetched whole, within the limits, when their turn comes.

Only the job fetches anything, and only from addresses that stand in the manifest of whoever runs it. What was fetched
is decoded from memory like any other bytes, in a process that has no network.
"""

from __future__ import annotations

import io
import time
from types import TracebackType
from typing import Any, Final, Self

from consentry.fetching.addresses import how_to_install, is_address, is_plain, is_web, name_of, protocol_of
from consentry.fetching.downloading import Downloader
from consentry.fetching.not_fetched import (
    MEDIA_CODES,
    NotFetchedError,
    not_checked,
    not_found,
    package_missing,
    refused,
    slow,
    unreachable,
)
from consentry.fetching.rules import FetchRules
from consentry.media import Limits, MediaError
from consentry.records import Media

_CHUNK: Final = 1 << 20


class AddressedMedia(Media):
    """A medium at an address that fsspec can read; its `path` is the address as far as a path can hold it."""

    address: str


def medium_at(address: str) -> Media:
    """A medium for a path or an address; its id is the last part, without what only the server should know."""
    if not is_address(address):
        return Media.model_validate({"path": address})
    return AddressedMedia.model_validate({"media_id": name_of(address), "path": address, "address": address})


class Fetcher:
    """Fetches media for as long as it is open; called from several threads at a time.

    Args:
        limits: `Limits.max_bytes` bounds a medium.
        rules: Where it may go, and what it may cost.
    """

    def __init__(self, limits: Limits, rules: FetchRules = FetchRules()) -> None:
        self._limits = limits
        self._rules = rules
        self._downloads = Downloader(rules)

    def __call__(self, item: Media) -> Media:
        """The medium with its bytes, if it lies elsewhere.

        Raises:
            MediaError: ``media.not_found``, ``refused``, ``empty``, ``too_large``, ``fetch_failed``,
                ``fetch_timeout``, ``private_address``, ``redirect``, ``protocol``, ``bad_address`` or
                ``extra_missing``. Its text holds the medium's id, and nothing of the address.
        """
        if not isinstance(item, AddressedMedia):
            return item
        target = io.BytesIO()
        try:
            if is_web(item.address):
                self._downloads.download(item.address, target, name=item.media_id, most=self._limits.max_bytes)
            else:
                self._read(item, target)
        except NotFetchedError as error:
            raise MediaError(error.message, error.remedy, code=MEDIA_CODES[error.what]) from error
        if not target.tell():
            raise MediaError(
                f"{item.media_id} is empty.", "Check whether its upload or download was completed.", code="media.empty"
            )
        return Media(media_id=item.media_id, data=target.getvalue())

    def close(self) -> None:
        """End what is under way."""
        self._downloads.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, item: AddressedMedia, target: io.BytesIO) -> None:
        """By fsspec: object stores, and what else there is where that is allowed."""
        import fsspec

        protocol, name = protocol_of(item.address), item.media_id
        if not (is_plain(item.address) or self._rules.private_addresses):
            raise not_checked(name, "" if "::" in item.address else f"{protocol}://")
        try:
            with fsspec.open(item.address, "rb") as stream:
                self._copy(stream, target, name)
        except NotFetchedError:
            raise
        except FileNotFoundError as error:
            raise not_found(name) from error
        except PermissionError as error:
            raise refused(name) from error
        except ImportError as error:
            raise package_missing(name, how_to_install(protocol)) from error
        except Exception as error:  # every file system has errors of its own
            raise unreachable(name, f"{type(error).__name__} by {protocol}", may_pass=False) from error

    def _copy(self, stream: Any, target: io.BytesIO, name: str) -> None:
        deadline = time.monotonic() + self._rules.total_seconds
        while chunk := stream.read(_CHUNK):
            target.write(chunk)
            if target.tell() > self._limits.max_bytes:
                raise NotFetchedError(
                    "too_large",
                    f"{name} has more bytes than the limit of {self._limits.max_bytes:,}.",
                    "Raise Limits.max_bytes if files of this size are expected.",
                )
            if time.monotonic() > deadline:
                raise slow(name, f"it took longer than {self._rules.total_seconds:g} seconds")
