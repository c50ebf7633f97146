"""A run: complete, resumable, never mixed with another. Promise 9."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pyarrow import parquet

from consentry import Assessor, RuntimeSettings
from consentry.batch import score_manifest
from consentry.batch.files import ASSESSMENTS, ERRORS
from consentry.batch.job import JobError, completed, count_rows
from consentry.batch.manifest import ManifestError
from consentry.batch.page import PageError, write_page


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load(settings=RuntimeSettings(threads=1))


@pytest.fixture
def manifest(tmp_path: Path, repository: Path) -> Path:
    media = repository / "data/demo/media"
    rows: list[dict[str, object]] = [
        {"post_id": "room", "media": [str(media / "living_room.jpg")]},
        {"post_id": "gone", "media": [str(tmp_path / "gone.jpg")]},
        {"post_id": "words", "text": "$500 for her name"},
        {"post_id": "broken", "media": [str(media / "damaged.jpg")], "report": {"standing": "depicted_person"}},
        {"post_id": "<script>alert(1)</script>", "text": "<img src=x onerror=alert(1)> \u202eevil"},
    ]
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"media": []}\n')
    return path


def test_every_row_ends_up_somewhere(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    out = tmp_path / "out"
    seen: list[int] = []
    summary = score_manifest(manifest, out, assessor, batch_size=2, progress=seen.append)
    assert (summary.assessed, summary.rejected, summary.unreadable, summary.resumed) == (5, 1, 2, 0)
    assert [found.post_id for found in completed(out)][:4] == ["room", "gone", "words", "broken"]
    assert summary.error_codes == {"media.not_found": 1, "media.damaged": 1, "manifest.row": 1}
    assert seen == sorted(seen)
    assert seen[-1] == 6
    assert json.loads((out / ERRORS).read_text())["row"] == 6
    assert count_rows(manifest) == 6
    table = parquet.read_table(out / "results.parquet").to_pylist()
    assert [row["post_id"] for row in table] == [found.post_id for found in completed(out)]
    assert table[0]["private_context"] > 0.8
    assert table[1]["private_context"] is None
    assert table[1]["error_codes"] == ["media.not_found"]
    assert json.loads(table[2]["assessment"])["recommendation"]["action"] == table[2]["action"] == "review_urgent"
    assert summary.as_json()["actions"] == dict(sorted(summary.actions.items()))


def test_a_run_cut_off_anywhere_ends_the_same(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    whole = tmp_path / "whole"
    score_manifest(manifest, whole, assessor)
    expected = (whole / ASSESSMENTS).read_bytes()
    fingerprint = (whole / "run.json").read_bytes()
    for cut in (0, 1, 100, expected.index(b"\n"), expected.index(b"\n") + 1, len(expected) - 1, len(expected)):
        out = tmp_path / f"cut-{cut}"
        out.mkdir()
        (out / "run.json").write_bytes(fingerprint)
        (out / ASSESSMENTS).write_bytes(expected[:cut])
        summary = score_manifest(manifest, out, assessor)
        assert (out / ASSESSMENTS).read_bytes() == expected
        assert (summary.assessed, summary.resumed) == (5, expected[:cut].count(b"\n"))


def test_a_fact_that_the_policy_does_not_know_costs_its_row_only(tmp_path: Path, assessor: Assessor) -> None:
    facts = [{"name": "public_figur", "value": "no", "source": "reviewer"}]
    rows = [{"post_id": "1"}, {"post_id": "2", "facts": facts}, {"post_id": "3"}]
    manifest = tmp_path / "posts.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for _ in range(2):  # the second time as a resumed run
        summary = score_manifest(manifest, tmp_path / "out", assessor)
        assert (summary.assessed, summary.rejected) == (2, 1)
        assert [found.post_id for found in completed(tmp_path / "out")] == ["1", "3"]
        error = json.loads((tmp_path / "out" / ERRORS).read_text())
        assert (error["row"], error["post_id"]) == (2, "2")
        assert error["error"]["code"].startswith("policy.")
        assert "public_figure" in error["error"]["message"] + error["error"]["remedy"]


def test_another_run_is_refused(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    out = tmp_path / "out"
    score_manifest(manifest, out, assessor)
    manifest.write_text('{"post_id": "other"}\n')
    with pytest.raises(JobError, match="another manifest"):
        score_manifest(manifest, out, assessor)


def test_a_missing_manifest_leaves_no_fingerprint(tmp_path: Path, assessor: Assessor) -> None:
    with pytest.raises(ManifestError):
        score_manifest(tmp_path / "gone.jsonl", tmp_path / "out", assessor)
    assert not (tmp_path / "out" / "run.json").exists()


class _Links(HTMLParser):
    """Everything on a page that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_is_self_contained_and_foreign_text_stays_text(
    manifest: Path, tmp_path: Path, assessor: Assessor
) -> None:
    out = tmp_path / "out"
    score_manifest(manifest, out, assessor)
    seen: list[tuple[str, int, int]] = []
    page = write_page(manifest, out, progress=lambda *step: seen.append(step))
    links = _Links()
    text = page.read_text(encoding="utf-8")
    links.feed(text)
    assert links.addresses
    assert all(address.startswith("data:image/jpeg;base64,") for address in links.addresses)
    assert "script" not in links.tags
    assert links.handlers == []
    assert "&lt;script&gt;" in text
    assert "could not be read" in text
    assert "<mark" in text
    assert seen[-1][1:] == (5, 5)
    assert text.index("reward") < text.index("could not be read")


def test_a_page_needs_its_own_manifest(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    out = tmp_path / "out"
    score_manifest(manifest, out, assessor)
    manifest.write_text('{"post_id": "other"}\n')
    with pytest.raises(PageError):
        write_page(manifest, out)


@pytest.mark.slow
def test_killed_at_random_instants_nothing_is_lost_and_nothing_is_twice(repository: Path, tmp_path: Path) -> None:
    """`kill -9`, again and again, on the real program."""
    manifest = tmp_path / "posts.jsonl"
    media = sorted((repository / "data/demo/media").iterdir())
    rows = [{"post_id": f"{index}", "media": [str(media[index % len(media)])]} for index in range(48)]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def command(out: Path) -> list[str]:
        return [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(out), "--quiet",
                "--batch-size", "2"]  # fmt: skip

    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    subprocess.run(command(undisturbed), check=True)
    generator = random.Random(0)
    kills = 0
    for _ in range(30):
        process = subprocess.Popen(command(disturbed), start_new_session=True)
        time.sleep(generator.uniform(1.0, 5.0))
        finished = process.poll() is not None
        if not finished:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
        if finished:
            break
    subprocess.run(command(disturbed), check=True)
    assert kills >= 3
    for name in (ASSESSMENTS, ERRORS, "results.parquet"):
        assert (disturbed / name).read_bytes() == (undisturbed / name).read_bytes()
