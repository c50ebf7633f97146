"""A job on many machines: Ray Data moves shards to workers, this process writes what comes back.

The unit is the shard. A machine that dies takes at most the shards that it was making, and Ray has them made again
elsewhere; results are pure functions of their rows, so it does not matter how often. Only this process writes, so a
shard cannot be written by two machines at once (not by one either that was thought dead and is not), the workers need
no disk in common, and nothing but whole shards ever lies in the folder. It has little to do: about a hundred shards a
second can be written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from consentry.batch.errors import JobError
from consentry.batch.job import Counts, Options, Watch, run_with, say_if_stopped, with_errors, with_rows
from consentry.batch.plan import Plan
from consentry.batch.ray.cluster import Cluster, ClusterError, connected, cpus_of, failed, room_for
from consentry.batch.results.store import Store
from consentry.batch.results.summary import Summary
from consentry.batch.times import ShardTimes
from consentry.records import ErrorNote

if TYPE_CHECKING:
    from consentry.batch.ray.worker import Made, Wanted

_POLL: Final = 1.0
"""Seconds."""


def run_job_on_ray(
    manifest: str | Path,
    out: Path,
    options: Options = Options(),  # noqa: B008  frozen
    cluster: Cluster = Cluster(),  # noqa: B008  frozen
    *,
    watch: Watch = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
    **assessor: Any,
) -> Summary:
    """Assess every row of a manifest on a Ray cluster; the folder is the same, byte for byte, as `run_job` writes.

    A run may be begun by one engine and finished by the other.

    Args:
        manifest: File, folder or glob, readable from this machine; its media are read by the workers.
        out: Folder for the results, on this machine.
        options: As for `run_job`.
        cluster: Where, and how large the workers are.
        watch: Told of progress, shard by shard.
        stop: Asked after each shard; when it says yes, shards that workers are making are given up.
        assessor: ``policy``, ``bank``, ``models``, ``settings``, ``limits``, ``read_pictures`` as for
            `Assessor.load`. Policy and bank are sent to the workers; a folder of models must lie at the same path
            everywhere. `RuntimeSettings.threads` are the CPUs of a worker unless `cluster` says how many.

    Raises:
        ClusterError: There is no Ray, no cluster, or its workers fail.
        ManifestError: As for `run_job`.
        JobError: As for `run_job`.
    """
    with connected(cluster) as ray:
        from consentry.batch.ray.worker import Attempts, Recipe

        recipe = Recipe.of(**assessor)
        if not cluster.cpus:
            cluster = replace(cluster, cpus=cpus_of(ray, replace(cluster, cpus=recipe.settings.threads)))
        recipe = replace(recipe, settings=replace(recipe.settings, threads=cluster.cpus))
        reference = ray.put(recipe)
        conditions = _conditions(ray, reference, cluster, watch, stop)

        def make(plan: Plan, wanted: Wanted) -> Generator[Made, None, None]:
            attempts = ray.remote(Attempts).options(num_cpus=0, label_selector=_here(ray)).remote()
            of_worker = (reference, conditions, options.batch_size, attempts, options.fetching)
            return _made(ray, plan, wanted, of_worker, cluster)

        def work(plan: Plan, store: Store, counts: Counts) -> None:
            if options.retry_errors:
                again = {shard: frozenset(rows) for shard, rows in with_errors(store).items()}
                _retry(make, plan, store, again, counts, stop)
            options.tolerance.check(counts.errors, plan.rows)
            _score(make, plan, store, counts, stop)

        return run_with(work, manifest, out, conditions, options, watch=watch)


_Make = Callable[[Plan, "Wanted"], Generator["Made", None, None]]


def _score(make: _Make, plan: Plan, store: Store, counts: Counts, stop: Callable[[], bool]) -> None:
    missing = store.missing(plan)
    last, done = time.perf_counter(), 0
    with closing(make(plan, dict.fromkeys(missing))) as shards:
        while done < len(missing) and not stop():
            made = next(shards)
            now = time.perf_counter()
            store.write_made(made.shard, made.content, _times(made, now - last))
            last, done = now, done + 1
            counts.add_rows(made.rows, made.errors)
    say_if_stopped(plan, done == len(missing))


def _retry(
    make: _Make, plan: Plan, store: Store, wanted: Wanted, counts: Counts, stop: Callable[[], bool]
) -> None:  # fmt: skip
    import pyarrow as pa
    from pyarrow import parquet

    done = 0
    with closing(make(plan, wanted)) as shards:
        while done < len(wanted) and not stop():
            made = next(shards)
            rows = parquet.read_table(pa.BufferReader(made.content)).to_pylist()
            store.replace(made.shard, with_rows(store.read(made.shard), rows))
            done += 1
            counts.errors -= made.rows - made.errors
    say_if_stopped(plan, done == len(wanted))


def _times(made: Made, seconds: float) -> ShardTimes:
    from consentry.batch.ray.worker import durations_of

    return ShardTimes(made.rows, seconds, time.time(), durations_of(made.durations))


def _conditions(
    ray: Any, recipe: Any, cluster: Cluster, watch: Watch, stop: Callable[[], bool]
) -> dict[str, Any]:  # fmt: skip
    """Ask a worker: this machine may have neither the GPU nor the memory for what workers load."""
    from consentry.batch.ray.worker import conditions_on_worker

    task = ray.remote(conditions_on_worker).options(num_cpus=cluster.cpus, num_gpus=cluster.gpus)
    pending = [task.remote(recipe)]
    while not ray.wait(pending, timeout=_POLL)[0]:
        watch(f"Waiting for a worker with {_size(cluster)}", 0, 0, 0)
        if stop():
            ray.cancel(pending[0], force=True)
            raise JobError(
                "Stopped as asked, before a worker was there.",
                "`ray status` says what the cluster has room for.",
                code="job.stopped",
            )
    try:
        found: dict[str, Any] = ray.get(pending[0])
    except ray.exceptions.RayError as error:
        raise failed(error) from error
    if "failure" in found:
        raise _of_worker(ErrorNote.model_validate(found["failure"]))
    return found


def _made(
    ray: Any, plan: Plan, wanted: Wanted, of_worker: tuple[Any, ...], cluster: Cluster
) -> Generator[Made, None, None]:  # fmt: skip
    """The wanted shards, in the order in which they are done."""
    from consentry.batch.ray.worker import Made

    if not wanted:
        return
    try:
        with _shard_by_shard(ray):
            shards = _dataset(ray, plan, wanted, of_worker, cluster)
            for batch in shards.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                for row in batch.to_pylist():
                    made = Made(**row)
                    if made.failure is not None:
                        raise _of_worker(ErrorNote.model_validate_json(made.failure))
                    yield made
    except (ray.exceptions.RayError, ray.data.exceptions.SystemException) as error:
        raise failed(error) from error


def _dataset(ray: Any, plan: Plan, wanted: Wanted, of_worker: tuple[Any, ...], cluster: Cluster) -> Any:
    from ray.data import ActorPoolStrategy

    from consentry.batch.ray.worker import ShardSource, ShardWorker

    first = max(1, min(room_for(ray, cluster, cluster.cpus), len(wanted)))
    return ray.data.read_datasource(
        ShardSource(plan, wanted),
        num_cpus=0,  # it mostly waits
        label_selector=_here(ray),  # where the manifest is
        override_num_blocks=1,
    ).map_batches(
        ShardWorker,
        fn_constructor_args=of_worker,
        batch_size=1,
        batch_format="pyarrow",
        num_cpus=cluster.cpus,
        num_gpus=cluster.gpus,
        compute=ActorPoolStrategy(
            min_size=1,
            initial_size=first,
            max_size=None if cluster.workers is None else max(1, min(cluster.workers, len(wanted))),
            max_tasks_in_flight_per_actor=2,
        ),
    )


def _here(ray: Any) -> dict[str, str]:
    """This machine. If it dies the job dies anyhow; what it keeps elsewhere would die with other machines too."""
    return {"ray.io/node-id": ray.get_runtime_context().get_node_id()}


@contextmanager
def _shard_by_shard(ray: Any) -> Iterator[None]:
    """Ray Data as this job needs it: a block for every shard, and nothing on the terminal."""
    context = ray.data.DataContext.get_current()
    ours = {"target_max_block_size": 1, "enable_progress_bars": False}
    before = {name: getattr(context, name) for name in ours}
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    for name, value in ours.items():
        setattr(context, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)


def _of_worker(note: ErrorNote) -> ClusterError:
    code = note.code if note.code.startswith("cluster.") else "cluster.worker"
    return ClusterError(note.message, note.remedy, code=code)


def _size(cluster: Cluster) -> str:
    gpus = f" and {cluster.gpus:g} GPUs" if cluster.gpus else ""
    return f"{cluster.cpus} CPUs{gpus}"
