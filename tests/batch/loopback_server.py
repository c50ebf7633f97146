"""A server on loopback that does what servers do that are slow, broken or hostile: bare sockets, no library."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, str], None]
"""Gets the connection and the head of the request."""


class Server:
    """Answers each path as it was told to, and counts how often it was asked.

    Attributes:
        port: On 127.0.0.1.
        asked: How often, by path.
        heads: All heads of requests, in order.
        answers: By path.
        otherwise: To everything else.
    """

    def __init__(self, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.asked: Counter[str] = Counter()
        self.heads: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.otherwise: Answer = status(404)
        self.ended = threading.Event()
        self._context = context
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def url(self, path: str, *, host: str = "127.0.0.1", user: str = "") -> str:
        """The address of a path."""
        return f"http{'s' if self._context else ''}://{user}{host}:{self.port}{path}"

    def close(self) -> None:
        """End all threads."""
        self.ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in (self._accepting, *self._threads):
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(30)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (more := connection.recv(4096)):
                        return
                    head += more
                path = head.split(b" ", 2)[1].decode()
                self.asked[path] += 1
                self.heads.append(head.decode())
                plain = path.split("?")[0]
                self.answers.get(plain, self.otherwise)(connection, head.decode())


@contextmanager
def serving(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server until the end of the block."""
    server = Server(context, host)
    try:
        yield server
    finally:
        server.close()


def head(code: int = 200, **headers: object) -> bytes:
    """The head of an answer."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {code} So\r\n{lines}Connection: close\r\n\r\n".encode()


def content(data: bytes, **headers: object) -> Answer:
    """An ordinary answer."""
    return lambda connection, _: connection.sendall(head(200, **{"Content_Length": len(data), **headers}) + data)


def status(code: int, **headers: object) -> Answer:
    """An answer without content."""
    return lambda connection, _: connection.sendall(head(code, Content_Length=0, **headers))


def redirect(to: str, code: int = 302) -> Answer:
    """Somewhere else."""
    return status(code, Location=to)


def in_turn(*answers: Answer) -> Answer:
    """One after the other; the last one for ever."""
    left = list(answers)
    return lambda connection, said: (left.pop(0) if len(left) > 1 else left[0])(connection, said)


def lying(promised: int, data: bytes) -> Answer:
    """Another length than it says."""
    return content(data, Content_Length=promised)


def dropping(connection: socket.socket, _: str) -> None:
    """Hangs up without a word."""


def resetting(connection: socket.socket, _: str) -> None:
    """Breaks the connection in the middle."""
    connection.sendall(head(200, Content_Length=1000) + b"x" * 10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def endless(server: Server, piece: bytes = b"x" * 65536, pause: float = 0.0) -> Answer:
    """Bytes until the other side has enough."""

    def send(connection: socket.socket, _: str) -> None:
        connection.sendall(head(200))
        while not server.ended.wait(pause) if pause else not server.ended.is_set():
            connection.sendall(piece)

    return send


def slow_head(server: Server) -> Answer:
    """One letter of the head now and then, and never the end of it."""

    def send(connection: socket.socket, _: str) -> None:
        connection.sendall(b"HTTP/1.1 200 So\r\nX: ")
        while not server.ended.wait(0.05):
            connection.sendall(b"y")

    return send


def after(seconds: float, answer: Answer) -> Answer:
    """An answer that takes its time."""

    def send(connection: socket.socket, said: str) -> None:
        time.sleep(seconds)
        answer(connection, said)

    return send


def bomb(size: int) -> bytes:
    """So many zeros, packed."""
    return gzip.compress(bytes(size))
