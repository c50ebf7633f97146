"""What the tests of the job share: small manifests, assessors without models, and pictures that decode at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from consentry import Assessor, RuntimeSettings
from consentry.batch.results.table import COLUMNS


def write_rows(path: Path, rows: Iterable[object]) -> Path:
    """A JSONL manifest; text goes in as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_picture(path: Path, shade: int = 90, size: tuple[int, int] = (48, 32)) -> Path:
    """A small picture with some detail."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grid = np.add.outer(np.arange(size[1]) * 3, np.arange(size[0]) * 2)[..., None] + np.array([shade, 20, 60])
    Image.fromarray((grid % 256).astype(np.uint8)).save(path, quality=90)
    return path


def without_models(folder: Path, *, contained: bool = False) -> Assessor:
    """An assessor that measures nothing but the words: loads in no time, and says in every row what is missing."""
    folder.mkdir(exist_ok=True)
    return Assessor.load(models=folder, settings=RuntimeSettings(threads=1), contained=contained)


def stop_after(calls: int) -> Callable[[], bool]:
    """A `stop` that says yes from the given call on."""
    seen = iter(range(calls))
    return lambda: next(seen, None) is None


def folder_bytes(out: Path) -> dict[str, bytes]:
    """Everything of a folder of results that must not differ from run to run: all but times."""
    found = {}
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.parent.name != "times":
            content = path.read_bytes()
            if path.name == "summary.json":
                summary = json.loads(content)
                del summary["timing"], summary["resumed"]
                content = json.dumps(summary).encode()
            found[str(path.relative_to(out))] = content
    return found


def empty_row(**values: object) -> dict[str, object]:
    """A row of results with everything empty but what is given."""
    return {**dict.fromkeys(COLUMNS), "decisive": [], "text_kinds": [], "error_codes": [], **values}


def table_from(rows: Iterable[dict[str, object]]) -> pa.Table:
    """An Arrow table of such rows."""
    from consentry.batch.results.table import schema

    return pa.Table.from_pylist(list(rows), schema=schema())
