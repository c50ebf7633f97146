"""A small provider of OpenID Connect on loopback: discovery, keys, codes with PKCE, signed tokens; and it can lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "consentry-desk", "a secret of the tests' own"


class Provider:
    """A provider, and who is logged in there.

    Attributes:
        claims: Of the next tokens, besides the usual ones; what is given here wins.
        header: Of the next tokens.
        key: What tokens are signed with.
        forge: Makes tokens in another way.
        asked: Paths that were asked for.
    """

    def __init__(self) -> None:
        self.published = self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.claims: dict[str, Any] = {
            "sub": "ana-7",
            "name": "Ana",
        }
        self.claims |= {"email": "ana@example.org", "email_verified": True}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "1"}
        self.described: dict[str, Any] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(urlsplit(self.path).path)
                self._answer(*provider.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(*provider.token(self.headers.get("Authorization", ""), body))

            def _answer(self, status: int, body: Any) -> None:
                self.send_response(status)
                if status == 303:
                    self.send_header("Location", body)
                    body = {}
                content = json.dumps(body).encode()
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def get(self, path: str) -> tuple[int, Any]:
        """Discovery, keys, and the page where somebody logs in, who does so at once."""
        parts = urlsplit(path)
        if parts.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return 200, {
                "issuer": self.issuer,
                **{name: self.issuer + at for name, at in ends.items()},
                **self.described,
            }
        if parts.path == "/keys":
            return 200, {"keys": [self.published.as_dict(private=False)]}
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return 303, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, authorization: str, body: str) -> tuple[int, Any]:
        """A token for a code, once, for whoever began it."""
        said = {name: values[0] for name, values in parse_qs(body).items()}
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked = self._codes.pop(said["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(said.get("code_verifier", "").encode()).digest())
        right = asked is not None and challenge.rstrip(b"=").decode() == asked["code_challenge"]
        if not right or asked is None or "secret" not in client or said["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = jwt.encode(self.header, claims, self.key)
        token = self.forge(claims) if self.forge is not None else token
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider until the end of the block."""
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
