"""What an address says: its protocol, the package that reads it, and how it may be shown to people."""

from __future__ import annotations

import re
from typing import Final

WEB: Final = frozenset({"http", "https"})
"""Fetched by `consentry.fetching.downloading`; everything else is read by fsspec."""
STORES: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
"""Object stores. Which machine is asked is a matter of whoever runs the job (region, end point), not of the address."""
HERE: Final = frozenset({"file", "local", "memory", "data"})
"""Of this machine, or of this process."""

_EXTRAS: Final = {
    **dict.fromkeys(("http", "https"), ("http", "aiohttp")),
    **dict.fromkeys(("s3", "s3a"), ("s3", "s3fs")),
    **dict.fromkeys(("gs", "gcs"), ("gs", "gcsfs")),
    **dict.fromkeys(("az", "abfs", "abfss"), ("az", "adlfs")),
}
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(//|:)")
_PROTOCOL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_QUERY: Final = re.compile(r"\?[^/?]*=.*", re.DOTALL)
_PASSWORD: Final = re.compile(r"^[^/@]*:[^/]*@")


def is_address(text: str) -> bool:
    """Whether it names a protocol, so is no path of this machine."""
    return _ADDRESS.match(text) is not None


def protocol_of(address: str) -> str:
    """The protocol, in small letters; of a chain (``zip://a.jpg::https://...``) the first; empty for a path."""
    found = _PROTOCOL.match(address)
    return found[1].lower() if found else ""


def is_web(address: str) -> bool:
    """Whether it is fetched over HTTP, from the host that stands in it."""
    return protocol_of(address) in WEB and "://" in address


def is_plain(address: str) -> bool:
    """Whether reading it asks no machine that the address itself chooses, other than over HTTP."""
    return "::" not in address and protocol_of(address) in WEB | STORES | HERE


def shown(address: str) -> str:
    """An address as messages and results may show it: without user, password, token or signature."""
    return "::".join(_shown(part) for part in address.split("::"))


def name_of(address: str) -> str:
    """The last part of an address's path, or its host; never its query or a password."""
    if not _PROTOCOL.match(address):
        return address.rstrip("/").rsplit("/", 1)[-1]
    plain = _shown(address.split("::")[0]).rstrip("/")
    return plain.rsplit("/", 1)[-1] or plain


def how_to_install(protocol: str) -> str:
    """What to do where the package that reads a protocol is missing."""
    if protocol in _EXTRAS:
        extra, package = _EXTRAS[protocol]
        return f'Install {package} with: pip install "consentry[{extra}]".'
    return f"Install the package that fsspec needs for {protocol}:// addresses."


def _shown(part: str) -> str:
    protocol, separator, rest = part.partition("://")
    if not separator:
        return part
    if protocol.lower() in WEB:
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
        host, slash, path = rest.partition("/")
        return f"{protocol}://{host.rpartition('@')[2]}{slash}{path}"
    return f"{protocol}://{_PASSWORD.sub('', _QUERY.sub('', rest))}"
