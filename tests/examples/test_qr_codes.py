"""The example of a signal that somebody else adds: installed from its folder as anybody would, then the job with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyarrow import parquet

pytestmark = pytest.mark.slow
CHAT = "https://wa.me/254700000000"


@pytest.fixture(scope="module")
def environment(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a process in which the example is installed."""
    target = tmp_path_factory.mktemp("installed")
    example = repository / "examples" / "consentry-qr-codes"
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(example)], check=True)
    path = os.pathsep.join([str(target), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    return {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)}


def consentry(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "consentry", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def test_its_own_tests_pass(environment: dict[str, str], repository: Path) -> None:
    tests = repository / "examples" / "consentry-qr-codes" / "tests"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tests)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_job_has_a_column_a_fact_and_a_place_on_the_page(
    environment: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    code = zxingcpp.create_barcode(CHAT, zxingcpp.BarcodeFormat.QRCode)
    image = Image.new("RGB", (640, 480), (90, 120, 90))
    image.paste(Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=5))).convert("RGB"), (320, 200))
    image.save(tmp_path / "code.png")
    Image.new("RGB", (640, 480), (90, 120, 90)).save(tmp_path / "plain.png")
    (tmp_path / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    rows = [
        {"post_id": name, "media": f"{name}.{end}", "report": {"standing": "other"}}
        for name, end in (("code", "png"), ("plain", "png"), ("damaged", "jpg"))
    ]
    manifest = tmp_path / "posts.jsonl"
    manifest.write_text("\n".join(json.dumps(row) for row in rows))
    policy = repository / "examples" / "consentry-qr-codes" / "policy.yaml"
    consentry(environment, "score", manifest, "--out", tmp_path / "out", "--policy", policy, "--page", "--quiet")

    table = parquet.read_table(tmp_path / "out" / "shards" / "000000.parquet")
    found = {row["post_id"]: row for row in table.to_pylist()}
    assert [found[name]["signal.qr_code.contact"] for name in ("code", "plain", "damaged")] == [0.99, None, None]
    assert found["code"]["signal.qr_code"] == 0.99
    assert found["code"]["rule"] == "look_at_contact_details"
    facts = {fact["name"]: fact["value"] for fact in json.loads(found["damaged"]["assessment"])["facts"]}
    assert facts["contact_in_code"] == "unknown"
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "qr code: contact" in page

    again = tmp_path / "again"
    consentry(environment, "score", manifest, "--out", again, "--policy", policy, "--quiet")
    assert (again / "shards" / "000000.parquet").read_bytes() == (
        tmp_path / "out" / "shards" / "000000.parquet"
    ).read_bytes()


def test_it_is_listed_and_can_be_left_out(environment: dict[str, str], tmp_path: Path) -> None:
    listed = json.loads(consentry(environment, "signals", "--json").stdout)
    (entry,) = [entry for entry in listed if entry["name"] == "qr_code"]
    assert entry["package"] == "consentry-qr-codes 1.0"
    assert entry["words"] == ["qr_code", "contact"]
    assert entry["components"][0]["name"] == "qr_code"
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")
    arguments = ("assess", "--media", tmp_path / "a.png", "--json", "--without-signal", "qr_code")
    signals = json.loads(consentry(environment, *arguments).stdout)["signals"]
    assert "extra" not in signals
    assert "signal.switched_off" in {note["code"] for note in signals["errors"]}
