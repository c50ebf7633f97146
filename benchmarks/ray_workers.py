"""The same job on a local Ray cluster by one worker and by two, and by `run_job` with the cores of both.

Usage: ``python benchmarks/ray_workers.py [--pictures FOLDER] [--shards 12] [--rows 96] [--turns 3] [--cpus 1]``

The cluster is a head without CPUs and two nodes, all on this machine. Each node may use ``--cpus`` cores of its own
and no others, decoders included, as if it were a machine; head and driver share them. Loading the models is left out:
the clock runs from the moment when every worker has finished one shard, and counts the rows after it. All ways run in
turn; a ratio is the median over turns, with the middle half.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from batch import ROOT, Post, pictures_in, spread, write_manifest
from consentry import Assessor, RuntimeSettings
from consentry.batch import Options, run_job
from consentry.batch.job import Watch
from consentry.batch.ray.cluster import Cluster
from consentry.batch.ray.engine import run_job_on_ray

Way = Callable[[Path, Watch], object]


class Clock:
    """Notes when rows were done."""

    def __init__(self) -> None:
        self._done: list[tuple[int, float]] = []

    def __call__(self, task: str, done: int, *_: int) -> None:
        """See `Watch`."""
        if task == "Assessing posts" and (not self._done or done > self._done[-1][0]):
            self._done.append((done, time.perf_counter()))

    def rate(self, first: int) -> float:
        """Rows a second after the first so many."""
        begun, then = next((done, at) for done, at in self._done if done >= first)
        ended, now = self._done[-1]
        return (ended - begun) / (now - then)


def print_rates(pictures: Sequence[Path], shards: int, rows: int, turns: int, cpus: int) -> None:
    """All ways in turn, as a table."""
    from ray.cluster_utils import Cluster as LocalCluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    memory = 100 * 1024 * 1024
    local = LocalCluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": memory, "include_dashboard": False},
    )
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 * cpus:
        raise SystemExit(f"Two workers of {cpus} CPUs need {2 * cpus} cores; there are {len(cores)}.")
    for first in (0, cpus):
        os.sched_setaffinity(0, cores[first : first + cpus])  # inherited by what the node starts
        local.add_node(num_cpus=cpus, object_store_memory=memory)
    os.sched_setaffinity(0, cores)
    options = Options(shard_rows=rows)
    settings = RuntimeSettings(threads=cpus)

    def by_ray(workers: int) -> Way:
        cluster = Cluster(address=local.address, workers=workers, cpus=cpus)
        return lambda folder, watch: run_job_on_ray(
            folder / "posts.jsonl", folder / "out", options, cluster, watch=watch, settings=settings
        )

    assessor = Assessor.load(settings=RuntimeSettings(threads=2 * cpus))
    ways: dict[str, tuple[int, Way]] = {
        "Ray, one worker": (1, by_ray(1)),
        "Ray, two workers": (2, by_ray(2)),
        f"one machine, {2 * cpus} threads": (
            1,
            lambda folder, watch: run_job(folder / "posts.jsonl", folder / "out", assessor, options, watch=watch),
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    posts = [Post(pictures[row % len(pictures)]) for row in range(shards * rows)]
    for _ in range(turns):
        for name, (workers, way) in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                write_manifest(Path(folder) / "posts.jsonl", posts)
                clock = Clock()
                way(Path(folder), clock)
                rates[name].append(clock.rate(workers * rows))
    local.shutdown()
    one = rates["Ray, one worker"]
    print(f"{shards} shards of {rows} rows, {cpus} CPUs a worker, {turns} turns, {time.strftime('%Y-%m-%d')}\n")
    print("| way | posts a second | against one worker |\n|---|---|---|")
    for name, found in rates.items():
        ratios = [rate / alone for rate, alone in zip(found, one, strict=True)]
        print(f"| {name} | {statistics.median(found):.1f} | {spread(ratios, '.2f')}× |")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=ROOT / "data/demo/media", help="a folder, looked through")
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("--rows", type=int, default=96, help="of a shard")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--cpus", type=int, default=1, help="of a worker")
    arguments = parser.parse_args()
    pictures = pictures_in(arguments.pictures, 96)
    print_rates(pictures, arguments.shards, arguments.rows, arguments.turns, arguments.cpus)


if __name__ == "__main__":
    main()
