"""How a desk bears load: reports that come in and reviewers who work, against a server and one worker.

Usage: ``python benchmarks/desk.py [--database sqlite|postgresql] [--cases 100000] [--seconds 120]``. Requests are sent
at fixed rates whether or not earlier ones were answered, and a time is counted from the moment at which its request was
due. Server, worker, database and the sender of the requests share the machine. No request touches media: reports come
with words alone, which the worker assesses meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import numpy as np
from desk_cases import ROOT, fill

from consentry.desk.actor import SYSTEM
from consentry.desk.desk import Desk
from consentry.desk.people.accounts import invite, joined, make_service
from consentry.desk.people.roles import NEVER_BY_TOKEN, acts_of
from consentry.desk.people.tokens import make_token
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.migrating import migrate
from consentry.desk.store.tables.people import UserRow
from consentry.desk.vault.opening import open_keys, write_new_master_key

REVIEWERS = 25
CHANCE = random.Random(7)  # noqa: S311  what reviewers do next, and names of reports: nothing to guess
REPORT = {"standing": "depicted_person", "identity": "verified", "consent": "refused", "statement": "That is me."}
POST = {"words": "Look who forgot to lock the door. Her address is 12 Elm Street.", "account": "private_individual"}


class Load:
    """Sends requests and keeps how long each took."""

    def __init__(self, address: str, platform: str, reviewers: list[str], session: aiohttp.ClientSession) -> None:
        self.address = f"{address}/api/v1"
        self.platform = platform
        self.reviewers = reviewers
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: dict[str, int] = defaultdict(int)
        self._session = session
        self._held: dict[str, list[str]] = defaultdict(list)
        self._known: list[str] = []

    async def ask(
        self, what: str, due: float, method: str, path: str, token: str, body: Any = None, fine: tuple[int, ...] = ()
    ) -> Any:
        """One request; what it was answered with, unless it failed."""
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            headers["Idempotency-Key"] = f"bench-{uuid4().hex}"
        async with self._session.request(method, self.address + path, json=body, headers=headers) as answer:
            said = await answer.json() if answer.content_type.endswith("json") else None
        self.times[what].append(time.perf_counter() - due)
        if answer.status >= 300 and answer.status not in fine:
            self.errors[f"{what} {answer.status} {said.get('code') if said else ''}"] += 1
            return None
        return said if answer.status < 300 else None

    async def report(self, due: float) -> None:
        """Somebody reports a post."""
        name = uuid4().hex
        body = {"report": {**REPORT, "report_id": name}, "posts": [{**POST, "post_id": name}], "submit": True}
        await self.ask("POST /cases", due, "POST", "/cases", self.platform, body)

    async def review(self, due: float) -> None:
        """A reviewer does one of the things that reviewers do, about as often as they do it."""
        who = CHANCE.choice(self.reviewers)
        chance = CHANCE.random()
        held = self._held[who]
        if chance < 0.2:
            found = await self.ask("GET /queue", due, "GET", "/queue?limit=25", who)
            self._known = [line["id"] for line in found["items"]] if found and found["items"] else self._known
        elif chance < 0.28:
            await self.ask("GET /cases?state", due, "GET", "/cases?state=closed&limit=25", who)
        elif chance < 0.55 and (held or self._known):
            case = CHANCE.choice(held or self._known)
            await self.ask("GET /cases/ID", due, "GET", f"/cases/{case}", who)
        elif chance < 0.6 and self._known:
            await self.ask("GET history", due, "GET", f"/cases/{CHANCE.choice(self._known)}/history", who)
        elif chance < 0.72 and len(held) < 3:
            found = await self.ask("POST /queue/next", due, "POST", "/queue/next", who, {})
            if found:
                held.append(found["id"])
        elif chance < 0.84 and held:
            await self.ask("POST renewal", due, "POST", f"/cases/{held[0]}/lease/renewal", who)
        elif chance < 0.92 and held:
            await self.ask("POST notes", due, "POST", f"/cases/{held[0]}/notes", who, {"text": "Looked at it."})
        elif held:
            await self.ask("DELETE lease", due, "DELETE", f"/cases/{held.pop(0)}/lease", who)
        else:
            await self.ask("GET /queue", due, "GET", "/queue?limit=25", who)

    async def at_rate(self, act: Callable[[float], Awaitable[None]], rate: float, seconds: float) -> None:
        """Begin an act so many times a second, whatever became of those before."""
        begun, running = time.perf_counter(), set()
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._safely(act, due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def _safely(self, act: Callable[[float], Awaitable[None]], due: float) -> None:
        try:
            await act(due)
        except (aiohttp.ClientError, TimeoutError) as error:
            self.errors[type(error).__name__] += 1


@contextmanager
def program(settings: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the desk's programs, as long as the block."""
    environment = {**os.environ, **{f"CONSENTRY_DESK_{name.upper()}": value for name, value in settings.items()}}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  this program itself
            [sys.executable, "-m", "consentry", "desk", *command], env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            if process.returncode not in (0, -signal.SIGTERM):
                log.seek(0)
                print(log.read()[-3000:].decode(), file=sys.stderr)


def memory(process: subprocess.Popen[bytes]) -> dict[str, float]:
    """Megabytes of a program and the processes that it started, resident now and at most; what it has worked so far."""
    found = {"now": 0.0, "most": 0.0, "cpu_seconds": 0.0}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if process.pid in (int(lines["Pid"]), int(lines["PPid"])) and "VmRSS" in lines:
            times = status.with_name("stat").read_text().rpartition(")")[2].split()
            found["cpu_seconds"] += (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
            found["now"] += int(lines["VmRSS"].split()[0]) / 1024
            found["most"] += int(lines["VmHWM"].split()[0]) / 1024
    return {name: round(size) for name, size in found.items()}


def people(desk: Desk) -> tuple[str, list[str]]:
    """A platform that files reports, and reviewers; their tokens."""

    def token(user: UserRow) -> str:
        return make_token(desk, user, "benchmark", sorted(acts_of(user.roles) - NEVER_BY_TOKEN), 1)[1]

    platform = token(make_service(desk, f"platform-{uuid4().hex[:8]}"))
    reviewers = []
    for number in range(REVIEWERS):
        invitation, _ = invite(desk, f"r{number}-{uuid4().hex[:8]}@example.org", ["reviewer"])
        reviewers.append(token(joined(desk, invitation, f"R {number}")))
    return platform, reviewers


async def run(address: str, tokens: tuple[str, list[str]], arguments: argparse.Namespace) -> Load:
    """The load, after a few seconds in which everything is loaded."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        for _ in range(300):
            try:
                async with session.get(f"{address}/api/v1/ready") as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
        load = Load(address, *tokens, session)
        await load.at_rate(load.review, 10, 5)
        load.times.clear()
        await asyncio.gather(
            load.at_rate(load.report, arguments.reports, arguments.seconds),
            load.at_rate(load.review, arguments.requests, arguments.seconds),
        )
        return load


def main() -> None:
    """Run it and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--reports", type=float, default=20)
    parser.add_argument("--requests", type=float, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="Keeps the store, and uses it again.")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        address = f"sqlite:///{folder / 'desk.sqlite'}"
        if arguments.database == "postgresql":
            sys.path.insert(0, str(ROOT / "tests" / "desk"))
            from postgres_cluster import running_cluster

            address = stack.enter_context(running_cluster(safe=True)).format(name="postgres")
        key = folder / "master.key"
        if not key.exists():
            write_new_master_key(key)
        said = {"data": str(folder), "database": address, "master_key_file": str(key), "requests_a_second": "1000",
                "requests_at_once": "1000"}  # fmt: skip
        settings = DeskSettings.model_validate(said)
        database, keys = Database(address), open_keys(settings)
        migrate(database)
        if not (folder / f"filled-{arguments.cases}").exists():
            fill(database, settings, keys, arguments.cases)
            if database.is_sqlite:
                (folder / f"filled-{arguments.cases}").touch()
        with database.writing() as session:
            tokens = people(Desk(session, SYSTEM, settings, keys))
        database.close()
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        before = os.getloadavg()[0]
        server = stack.enter_context(program(said, "serve", "--port", str(port)))
        workers = [stack.enter_context(program(said, "worker")) for _ in range(arguments.workers)]
        load = asyncio.run(run(f"http://127.0.0.1:{port}", tokens, arguments))
        sizes = {"server": memory(server)} | {f"worker {n}": memory(each) for n, each in enumerate(workers, 1)}
    report(load, sizes, arguments, before)


def report(load: Load, sizes: dict[str, Any], arguments: argparse.Namespace, before: float) -> None:
    """Print what came of it."""
    every = [seconds for times in load.times.values() for seconds in times]
    rows = {**dict(sorted(load.times.items())), "all": every}
    print(f"{'request':<20}{'n':>7}{'p50':>8}{'p95':>8}{'p99':>8}   milliseconds")
    for name, times in rows.items():
        print(f"{name:<20}{len(times):>7}" + "".join(f"{np.percentile(times, p) * 1000:>8.0f}" for p in (50, 95, 99)))
    print(
        json.dumps(
            {
                "database": arguments.database,
                "cases": arguments.cases,
                "seconds": arguments.seconds,
                "p95_ms": round(float(np.percentile(every, 95)) * 1000, 1),
                "errors": dict(load.errors),
                "programs_mb": sizes,
                "load_before": round(before, 1),
                "cores": os.cpu_count(),
            }
        )
    )


if __name__ == "__main__":
    main()
