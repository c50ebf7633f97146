"""One medium or manifest over HTTP: redirects looked at one by one, bytes counted, patience limited.

What a server says of itself is not believed: how long its answer is, how it is packed, that more is to come soon.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
import zlib
from dataclasses import dataclass
from typing import IO, Any, Final

import aiohttp
from yarl import URL

from consentry.fetching.addresses import WEB
from consentry.fetching.destinations import PrivateAddressError, checked_sockets, literal_address, may_connect
from consentry.fetching.not_fetched import (
    NotFetchedError,
    bad_address,
    broke_off,
    private_address,
    redirect_refused,
    slow,
    status_refused,
    unreachable,
)
from consentry.fetching.rules import FetchRules
from consentry.version import __version__

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CLEAN: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""All that RFC 3986 lets stand in an address."""
_PIECE: Final = 1 << 18
_GZIP: Final = 16 + zlib.MAX_WBITS
_CONNECTIONS: Final = 64


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        address: With ``http://`` or ``https://``.
        name: What messages call it.
        most: Bytes that it may have, unpacked.
        target: An empty file that the content is written to.
    """

    address: str
    name: str
    most: int
    target: IO[bytes]


def new_session(rules: FetchRules) -> aiohttp.ClientSession:
    """A session that connects only where it may, keeps no cookies, and knows no proxy and no ``.netrc``."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=_CONNECTIONS,
            resolver=aiohttp.ThreadedResolver(),
            socket_factory=checked_sockets(private=rules.private_addresses),
            ssl=ssl.create_default_context(),
        ),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity", "User-Agent": f"consentry/{__version__}"},
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=rules.connect_seconds),
        trust_env=False,
    )


async def request(session: aiohttp.ClientSession, wanted: Wanted, rules: FetchRules) -> None:
    """Fetch something into its target, again if a failure may pass.

    Raises:
        NotFetchedError: It cannot be had.
        OSError: The target cannot be written.
    """
    try:
        async with asyncio.timeout(rules.total_seconds):
            for attempt in range(1, rules.attempts + 1):
                try:
                    await _once(session, wanted, rules)
                except NotFetchedError as error:
                    if not error.may_pass or attempt == rules.attempts:
                        raise
                    waits = rules.first_wait * 2 ** (attempt - 1)
                    await asyncio.sleep(min(max(waits, error.asked_to_wait), rules.longest_wait))
                else:
                    return
    except TimeoutError as error:
        raise slow(wanted.name, f"it took longer than {rules.total_seconds:g} seconds") from error


async def _once(session: aiohttp.ClientSession, wanted: Wanted, rules: FetchRules) -> None:
    wanted.target.seek(0)
    wanted.target.truncate()
    first = url = _parsed(wanted.address, wanted.name)
    given = _authorization(url)
    for _ in range(rules.redirects + 1):
        _check_literal(url, wanted.name, rules)
        # A password is for the server that it was given for, not for where that sends us.
        headers = given if url.origin() == first.origin() else {}
        try:
            async with asyncio.timeout(rules.stall_seconds + rules.connect_seconds):
                response = await session.get(_without_user(url), headers=headers, allow_redirects=False)
            async with response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    url = _next(url, response.headers["Location"], wanted.name)
                    continue
                if response.status != 200:
                    raise status_refused(wanted.name, response.status, response.headers.get("Retry-After", ""))
                await _read(response, wanted, rules)
                return
        except (TimeoutError, ValueError, aiohttp.ClientError) as error:  # ValueError: a host that cannot be looked up
            raise _failure(wanted.name, error) from error
    raise redirect_refused(wanted.name, f"more than {rules.redirects} times")


async def _read(response: aiohttp.ClientResponse, wanted: Wanted, rules: FetchRules) -> None:
    unpacked = _Unpacked(response.headers.get("Content-Encoding", ""), wanted)
    if (response.content_length or 0) > wanted.most:  # if it is true; if not, the bytes are counted
        raise unpacked.too_large()
    ended = False
    while not ended:
        window = 0
        async with asyncio.timeout(rules.stall_seconds):
            while window < rules.stall_bytes:
                piece = await response.content.readany()
                if not piece:
                    ended = True
                    break
                window += len(piece)
                unpacked.add(piece)
    unpacked.end()


class _Unpacked:
    """Counts what comes before and after it is unpacked, and stops at the limit."""

    def __init__(self, encoding: str, wanted: Wanted) -> None:
        self._wanted = wanted
        self._packed = self._plain = 0
        self._gzip: Any = None
        if encoding.strip().lower() in {"gzip", "x-gzip"}:
            self._gzip = zlib.decompressobj(_GZIP)
        elif encoding.strip().lower() not in {"", "identity"}:
            raise NotFetchedError(
                "fetch_failed",
                f"{wanted.name} comes in an encoding that was not asked for.",
                "Have the server send it as it is (Content-Encoding: identity).",
            )

    def add(self, piece: bytes) -> None:
        """Take some bytes as they came."""
        self._packed += len(piece)
        if self._packed > self._wanted.most:
            raise self.too_large()
        if self._gzip is None:
            self._write(piece)
            return
        more = True
        while more:
            if self._gzip.eof:  # what follows is another member of the same file
                self._gzip = zlib.decompressobj(_GZIP)
            try:
                plain = self._gzip.decompress(piece, _PIECE)
            except zlib.error as error:
                raise broke_off(self._wanted.name) from error
            self._write(plain)
            piece = self._gzip.unused_data if self._gzip.eof else self._gzip.unconsumed_tail
            more = bool(piece) or len(plain) == _PIECE

    def end(self) -> None:
        """Nothing more comes."""
        if self._gzip is not None and self._packed and not self._gzip.eof:
            raise broke_off(self._wanted.name)

    def too_large(self) -> NotFetchedError:
        """The error for more bytes than are allowed."""
        return NotFetchedError(
            "too_large",
            f"{self._wanted.name} has more bytes than the limit of {self._wanted.most:,}.",
            "Raise Limits.max_bytes if files of this size are expected.",
        )

    def _write(self, plain: bytes) -> None:
        self._plain += len(plain)
        if self._plain > self._wanted.most:
            raise self.too_large()
        self._wanted.target.write(plain)


def _parsed(text: str, name: str) -> URL:
    """An address; one that is already written as it should be stays as it is, for the sake of signatures in it."""
    try:
        url = URL(text, encoded=_CLEAN.fullmatch(text) is not None)
        url.origin()
        url.port  # noqa: B018  an impossible one raises
    except ValueError as error:
        raise bad_address(name) from error
    return url


def _authorization(url: URL) -> dict[str, str]:
    """User and password of an address, as a server expects them (RFC 7617)."""
    if not (url.user or url.password):
        return {}
    both = f"{url.user or ''}:{url.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


def _without_user(url: URL) -> URL:
    return url.with_user(None) if url.user or url.password else url


def _next(url: URL, location: str, name: str) -> URL:
    """Where a redirect leads, if it may lead there."""
    try:
        found = url.join(URL(location, encoded=_CLEAN.fullmatch(location) is not None))
    except ValueError as error:
        raise redirect_refused(name, "to what is no address") from error
    if found.scheme not in WEB or not found.host:
        raise redirect_refused(name, "to another protocol than HTTP")
    if url.scheme == "https" and found.scheme == "http":
        raise redirect_refused(name, "from https:// to http://")
    return found


def _check_literal(url: URL, name: str, rules: FetchRules) -> None:
    """Refuse an IP address before anything is asked; what names resolve to is checked where sockets are made."""
    literal = literal_address(url.host or "")
    if literal is not None and not may_connect(literal, private=rules.private_addresses):
        raise private_address(name)


def _failure(name: str, error: Exception) -> NotFetchedError:
    """What went wrong between us and the server. Its own text is left aside: it quotes addresses."""
    match error:
        case TimeoutError():
            return slow(name, "nothing, or next to nothing, came for a while", may_pass=True)
        case aiohttp.ClientConnectorDNSError():
            passes = getattr(error.os_error, "errno", None) == socket.EAI_AGAIN
            return unreachable(name, "its host has no address", may_pass=passes)
        case aiohttp.ClientSSLError():
            return unreachable(name, "its certificate or encryption is not accepted", may_pass=False)
        case ValueError():  # aiohttp.InvalidURL is one (and so are errors of certificates)
            return bad_address(name)
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, PrivateAddressError):
            return private_address(name)
        case aiohttp.ClientConnectionError():
            return unreachable(name, "the connection was refused or broke", may_pass=True)
        case aiohttp.ClientPayloadError():
            return broke_off(name)
        case _:
            return unreachable(name, "the server's answer is no HTTP", may_pass=False)
