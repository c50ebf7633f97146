"""Why an address gave nothing. Messages hold the name of what was asked for, and never an address."""

from __future__ import annotations

from typing import Final

_AGAIN: Final = "See that the address can be reached and read from here, then run the job with --retry-errors."
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_ASKED: Final = 4
"""Digits of Retry-After."""

MEDIA_CODES: Final = {
    "bad_address": "media.bad_address",
    "extra_missing": "media.extra_missing",
    "fetch_failed": "media.fetch_failed",
    "fetch_timeout": "media.fetch_timeout",
    "not_found": "media.not_found",
    "private_address": "media.private_address",
    "protocol": "media.protocol",
    "redirect": "media.redirect",
    "refused": "media.refused",
    "too_large": "media.too_large",
}
"""What a medium's error is called, by what went wrong."""
MANIFEST_CODES: Final = {
    "bad_address": "manifest.bad_address",
    "extra_missing": "manifest.filesystem",
    "fetch_failed": "manifest.fetch_failed",
    "fetch_timeout": "manifest.fetch_timeout",
    "not_found": "manifest.missing",
    "private_address": "manifest.private_address",
    "redirect": "manifest.redirect",
    "refused": "manifest.refused",
    "too_large": "manifest.too_large",
}
"""The same for a manifest, which is only fetched by HTTP."""


class NotFetchedError(Exception):
    """Becomes a `MediaError` or a `ManifestError`, whatever it was that was asked for.

    Attributes:
        what: What went wrong; a key of `MEDIA_CODES`.
        message: What happened.
        remedy: What to do.
        may_pass: Whether it is worth asking again.
        asked_to_wait: Seconds that the server asks for.
    """

    def __init__(
        self, what: str, message: str, remedy: str, *, may_pass: bool = False, asked_to_wait: float = 0.0
    ) -> None:
        super().__init__(message)
        self.what = what
        self.message = message
        self.remedy = remedy
        self.may_pass = may_pass
        self.asked_to_wait = asked_to_wait


def private_address(name: str) -> NotFetchedError:
    """Its host is not on the public internet."""
    return NotFetchedError(
        "private_address",
        f"{name} lies, or its server sends us, where only this machine or its network can go.",
        "If that is meant, allow it: --allow-private-addresses. Link-local addresses are never asked.",
    )


def redirect_refused(name: str, how: str) -> NotFetchedError:
    """A redirect that is not followed."""
    return NotFetchedError(
        "redirect", f"The server of {name} sends us elsewhere {how}.", "Give the address that it ends up at."
    )


def bad_address(name: str) -> NotFetchedError:
    """It is no address."""
    return NotFetchedError("bad_address", f"The address of {name} is not written as one.", "Correct it.")


def slow(name: str, how: str, *, may_pass: bool = False) -> NotFetchedError:
    """Time ran out."""
    return NotFetchedError("fetch_timeout", f"{name} could not be fetched in time: {how}.", _AGAIN, may_pass=may_pass)


def unreachable(name: str, how: str, *, may_pass: bool) -> NotFetchedError:
    """No answer."""
    return NotFetchedError("fetch_failed", f"{name} could not be fetched: {how}.", _AGAIN, may_pass=may_pass)


def broke_off(name: str) -> NotFetchedError:
    """Fewer bytes than promised, or damaged ones."""
    return unreachable(name, "its content broke off or was damaged on the way", may_pass=True)


def status_refused(name: str, status: int, retry_after: str) -> NotFetchedError:
    """The server says no.

    Args:
        name: Of what was asked for.
        status: Of the answer.
        retry_after: The header, if there is one; a date in it is left aside.
    """
    if status in (404, 410):
        return not_found(name)
    if status in (401, 403, 407, 451):
        return refused(name, f" (status {status})")
    asked = float(retry_after) if retry_after.isdecimal() and len(retry_after) <= _LONGEST_ASKED else 0.0
    return NotFetchedError(
        "fetch_failed",
        f"{name} could not be fetched: the server answered with the status {status}.",
        _AGAIN,
        may_pass=status in _PASSING,
        asked_to_wait=asked,
    )


def not_found(name: str) -> NotFetchedError:
    """It is not there."""
    return NotFetchedError("not_found", f"{name} was not found.", "Check its address in the manifest.")


def refused(name: str, detail: str = "") -> NotFetchedError:
    """It is there for others."""
    return NotFetchedError(
        "refused",
        f"{name} may not be read from here{detail}.",
        "Give this machine the right to read it, or a new signed address; then run the job with --retry-errors.",
    )


def not_checked(name: str, protocol: str) -> NotFetchedError:
    """A way that cannot be looked at."""
    return NotFetchedError(
        "protocol",
        f"{name} is read by way of {protocol or 'a chain'}, and where that leads cannot be checked.",
        "Give addresses with https://, s3://, gs:// or abfs://; or allow all that fsspec can read, with "
        "--allow-private-addresses.",
    )


def package_missing(name: str, how: str) -> NotFetchedError:
    """What reads the protocol is not installed."""
    return NotFetchedError("extra_missing", f"The package that {name} is read with is not installed.", how)
