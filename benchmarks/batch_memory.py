"""Memory of the batch job for manifests of growing length.

Usage: ``python benchmarks/batch_memory.py [1000 10000 100000] [--pictures FOLDER] [--threads N] [--models]``

Runs ``consentry score`` in a process of its own over the same few pictures under ever new post ids, and adds up the
resident memory of it and its children while it runs, ten times a second (pages that they share count in each). It
runs without models unless ``--models`` is given: what grows with the manifest is the same, and 100,000 rows take
minutes instead of hours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from batch import ROOT, Post, pictures_in, write_manifest


def resident_bytes(process: int) -> int:
    """Of a process and everything that it has started; 0 if it has ended."""
    folder = Path(f"/proc/{process}")
    try:
        status = (folder / "status").read_text()
        tasks = list((folder / "task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return 0
    own = next((1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own + sum(map(resident_bytes, children))


def print_memory(pictures: Sequence[Path], sizes: Sequence[int], threads: int, *, models: bool) -> None:
    """Peaks of one run for each number of rows."""
    peaks: list[int] = []
    print("| rows | peak of resident memory (MB) | against the first | posts a second |\n|---|---|---|---|")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "none").mkdir()
            manifest = write_manifest(
                folder / "posts.jsonl", [Post(pictures[row % len(pictures)]) for row in range(rows)]
            )
            command = [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(folder / "out"),
                       "--quiet", "--threads", str(threads)]  # fmt: skip
            started, peak = time.perf_counter(), 0
            if not models:
                command += ["--models", str(folder / "none")]
            running = subprocess.Popen(command)  # noqa: S603 - our own program
            while running.poll() is None:
                peak = max(peak, resident_bytes(running.pid))
                time.sleep(0.1)
            seconds = time.perf_counter() - started
            if running.returncode:
                raise SystemExit(f"The job ended with exit code {running.returncode}.")
        peaks.append(peak)
        print(f"| {rows:,} | {peak / 1e6:,.0f} | {peak / peaks[0]:.3f} | {rows / seconds:,.1f} |", flush=True)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="*", default=[1000, 10_000, 100_000], help="lengths of the manifest")
    parser.add_argument("--pictures", type=Path, default=ROOT / "data/demo/media", help="a folder, looked through")
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    parser.add_argument("--models", action="store_true", help="with the models; 100,000 rows take hours")
    arguments = parser.parse_args()
    pictures = pictures_in(arguments.pictures, 16)
    print_memory(pictures, arguments.rows, arguments.threads, models=arguments.models)


if __name__ == "__main__":
    main()
