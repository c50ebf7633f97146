"""Media at addresses: fetched within limits, and every failure a row's error, not the job's."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest
from small_jobs import folder_bytes, without_models, write_picture, write_rows

from consentry import Limits
from consentry.batch import run_job
from consentry.batch.manifest.fetching import AddressedMedia, fetch, medium_at
from consentry.batch.results.stored import read_assessments
from consentry.media import MediaError
from consentry.records import Media, Post


@pytest.fixture
def memory() -> fsspec.AbstractFileSystem:
    system = fsspec.filesystem("memory")
    system.store.clear()
    return system


def test_an_address_keeps_its_slashes_and_gives_the_id(tmp_path: Path) -> None:
    item = medium_at("s3://bucket/a//b.jpg")
    assert isinstance(item, AddressedMedia)
    assert (item.address, item.media_id) == ("s3://bucket/a//b.jpg", "b.jpg")
    post = Post(post_id="1", media=(item, medium_at("gs://x/b.jpg")))
    assert [(type(found), found.media_id) for found in post.media] == [
        (AddressedMedia, "b.jpg"),
        (AddressedMedia, "b.jpg#2"),
    ]
    assert type(medium_at("a/b.jpg")) is Media
    local = medium_at(str(tmp_path / "b.jpg"))
    assert fetch(local, Limits()) is local


def test_fetched(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/m/a.jpg", b"12345")
    assert fetch(medium_at("memory://m/a.jpg"), Limits()).data == b"12345"


@pytest.mark.parametrize(
    ("address", "code"),
    [("memory://m/gone.jpg", "media.not_found"), ("memory://m/big.jpg", "media.too_large"),
     ("memory://m/empty.jpg", "media.empty"), ("odd://m/a.jpg", "media.fetch_failed")],
)  # fmt: skip
def test_what_cannot_be_fetched(memory: fsspec.AbstractFileSystem, address: str, code: str) -> None:
    memory.pipe("/m/big.jpg", b"x" * 11)
    memory.pipe("/m/empty.jpg", b"")
    with pytest.raises(MediaError) as raised:
        fetch(medium_at(address), Limits(max_bytes=10))
    assert raised.value.code == code
    assert "memory://" not in str(raised.value)


def test_a_job_over_addresses_says_what_one_over_files_says(tmp_path: Path, memory: fsspec.AbstractFileSystem) -> None:
    picture = write_picture(tmp_path / "m" / "a.jpg").read_bytes()
    memory.pipe("/jobs/m/a.jpg", picture)
    rows = [{"post_id": "1", "media": "m/a.jpg"}, {"post_id": "2", "media": ["m/gone.jpg"]}]
    memory.pipe("/jobs/p.jsonl", write_rows(tmp_path / "p.jsonl", rows).read_bytes())
    assessor = without_models(tmp_path / "none", contained=True)
    run_job("memory://jobs/p.jsonl", tmp_path / "remote", assessor)
    run_job(tmp_path / "p.jsonl", tmp_path / "local", assessor)
    remote, local = list(read_assessments(tmp_path / "remote")), list(read_assessments(tmp_path / "local"))
    assert remote[0].signals.media[0].frames == 1
    assert remote[0] == local[0]
    assert [note.code for note in remote[1].signals.errors][-1] == "media.not_found"
    assert folder_bytes(tmp_path / "remote")["run.json"] == folder_bytes(tmp_path / "local")["run.json"]
