"""``consentry desk keys``, ``backup``, ``restore`` and ``purge`` as people type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from desk_office import somebody
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.cli.desk.options import opened, settings_of
from consentry.desk.actor import SYSTEM
from consentry.desk.cases.ending import withdraw
from consentry.desk.cases.filing import FiledPost, Filing, file_case
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.people.accounts import accept, invite
from consentry.desk.people.passwords import Passwords
from consentry.records import Report

PASSWORD = "four words walk home"


class Machine:
    """A machine with a desk, and somebody who types."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._set = folder, monkeypatch.setenv
        for name, value in {"DATA": folder / "data", "PASSWORD_PASSES": 1, "PASSWORD_MEMORY_KIB": 64}.items():
            monkeypatch.setenv(f"CONSENTRY_DESK_{name}", str(value))
        self.type("keys", "new", str(folder / "master.key"))
        self.set(master_key_file=folder / "master.key")
        self.type("migrate")

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            self._set(f"CONSENTRY_DESK_{name.upper()}", str(value))

    def type(self, *words: str, answer: str = "", code: int = 0) -> str:
        result: Result = CliRunner().invoke(app, ["desk", *words], input=answer)
        if code == 0 and result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return str(result.output)

    def refused(self, *words: str, answer: str = "") -> str:
        result: Result = CliRunner().invoke(app, ["desk", *words], input=answer)
        assert isinstance(result.exception, DeskError), result.output
        return result.exception.code

    def act(self, act: Any, actor: Any = SYSTEM) -> Any:
        installation = opened(settings_of(None, None, None))
        with installation.database.writing() as session:
            found = act(Desk(session, actor, installation.settings, installation.keys))
        installation.database.close()
        return found

    def ended_case(self) -> str:
        report = Report(report_id="R-1", standing="depicted_person", statement="That is my bedroom.")
        filing = Filing(source="api", report=report, posts=(FiledPost(post_id="P-1", words="Look."),))
        case = self.act(lambda desk: file_case(desk, filing).id)
        self.act(lambda desk: withdraw(desk, case), somebody("intake"))
        return str(case)

    def person(self, name: str, *roles: str) -> None:
        def join(desk: Desk) -> None:
            accept(
                desk, invite(desk, f"{name}@desk.example", roles)[1], name, PASSWORD, Passwords(passes=1, memory_kib=64)
            )

        self.act(join)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_master_key_is_exchanged(machine: Machine) -> None:
    machine.ended_case()
    old, new = machine.folder / "master.key", machine.folder / "new.key"
    assert machine.refused("keys", "new", str(old)) == "desk.master_key"
    machine.type("keys", "new", str(new))
    machine.set(master_key_file=new)
    assert machine.refused("keys", "rotate") == "desk.master_key"
    machine.set(other_master_key_files=json.dumps([str(old)]))
    before = json.loads(machine.type("keys", "list", "--json"))
    assert before["present"] not in before["keys"]
    assert "1 keys were wrapped anew" in machine.type("keys", "rotate", "--quiet")
    machine.set(other_master_key_files="[]")
    after = json.loads(machine.type("keys", "list", "--json"))
    assert after["keys"] == {after["present"]: 1}
    assert "present master key" in machine.type("keys", "list")


def test_a_backup_is_made_and_brought_back_without_what_was_purged(machine: Machine) -> None:
    case = machine.ended_case()
    backup, keys = str(machine.folder / "backup"), str(machine.folder / "copy")
    assert "The database and 0 media" in machine.type("backup", backup)
    assert "1 sheets of keys were added" in machine.type("keys", "backup", keys)
    for name, role in (("sam", "senior"), ("tess", "admin")):
        machine.person(name, role)
    asked = machine.type(
        "purge", "ask", case, "--reason", "She asked.", "--as", "sam@desk.example", answer=f"{PASSWORD}\n"
    )
    purge = next(word.rstrip(".") for word in asked.split() if word.count("-") == 4 and len(word) >= 36)
    assert case in machine.type("purge", "list")
    for wrong in ("not the password\n",):
        answer = machine.refused("purge", "approve", purge, "--as", "tess@desk.example", answer=wrong)
        assert answer == "desk.wrong_login"
    own = machine.refused("purge", "approve", purge, "--as", "sam@desk.example", answer=f"{PASSWORD}\n")
    assert own == "desk.own_decision"
    done = machine.type("purge", "approve", purge, "--as", "tess@desk.example", answer=f"{PASSWORD}\n")
    assert f"Purged: the case of {case}" in done
    assert "0 sheets of keys were added" in machine.type("keys", "backup", keys)
    machine.set(data=machine.folder / "new")
    assert machine.refused("keys", "backup", keys) == "desk.keys"
    said = machine.type("restore", backup, "--keys", keys, "--settle-purged")
    assert "1 keys were destroyed since" in said
    assert machine.refused("restore", backup, "--keys", keys) == "desk.backup"


def test_what_is_over_is_purged_by_hand(machine: Machine) -> None:
    machine.ended_case()
    assert "0 claims and cases were purged" in machine.type("purge", "expired")
