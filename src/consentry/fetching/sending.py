"""One message to an address that somebody gave: where it may go, how long it may take, how much is read of the answer.

The only thing that is ever sent over HTTP, and only the desk's webhooks send it. Redirects are not followed, proxies
and cookies are not known, and an answer is read for its status and its first bytes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from consentry.fetching.addresses import WEB
from consentry.fetching.destinations import PrivateAddressError, checked_sockets, literal_address, may_connect
from consentry.version import __version__

_SHOWN: Final = 1_024
"""Bytes of an answer that are kept to be shown."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of one message.

    Attributes:
        status: Of the answer; ``None`` if there was none.
        trouble: Why there was none, in a few words that quote nothing: ``private_address``, ``slow``, ``unreachable``,
            ``certificate``, ``bad_address``, ``redirect``, ``no_http``. ``None`` if there was an answer.
        retry_after: Seconds that the receiver asks for.
        answer: The beginning of the answer's text.
    """

    status: int | None = None
    trouble: str | None = None
    retry_after: float = 0.0
    answer: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def send(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool,
    connect_seconds: float = 5.0,
    total_seconds: float = 15.0,
) -> Sent:
    """Send a body with POST and say what came of it; it raises nothing that concerns the receiver.

    Args:
        address: With ``http://`` or ``https://``.
        body: What is sent.
        headers: Besides those of HTTP.
        private: Whether loopback and private networks may be connected to; link-local ones never.
        connect_seconds: For finding and connecting to the host.
        total_seconds: For all of it, until the answer's head and first bytes have come.
    """
    made = _send(address, body, headers, private=private, connect_seconds=connect_seconds, total_seconds=total_seconds)
    return asyncio.run(made)


def refused_literal(address: str, *, private: bool) -> str | None:
    """Why an address is refused as it stands, before anything is asked; ``None`` if it may be tried."""
    try:
        url = URL(address)
        host, _ = url.host, url.port
    except ValueError:
        return "bad_address"
    if url.scheme not in WEB or not host or url.user or url.password:
        return "bad_address"
    literal = literal_address(host)
    if literal is not None and not may_connect(literal, private=private):
        return "private_address"
    if not private and (host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost")):
        return "private_address"
    return None


async def _send(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool,
    connect_seconds: float,
    total_seconds: float,
) -> Sent:
    if (refused := refused_literal(address, private=private)) is not None:
        return Sent(trouble=refused)
    connector = aiohttp.TCPConnector(
        resolver=aiohttp.ThreadedResolver(),
        socket_factory=checked_sockets(private=private),
        ssl=ssl.create_default_context(),
        force_close=True,
    )
    try:
        async with (
            asyncio.timeout(total_seconds),
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds),
                trust_env=False,
            ) as session,
            session.post(
                URL(address),
                data=body,
                headers={"User-Agent": f"consentry/{__version__}", "Accept-Encoding": "identity", **headers},
                allow_redirects=False,
            ) as response,
        ):
            return await _answer(response)
    except TimeoutError:
        return Sent(trouble="slow")
    except (ValueError, aiohttp.ClientError, OSError) as error:
        return Sent(trouble=_trouble(error))


async def _answer(response: aiohttp.ClientResponse) -> Sent:
    try:
        shown = await response.content.read(_SHOWN)
    except aiohttp.ClientError:
        shown = b""
    asked = response.headers.get("Retry-After", "")
    return Sent(
        status=response.status,
        retry_after=float(asked) if asked.isdecimal() and len(asked) <= 5 else 0.0,
        answer=shown.decode("utf-8", "replace"),
    )


def _trouble(error: Exception) -> str:
    match error:
        case aiohttp.ClientSSLError():
            return "certificate"
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, PrivateAddressError):
            return "private_address"
        case aiohttp.ClientConnectionError() | OSError():
            return "unreachable"
        case ValueError():
            return "bad_address"
        case _:
            return "no_http"
