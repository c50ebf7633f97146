"""Accounts at the command line, as whoever sets a desk up makes the first of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra desk: pip install 'consentry[desk]'")

from click.testing import Result
from starlette.testclient import TestClient
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.desk.api.app import make_app
from consentry.desk.api.serving import Serving
from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.opening import open_keys, write_new_master_key

Run = Callable[..., Result]
WORDS = "a sentence of one's own"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_new_master_key(tmp_path / "master.key")
    monkeypatch.setenv("CONSENTRY_DESK_MASTER_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("CONSENTRY_DESK_PASSWORD_PASSES", "1")
    monkeypatch.setenv("CONSENTRY_DESK_PASSWORD_MEMORY_KIB", "64")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "desk"


@pytest.fixture
def run(data: Path) -> Run:
    def typed(*words: object, said: str | None = None) -> Result:
        done = CliRunner().invoke(app, ["desk", *map(str, words), "--data", str(data)], input=said)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return typed


def browser(data: Path) -> TestClient:
    """The desk that was set up, as a server shows it."""
    settings = DeskSettings.load(given={"data": data})
    database = Database(settings.address)
    return TestClient(make_app(Serving.begin(settings, database, open_keys(settings), MediaStore(data / "media"))))


def test_the_first_people_and_programs(run: Run, data: Path) -> None:
    run("migrate")
    invited = run("users", "invite", "Ana@Example.org", "--role", "admin", "--role", "senior")
    secret = invited.stdout.split()[-1]
    assert "ana@example.org can join until" in invited.stdout
    joined = run("users", "join", secret, "--name", "Ana", said=f"{WORDS}\n{WORDS}\n")
    assert "can log in now, as senior, admin" in joined.stdout
    assert WORDS not in joined.stdout
    login = browser(data).post("/api/v1/session", json={"email": "ana@example.org", "password": WORDS})
    assert login.json()["user"]["roles"] == ["senior", "admin"]

    run("users", "service", "report-form")
    token = run("users", "token", "report-form", "--scope", "cases.file", "--scope", "cases.read").stdout.split()[-1]
    program = browser(data)
    headers = {"Authorization": f"Bearer {token}"}
    assert program.get("/api/v1/session", headers=headers).json()["acts"] == ["cases.file", "cases.read"]

    listed = run("users", "list").stdout
    assert "ana@example.org" in listed
    assert "report-form" in listed
    assert token not in listed
    run("users", "close", "report-form")
    assert program.get("/api/v1/session", headers=headers).status_code == 401


def test_what_is_refused_at_the_command_line(run: Run) -> None:
    run("migrate")
    for words, code in (
        (("invite", "nobody", "--role", "admin"), "desk.input"),
        (("invite", "a@example.org", "--role", "king"), "desk.input"),
        (("join", "cdi_x", "--name", "Eve", "--password", WORDS), "desk.not_found"),
        (("token", "nobody", "--scope", "cases.read"), "desk.not_found"),
        (("close", "nobody"), "desk.not_found"),
    ):
        with pytest.raises(DeskError) as error:
            run("users", *words)
        assert error.value.code == code, words
