"""Databases for tests: SQLite files, and a PostgreSQL cluster of the tests' own on a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg

from consentry.desk.store.database import Database
from consentry.desk.store.migrating import migrate

_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")
_TEMPLATE = "desk_template"


def postgres_binary(name: str) -> str | None:
    """A program of PostgreSQL, from the path or from where Debian puts it."""
    if found := shutil.which(name):
        return found
    return next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)


class PostgresCluster:
    """A cluster in a temporary folder. Databases are copies of one that was migrated once.

    PostgreSQL refuses to be run by root; it is then run by the user ``postgres``, whom its packages make.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="desk-pg-", dir="/tmp"))  # a socket's path may not be long
        self._user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "-D", self._data, "-A", "trust", "-U", "desk", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        options = " ".join(f"-c {setting}" for setting in (*_SETTINGS, f"unix_socket_directories={self._folder}"))
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")
        self._numbers = count()
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        template = Database(self.address(_TEMPLATE))
        migrate(template)
        template.close()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def address(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://desk@/{name}?host={self._folder}"

    def new(self) -> str:
        """The address of a new database with empty tables."""
        name = f"desk_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self.address(name)

    def drop(self, address: str) -> None:
        """Drop a database, whoever is still connected."""
        name = address.partition("@/")[2].partition("?")[0]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the cluster and remove it."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _execute(self, statement: str) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
                    connection.execute(statement)
            except psycopg.errors.ObjectInUse:  # the template is still being let go of
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _run(self, program: str, *arguments: str) -> None:
        binary = postgres_binary(program)
        assert binary is not None
        done = subprocess.run(
            [binary, *arguments],
            user=self._user if os.getuid() == 0 else None,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
