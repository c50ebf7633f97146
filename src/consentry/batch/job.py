"""One run over a manifest: append as you go, so that a killed run continues where it was.

``assessments.jsonl`` holds one assessment a line, in the order of the manifest; ``errors.jsonl`` the rows that are
not cases. ``run.json`` is the fingerprint of everything that results depend on: another manifest, model or policy is
refused in the same folder, because one folder holds one run.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from consentry.assess import Assessor
from consentry.batch.files import ASSESSMENTS, ERRORS, FINGERPRINT, TABLE
from consentry.batch.manifest import ManifestError, RowError, read_manifest
from consentry.batch.table import write_table
from consentry.errors import ConsentryError
from consentry.policy import PolicyError, check_answer
from consentry.records import Assessment, Case
from consentry.runtime.model_folder import sha256_of
from consentry.version import __version__

Progress = Callable[[int], None]
"""Called with the number of rows finished so far."""


class JobError(ConsentryError):
    """The folder for the results cannot be used. Code: ``job.other_run``."""

    default_code = "job.other_run"


@dataclass
class JobSummary:
    """What a run came to.

    Attributes:
        assessed: Posts with an assessment, earlier runs in the same folder included.
        resumed: How many of those came from earlier runs.
        rejected: Rows that are not cases.
        unreadable: Posts with media of which nothing could be read.
        actions: How often each action was recommended.
        error_codes: How often each error stands in an assessment or in place of one.
        seconds: Wall time of this run.
    """

    assessed: int = 0
    resumed: int = 0
    rejected: int = 0
    unreadable: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    error_codes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, assessment: Assessment) -> None:
        """Count one assessment."""
        self.assessed += 1
        self.actions[assessment.recommendation.action] += 1
        self.error_codes.update(error.code for error in assessment.signals.errors)
        media = assessment.signals.media
        self.unreadable += bool(media) and all(item.frames == 0 for item in media)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            **dataclasses.asdict(self),
            "actions": dict(sorted(self.actions.items())),
            "error_codes": dict(sorted(self.error_codes.items())),
            "seconds": round(self.seconds, 3),
        }


def score_manifest(
    manifest: Path, out: Path, assessor: Assessor, *, batch_size: int = 16, progress: Progress | None = None
) -> JobSummary:
    """Assess every post of a manifest into a folder, continuing a run that was cut off there.

    Raises:
        ManifestError: The manifest cannot be read.
        JobError: The folder holds another run.
    """
    started = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    _check_fingerprint(manifest, out, assessor)
    summary = JobSummary()
    done = 0
    for assessment in completed(out):
        summary.add(assessment)
        done += 1
    summary.resumed = done
    rejected: list[RowError] = []

    def remaining() -> Iterator[Case]:
        position = 0
        for number, found in enumerate(read_manifest(manifest), 1):
            row = _with_known_facts(found, number, assessor)
            if isinstance(row, RowError):
                rejected.append(row)
                continue
            position += 1
            if position > done:
                yield row

    with (out / ASSESSMENTS).open("ab") as stream:
        for assessment in assessor.assess_many(remaining(), batch_size=batch_size):
            _append(stream, assessment)
            summary.add(assessment)
            if progress is not None:
                progress(summary.assessed + len(rejected))
    summary.rejected = len(rejected)
    summary.error_codes.update(row.error.code for row in rejected)
    lines = [json.dumps({**dataclasses.asdict(row), "error": row.error.model_dump()}) + "\n" for row in rejected]
    (out / ERRORS).write_text("".join(lines), encoding="utf-8")
    write_table(completed(out), out / TABLE)
    summary.seconds = time.perf_counter() - started
    return summary


def _with_known_facts(row: Case | RowError, number: int, assessor: Assessor) -> Case | RowError:
    """The row; a row with a fact that the policy does not know is an error like any other, and stops nothing."""
    if isinstance(row, RowError):
        return row
    try:
        for fact in row.facts:
            check_answer(assessor.policy, fact)
    except PolicyError as error:
        return RowError(number, row.post.post_id, error.note(stage="manifest"))
    return row


def completed(out: Path) -> Iterator[Assessment]:
    """The assessments that a folder holds; the rest of a line that a killed run left half written is cut off."""
    path = out / ASSESSMENTS
    if not path.exists():
        return
    with path.open("rb+") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                stream.truncate(stream.tell() - len(line))
                return
            yield Assessment.model_validate_json(line)


def count_rows(manifest: Path) -> int:
    """How many rows a manifest has, for progress bars.

    Raises:
        ManifestError: It cannot be read.
    """
    return sum(1 for _ in read_manifest(manifest))


def _append(stream: BinaryIO, assessment: Assessment) -> None:
    stream.write(assessment.model_dump_json().encode() + b"\n")
    stream.flush()
    os.fsync(stream.fileno())


def _check_fingerprint(manifest: Path, out: Path, assessor: Assessor) -> None:
    if not manifest.is_file():
        raise ManifestError(f"There is no manifest at {manifest}.", "Check the path.", code="manifest.missing")
    fingerprint = {
        "consentry": __version__,
        "manifest": sha256_of(manifest),
        "components": [component.model_dump() for component in assessor.components],
        "unavailable": [note.model_dump() for note in assessor.unavailable],
    }
    path = out / FINGERPRINT
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != fingerprint:
            raise JobError(
                f"{out} holds a run of another manifest, model or policy.",
                "Give another folder with --out, or empty this one.",
            )
        return
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(fingerprint, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
