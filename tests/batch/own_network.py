"""Run in a network namespace of its own, where loopback has public addresses: what a fetch without the flag does there.

Prints one JSON object.
"""

from __future__ import annotations

import io
import json
import socket
import sys
from typing import Any

from loopback_server import content, redirect, serving

from consentry.fetching.downloading import Downloader
from consentry.fetching.not_fetched import NotFetchedError
from consentry.fetching.rules import FetchRules

PUBLIC = ("8.8.4.4", "9.9.9.9")
RULES = FetchRules(first_wait=0.01)


def outcome(address: str) -> str:
    """What came, or why nothing did."""
    target = io.BytesIO()
    with Downloader(RULES) as downloads:
        try:
            downloads.download(address, target, name="it", most=100)
        except NotFetchedError as error:
            return error.what
    return target.getvalue().decode()


def changing_names(answers: dict[str, list[str]]) -> Any:
    """A resolver whose answers change from one question to the next, as in DNS rebinding."""
    original = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in answers:
            host = answers[name].pop(0) if len(answers[name]) > 1 else answers[name][0]
        return original(host, port, *rest, **more)

    return resolve


with serving(host="0.0.0.0") as server:  # noqa: S104  there is no other network here
    names = {"safe.example": ["8.8.4.4"], "inside.example": ["127.0.0.1"], "rebinds.example": ["8.8.4.4", "127.0.0.1"],
             "metadata.example": ["169.254.169.254"]}  # fmt: skip
    socket.getaddrinfo = changing_names(names)
    server.answers |= {"/a": content(b"public"), "/inside": redirect(f"http://127.0.0.1:{server.port}/a")}
    server.answers |= {f"/{name}": redirect(f"http://{name}:{server.port}/a") for name in names}
    server.answers["/elsewhere"] = redirect(f"http://9.9.9.9:{server.port}/a")
    public = f"http://8.8.4.4:{server.port}"
    found = {
        "public": outcome(f"{public}/a"),
        "name": outcome(f"http://safe.example:{server.port}/a"),
        "redirected to public": outcome(f"{public}/elsewhere"),
        "redirected to loopback": outcome(f"{public}/inside"),
        "redirected to a name of loopback": outcome(f"{public}/inside.example"),
        "redirected to metadata": outcome(f"{public}/metadata.example"),
        "name of loopback": outcome(f"http://inside.example:{server.port}/a"),
        "name the first time": outcome(f"http://rebinds.example:{server.port}/a"),
        "name the second time": outcome(f"http://rebinds.example:{server.port}/a"),
    }
    found["asked"] = server.asked["/a"]
json.dump(found, sys.stdout)
