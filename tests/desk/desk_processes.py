"""A server and a worker as processes that can be killed and begun again, and people who speak to them."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import httpx

from consentry.desk.actor import SYSTEM
from consentry.desk.api.authentication import COOKIE
from consentry.desk.desk import Desk
from consentry.desk.people.accounts import invite, joined, make_service
from consentry.desk.people.roles import NEVER_BY_TOKEN, acts_of
from consentry.desk.people.secrets import csrf_token_of
from consentry.desk.people.sessions import begin
from consentry.desk.people.tokens import make_token
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.opening import open_keys, write_new_master_key


@dataclass
class Processes:
    """An installation with a server and a worker.

    Attributes:
        address: Of the database.
        folder: For its data.
    """

    address: str
    folder: Path
    port: int = 0
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_new_master_key(self.folder / "master.key")
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self.said = {
            "data": self.folder, "database": self.address, "master_key_file": self.folder / "master.key",
            "job_lease_seconds": 2, "job_pause_seconds": 0.05, "job_backoff_seconds": 0.1, "job_attempts": 50,
            "requests_a_second": 1000, "requests_at_once": 1000, "audit_share": 0,
        }  # fmt: skip
        self.settings = DeskSettings.load(given=self.said, environment={})

    @property
    def environment(self) -> dict[str, str]:
        named = {f"CONSENTRY_DESK_{name.upper()}": str(value) for name, value in self.said.items()}
        return {**os.environ, **named}

    def begin(self, what: str) -> None:
        """Start ``serve`` or ``worker``."""
        words = ["--port", str(self.port)] if what == "serve" else []
        with (self.folder / f"{what}.log").open("ab") as log:
            command = [sys.executable, "-m", "consentry", "desk", what, *words]
            self.running[what] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def wait_until_it_answers(self) -> None:
        """Give the server time to begin."""
        for _ in range(300):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{self.port}/api/v1/health", timeout=2)
                return
            time.sleep(0.1)

    def kill(self, what: str) -> None:
        """End it as nobody can prepare for, with everything that it had begun."""
        process = self.running.pop(what)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Kill what still runs."""
        for what in list(self.running):
            self.kill(what)

    def account(self, name: str, roles: Iterable[str]) -> dict[str, str]:
        """What a new account sends: a program its token, a person the session that they need to decide."""
        database, keys = Database(self.settings.address), open_keys(self.settings)
        with database.writing() as session:
            desk = Desk(session, SYSTEM, self.settings, keys)
            if set(roles) == {"service"}:
                user = make_service(desk, name)
            else:
                user = joined(desk, invite(desk, f"{name}@example.org", list(roles))[0], name)
            if user.kind == "person":
                secret = begin(desk, user).secret
                headers = {"Cookie": f"{COOKIE}={secret}", "X-CSRF-Token": csrf_token_of(secret)}
            else:
                _, token = make_token(desk, user, "test", acts_of(user.roles) - NEVER_BY_TOKEN, 1)
                headers = {"Authorization": f"Bearer {token}"}
        database.close()
        return headers


class Insistent:
    """Somebody who asks again, with the same idempotency key, until there is an answer.

    Args:
        port: Of the server.
        headers: That say who they are.
        over: Once it is set they give up.
    """

    def __init__(self, port: int, headers: dict[str, str], over: Event) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=20)
        self._over = over

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None, *, version: str | None = None) -> httpx.Response | None:
        """The answer; ``None`` if there was none until it was over. What it did then, nobody was told."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        if version is not None:
            headers["If-Match"] = version
        while True:
            try:
                answer = self._http.request(method, path, json=body, headers=headers)
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            if self._over.is_set():
                return None
            time.sleep(random.uniform(0.02, 0.1))


def report(number: int, identity: str = "verified") -> dict[str, Any]:
    """A report about words alone; what it is about can be decided without media."""
    return {
        "report": {
            "report_id": f"R-{number}", "standing": "depicted_person", "identity": identity, "consent": "refused",
            "statement": "My number.",
        },
        "posts": [
            {
                "post_id": f"P-{number}", "words": f"Call her, +1 202-555-0143, {number}.",
                "posted_at": "2026-11-29T18:00:00Z", "account": "private_individual",
            }
        ],
        "submit": True,
    }  # fmt: skip


def case_of(answer: httpx.Response) -> UUID:
    """The id of the case in an answer."""
    return UUID(answer.json()["id"])
