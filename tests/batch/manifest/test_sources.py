"""Where manifests may lie: files, folders, globs, compressed, and at addresses."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from small_jobs import write_picture, write_rows

from consentry.batch import ManifestError
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.sources import find_sources, joined


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """An fsspec file system that lies in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def ids(manifest: str | Path) -> list[str]:
    return [row["post_id"] for _, row in read_rows(find_sources(manifest))]


def test_a_folder_of_manifests_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "day=2").mkdir()
    write_rows(tmp_path / "day=2" / "a.jsonl", [{"post_id": "3"}])
    (tmp_path / "b.csv").write_text("post_id\n2\n")
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as stream:
        stream.write('{"post_id": "1"}\n')
    write_rows(tmp_path / "_temporary.jsonl", [{"post_id": "no"}])
    write_picture(tmp_path / "beside.jpg")
    assert ids(tmp_path) == ["1", "2", "3"]
    assert ids(f"{tmp_path}/*.csv") == ["2"]
    assert ids(f"{tmp_path}/*/*.jsonl") == ["3"]


def test_a_folder_without_manifests_is_its_media(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "a.mp4", "c.webp", ".hidden/x.jpg"):
        write_picture((tmp_path / name).with_suffix(".jpg")).rename(tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    rows = list(read_rows(find_sources(tmp_path)))
    assert [row for _, row in rows] == [
        {"post_id": name, "media": [name]} for name in ("a.mp4", "b/2.JPG", "c.webp")
    ]  # fmt: skip
    assert {source.base for source, _ in rows} == {str(tmp_path)}
    assert ids(f"{tmp_path}/*.webp") == ["c.webp"]
    assert ids(f"{tmp_path}/**/*.JPG") == ["b/2.JPG"]
    assert ids(tmp_path / "c.webp") == ["c.webp"]


def test_addresses(tmp_path: Path, memory: fsspec.AbstractFileSystem) -> None:
    write_rows(tmp_path / "p.jsonl", [{"post_id": "1", "media": "a.jpg"}])
    memory.pipe("/bucket/day/p.jsonl", (tmp_path / "p.jsonl").read_bytes())
    memory.pipe("/bucket/media/x.jpg", b"x")
    ((source, row),) = read_rows(find_sources("memory://bucket/day/p.jsonl"))
    assert joined(source.base, row["media"]) == "memory:///bucket/day/a.jpg"
    assert ids("memory://bucket/day") == ids("memory://bucket/day/*.jsonl") == ["1"]
    assert ids((tmp_path / "p.jsonl").as_uri()) == ["1"]
    ((source, row),) = read_rows(find_sources("memory://bucket/media"))
    assert row == {"post_id": "x.jpg", "media": ["x.jpg"]}
    assert memory.cat(joined(source.base, "x.jpg")) == b"x"


@pytest.mark.parametrize(
    ("base", "part", "found"),
    [
        ("/data", "a.jpg", "/data/a.jpg"),
        ("/data", "/else/a.jpg", "/else/a.jpg"),
        ("/data", "s3://b/a//c.jpg", "s3://b/a//c.jpg"),
        ("/data", "file:///b/a.jpg", "/b/a.jpg"),
        ("/data", "file:/b/a%20b.jpg", "/b/a b.jpg"),
        ("/data", "FILE://LocalHost/b/a%20b.jpg", "/b/a b.jpg"),
        ("/data", "file://localhost.jpg", "/data/localhost.jpg"),
        ("/data", "file:///b/c#1?%2523.jpg", "/b/c#1?%23.jpg"),
        ("/data", "file:///b/100%.jpg", "/b/100%.jpg"),
        ("/data", "file:///b/caf%C3%A9.jpg", "/b/café.jpg"),
        ("/data", "file:///b/caf%E9.jpg", "/b/café.jpg"),
        ("/data", "file://[b/a.jpg", "/data/[b/a.jpg"),
        ("s3://b/day", "file:///b/a.jpg", "/b/a.jpg"),
        ("s3://b/day", "m/a.jpg", "s3://b/day/m/a.jpg"),
        ("s3://b/day", "gs://c/a.jpg", "gs://c/a.jpg"),
        ("", "posts.csv", "posts.csv"),
    ],
)
def test_what_is_relative_to_what(base: str, part: str, found: str) -> None:
    assert joined(base, part) == found


@pytest.mark.parametrize(
    ("manifest", "code"),
    [("gone.csv", "manifest.missing"), ("gone/*.csv", "manifest.missing"), ("empty", "manifest.missing"),
     ("notes.doc", "manifest.format"), ("empty/*", "manifest.missing"), ("odd://x/y", "manifest.filesystem")],
)  # fmt: skip
def test_what_is_no_manifest(tmp_path: Path, manifest: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.doc").write_text("x")
    (tmp_path / "empty" / "notes.txt").write_text("x")
    with pytest.raises(ManifestError) as raised:
        list(find_sources(manifest if "://" in manifest else f"{tmp_path}/{manifest}"))
    assert raised.value.code == code
    assert raised.value.remedy


def test_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    write_rows(tmp_path / "posts[1].jsonl", [{"post_id": "1"}])
    assert ids(tmp_path / "posts[1].jsonl") == ["1"]


def test_text_is_a_manifest_where_somebody_says_so(tmp_path: Path) -> None:
    """Notes lie in many folders."""
    write_picture(tmp_path / "a.jpg")
    (tmp_path / "posts.txt").write_text("post_id\tmedia\n007\ta.jpg\n")
    assert ids(tmp_path) == ids(f"{tmp_path}/*") == ["a.jpg"]
    assert ids(tmp_path / "posts.txt") == ids(f"{tmp_path}/*.txt") == ["007"]


@pytest.mark.parametrize("packing", [".gz", ".bz2", ".xz", ".zst", ".ZST"])
@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json", ".yaml"])
def test_every_compression(tmp_path: Path, packing: str, ending: str) -> None:
    content = {".csv": "post_id,text\n007,é\n", ".yaml": "- {post_id: 007, text: é}\n"}.get(
        ending, '[{"post_id": "007", "text": "é"}]'
    )
    path = tmp_path / f"posts{ending}{packing}"
    path.write_bytes(_packed(content.encode() if ending != ".jsonl" else content[1:-1].encode(), packing.lower()))
    ((source, row),) = read_rows(find_sources(path))
    assert (source.name, row) == (path.name, {"post_id": "007", "text": "é"})
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ManifestError) as raised:
        list(read_rows(find_sources(path)))
    assert raised.value.code == "manifest.format"


def _packed(content: bytes, packing: str) -> bytes:
    if packing != ".zst":
        return {".gz": gzip, ".bz2": bz2, ".xz": lzma}[packing].compress(content)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())
