"""Time and memory of one post with ever more media.

Usage: ``python benchmarks/post_size.py [10 100 300] [--pictures FOLDER] [--threads N] [--videos]``

Runs ``consentry score`` in a process of its own over a manifest of one row, and adds up the resident memory of it and
its children while it runs, ten times a second (pages that they share count in each).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from batch_memory import resident_bytes

from batch import ROOT, pictures_in


def print_sizes(media: Sequence[Path], sizes: Sequence[int], threads: int) -> None:
    """Seconds and peaks, one run for each number of media."""
    peaks: list[int] = []
    print("| media | seconds | peak of resident memory (MB) | against the first |\n|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            manifest = folder / "posts.jsonl"
            row = {"post_id": "1", "media": [str(media[number % len(media)].resolve()) for number in range(size)]}
            manifest.write_text(json.dumps(row) + "\n", encoding="utf-8")
            command = [sys.executable, "-m", "consentry", "score", str(manifest), "--out", str(folder / "out"),
                       "--quiet", "--threads", str(threads), "--limit", f"media_per_post={max(sizes)}"]  # fmt: skip
            started, peak = time.perf_counter(), 0
            running = subprocess.Popen(command)  # noqa: S603 - our own program
            while running.poll() is None:
                peak = max(peak, resident_bytes(running.pid))
                time.sleep(0.1)
            seconds = time.perf_counter() - started
            if running.returncode:
                raise SystemExit(f"The job ended with exit code {running.returncode}.")
        peaks.append(peak)
        print(f"| {size:,} | {seconds:,.1f} | {peak / 1e6:,.0f} | {peak / peaks[0]:.2f} |", flush=True)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("media", type=int, nargs="*", default=[10, 100, 300], help="how many the post has")
    parser.add_argument("--pictures", type=Path, default=ROOT / "data/demo/media", help="a folder, looked through")
    parser.add_argument("--videos", action="store_true", help="the demo's video over and over")
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    arguments = parser.parse_args()
    videos = [ROOT / "data/demo/media/street.mp4"]
    print_sizes(
        videos if arguments.videos else pictures_in(arguments.pictures, 16), arguments.media, arguments.threads
    )  # fmt: skip


if __name__ == "__main__":
    main()
