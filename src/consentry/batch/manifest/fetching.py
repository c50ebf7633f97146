"""Media that lie elsewhere: fetched whole, within the limits, when their turn comes.

Only the job fetches anything, and only from addresses that stand in the manifest of whoever runs it. What was fetched
is decoded from memory like any other bytes, in a process that has no network.
"""

from __future__ import annotations

import posixpath
from typing import Any, Final

from consentry.batch.manifest.sources import is_address
from consentry.media import Limits, MediaError
from consentry.records import Media

_CHUNK: Final = 1 << 20


class AddressedMedia(Media):
    """A medium at an address that fsspec can read; its `path` is the address as far as a path can hold it."""

    address: str


def medium_at(address: str) -> Media:
    """A medium for a path or an address; its id is the last part."""
    if not is_address(address):
        return Media.model_validate({"path": address})
    name = posixpath.basename(address.split("::")[0].split("?")[0].rstrip("/")) or address
    return AddressedMedia.model_validate({"media_id": name, "path": address, "address": address})


def fetch(item: Media, limits: Limits) -> Media:
    """The medium with its bytes, if it lies elsewhere.

    Raises:
        MediaError: ``media.not_found``, ``media.too_large``, ``media.fetch_failed``.
    """
    if not isinstance(item, AddressedMedia):
        return item
    import fsspec

    try:
        with fsspec.open(item.address, "rb") as stream:
            data = _read(stream, limits.max_bytes, item.media_id)
    except MediaError:
        raise
    except FileNotFoundError as error:
        raise MediaError(
            f"{item.media_id} was not found.", "Check its address in the manifest.", code="media.not_found"
        ) from error
    except Exception as error:  # every file system has errors of its own
        raise MediaError(
            f"{item.media_id} could not be fetched ({type(error).__name__}).",
            "See that the address can be reached and read from here, then run the job with --retry-errors.",
            code="media.fetch_failed",
        ) from error
    if not data:
        raise MediaError(
            f"{item.media_id} is empty.", "Check whether its upload or download was completed.", code="media.empty"
        )
    return Media(media_id=item.media_id, data=data)


def _read(stream: Any, most: int, media_id: str) -> bytes:
    data = bytearray()
    while chunk := stream.read(_CHUNK):
        data += chunk
        if len(data) > most:
            raise MediaError(
                f"{media_id} has more bytes than the limit of {most:,}.",
                "Raise Limits.max_bytes if files of this size are expected.",
                code="media.too_large",
            )
    return bytes(data)
