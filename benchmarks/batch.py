"""The batch job on one machine: beside the usual way, beside what its networks alone need, and its memory.

Usage::

    python benchmarks/batch.py [--pictures FOLDER] [--most 96] [--turns 5] [--threads N]
    python benchmarks/batch.py --memory 1000 10000 100000

- *the usual way*: Pillow decodes the whole picture; facenet-pytorch's ``MTCNN(keep_all=True)`` crops its faces and
  ``InceptionResnetV1`` embeds them, picture by picture as its README shows; the same scene network as ours in eager
  torch. The embedding network has random weights, which changes its answers, not its time, so matches cannot be
  compared; the faces found can.
- *Consentry*: ``run_job`` over a manifest of the same pictures into an empty folder, shards and summary included. It
  does more: policy, copies, quality and words.
- *the networks alone*: every tensor that the job gives to a network is kept and given to it again, with nothing else
  going on; the faster of two times counts. The share of the roofline is their sum divided by the job's wall time.

The first two run in turn, in this process, on the same cores; a ratio is the median over turns, the range that of the
middle half. ``--memory`` runs ``consentry score`` in a process of its own over the same few pictures under ever new
post ids, and adds up the resident memory of it and its children while it runs, ten times a second (pages that they
share count in each). It runs without models unless ``--memory-models`` is given: what grows with the manifest is the
same, and 100,000 rows take minutes instead of hours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from consentry import Assessor, RuntimeSettings
from consentry.batch import Store, run_job

ROOT = Path(__file__).parent.parent
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
GROUP = 16
"""Pictures whose tensors are kept at a time."""


def pictures_in(folder: Path, most: int) -> list[Path]:
    """Pictures that Pillow can read too, so that both ways have the same work; repeated if there are too few."""
    from PIL import Image

    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        try:
            with Image.open(path) as image:
                image.convert("RGB")
        except OSError:
            continue
        found.append(path)
        if len(found) == most:
            break
    if not found:
        raise SystemExit(f"{folder} holds no picture that can be read.")
    return [found[index % len(found)] for index in range(most)]


def write_manifest(path: Path, pictures: Sequence[Path], rows: int) -> Path:
    """One post a row, each with one picture."""
    with path.open("w", encoding="utf-8") as stream:
        for row in range(rows):
            media = [str(pictures[row % len(pictures)].resolve())]
            stream.write(json.dumps({"post_id": f"{row:07d}", "media": media}) + "\n")
    return path


class UsualWay:
    """facenet-pytorch picture by picture, and the scene network in eager torch."""

    def __init__(self, threads: int) -> None:
        import torch
        from facenet_pytorch import MTCNN, InceptionResnetV1

        from consentry.runtime import ModelFolder
        from consentry.training.scene_export import load_scene_network

        torch.set_num_threads(threads)
        folder = ModelFolder.open("scene")
        self._side = int(folder.manifest["preprocessing"]["side"])
        self._scene = load_scene_network(folder)
        self._detector = MTCNN(keep_all=True)
        self._embedder = InceptionResnetV1(pretrained=None).eval()

    def __call__(self, pictures: Sequence[Path]) -> list[int]:
        """The number of faces in each picture."""
        import torch
        from PIL import Image

        counts = []
        with torch.inference_mode():
            for path in pictures:
                with Image.open(path) as image:
                    picture = image.convert("RGB")
                faces = self._detector(picture)
                if faces is not None:
                    self._embedder(faces)
                small = np.asarray(picture.resize((self._side, self._side), Image.Resampling.BILINEAR))
                self._scene(torch.from_numpy(small[None].copy()))
                counts.append(0 if faces is None else len(faces))
        return counts


def job(assessor: Assessor, manifest: Path) -> list[int]:
    """Our way; the number of faces in each picture."""
    with tempfile.TemporaryDirectory() as folder:
        summary = run_job(manifest, Path(folder) / "out", assessor)
        if summary.failed or summary.unreadable:
            raise SystemExit(f"{summary.failed} rows failed, {summary.unreadable} could not be read.")
        return [row["faces"] or 0 for _, row in Store(Path(folder) / "out").rows(["faces"])]


@contextmanager
def kept_tensors() -> Iterator[list[tuple[Any, Any]]]:
    """What goes into networks meanwhile: each network with its tensor."""
    from consentry.runtime.openvino_network import OpenVinoNetwork

    calls: list[tuple[Any, Any]] = []
    sound = OpenVinoNetwork.__call__

    def kept(network: OpenVinoNetwork, batch: Any) -> Any:
        calls.append((network, np.array(batch)))
        return sound(network, batch)

    with mock.patch.object(OpenVinoNetwork, "__call__", kept):
        yield calls


def seconds_of_networks(assessor: Assessor, pictures: Sequence[Path]) -> float:
    """Seconds that the networks alone need for the tensors of these pictures."""
    total = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(pictures), GROUP):
            part = pictures[start : start + GROUP]
            with kept_tensors() as calls:
                job(assessor, write_manifest(Path(folder) / "part.jsonl", part, len(part)))
            time.sleep(0.3)
            for network, batch in calls:
                total += min(seconds_of(lambda: network(batch)) for _ in range(2))  # noqa: B023 - called at once
    return total


def seconds_of(way: Any) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def print_throughput(pictures: Sequence[Path], turns: int, threads: int) -> None:
    """Both ways in turn, then the networks alone."""
    settings = RuntimeSettings(threads=threads)
    threads = settings.resolved_threads()
    usual, assessor = UsualWay(threads), Assessor.load(settings=settings)
    if assessor.unavailable:
        raise SystemExit(f"Models are missing: {', '.join(note.code for note in assessor.unavailable)}.")
    with tempfile.TemporaryDirectory() as folder:
        manifest = write_manifest(Path(folder) / "posts.jsonl", pictures, len(pictures))
        faces = {"usual": usual(pictures), "ours": job(assessor, manifest)}  # also warms both up
        times: dict[str, list[float]] = {"usual": [], "ours": []}
        for _ in range(turns):
            for name, way in (("usual", lambda: usual(pictures)), ("ours", lambda: job(assessor, manifest))):
                time.sleep(0.5)  # until the threads of the runtime before have stopped spinning
                times[name].append(seconds_of(way))
    alone = seconds_of_networks(assessor, pictures)
    count = len(pictures)
    ratios = [usual_s / ours_s for usual_s, ours_s in zip(times["usual"], times["ours"], strict=True)]
    shares = [alone / seconds for seconds in times["ours"]]
    rates = {name: f"{count / statistics.median(found):.2f}" for name, found in times.items()}
    print(f"{count} pictures, {threads} threads, {turns} turns, {time.strftime('%Y-%m-%d')}\n")
    print("| way | pictures a second | against the usual way | faces found |\n|---|---|---|---|")
    print(f"| the usual way | {rates['usual']} | 1 | {sum(faces['usual'])} |")
    print(f"| Consentry's job | {rates['ours']} | {spread(ratios, '.2f')}× | {sum(faces['ours'])} |")
    print(f"| its networks alone | {count / alone:.2f} | | |\n")
    common = sum(min(pair) for pair in zip(faces["usual"], faces["ours"], strict=True))
    print("| figure | value |\n|---|---|")
    print(f"| share of the roofline | {spread(shares, '.1%')} |")
    print(f"| faces of the usual way that ours counts too, picture by picture | {common} of {sum(faces['usual'])} |")


def spread(values: Sequence[float], form: str) -> str:
    """The median with the middle half."""
    if len(values) < 2:
        return format(values[0], form)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:{form}} ({low:{form}}-{high:{form}})"


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
            manifest = write_manifest(folder / "posts.jsonl", pictures, rows)
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
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=ROOT / "data/demo/media", help="a folder, looked through")
    parser.add_argument("--most", type=int, default=96, help="so many pictures; a small folder is repeated")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0 takes all that are allowed")
    parser.add_argument("--memory", type=int, nargs="+", metavar="ROWS", help="measure memory instead of throughput")
    parser.add_argument("--memory-models", action="store_true", help="with the models; 100,000 rows take hours")
    arguments = parser.parse_args()
    pictures = pictures_in(arguments.pictures, arguments.most)
    if arguments.memory:
        print_memory(pictures, arguments.memory, arguments.threads, models=arguments.memory_models)
    else:
        print_throughput(pictures, arguments.turns, arguments.threads)


if __name__ == "__main__":
    main()
