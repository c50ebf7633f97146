"""Versions of what is changed by several people: ETag and If-Match (RFC 9110, 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re
from typing import Final

from consentry.desk.errors import DeskError

_TAG: Final = re.compile(r'\s*"(\d{1,18})"\s*')


def etag_of(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def version_in(header: str | None) -> int:
    """The version that somebody saw, from If-Match.

    Raises:
        DeskError: ``desk.no_version``: there is none; ``desk.version``: it can be no version of ours.
    """
    if header is None:
        raise DeskError(
            "It was not said which version this is about.",
            "Send the ETag that you read it with as If-Match.",
            code="desk.no_version",
        )
    if (found := _TAG.fullmatch(header)) is None:
        raise stale()
    return int(found[1])


def stale() -> DeskError:
    """The error for a version that somebody else has changed meanwhile."""
    return DeskError(
        "Somebody has changed it since you read it.", "Read it again, look, and then decide.", code="desk.version"
    )
