"""``consentry bank``: what it prints, writes and exits with, on real files."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from consentry.cli.app import app, main
from consentry.records import CopySignal
from consentry.signals.copies import CopyBankError
from consentry.signals.copies.bank_edits import kept_picture
from consentry.signals.copies.bank_file import BankEntry, read_entries

HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["bank", *map(str, arguments)])


def done(*arguments: str | Path) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def matches(*arguments: str | Path) -> list[CopySignal]:
    return [CopySignal.model_validate(signal) for signal in json.loads(done("lookup", *arguments, "--json").stdout)]


@pytest.fixture(scope="module")
def media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Path:
    """A bank of two pictures, for copies to be made of; each medium costs a decoder process its start."""
    path = tmp_path_factory.mktemp("filled") / "bank.csv"
    done("add", path, media / "living_room.jpg", "--bank", "public", "--where", "The Daily, page 3",
         "--since", "2021-05-06", "--keep-picture")  # fmt: skip
    done("add", path, media / "bedroom.jpg", "--bank", "removed", "--where", "case 7", "--expires", "2023-01-01",
         "--entry", "a bedroom", "--keep-picture")  # fmt: skip
    return path


@pytest.fixture
def bank(tmp_path: Path, filled: Path) -> Path:
    shutil.copytree(filled.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / filled.name


@pytest.mark.parametrize("command", ["", "add", "list", "disable", "expire", "import", "export", "lookup"])
def test_every_command_explains_itself(command: str) -> None:
    result = run(*filter(None, [command]), "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
    assert "consentry bank" in result.output or not command


def test_add_and_list(bank: Path) -> None:
    listed = json.loads(done("list", bank, "--on", "2023-01-01", "--json").stdout)
    assert [(found["entry_id"], found["bank"], found["state"]) for found in listed] == [
        ("living_room.jpg", "public", "in force"), ("a bedroom", "removed", "expired")]  # fmt: skip
    assert listed[0]["where"] == "The Daily, page 3"
    assert len(json.loads(done("list", bank, "--bank", "removed", "--json").stdout)) == 1
    shown = done("list", bank).stdout
    assert "2 entries, 2 in force" in shown
    assert "case 7" in shown


def test_an_entry_is_not_overwritten(bank: Path, media: Path) -> None:
    before = bank.read_bytes()
    result = run("add", bank, media / "living_room.jpg", "--bank", "removed", "--keep-picture")
    assert isinstance(result.exception, CopyBankError)
    assert result.exception.code == "copies.entry_exists"
    assert bank.read_bytes() == before


def test_a_plain_picture_has_no_place_in_a_bank(tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "grey").save(tmp_path / "plain.png")
    result = run("add", tmp_path / "bank.csv", tmp_path / "plain.png", "--bank", "public")
    assert isinstance(result.exception, CopyBankError)
    assert result.exception.code == "copies.too_plain"
    assert not (tmp_path / "bank.csv").exists()


def test_one_name_is_for_one_medium(tmp_path: Path, media: Path) -> None:
    both = (media / "bedroom.jpg", media / "living_room.jpg")
    assert run("add", tmp_path / "bank.csv", *both, "--bank", "public", "--entry", "x").exit_code == 2


def test_lookup_of_pictures(bank: Path, media: Path, tmp_path: Path) -> None:
    with Image.open(media / "bedroom.jpg") as image:
        image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", quality=70)
    before, other = matches(bank, tmp_path / "turned.jpg", media / "street.mp4", "--on", "2022-12-31")
    (match,) = before.matches
    assert (match.entry_id, match.bank, match.where, match.transform) == (
        "a bedroom",
        "removed",
        "case 7",
        "turned_left",
    )
    assert match.distance <= 10
    assert (other.comparable, other.matches, other.parts) == (True, (), ())
    (after,) = matches(bank, tmp_path / "turned.jpg", "--on", "2023-01-01")
    assert after.matches == ()
    shown = done("lookup", bank, tmp_path / "turned.jpg")
    assert "turned left" in shown.stdout
    assert "bank_pictures" in shown.stdout
    assert "--on" in shown.stderr


def test_lookup_of_hashes(bank: Path) -> None:
    entry = read_entries(bank)[0][0]
    (found,) = matches(bank, "--hash", entry.bits.hex())
    assert [(match.entry_id, match.distance) for match in found.matches] == [("living_room.jpg", 0)]
    assert run("lookup", bank, "--hash", "abc").exit_code == 2
    assert run("lookup", bank).exit_code == 2


def test_lookup_of_what_cannot_be_read(bank: Path, media: Path, tmp_path: Path) -> None:
    assert run("lookup", bank, media / "damaged.jpg").exit_code == 3
    mixed = done("lookup", bank, media / "damaged.jpg", media / "bedroom.jpg")
    assert "media.damaged" in mixed.stderr
    assert "a bedroom" in mixed.stdout
    Image.new("RGB", (300, 200), "grey").save(tmp_path / "plain.png")
    assert "too plain" in done("lookup", bank, tmp_path / "plain.png").stdout


def test_video(tmp_path: Path, media: Path) -> None:
    path = tmp_path / "bank.csv"
    done("add", path, media / "street.mp4", "--bank", "removed")
    (entry,) = read_entries(path)[0]
    assert entry.bits == b""
    assert len(entry.frames) > 30  # four a second
    (signal,) = matches(path, media / "street.mp4")
    (match,) = signal.matches
    assert (match.share_of_medium, match.share_of_entry, match.distance) == (1.0, 1.0, 0)
    shown = done("lookup", path, media / "street.mp4").stdout
    assert "100% of the entry" in " ".join(shown.split())


def test_disable_and_undo(bank: Path, media: Path) -> None:
    done("disable", bank, "living_room.jpg")
    assert matches(bank, media / "living_room.jpg")[0].matches == ()
    assert "disabled" in done("list", bank).stdout
    done("disable", bank, "living_room.jpg", "--undo")
    assert len(matches(bank, media / "living_room.jpg")[0].matches) == 1
    unknown = run("disable", bank, "nobody")
    assert isinstance(unknown.exception, CopyBankError)
    assert unknown.exception.code == "copies.entry_unknown"


def test_expire_and_take_out(bank: Path) -> None:
    pictures = list((bank.parent / "bank_pictures").iterdir())
    assert len(pictures) == 2
    done("expire", bank, "living_room.jpg", "--on", "2022-06-01")
    done("expire", bank, "a bedroom", "--never")
    assert [entry.expires and entry.expires.isoformat() for entry in read_entries(bank)[0]] == ["2022-06-01", None]
    result = done("expire", bank, "--remove-expired", "2022-06-01")
    assert "1 entries taken out, 1 entries left" in result.stdout
    (named,) = [line for line in result.stdout.splitlines() if line.endswith(".jpg")]
    assert Path(named) in pictures
    assert [entry.entry_id for entry in read_entries(bank)[0]] == ["a bedroom"]
    assert sorted((bank.parent / "bank_pictures").iterdir()) == sorted(pictures)  # nothing deletes files
    assert "pictures" not in done("expire", bank, "--remove-expired", "2022-06-01").stdout
    for wrong in ([], ["a bedroom"], ["a bedroom", "--on", "2022-01-01", "--never"],
                  ["a bedroom", "--remove-expired", "2022-01-01"]):  # fmt: skip
        assert run("expire", bank, *wrong).exit_code == 2


def test_export_and_import(bank: Path, tmp_path: Path) -> None:
    done("disable", bank, "living_room.jpg")
    shared = tmp_path / "shared.csv"
    assert "1 fingerprints" in " ".join(done("export", bank, "--out", shared, "--details").stdout.split())
    result = done("import", tmp_path / "other.csv", shared, "--bank", "public")
    assert "1 fingerprints taken in, 0 known already" in result.stdout
    (entry,) = read_entries(tmp_path / "other.csv")[0]
    assert (entry.entry_id, entry.bank, entry.where, str(entry.expires)) == (
        "a bedroom",
        "public",
        "case 7",
        "2023-01-01",
    )
    assert (
        "0 fingerprints taken in, 1 known already"
        in done("import", tmp_path / "other.csv", shared, "--bank", "public").stdout
    )
    assert done("export", bank, "--format", "lines", "--on", "2023-01-01").stdout == ""
    assert done("export", bank, "--format", "lines").stdout == f"pdq {entry.bits.hex()}\n"
    assert run("export", bank, "--format", "lines", "--details").exit_code == 2
    (tmp_path / "mixed.txt").write_text(f"pdq {HASH}\nmd5 abc\n")
    mixed = done("import", tmp_path / "other.csv", tmp_path / "mixed.txt", "--bank", "removed")
    assert "1 left out: another kind of signal" in mixed.stderr
    lost = run("import", bank, tmp_path / "gone.csv", "--bank", "public")
    assert isinstance(lost.exception, CopyBankError)
    assert lost.exception.code == "copies.exchange_unknown"


def test_errors_reach_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["consentry", "bank", "list", str(tmp_path / "gone.csv")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "copies.bank_not_found" in capsys.readouterr().err


def test_a_bank_cannot_name_files_outside_its_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    folder = tmp_path / "banks"
    folder.mkdir()
    beside = folder / "beside.jpg"
    for path in (outside, beside):
        Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path)
    entries = [BankEntry("public", name, bytes(32), picture=picture) for name, picture in
               [("a", "../outside.jpg"), ("b", str(outside)), ("c", "beside.jpg"), ("d", "")]]  # fmt: skip
    assert [kept_picture(folder / "bank.csv", entry.picture) for entry in entries] == [None, None, beside, None]
