"""What containment costs, what hostile files come to, and which frames and which average of a video to take.

Usage: ``python benchmarks/media.py containment | robustness | sampling | cuts | aggregates``; each prints the table
that stands in docs/media.md. `cuts` and `aggregates` need the development clips in ../shared.

- *containment*: the same files through a `DecoderPool` in processes and in threads, in turn, again and again. A ratio
  is the median over turns, the range that of the middle half.
- *robustness*: every attack of tests/media/malformed_media.py, what came of it, and the most memory that it took.
- *sampling*: a synthetic film of ten minutes, with somebody in it for two seconds at twenty places: at how many of them
  a frame was kept, and what opening cost.
- *cuts*: how many cuts between clips are found, how many are seen where there are none.
- *aggregates*: ways to make one score of a video's frames, on the clips and on films made of two of them; 95 %
  bootstrap intervals over clips, a film counting as often as both of its clips were drawn.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.media import DecoderPool, Frame, Limits, MediaError, open_media
from consentry.media.sampling import CUT_DIFFERENCE, CUT_SHIFT, colour_shift, mean_difference
from consentry.records import Media
from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.moments import time_shares
from consentry.signals.scene.scorer import HEADS, SceneHead

ROOT = Path(__file__).parent.parent
CLIPS = ROOT.parent / "shared/data/videos"
LONGEST_SIDE = 1024


def containment(turns: int, workers: int) -> None:
    """Processes against threads."""
    with tempfile.TemporaryDirectory() as folder:
        sets = {
            "12 JPEGs of 12 megapixels": _jpegs(Path(folder), 12, 4000, 3000),
            "32 JPEGs of 1 megapixel": _jpegs(Path(folder), 32, 1200, 860),
            "64 JPEGs of 320 pixels": _jpegs(Path(folder), 64, 320, 240),
            "4 videos of 12 seconds": [ROOT / "data/demo/media/street.mp4"] * 4,
        }
        print(f"{workers} at a time, {turns} turns")
        print("| files | threads, files/s | processes, files/s | ratio (middle half) |")
        print("|---|---|---|---|")
        with (
            DecoderPool(workers=workers, limits=Limits()) as contained,
            DecoderPool(workers=workers, limits=Limits(), contained=False) as threads,
        ):
            for name, paths in sets.items():
                _open_all(contained, paths[:4])
                _open_all(threads, paths[:4])
                speeds = [(_open_all(threads, paths), _open_all(contained, paths)) for _ in range(turns)]
                low, ratio, high = statistics.quantiles([inside / outside for outside, inside in speeds], n=4)
                outside, inside = (statistics.median(column) for column in zip(*speeds, strict=True))
                print(f"| {name} | {outside:.1f} | {inside:.1f} | {ratio:.2f} ({low:.2f}-{high:.2f}) |")
    started = []
    for _ in range(5):
        with DecoderPool(workers=1, limits=Limits()) as pool:
            start = time.perf_counter()
            pool.open(Media(path=ROOT / "data/demo/media/bedroom.jpg"), longest_side=64).result()
            started.append(time.perf_counter() - start)
    print(f"\nA process is ready after {statistics.median(started):.2f} s (median of 5).")


def _jpegs(folder: Path, count: int, width: int, height: int) -> list[Path]:
    path = folder / f"{width}.jpg"
    with Image.open(ROOT / "data/demo/media/bedroom.jpg") as source:
        source.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).save(path, quality=88)
    return [path] * count


def _open_all(pool: DecoderPool, paths: Sequence[Path]) -> float:
    start = time.perf_counter()
    for future in [pool.open(Media(path=path), longest_side=LONGEST_SIDE) for path in paths]:
        future.result()
    return len(paths) / (time.perf_counter() - start)


def robustness() -> None:
    """Every attack, alone in a fresh process."""
    sys.path.insert(0, str(ROOT / "tests/media"))
    from malformed_media import attacks

    print("| file | what it is | bytes | what comes of it | seconds | memory, MB |")
    print("|---|---|---|---|---|---|")
    for attack in attacks():
        with DecoderPool(workers=1, limits=Limits()) as pool:
            pool.open(Media(path=ROOT / "data/demo/media/bedroom.jpg"), longest_side=64).result()
            before = _peak_megabytes(pool)
            start = time.perf_counter()
            try:
                opened = pool.open(Media(media_id="hostile", data=attack.data), longest_side=LONGEST_SIDE).result()
            except MediaError as error:
                outcome = f"`{error.code}`"
            else:
                frames = f"{len(opened.frames)} frame{'s' if len(opened.frames) > 1 else ''}"
                outcome = f"{frames}, note `{opened.note.code}`" if opened.note else frames
            seconds = time.perf_counter() - start
            memory = _peak_megabytes(pool) - before
        print(f"| {attack.name} | {attack.what} | {len(attack.data):,} | {outcome} | {seconds:.2f} | {memory:.0f} |")


def _peak_megabytes(pool: DecoderPool) -> float:
    for process in list(pool._processes):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return float("nan")


def sampling() -> None:
    """Somebody for two seconds, at twenty places of ten minutes."""
    random = np.random.default_rng(0)
    starts = np.arange(20) * 30 + random.uniform(0, 27, 20)
    print("| camera | share of the picture | found | frames kept | seconds to open | of 10 minutes |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for moving, side in itertools.product((False, True), (200, 100, 50)):
            path = Path(folder) / "film.mp4"
            _film(path, starts, side, moving=moving)
            start = time.perf_counter()
            opened = open_media(Media(path=path))
            spent = time.perf_counter() - start
            kept = [frame.second for frame in opened.frames if frame.second is not None]
            found = sum(any(begin <= second < begin + 2.0 for second in kept) for begin in starts)
            share = side * side / (480 * 320)
            camera = "pans" if moving else "stands"
            print(f"| {camera} | {share:.1%} | {found} of 20 | {len(kept)} | {spent:.1f} | {spent / 600:.2%} |")


def _film(path: Path, starts: NDArray[np.float64], side: int, *, moving: bool, rate: int = 10) -> None:
    media = ROOT / "data/demo/media"
    with Image.open(media / "portrait_hopper.jpg") as portrait:
        somebody = np.asarray(portrait.convert("RGB").resize((side, side)))
    scenes = []
    for name in ("bedroom.jpg", "living_room.jpg", "sideboard.jpg"):
        with Image.open(media / name) as room:
            scenes.append(np.asarray(room.convert("RGB").resize((600, 400))))
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = 480, 320, "yuv420p"
        for index in range(600 * rate):
            second = index / rate
            left, top = (round(60 + 60 * np.sin(second / 3)), round(40 + 40 * np.cos(second / 5))) if moving else (0, 0)
            frame = scenes[int(second // 200)][top : top + 320, left : left + 480].copy()
            if any(begin <= second < begin + 2.0 for begin in starts):
                frame[60 : 60 + side, 150 : 150 + side] = somebody
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)


def cuts() -> None:
    """Thresholds for cuts, on neighbouring glances of a clip and on the last of one and the first of another."""
    clips = {row["path"]: _glances(CLIPS / row["path"]) for row in _clips()}
    within = [pair for glances in clips.values() for pair in itertools.pairwise(glances)]
    across = [
        (one[-1], other[0])
        for (name, one), (further, other) in itertools.permutations(clips.items(), 2)
        if _source(name) != _source(further)
    ]
    print(f"{len(within)} neighbouring glances within clips, {len(across)} cuts between them")
    print("| mean difference over | colour shift over | cuts found | seen where there is none |")
    print("|---|---|---|---|")
    for difference in (CUT_DIFFERENCE, 24.0):
        for shift in (0.0, 0.1, CUT_SHIFT, 0.2, 0.3):
            found, wrong = (
                sum(mean_difference(*pair) > difference and colour_shift(*pair) > shift for pair in pairs) / len(pairs)
                for pairs in (across, within)
            )
            print(f"| {difference:g} | {shift:g} | {found:.1%} | {wrong:.1%} |")


def _source(name: str) -> str:
    return Path(name).stem.split("_g")[0][:7]


def _clips() -> list[dict[str, str]]:
    if not CLIPS.is_dir():
        sys.exit("This needs the development clips in ../shared/data/videos.")
    with (CLIPS / "manifest.csv").open() as file:
        return list(csv.DictReader(file))


def _glances(path: Path) -> list[NDArray[np.int16]]:
    glances, following = [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.video[0]):
            if frame.time >= following - 1e-6:
                following = frame.time + 0.25
                small = frame.reformat(width=64, height=48, format="rgb24", interpolation="AREA", threads=1)
                glances.append(small.to_ndarray().astype(np.int16))
    return glances


Scores = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Calibrated log-odds and shares of time, one a frame."""

AGGREGATES: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    "mean log-odds over time (ours)": lambda logits, shares: float(np.average(logits, weights=shares)),
    "mean log-odds over frames": lambda logits, _: float(logits.mean()),
    "mean probability over time": lambda logits, shares: _log_odds(
        float(np.average(1.0 / (1.0 + np.exp(-logits)), weights=shares))
    ),
    "median": lambda logits, _: float(np.median(logits)),
    "maximum": lambda logits, _: float(logits.max()),
    "middle frame": lambda logits, _: float(logits[len(logits) // 2]),
}


def aggregates() -> None:
    """AUC and mean log loss of ways to make one score of a video's frames."""
    scorer = SceneScorer.load(RuntimeSettings(threads=1))
    print(f"Model {scorer.folder.id}")
    rows = [row for row in _clips() if row["context"] in ("private", "public_event", "neutral")]
    clips: list[tuple[str, dict[SceneHead, Scores]]] = []
    for row in rows:
        opened = open_media(Media(path=CLIPS / row["path"]), limits=Limits(frames_per_second=2.0))
        clips.append((row["context"], _scores(scorer, opened.frames)))
    films: list[tuple[str, dict[SceneHead, Scores]]] = []
    made_of: list[tuple[int, int]] = []
    for one, two in itertools.permutations(range(len(clips)), 2):
        (context, whole), (other, part) = clips[one], clips[two]
        if context != other:  # three quarters of the time the one, held still; a quarter the other, all of its frames
            films.append((context, {head: _joined(whole[head], part[head]) for head in HEADS}))
            made_of.append((one, two))
    draws = np.random.default_rng(0).multinomial(len(clips), [1 / len(clips)] * len(clips), size=1000).astype(float)
    weights_of_films = draws[:, [one for one, _ in made_of]] * draws[:, [two for _, two in made_of]]
    for name, videos, weights in (
        (f"{len(clips)} clips", clips, draws),
        (f"{len(films)} films, 3/4 of one clip", films, weights_of_films),
    ):
        print(f"\n{name}\n")
        print("| score of a video | AUC private | AUC event | log loss private | log loss event |")
        print("|---|---|---|---|---|")
        for aggregate, function in AGGREGATES.items():
            cells = []
            for head, context in zip(HEADS, ("private", "public_event"), strict=True):
                wanted = np.array([found == context for found, _ in videos])
                given = np.array([function(*scores[head]) for _, scores in videos])
                cells.append([_with_interval(figure, wanted, given, weights) for figure in (_auc, _log_loss)])
            (auc_private, loss_private), (auc_event, loss_event) = cells
            print(f"| {aggregate} | {auc_private} | {auc_event} | {loss_private} | {loss_event} |", flush=True)


Figure = Callable[[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]], float]


def _with_interval(
    figure: Figure, wanted: NDArray[np.bool_], given: NDArray[np.float64], draws: NDArray[np.float64]
) -> str:
    """A figure with its 95 % bootstrap interval; each row of draws says how often each video was drawn."""
    drawn = [figure(wanted, given, weights) for weights in draws if weights[wanted].any() and weights[~wanted].any()]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{figure(wanted, given, np.ones(len(given))):.3f} [{low:.3f}, {high:.3f}]"


def _scores(scorer: SceneScorer, frames: Sequence[Frame]) -> dict[SceneHead, Scores]:
    readings = scorer.score([frame.pixels for frame in frames])
    shares = time_shares([frame.second for frame in frames], [frame.until for frame in frames])
    return {
        head: (np.array([_log_odds(reading.score(head).probability) for reading in readings]), shares) for head in HEADS
    }


def _joined(whole: Scores, part: Scores) -> Scores:
    """The middle frame of one clip for three quarters of the time, then all frames of the other."""
    middle = whole[0][len(whole[0]) // 2]
    return np.array([middle, *part[0]]), np.array([0.75, *(0.25 * part[1])])


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-4), 1.0 - 1e-4)
    return float(np.log(bounded / (1.0 - bounded)))


def _auc(wanted: NDArray[np.bool_], given: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    hits, others = weights[wanted], weights[~wanted]
    better = np.sign(given[wanted][:, None] - given[~wanted][None, :])
    return float(0.5 + 0.5 * (hits @ better @ others) / (hits.sum() * others.sum()))


def _log_loss(wanted: NDArray[np.bool_], given: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return float(np.average(np.logaddexp(0.0, np.where(wanted, -given, given)), weights=weights))


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("table", choices=["containment", "robustness", "sampling", "cuts", "aggregates"])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.table == "containment":
        containment(arguments.turns, arguments.workers)
    else:
        {"robustness": robustness, "sampling": sampling, "cuts": cuts, "aggregates": aggregates}[arguments.table]()


if __name__ == "__main__":
    main()
