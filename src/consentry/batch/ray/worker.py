"""What runs on the machines of a cluster: one reader that cuts the manifest, and workers that make shards.

A worker is an actor with an `Assessor` of its own, whose decoders are processes beside it on the same machine. So a
medium travels compressed, and its frames, a hundred times larger, never leave the machine.
"""

from __future__ import annotations

import json
import pickle
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from ray.data.block import BlockMetadata
from ray.data.datasource import Datasource, ReadTask

from consentry.batch.added_columns import added_columns
from consentry.batch.job import has_error
from consentry.batch.plan import Plan, Row, conditions_of
from consentry.batch.policy_files import PolicyFiles
from consentry.batch.results.table import table_bytes, table_of
from consentry.batch.scoring import score_shard
from consentry.batch.times import Durations
from consentry.errors import ConsentryError
from consentry.fetching.rules import FetchRules
from consentry.media import Limits
from consentry.pipeline.assessor import Assessor
from consentry.runtime import RuntimeSettings
from consentry.signals.copies import Bank

Wanted = Mapping[int, frozenset[int] | None]
"""Shards to make, and which of their rows; ``None`` for all of them."""
MOST_ATTEMPTS: Final = 8
"""Of one shard."""
_SMALL: Final = 1 << 16
"""Bytes of a shard's rows as Ray Data is told beforehand; it learns the truth as blocks come."""


@dataclass(frozen=True)
class Recipe:
    """How a worker gets its `Assessor`: what the command's options said, with the files that they named.

    Attributes:
        policy: A policy's name, or its files.
        bank: Name and content of a file.
        models: Folder of models, the same path on every machine; ``None`` for those of the installed package.
    """

    policy: str | PolicyFiles | None = None
    bank: tuple[str, bytes] | None = None
    models: str | None = None
    settings: RuntimeSettings = field(default_factory=RuntimeSettings)
    limits: Limits = field(default_factory=Limits)
    read_pictures: bool = False
    without: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        policy: str | Path | None = None,
        bank: Path | None = None,
        models: Path | None = None,
        settings: RuntimeSettings = RuntimeSettings(),
        limits: Limits = Limits(),
        read_pictures: bool = False,
        without: Iterable[str] = (),
    ) -> Self:
        """The recipe for what `Assessor.load` takes; files are read here and now.

        Raises:
            PolicyError: The policy is missing or invalid.
            CopyBankError: The bank is missing or invalid.
        """
        if bank is not None:
            Bank.load(bank)  # says what is wrong with it before anything is sent
        return cls(
            policy=None if policy is None else PolicyFiles.of(policy) or str(policy),
            bank=None if bank is None else (bank.name, bank.read_bytes()),
            models=None if models is None else str(models.absolute()),
            settings=settings,
            limits=limits,
            read_pictures=read_pictures,
            without=tuple(without),
        )

    def load(self) -> Assessor:
        """The assessor.

        Raises:
            ConsentryError: As `Assessor.load`.
        """
        with tempfile.TemporaryDirectory(prefix="consentry-") as temporary:
            folder = Path(temporary)
            policy = self.policy.write(folder / "policy") if isinstance(self.policy, PolicyFiles) else self.policy
            bank = None
            if self.bank is not None:
                bank = folder / self.bank[0]
                bank.write_bytes(self.bank[1])
            return Assessor.load(
                policy=policy,
                bank=bank,
                models=Path(self.models) if self.models else None,
                settings=self.settings,
                limits=self.limits,
                read_pictures=self.read_pictures,
                without=self.without,
            )


def conditions_on_worker(recipe: Recipe) -> dict[str, Any]:
    """What results depend on, as a worker finds it; or ``{"failure": ...}``."""
    try:
        assessor = recipe.load()
    except ConsentryError as error:
        return {"failure": error.note(stage="assess").model_dump()}
    try:
        return conditions_of(assessor)
    finally:
        assessor.close()


class ShardSource(Datasource):  # type: ignore[misc]  # Ray has no types that mypy is shown
    """The rows of a plan, one block a shard, read once from beginning to end and only a little ahead of the workers."""

    def __init__(self, plan: Plan, wanted: Wanted) -> None:
        super().__init__()
        self._plan = plan
        self._wanted = wanted

    def get_name(self) -> str:
        """As Ray shows it."""
        return "Manifest"

    def estimate_inmemory_data_size(self) -> int:
        """Roughly."""
        return len(self._wanted) * _SMALL

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[ReadTask]:  # noqa: ARG002
        """One, whatever the parallelism: a manifest can only be read from its beginning, and that is fast."""
        metadata = BlockMetadata(len(self._wanted), self.estimate_inmemory_data_size(), None, None)
        return [ReadTask(partial(shard_blocks, self._plan, self._wanted), metadata)]


def shard_blocks(plan: Plan, wanted: Wanted) -> Iterator[Any]:
    """One Arrow table a shard, with one row: its number and its rows."""
    import pyarrow as pa

    for shard, numbered in groupby(plan.read(wanted.keys()), key=itemgetter(0)):
        only = wanted[shard]
        rows = [row for _, row in numbered if only is None or row.number in only]
        yield pa.table({"shard": pa.array([shard], pa.int64()), "rows": pa.array([pickle.dumps(rows)], pa.binary())})


class Made(NamedTuple):
    """A shard, or the asked rows of one, as a worker hands it over.

    Attributes:
        content: A Parquet file.
        durations: Of its posts.
        rows: How many.
        errors: How many of them have errors.
        failure: An `ErrorNote` as JSON if the worker could not even begin.
    """

    shard: int
    content: bytes
    durations: str
    rows: int
    errors: int
    failure: str | None


class Attempts:
    """An actor that counts how often each shard was begun.

    Ray tries a shard again as often as its worker dies, which is right for machines that die. A shard that kills its
    workers must not go on doing so for ever. (Ray's own limit, ``max_task_retries``, is no use here: the death of one
    machine takes several of those.)
    """

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()

    def begin(self, shard: int) -> int:
        """Note that a shard is begun, and say how often it has been."""
        self._begun[shard] += 1
        return self._begun[shard]


class ShardWorker:
    """An actor that makes shards.

    Args:
        recipe: Its assessor, or a reference to it in Ray's object store.
        conditions: What the others' results depend on; a worker with other models makes nothing.
        batch_size: Cases that go through the networks together.
        attempts: Handle of the actor `Attempts`.
        fetching: Rules for what lies at addresses.
    """

    def __init__(
        self,
        recipe: Any,
        conditions: Mapping[str, Any],
        batch_size: int,
        attempts: Any,
        fetching: FetchRules = FetchRules(),
    ) -> None:
        import ray

        self._attempts = attempts
        self._batch_size = batch_size
        self._fetching = fetching
        self._assessor: Assessor | None = None
        self._failure: ConsentryError | None = None
        try:
            self._assessor = (recipe if isinstance(recipe, Recipe) else ray.get(recipe)).load()
            _check(conditions_of(self._assessor), conditions)
        except ConsentryError as error:
            self._failure = error

    def __call__(self, block: Any) -> Any:
        """Make the shards of a block of `shard_blocks`; one row of `Made` each."""
        import pyarrow as pa
        import ray

        for shard in block.column("shard").to_pylist():
            if ray.get(self._attempts.begin.remote(shard)) > MOST_ATTEMPTS:
                self._failure = _deadly(shard)
        made = [
            self.make(row["shard"], pickle.loads(row["rows"]))  # noqa: S301  it comes from `shard_blocks`
            for row in block.to_pylist()
        ]
        columns: Iterable[tuple[Any, ...]] = zip(*made, strict=True)
        kinds = (pa.int64(), pa.large_binary(), pa.string(), pa.int64(), pa.int64(), pa.string())
        return pa.table(
            {
                name: pa.array(values, kind)
                for name, values, kind in zip(Made._fields, columns, kinds, strict=True)
            }
        )  # fmt: skip

    def make(self, shard: int, rows: list[Row]) -> Made:
        """Assess the rows of one shard."""
        if self._assessor is None or self._failure is not None:
            note = None if self._failure is None else self._failure.note(stage="assess").model_dump_json()
            return Made(shard, b"", "{}", 0, 0, note)
        result = score_shard(shard, rows, self._assessor, batch_size=self._batch_size, fetching=self._fetching)
        errors = sum(map(has_error, result.outcomes))
        durations = json.dumps(result.times.durations.counts)
        table = table_of(result.outcomes, added_columns(self._assessor.signals))
        return Made(shard, table_bytes(table), durations, len(rows), errors, None)


def durations_of(text: str) -> Durations:
    """The durations of a `Made`."""
    return Durations({int(step): int(count) for step, count in json.loads(text).items()})


def _deadly(shard: int) -> ConsentryError:
    from consentry.batch.ray.cluster import ClusterError

    return ClusterError(
        f"The worker has died each of the {MOST_ATTEMPTS} times that it made shard {shard}.",
        "Usually it had too little memory: give each worker more of the machine (--threads, --workers), or fewer posts "
        "at a time (--batch-size). `ray logs` says more.",
    )


def _check(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    from consentry.batch.ray.cluster import ClusterError

    names = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if names:
        raise ClusterError(
            f"A worker has other {' and '.join(names)} than the others, so its results would not be comparable.",
            "Give all machines the same version of Consentry and the same models.",
            code="cluster.worker",
        )
