"""Errors put in place of what the parts of the job give, one part after the other: rows bear them, the job never does.

Promise 13. Failing disks under the decoders are in tests/media/test_failing_disks.py, models that break in
tests/pipeline/test_isolating.py.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from small_jobs import without_models, write_picture, write_rows

from consentry import Assessor, Post
from consentry.batch import Options, Store, run_job
from consentry.batch.results.files import INTERNAL_LOG

ROWS = 6

PLACES = {
    # What is replaced: which rows bear it, and whether they are assessed all the same.
    "consentry.media.sources._require_regular": ("media", True),
    "consentry.media.sources._open_file": ("media", True),
    "consentry.media.sources._size": ("media", True),
    "consentry.media.sources._has_changed": ("media", True),
    "consentry.media.opening.sniff": ("media", True),
    "consentry.media.opening.read_source": ("media", True),
    "consentry.media.opened.OpenedMedia.outcome": ("media", True),
    "consentry.media.DecoderPool.open": ("media", True),
    "consentry.fetching.fetcher.Fetcher.__call__": ("nothing", True),
    "consentry.signals.faces.claimants.pictures_of": ("nothing", True),
    "consentry.signals.text.TextReader.analyse": ("all", True),
    "consentry.signals.text.TextReader.read": ("all", True),
    "consentry.signals.copies.measure.copy_signal": ("nothing", True),
    "consentry.signals.copies.measure.CopyMeasure.measure": ("all", True),
    "consentry.signals.scene.measure.scene_signal": ("nothing", True),
    "consentry.pipeline.measuring._part": ("all", False),
    "consentry.pipeline.measuring._each": ("all", False),
    "consentry.pipeline.assessor.measured_each": ("all", False),
    "consentry.pipeline.assembling.joined": ("all", False),
    "consentry.pipeline.assembling.decide": ("all", False),
    "consentry.pipeline.assembling.Circumstances.of": ("all", False),
    "consentry.pipeline.assembling.Assessment": ("all", False),
    "consentry.batch.scoring.case_of": ("all", False),
    "consentry.batch.scoring.check_answer": ("nothing", True),
    "consentry.batch.manifest.cases.medium_at": ("media", False),
    "consentry.batch.manifest.cases.joined": ("media", False),
    "consentry.batch.results.table._of_scenes": ("all", False),
}


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Post(post_id="")
    return caught.value


ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    lambda: OSError(errno.ESTALE, os.strerror(errno.ESTALE)),
    lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    lambda: PermissionError(errno.EACCES, os.strerror(errno.EACCES)),
    MemoryError,
    RecursionError,
    lambda: UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),
    lambda: OverflowError("date value out of range"),
    lambda: ValueError("Exceeds the limit (4300 digits) for integer string conversion"),
    lambda: RuntimeError("can't start new thread"),
    lambda: StopIteration(),
    lambda: KeyError("\ud83d her words \x1b[31m"),
    invalid,
)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every second row has a picture."""
    folder = tmp_path_factory.mktemp("posts")
    write_picture(folder / "p.jpg")
    return write_rows(
        folder / "posts.jsonl",
        ({"post_id": f"{n}", "text": "words", **({"media": ["p.jpg"]} if n % 2 else {})} for n in range(ROWS)),
    )


@pytest.fixture(scope="module")
def assessor(tmp_path_factory: pytest.TempPathFactory) -> Assessor:
    return without_models(tmp_path_factory.mktemp("none"))


def replace(monkeypatch: pytest.MonkeyPatch, place: str, error: Exception, *, once: bool) -> list[int]:
    """Have a function, method or class raise, always or the first time; the list counts how often it was called."""
    parts = place.split(".")
    target: Any = None
    for split in range(len(parts) - 1, 0, -1):
        try:
            target = import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for name in parts[split:-1]:
            target = getattr(target, name)
        break
    sound = getattr(target, parts[-1])
    calls: list[int] = []

    def raises(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if not once or len(calls) == 1:
            raise error
        return sound(*arguments, **named)

    monkeypatch.setattr(target, parts[-1], raises)
    return calls


def rows_of(out: Path) -> list[dict[str, Any]]:
    columns = ["row", "post_id", "status", "error_code", "error_codes", "error_message", "traceback", "assessment"]
    return [row for _, row in Store(out).rows(columns)]


def everywhere() -> Iterator[Any]:
    """Every error in every place; three of each place go with the quick tests."""
    for number, place in enumerate(PLACES):
        for offset in range(len(ERRORS)):
            make = ERRORS[(3 * number + offset) % len(ERRORS)]
            name = f"{place}-{type(make()).__name__}{getattr(make(), 'errno', '')}"
            yield pytest.param(place, make, id=name, marks=[pytest.mark.slow] if offset >= 3 else [])


@pytest.mark.parametrize(("place", "make"), list(everywhere()))
def test_rows_bear_what_goes_wrong_in_a_part(
    place: str,
    make: Callable[[], Exception],
    manifest: Path,
    assessor: Assessor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bearing, assessed = PLACES[place]
    error = make()
    calls = replace(monkeypatch, place, error, once=False)
    summary = run_job(manifest, tmp_path / "out", assessor, Options(shard_rows=4, batch_size=3))
    monkeypatch.undo()
    rows = rows_of(tmp_path / "out")
    assert calls or bearing == "nothing"
    assert [row["post_id"] for row in rows] == [str(number) for number in range(ROWS)]
    if assessed:
        assert {row["status"] for row in rows} == {"assessed"}
    for number, row in enumerate(rows):
        bears = bearing == "all" or (bearing == "media" and number % 2 == 1)
        codes = [code for code in row["error_codes"] if code != "model.missing"]
        assert bool(codes) == bears, (number, codes)
        if bears and not assessed:
            assert row["status"] in ("failed", "rejected")
        # A defect has a traceback, whatever else has none; and neither has anybody's words.
        assert ("internal.defect" in codes) == (row["traceback"] is not None)
        assert "her words" not in f"{row['error_message']}{row['traceback']}{row['assessment']}"
        if isinstance(error, MemoryError):
            assert "internal.defect" not in codes
    assert summary.internal == sum(row["traceback"] is not None for row in rows)
    assert (tmp_path / "out" / INTERNAL_LOG).exists() == bool(summary.internal)


@pytest.mark.parametrize("place", PLACES)
def test_what_goes_wrong_once_costs_one_row_at_most(
    place: str, manifest: Path, assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, place, RuntimeError("once"), once=True)
    summary = run_job(manifest, tmp_path / "out", assessor, Options(shard_rows=4, batch_size=3))
    assert summary.rows == ROWS
    rows = [{code for code in row["error_codes"] if code != "model.missing"} for row in rows_of(tmp_path / "out")]
    assert sum(map(bool, rows)) <= 1
    monkeypatch.undo()
    again = run_job(manifest, tmp_path / "out", assessor, Options(shard_rows=4, retry_errors=True))
    assert again.internal == 0
