"""A key service of a few lines, on loopback: the two requests of Vault's transit engine that the desk makes."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.a-token-of-the-tests"


class LocalKeyService(ThreadingHTTPServer):
    """Keys by name, made when they are first asked for; they never leave it.

    Attributes:
        asked: How many requests came.
        failures: How many more of them are answered with 503.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.keys: dict[str, AESGCM] = {}
        self.asked = 0
        self.failures = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: LocalKeyService

    def do_POST(self) -> None:
        self.server.asked += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, _, what, name = self.path.split("/")
        if self.server.failures > 0:
            self.server.failures -= 1
            self._answer(503, {"errors": ["sealed"]})
        elif self.headers["X-Vault-Token"] != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        else:
            self._answer(*self._do(what, name, body))

    def _do(self, what: str, name: str, body: dict[str, str]) -> tuple[int, dict[str, object]]:
        key = self.server.keys.setdefault(name, AESGCM(os.urandom(32)))
        bound = base64.b64decode(body["associated_data"])
        if what == "encrypt":
            nonce = os.urandom(12)
            sealed = nonce + key.encrypt(nonce, base64.b64decode(body["plaintext"]), bound)
            return 200, {"data": {"ciphertext": f"vault:v1:{base64.b64encode(sealed).decode()}"}}
        sealed = base64.b64decode(body["ciphertext"].removeprefix("vault:v1:"))
        try:
            opened = key.decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(opened).decode()}}

    def _answer(self, status: int, content: dict[str, object]) -> None:
        sent = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_said: object) -> None:
        """Tests are quiet."""


@contextmanager
def running_key_service() -> Iterator[LocalKeyService]:
    """A service that runs as long as the block."""
    with LocalKeyService() as service:
        thread = Thread(target=service.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()
