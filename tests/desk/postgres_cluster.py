"""A PostgreSQL cluster of the tests' own: on a socket in a temporary folder, run by a user that is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=200")
"""For tests that nobody pulls the plug on."""


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("pg_ctl") is not None:
        return Path(found).parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    return None


@contextmanager
def running_cluster(folder: Path | None = None, *, safe: bool = False) -> Iterator[str]:
    """Runs a cluster; gives the address of its server without the name of a database.

    Args:
        folder: Where its own is made.
        safe: As PostgreSQL is run in earnest: what it says is kept is on the disk.

    Raises:
        LookupError: There are no binaries of PostgreSQL, or nobody who could run them.
    """
    commands = binaries()
    if commands is None:
        raise LookupError(
            "needs PostgreSQL's initdb and pg_ctl (Debian: apt-get install postgresql), which are not here"
        )
    base = Path(tempfile.mkdtemp(prefix="desk-pg-", dir=folder))  # short: the path of a socket has 107 characters
    as_user: dict[str, object] = {}
    owner = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:  # PostgreSQL does not run as root
        user = _somebody()
        if user is None:
            raise LookupError("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` here")
        owner = user.pw_name
        os.chown(base, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = base / "data"
    environment = {**os.environ, "HOME": str(base), "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        subprocess.run(
            command, check=True, cwd=base, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            **as_user,  # type: ignore[call-overload]
        )  # fmt: skip

    try:
        run(str(commands / "initdb"), "-D", str(data), "-A", "trust", "-U", owner, "--no-sync", "-E", "UTF8")
        options = " ".join(f"-c {setting}" for setting in (SETTINGS[3:] if safe else SETTINGS))
        options = f"-k {base} -c listen_addresses='' {options}"
        run(str(commands / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(base / "log"), "-w", "start")
        try:
            yield f"postgresql://{owner}@/{{name}}?host={base}"
        finally:
            run(str(commands / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _somebody() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
