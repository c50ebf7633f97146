"""A folder of results: shards that appear whole or not at all, and a fingerprint that keeps runs apart."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from consentry.batch.errors import JobError
from consentry.batch.plan import ADDED, Plan
from consentry.batch.results.files import FINGERPRINT, SHARDS, TIMES, shard_file, times_file
from consentry.batch.results.table import table_bytes, table_of
from consentry.batch.scoring import ShardResult
from consentry.batch.times import ShardTimes
from consentry.errors import ConsentryError
from consentry.writing import output_error, write_bytes, writing


class Store:
    """The shards of one run.

    A file is written under another name, brought to the disk and then renamed, so a shard that is there is complete,
    whatever was killed. Several processes may write different shards at the same time, but never the same one.

    Args:
        out: The folder.
        added: Columns of signals that others added.
    """

    def __init__(self, out: Path, added: Sequence[str] = ()) -> None:
        self.out = out
        self._added = tuple(added)
        self._lock: int | None = None

    @classmethod
    def open(cls, out: Path, fingerprint: Mapping[str, Any], *, exclusive: bool = True) -> Self:
        """Begin a run in a folder, or go on with it.

        Args:
            out: Made if it is not there.
            fingerprint: What the results depend on.
            exclusive: Whether nobody else may open it meanwhile. Workers that write shards for a run which another
                process has opened say no.

        Raises:
            JobError: ``job.other_run`` or ``job.in_use``.
            OutputError: The folder cannot be written to.
        """
        store = cls(out, fingerprint.get(ADDED, ()))
        try:
            with writing(out):
                for folder in (out / SHARDS, out / TIMES):
                    folder.mkdir(parents=True, exist_ok=True)
                if exclusive:
                    store._take_lock()
                store._check(fingerprint)
        except ConsentryError:
            store.close()
            raise
        return store

    def done(self) -> set[int]:
        """The shards that are there.

        Raises:
            OutputError: ``output.missing``: the folder is gone.
        """
        with writing(self.out), os.scandir(self.out / SHARDS) as entries:
            return {int(entry.name.split(".")[0]) for entry in entries if entry.name.endswith(".parquet")}

    def missing(self, plan: Plan) -> list[int]:
        """The shards that are not there yet, in order."""
        done = self.done()
        return [number for number in range(plan.shards) if number not in done]

    def write(self, result: ShardResult) -> None:
        """Add a shard, or replace it.

        Raises:
            OutputError: It cannot be written.
        """
        self.write_made(result.number, table_bytes(table_of(result.outcomes, self._added)), result.times)

    def write_made(self, number: int, content: bytes, times: ShardTimes) -> None:
        """Add a shard whose Parquet file was made elsewhere (`table_bytes`).

        Raises:
            OutputError: It cannot be written.
        """
        self.write_text(f"{TIMES}/{times_file(number)}", json.dumps(times.as_json()) + "\n")
        write_bytes(self.out / SHARDS / shard_file(number), content)

    def replace(self, number: int, table: Any) -> None:
        """Write a shard's table, without touching its times."""
        write_bytes(self.out / SHARDS / shard_file(number), table_bytes(table))

    def write_text(self, name: str, text: str) -> None:
        """Write another file of the folder, whole or not at all."""
        write_bytes(self.out / name, text.encode())

    def read(self, number: int, columns: Sequence[str] | None = None) -> Any:
        """A shard as an Arrow table.

        Raises:
            JobError: ``job.damaged``.
            OutputError: ``output.missing``: the folder is gone.
        """
        import pyarrow as pa
        from pyarrow import parquet

        path = self.out / SHARDS / shard_file(number)
        try:
            return parquet.read_table(path, columns=columns, use_threads=False)
        except FileNotFoundError as error:
            raise output_error(path, error) from error
        except (pa.ArrowException, OSError) as error:
            raise JobError(
                f"The shard {path.name} of {self.out} cannot be read: {error}.",
                "Delete that file and run the job again: it makes the shard anew.",
                code="job.damaged",
            ) from error

    def rows(self, columns: Collection[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        """All rows in order, each with the number of its shard; one shard in memory at a time."""
        for number in sorted(self.done()):
            for row in self.read(number, list(columns)).to_pylist():
                yield number, row

    def times(self) -> Iterator[ShardTimes]:
        """How long each shard took, in order; shards without it are left out."""
        for number in sorted(self.done()):
            try:
                yield ShardTimes.from_json(json.loads((self.out / TIMES / times_file(number)).read_bytes()))
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue  # times are for people; results do not depend on them

    def close(self) -> None:
        """Let others open the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_lock(self) -> None:
        import fcntl

        self._lock = os.open(self.out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise JobError(
                f"Another process is writing into {self.out}.",
                "Wait until it is done, or give another folder with --out.",
                code="job.in_use",
            ) from error
        except OSError:
            pass  # a file system without locks

    def _check(self, fingerprint: Mapping[str, Any]) -> None:
        path = self.out / FINGERPRINT
        try:
            held = json.loads(path.read_bytes())
        except FileNotFoundError:
            if self.done():
                raise JobError(
                    f"{self.out} holds shards of a run, but not its {FINGERPRINT}.",
                    "Give another folder with --out, or empty this one.",
                ) from None
            write_bytes(path, (json.dumps(fingerprint, indent=2, sort_keys=True) + "\n").encode())
            return
        except ValueError as error:
            raise JobError(
                f"{path} cannot be read: {error}.", "Give another folder with --out.", code="job.damaged"
            ) from error
        if held != json.loads(json.dumps(fingerprint)):
            names = sorted({*held, *fingerprint})
            differing = [name.replace("_", " ") for name in names if held.get(name) != fingerprint.get(name)]
            raise JobError(
                f"{self.out} holds another run: {', '.join(differing)} differ.",
                "Give another folder with --out; or, to go on with that run, the settings that it has.",
            )
