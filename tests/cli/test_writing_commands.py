"""Commands that write files, on a disk that takes no more: a typed error, its exit code, and nothing half."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consentry import Assessor, RuntimeSettings
from consentry.batch import run_job
from consentry.cli.app import main
from consentry.signals.copies.bank_file import read_entries
from consentry.signals.faces.keys import KEY_VARIABLE
from small_disks import SmallDisk, small_disk

POLICY = "twitter-private-media-2021-11-30"
LENIENT = "twitter-private-media-lenient-2024-03-21"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path, size=2 << 20) as found:
        yield found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The program in this process: exit code and standard error."""

    def program(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["consentry", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return program


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def decision(tmp_path: Path) -> Path:
    """A person's decision, with the results that it is about beside it."""
    report = {"standing": "depicted_person", "identity": "verified", "consent": "refused"}
    row = {"post_id": "1", "posted_at": "2026-03-01T00:00:00Z", "text": "her address is ...", "report": report}
    (tmp_path / "p.jsonl").write_text(json.dumps(row))
    (tmp_path / "none").mkdir()
    assessor = Assessor.load(models=tmp_path / "none", settings=RuntimeSettings(threads=1))
    run_job(tmp_path / "p.jsonl", tmp_path / "results", assessor)
    path = tmp_path / "decision.yaml"
    path.write_text(
        "post_id: '1'\nreport_id: '1'\naction: no_action\ndecided_by: Jane\nreason: I saw it.\n"
        "decided_at: 2026-03-31T12:00:00Z\n"
    )
    return path


def commands(disk: Path, media: Path, decision: Path) -> dict[str, list[object]]:
    return {
        "bank add": ["bank", "add", disk / "bank.csv", media / "bedroom.jpg", "--bank", "public", "--keep-picture"],
        "claim new-key": ["claim", "new-key", disk / "key"],
        "claim enrol": ["claim", "enrol", disk / "claims", "one", media / "reference_collins.jpg"],
        "policy draw": ["policy", "draw", POLICY, "--out", disk / "policy.svg"],
        "policy diff": ["policy", "diff", POLICY, LENIENT, "--cases", disk / "cases.yaml", "--quiet"],
        "policy statement": [
            "policy",
            "statement",
            decision,
            "--on",
            decision.parent / "results",
            "--out",
            disk / "statement",
        ],
    }


NAMES = ("bank add", "claim new-key", "claim enrol", "policy draw", "policy diff", "policy statement")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["output.full", "output.read_only"])
def test_nothing_is_written_or_all(
    name: str, code: str, disk: SmallDisk, repository: Path, decision: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
    command = commands(disk.path, repository / "data/demo/media", decision)[name]
    if code == "output.full":
        disk.fill()
    else:
        disk.read_only()
    status, said = run(*command)
    assert (status, f"Error {code}" in said, "Traceback" in said) == (1, True, False), said
    left = [path for path in disk.path.rglob("*") if path.is_file() and path.name != "filler"]
    assert left == []
    disk.free() if code == "output.full" else disk.writable()
    status, said = run(*command)
    assert status in {0, 1}, said
    assert "Error" not in said
    assert [path for path in disk.path.rglob("*") if path.is_file() and path.stat().st_size]


def test_a_bank_that_cannot_grow_stays_as_it_was(disk: SmallDisk, repository: Path, run: Run) -> None:
    bank, media = disk.path / "bank.csv", repository / "data/demo/media"
    assert run("bank", "add", bank, media / "bedroom.jpg", "--bank", "public")[0] == 0
    before = bank.read_bytes()
    disk.fill()
    assert run("bank", "add", bank, media / "living_room.jpg", "--bank", "public")[0] == 1
    assert run("bank", "export", bank, "--format", "csv", "--out", disk.path / "out.csv")[0] in {1, 2}
    assert bank.read_bytes() == before
    disk.free()
    assert run("bank", "add", bank, media / "living_room.jpg", "--bank", "public")[0] == 0
    assert len(read_entries(bank)[0]) == 2


def test_figures_that_have_no_room(disk: SmallDisk) -> None:
    from consentry.cli.figures import write_figures
    from consentry.training.measures.pages import write_page
    from consentry.writing import OutputError

    write_figures(disk.path / "figures.json", {"auc": 0.5})
    disk.fill()
    for write in (lambda: write_figures(disk.path / "figures.json", {"auc": [0.5] * 9999}),
                  lambda: write_page(disk.path / "page.html", "x" * 9999)):  # fmt: skip
        with pytest.raises(OutputError) as failed:
            write()
        assert failed.value.code == "output.full"
    assert json.loads((disk.path / "figures.json").read_text()) == {"auc": 0.5}


def test_whatever_met_a_full_disk_on_its_way_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries wrap the system's errors in their own; a defect stays one."""

    def failing(error: Exception) -> None:
        def app() -> None:
            raise error

        monkeypatch.setattr("consentry.cli.app.app", app)

    for error, code in (
        (RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"), "output.full"),
        (RuntimeError("(sqlite3.OperationalError) attempt to write a readonly database"), "output.read_only"),
        (PermissionError(13, "Permission denied", "secret.csv"), "system.refused"),
        (OSError(28, "No space left on device", "weights"), "output.full"),
    ):
        failing(error)
        status, said = run("train")
        assert (status, f"Error {code}" in said) == (1, True), said
    failing(RuntimeError("a defect"))
    monkeypatch.setattr("sys.argv", ["consentry"])
    with pytest.raises(RuntimeError, match="a defect"):
        main()
