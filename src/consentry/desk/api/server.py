"""The server: uvicorn with bounds on what a connection may cost before a request has begun."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import uvicorn
from h11 import IDLE
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""For the head of a request, from the connection or the end of the request before."""
MOST_HEAD: Final = 16 * 1024
"""Bytes of it."""


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 that does not wait for ever for a request's head.

    uvicorn gives up connections that stay silent after an answer, but not those that never send a whole head
    ("slow loris").
    """

    head_seconds = HEAD_SECONDS
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base has it
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take some bytes, and see whether a head is still to come."""
        super().data_received(data)
        if self.conn.their_state is IDLE:
            self._wait_for_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


def configured(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    behind_proxies: str = "",
    certificate: tuple[str, str] | None = None,
    most_connections: int = 1_000,
) -> uvicorn.Config:
    """What uvicorn is to do.

    Args:
        app: The application.
        host: The address to listen on.
        port: 0 takes a free one.
        behind_proxies: Addresses of reverse proxies whose word about the client's address and HTTPS counts.
        certificate: Files of a certificate and its key, for HTTPS without a proxy.
        most_connections: At a time; more are answered with 503.
    """
    options: dict[str, Any] = {}
    if certificate is not None:
        options |= {"ssl_certfile": certificate[0], "ssl_keyfile": certificate[1]}
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        proxy_headers=bool(behind_proxies),
        forwarded_allow_ips=behind_proxies or "",
        server_header=False,
        date_header=True,
        access_log=False,
        log_config=None,
        limit_concurrency=most_connections,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=20,
        h11_max_incomplete_event_size=MOST_HEAD,
        **options,
    )
