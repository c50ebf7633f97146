"""Jobs over HTTP: manifests and media from a server that is well, and from one that is not."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_server import Answer, Server, after, content, in_turn, redirect, serving, status
from small_jobs import folder_bytes, without_models, write_picture, write_rows
from typer.testing import CliRunner

from consentry.batch import FetchRules, ManifestError, Options, plan_job, run_job
from consentry.batch.results.stored import read_assessments
from consentry.cli.app import app

RULES = FetchRules(private_addresses=True, first_wait=0.01, stall_seconds=2)
FAILING = {
    "gone.jpg": "media.not_found", "closed.jpg": "media.refused", "loop.jpg": "media.redirect",
    "file.jpg": "media.redirect", "down.jpg": "media.fetch_failed", "metadata.jpg": "media.private_address",
}  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving() as found:
        picture = write_picture(tmp_path / "a.jpg").read_bytes()
        found.answers["/m/a.jpg"] = content(picture)
        found.answers["/m/busy.jpg"] = in_turn(status(429, Retry_After=0), status(500), content(picture))
        found.answers["/m/moved.jpg"] = redirect("a.jpg")
        found.answers["/m/packed.jpg"] = content(gzip.compress(picture), Content_Encoding="gzip")
        found.answers["/m/closed.jpg"] = status(403)
        found.answers["/m/loop.jpg"] = redirect("loop.jpg")
        found.answers["/m/file.jpg"] = redirect("file:///etc/passwd")
        found.answers["/m/metadata.jpg"] = redirect("http://169.254.169.254/latest/")
        found.answers["/m/down.jpg"] = status(502)
        yield found


def serve_rows(server: Server, tmp_path: Path, names: list[str]) -> list[dict[str, str]]:
    rows = [{"post_id": name, "media": f"m/{name}?X-Amz-Signature=SECRET"} for name in names]
    server.answers["/p.jsonl"] = content(write_rows(tmp_path / "p.jsonl", rows).read_bytes())
    return rows


def test_a_job_over_http(server: Server, tmp_path: Path) -> None:
    good = ["a.jpg", "busy.jpg", "moved.jpg", "packed.jpg"]
    serve_rows(server, tmp_path, [*good, *FAILING])
    assessor = without_models(tmp_path / "none", contained=True)
    options = Options(fetching=RULES, page=True, lines=True)
    address = server.url("/p.jsonl?token=SECRET", user="user:SECRET@")
    summary = run_job(address, tmp_path / "out", assessor, options)
    assert (summary.rows, summary.assessed) == (10, 10)
    found = {item.post_id: item.signals for item in read_assessments(tmp_path / "out")}
    assert [found[name].media[0].frames for name in good] == [1, 1, 1, 1]
    notes = {name: [note.code for note in found[name].errors][-1] for name in FAILING}
    assert notes == FAILING
    assert all("Authorization: Basic" in head for head in server.heads)
    for name, written in folder_bytes(tmp_path / "out").items():
        assert b"SECRET" not in written, name
    assert b"data:image/jpeg" in (tmp_path / "out/index.html").read_bytes()


def test_without_the_flag_every_row_says_so_and_none_is_asked_for(server: Server, tmp_path: Path) -> None:
    rows = [{"post_id": "1", "media": server.url("/m/a.jpg")}, {"post_id": "2", "media": ["file.jpg"]}]
    manifest = write_rows(tmp_path / "p.jsonl", rows)
    assessor = without_models(tmp_path / "none")
    run_job(manifest, tmp_path / "out", assessor)
    first, second = read_assessments(tmp_path / "out")
    assert first.signals.errors[-1].code == "media.private_address"
    assert second.signals.errors[-1].code == "media.not_found"
    assert not server.heads
    run_job(manifest, tmp_path / "out", assessor, Options(fetching=RULES, retry_errors=True))
    assert next(read_assessments(tmp_path / "out")).signals.media[0].frames == 1, "the flag begins no other run"


def test_the_flag_of_the_command(server: Server, tmp_path: Path) -> None:
    rows = [{"post_id": "1", "media": server.url("/m/a.jpg")}]
    arguments = ["score", str(write_rows(tmp_path / "p.jsonl", rows)), "--quiet", "--models", str(tmp_path / "none")]
    (tmp_path / "none").mkdir()
    refused = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "no")])
    assert refused.exit_code == 3, "there were media, and none could be read"
    allowed = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "yes"), "--allow-private-addresses"])
    assert allowed.exit_code == 0


def test_rows_are_fetched_side_by_side(server: Server, tmp_path: Path) -> None:
    """Twelve posts that are only answered when all twelve have been asked for."""
    picture = (tmp_path / "a.jpg").read_bytes()
    together = threading.Barrier(12)

    def answer(then: Answer) -> Answer:
        return lambda connection, said: (together.wait(20), then(connection, said))[1]

    names = [f"{number}.jpg" for number in range(12)]
    server.answers |= {f"/m/{name}": answer(content(picture)) for name in names}
    serve_rows(server, tmp_path, names)
    run_job(server.url("/p.jsonl"), tmp_path / "out", without_models(tmp_path / "none"), Options(fetching=RULES))
    assert [item.signals.media[0].frames for item in read_assessments(tmp_path / "out")] == [1] * 12


@pytest.mark.parametrize("form", ["p.jsonl", "p.jsonl.gz", "p.jsonl.gz sent unpacked", "p.csv", "p.parquet"])
def test_manifests_of_every_kind(server: Server, tmp_path: Path, form: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    lines = b"".join(json.dumps({"post_id": str(number)}).encode() + b"\n" for number in range(3))
    parquet.write_table(pa.table({"post_id": ["0", "1", "2"]}), tmp_path / "p.parquet")
    answers = {
        "p.jsonl": content(lines),
        "p.jsonl.gz": content(gzip.compress(lines)),
        "p.jsonl.gz sent unpacked": content(gzip.compress(lines), Content_Encoding="gzip"),
        "p.csv": content(b"post_id\n0\n1\n2\n"),
        "p.parquet": content((tmp_path / "p.parquet").read_bytes()),
    }
    server.answers[f"/{form.split()[0]}"] = answers[form]
    plan = plan_job(server.url(f"/{form.split()[0]}?sig=SECRET"), {}, fetching=RULES)
    assert [row.content["post_id"] for _, row in plan.read({0})] == ["0", "1", "2"]


def test_one_medium_is_a_post_of_its_own(server: Server, tmp_path: Path) -> None:
    address = server.url("/m/a.jpg?sig=SECRET")
    run_job(address, tmp_path / "out", without_models(tmp_path / "none"), Options(fetching=RULES))
    (found,) = read_assessments(tmp_path / "out")
    assert (found.post_id, found.signals.media[0].frames) == ("a.jpg", 1)


@pytest.mark.parametrize(
    ("path", "code"),
    [("/gone.jsonl", "manifest.missing"), ("/closed.jsonl", "manifest.refused"),
     ("/down.jsonl", "manifest.fetch_failed"), ("/away.jsonl", "manifest.redirect"),
     ("/page.html", "manifest.format"), ("/", "manifest.format"),
     ("/slow.jsonl", "manifest.fetch_timeout"), ("/empty.jsonl", "manifest.empty")],
)  # fmt: skip
def test_manifests_that_cannot_be_had(server: Server, path: str, code: str) -> None:
    server.answers |= {"/closed.jsonl": status(403), "/down.jsonl": status(500), "/empty.jsonl": content(b"")}
    server.answers |= {"/away.jsonl": redirect("file:///etc/passwd"), "/slow.jsonl": after(0.5, content(b"{}"))}
    rules = FetchRules(private_addresses=True, attempts=1, connect_seconds=0.1, stall_seconds=0.1)
    with pytest.raises(ManifestError) as failed:
        plan_job(server.url(f"{path}?SECRET", user="user:SECRET@"), {}, fetching=rules)
    assert failed.value.code == code
    assert "SECRET" not in str(failed.value)
    with pytest.raises(ManifestError) as failed:
        plan_job(server.url("/p.jsonl"), {})
    assert failed.value.code == "manifest.private_address"
