"""The application behind a real server on loopback, and raw connections to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from desk_people import Front

from consentry.desk.api.server import BoundedProtocol, configured


class Address:
    """Where a server listens."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def connect(self) -> socket.socket:
        """A connection that waits for half a minute at most."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def say(self, *parts: bytes) -> bytes:
        """What is answered to some bytes, until the server hangs up."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side hangs up."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@contextmanager
def served(front: Front, *, head_seconds: float = 10.0) -> Iterator[Address]:
    """A server on a free port until the end of the block."""
    protocol = type("Protocol", (BoundedProtocol,), {"head_seconds": head_seconds})
    config = configured(front.app, host="127.0.0.1", port=0)
    config.http, config.timeout_keep_alive = protocol, 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Address(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
