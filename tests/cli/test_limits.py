"""``--limit`` and ``--trusted-media``: what is understood, what is refused, and that results follow."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.cli.limits import MEASURES, limits_of
from consentry.media import Limits
from consentry.media import decoder_process as decoder_process_module


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def demo(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


def test_every_limit_can_be_set() -> None:
    assert list(MEASURES) == [field.name for field in fields(Limits)]
    for name, measure in MEASURES.items():
        (changed,) = [field.name for field in fields(Limits) if getattr(limits_of([f"{name}=7"]), field.name) == 7]
        assert changed == name
        limits_of([f"{name}={measure.example}"])
    assert limits_of([]) == Limits()


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("max_bytes=50MB", "max_bytes", 50_000_000),
        ("max_bytes = 1.5 gib", "max_bytes", 1_610_612_736),
        ("max_memory=700kB", "max_memory", 700_000),
        ("max_pixels=12.5M", "max_pixels", 12_500_000),
        ("max_decoded_pixels=40g", "max_decoded_pixels", 40_000_000_000),
        ("max_duration=10min", "max_duration", 600.0),
        ("max_duration=1.5h", "max_duration", 5400.0),
        ("max_seconds=0.25s", "max_seconds", 0.25),
        ("frames_per_second=0.5", "frames_per_second", 0.5),
        ("max_frames=1_000", "max_frames", 1000),
    ],
)
def test_units(written: str, name: str, value: float) -> None:
    found = getattr(limits_of([written]), name)
    assert found == value
    assert type(found) is type(getattr(Limits(), name))


@given(some.sampled_from(sorted(MEASURES)), some.integers(1, 2**53))
def test_whole_numbers_come_back(name: str, value: int) -> None:
    assert getattr(limits_of([f"{name}={value}"]), name) == value


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["max_byte=5"], "did you mean max_bytes"),
        (["colour=5"], "max_decoded_frames"),
        (["max_bytes"], "name=value"),
        (["max_bytes=5", "max_bytes=6"], "twice"),
        (["max_bytes=lots"], "kib"),
        (["max_bytes=5 pints"], "kib"),
        (["frames_per_second=2h"], "such as 0.5"),
        (["max_frames=0.5"], "whole number above 0"),
        (["max_frames=0"], "above 0"),
        (["max_frames=-1"], "write a number"),
        (["max_seconds=nan"], "write a number"),
        (["max_seconds=inf"], "write a number"),
        (["max_seconds=٣"], "write a number"),
        (["max_memory=99999999999gb"], "no larger than"),
    ],
)
def test_what_is_refused_and_why(given: list[str], words: str) -> None:
    with pytest.raises(typer.BadParameter, match=words) as caught:
        limits_of(given)
    assert caught.value.param_hint == "--limit"


@pytest.mark.parametrize("command", ["assess", "score"])
def test_help_names_every_limit_and_warns(command: str) -> None:
    said = " ".join(run(command, "--help").output.replace("│", " ").split())
    assert all(name in said for name in MEASURES)
    assert "WARNING: decodes inside this program" in said


def test_an_assessment_keeps_to_the_limit(demo: Path) -> None:
    assess = ("assess", "--media", demo / "bedroom.jpg", "--json")
    assert run(*assess, "--limit", "max_byte=1").exit_code == 2
    refused = run(*assess, "--limit", "max_bytes=1kB")
    assert refused.exit_code == 3
    assert [outcome["error"]["code"] for outcome in json.loads(refused.stdout)["signals"]["media"]] == [
        "media.too_large"
    ]
    assert run(*assess, "--limit", "max_bytes=50MB", "--quiet").exit_code == 0


def test_trusted_media_are_decoded_here(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_process_module, "WORKER_MODULE", "no_such_module")
    assess = ("assess", "--media", demo / "bedroom.jpg", "--json")
    assert "media.decoder_unavailable" in run(*assess).stdout
    assert run(*assess, "--trusted-media").exit_code == 0


def test_a_job_is_not_continued_under_other_limits(tmp_path: Path, demo: Path) -> None:
    manifest = tmp_path / "posts.csv"
    manifest.write_text(f"post_id,media\none,{demo / 'bedroom.jpg'}\n")
    out = tmp_path / "results"
    score = ("score", manifest, "--out", out, "--quiet")
    assert run(*score, "--limit", "max_bytes=1kB").exit_code == 3
    other = run(*score)
    assert other.exit_code == 2
    assert "limits" in other.output
    assert run(*score, "--limit", "max_bytes=1000").exit_code == 3
    assert run("score", manifest, "--out", out, "--engine", "ray", "--trusted-media").exit_code == 2
