"""Jobs over s3:// and gs://, against servers on loopback that speak as the stores do. The end point is whose who runs
the job, so no flag is needed for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from loopback_server import Server, serving
from object_stores import google, s3
from small_jobs import without_models, write_picture, write_rows

from consentry.batch import run_job
from consentry.batch.results.stored import read_assessments


@pytest.fixture
def objects(tmp_path: Path) -> dict[str, bytes]:
    rows = [{"post_id": name, "media": name} for name in ("m/a.jpg", "m/gone.jpg", "closed/a.jpg")]
    return {
        "p.jsonl": write_rows(tmp_path / "p.jsonl", rows).read_bytes(),
        "m/a.jpg": write_picture(tmp_path / "a.jpg").read_bytes(),
    }


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def codes(tmp_path: Path, manifest: str) -> list[str]:
    run_job(manifest, tmp_path / "out", without_models(tmp_path / "none"))
    found = [item.signals for item in read_assessments(tmp_path / "out")]
    return ["read" if signals.media[0].frames else signals.errors[-1].code for signals in found]


def test_s3(server: Server, objects: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs", reason='needs the extra "s3"')
    server.otherwise = s3(objects)
    for name, value in {"AWS_ENDPOINT_URL": server.url(""), "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
                        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    assert codes(tmp_path, "s3://b/p.jsonl") == ["read", "media.not_found", "media.refused"]


def test_google(server: Server, objects: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gcsfs", reason='needs the extra "gs"')
    server.otherwise = google(objects)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url(""))
    fsspec.get_filesystem_class("gs").clear_instance_cache()
    assert codes(tmp_path, "gs://b/p.jsonl") == ["read", "media.not_found", "media.not_found"]
