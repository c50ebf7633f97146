"""Media at addresses: fetched within limits, and every failure a row's error, not the job's."""

from __future__ import annotations

import importlib
import sys
import zipfile
from pathlib import Path

import fsspec
import pytest
from small_jobs import folder_bytes, without_models, write_picture, write_rows

from consentry import Limits
from consentry.batch import run_job
from consentry.batch.errors import ManifestError
from consentry.batch.plan import plan_job
from consentry.batch.results.stored import read_assessments
from consentry.fetching.fetcher import AddressedMedia, Fetcher, medium_at
from consentry.fetching.rules import FetchRules
from consentry.media import MediaError
from consentry.records import Media, Post

LIMITS = Limits()


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
    with Fetcher(Limits()) as fetch:
        assert fetch(local) is local


def fetched(address: str, limits: Limits = LIMITS, rules: FetchRules = FetchRules()) -> bytes | None:
    with Fetcher(limits, rules) as fetch:
        return fetch(medium_at(address)).data


def failure(address: str, rules: FetchRules = FetchRules()) -> MediaError:
    with pytest.raises(MediaError) as raised:
        fetched(address, Limits(max_bytes=10), rules)
    assert "SECRET" not in str(raised.value)
    assert "://m/" not in str(raised.value)
    return raised.value


def test_fetched(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/m/a.jpg", b"12345")
    assert fetched("memory://m/a.jpg") == b"12345"


@pytest.mark.parametrize(
    ("address", "code"),
    [("memory://m/gone.jpg", "media.not_found"), ("memory://m/big.jpg", "media.too_large"),
     ("memory://m/empty.jpg", "media.empty"), ("odd://m/a.jpg", "media.protocol"),
     ("ftp://user:SECRET@127.0.0.1/a.jpg", "media.protocol"), ("zip://a.jpg::memory://m/b.zip", "media.protocol"),
     ("zip://a.jpg::http://user:SECRET@127.0.0.1/b.zip", "media.protocol"),
     ("https://user:SECRET@127.0.0.1", "media.private_address"), ("http://[bad", "media.bad_address")],
)  # fmt: skip
def test_what_cannot_be_fetched(memory: fsspec.AbstractFileSystem, address: str, code: str) -> None:
    memory.pipe("/m/big.jpg", b"x" * 11)
    memory.pipe("/m/empty.jpg", b"")
    assert failure(address).code == code


def test_ways_that_cannot_be_checked_where_that_is_allowed(memory: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    allowed = FetchRules(private_addresses=True)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.jpg", b"12345")
    memory.pipe("/m/b.zip", (tmp_path / "b.zip").read_bytes())
    assert fetched("zip://a.jpg::memory://m/b.zip", rules=allowed) == b"12345"
    assert failure("odd://m/a.jpg", allowed).code == "media.fetch_failed"


def test_an_address_gives_an_id_without_its_secrets() -> None:
    for address in ("https://user:SECRET@host/a.jpg?token=SECRET#SECRET", "s3://key:SECRET@bucket/a.jpg"):
        item = medium_at(address)
        assert isinstance(item, AddressedMedia)
        assert (item.media_id, item.address) == ("a.jpg", address)
    assert medium_at("https://user:SECRET@host?SECRET").media_id == "host"


def test_a_store_that_does_not_answer_in_time(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/m/a.jpg", b"12345")
    assert failure("memory://m/a.jpg", FetchRules(total_seconds=-1)).code == "media.fetch_timeout"


@pytest.mark.parametrize(
    ("address", "package", "extra"),
    [("https://host/a.jpg", "aiohttp", "http"), ("s3://b/a.jpg", "s3fs", "s3"), ("gs://b/a.jpg", "gcsfs", "gs"),
     ("abfs://c@b/a.jpg", "adlfs", "az")],
)  # fmt: skip
def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "consentry.fetching.requesting", raising=False)
    registry = importlib.import_module("fsspec.registry")  # `fsspec.registry` itself is what is in it
    monkeypatch.delitem(registry._registry, address.split(":")[0], raising=False)
    missing = failure(address)
    assert missing.code == "media.extra_missing"
    assert f'pip install "consentry[{extra}]"' in missing.remedy
    with pytest.raises(ManifestError) as failed:
        plan_job(address.replace(".jpg", ".jsonl"), {})
    assert failed.value.code == "manifest.filesystem"
    assert f'pip install "consentry[{extra}]"' in failed.value.remedy


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
