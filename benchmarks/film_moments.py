"""What the moments of a film tell beside its mean, on films put together of clips and pictures with known settings.

Usage: ``python benchmarks/film_moments.py detail | films | black``; each prints the table that stands in docs/media.md.
All need the development data in ../shared.

- *detail*: how much stands out of pictures as they are, dimmed and blurred, and of frames that show nothing
- *films*: a minute of public and other places with a private part of a few seconds, and none; the claimant is seen in
  one part. Films are encoded, opened and scored like any other; when the claimant is seen is given and not found, so
  what the face models miss is not in it. 95 % intervals: of AUC by bootstrap over films, of shares by Wilson
- *black*: private and public films behind black, by the share that is black, with the black frames counted and left out
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from consentry.media import open_media
from consentry.records import Media, SceneSignal
from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer, scene_signal
from consentry.signals.scene.detail import LEAST_STEPS, detail, shows_nothing
from consentry.training.measures.intervals import score_interval

SHARED: Final = Path(__file__).parent.parent.parent / "shared" / "data"
WIDTH, HEIGHT, RATE = 320, 240, 4
PART: Final = 3
"""Seconds of every part of a film."""
PARTS: Final = 20
LENGTHS: Final = (1, 2, 5, 15)
"""Seconds of the private part."""
BLACK: Final = (0, 50, 80, 95)
"""Per cent of a film that is black."""
FILMS: Final = 60
DRAWS: Final = 1000
SEED: Final = 15
PRIVATE: Final = ("private",)
OTHERS: Final = ("public_event", "public_place", "neutral")

Pixels = NDArray[np.uint8]
Shot = Sequence[Pixels]
"""The frames of one part, `RATE` a second."""


# --- material -----------------------------------------------------------------------------------------------------


def _shots(contexts: Sequence[str], random: Random) -> list[list[Path]]:
    """Test pictures and clips of some contexts, each context and kind of medium on a list of its own."""
    listed = []
    for folder in ("scenes", "videos"):
        with (SHARED / folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["split"] == "test"]
        for context in contexts:
            paths = [SHARED / folder / row["path"] for row in rows if row["context"] == context]
            random.shuffle(paths)
            if paths:
                listed.append(paths)
    return listed


def _shot(path: Path, seconds: int) -> Shot:
    """A picture held still, or a clip at its own speed, from its start again where it is too short."""
    count = seconds * RATE
    if path.suffix in (".avi", ".mp4"):
        frames = [frame.pixels for frame in open_media(Media(path=path)).frames]
        shown = [frames[min(int(index / RATE), len(frames) - 1)] for index in range(count)]
    else:
        with Image.open(path) as picture:
            shown = [np.asarray(picture.convert("RGB"))] * count
    return [np.asarray(Image.fromarray(pixels).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) for pixels in shown]


def _drawn(listed: Sequence[Sequence[Path]], random: Random) -> Path:
    return random.choice(random.choice(listed))


def _encoded(frames: Sequence[Pixels]) -> bytes:
    stream = BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "23"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.time_base = Fraction(1, RATE)
        for pixels in frames:
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode())
    return stream.getvalue()


def _signal(
    scorer: SceneScorer, film: bytes, claimant: tuple[float, float] | None = None, *, all_count: bool = False
) -> SceneSignal:
    frames = open_media(Media(media_id="film", data=film)).frames
    return scene_signal(
        "film",
        [frame.second for frame in frames],
        scorer.score([frame.pixels for frame in frames]),
        scorer.model_id,
        until=[frame.until for frame in frames],
        nothing=[not all_count and shows_nothing(frame.pixels) for frame in frames],
        claimant=[claimant] if claimant else [],
    )


# --- films --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scores:
    """The three private scores of one film, and the largest of any frame."""

    mean: float
    claimant: float
    stretch: float
    maximum: float


def _scores(scorer: SceneScorer, film: bytes, claimant: tuple[float, float]) -> Scores:
    signal = _signal(scorer, film, claimant)
    private = signal.private_context
    assert private.while_claimant is not None
    assert private.stretch is not None
    return Scores(
        private.probability,
        private.while_claimant.probability,
        private.stretch.probability,
        max(moment.private_context for moment in signal.timeline),
    )


def films() -> None:
    """A minute with a private part of some length, and the claimant in it or elsewhere."""
    random = Random(SEED)  # noqa: S311 - a choice of pictures, no secret
    scorer = SceneScorer.load(RuntimeSettings(threads=1))
    private, others = _shots(PRIVATE, random), _shots(OTHERS, random)
    without: list[Scores] = []
    inside: dict[int, list[Scores]] = {length: [] for length in LENGTHS}
    outside: dict[int, list[Scores]] = {length: [] for length in LENGTHS}
    for number in range(FILMS):
        parts = [_shot(_drawn(others, random), PART) for _ in range(PARTS)]
        place = random.randrange(1, PARTS - 5)
        elsewhere = (place - 1) * PART
        seen = (float(elsewhere), elsewhere + PART - 0.01)
        base = [frame for part in parts for frame in part]
        without.append(_scores(scorer, _encoded(base), seen))
        chosen = _drawn(private, random)
        for length in LENGTHS:
            begin = place * PART
            hidden = [*base[: begin * RATE], *_shot(chosen, length), *base[(begin + length) * RATE :]]
            film = _encoded(hidden)
            inside[length].append(_scores(scorer, film, (float(begin), begin + length - 0.01)))
            outside[length].append(_scores(scorer, film, seen))
        print(f"{number + 1} of {FILMS} films", file=sys.stderr, flush=True)
    draws = np.random.default_rng(SEED).integers(0, FILMS, (DRAWS, FILMS))
    _print_auc(without, inside, outside, draws)
    _print_yes(without, inside, outside)


def _print_auc(
    without: list[Scores], inside: dict[int, list[Scores]], outside: dict[int, list[Scores]], draws: NDArray[np.int64]
) -> None:
    print(
        "| private part | question | mean | while the claimant is seen | most private stretch | largest of any frame |"
    )
    print("|---|---|---|---|---|---|")
    questions = (
        ("is the claimant seen in private? Others: no private part", inside, without),
        ("the same. Others: a private part without the claimant", inside, outside),
    )
    for length in LENGTHS:
        for question, yes, other in questions:
            no = other[length] if isinstance(other, dict) else other
            cells = [_auc_cell(yes[length], no, name, draws) for name in ("mean", "claimant", "stretch", "maximum")]
            print(f"| {length} s of {PART * PARTS} | {question} | {' | '.join(cells)} |")
    print()


def _print_yes(without: list[Scores], inside: dict[int, list[Scores]], outside: dict[int, list[Scores]]) -> None:
    """How often each score says yes, at the thresholds of the policies."""
    rules: dict[str, Callable[[Scores], bool]] = {
        "mean from 0.85": lambda scores: scores.mean >= 0.85,
        "with claimant from 0.85": lambda scores: max(scores.mean, scores.claimant) >= 0.85,
        "stretch from 0.85": lambda scores: scores.stretch >= 0.85,
        "stretch from 0.95": lambda scores: scores.stretch >= 0.95,
        "stretch up to 0.15": lambda scores: scores.stretch <= 0.15,
    }
    print(f"| films | {' | '.join(rules)} |")
    print(f"|---|{'---|' * len(rules)}")
    rows = {"no private part": without}
    rows |= {f"{length} s private, claimant in it": inside[length] for length in LENGTHS}
    rows |= {f"{length} s private, claimant elsewhere": outside[length] for length in LENGTHS}
    for name, scores in rows.items():
        cells = [_share_cell([rule(one) for one in scores]) for rule in rules.values()]
        print(f"| {name} | {' | '.join(cells)} |")


def _share_cell(said: Sequence[bool]) -> str:
    interval = score_interval(sum(said), len(said))
    return f"{sum(said) / len(said):.0%} [{interval.low:.0%}, {interval.high:.0%}]"


def _auc_cell(yes: list[Scores], no: list[Scores], name: str, draws: NDArray[np.int64]) -> str:
    one, other = (np.array([getattr(scores, name) for scores in listed], np.float64) for listed in (yes, no))
    better = 0.5 + 0.5 * np.sign(one[:, None] - other[None, :])
    # Films of one number are made of the same parts: they are drawn together.
    drawn = [better[np.ix_(picked, picked)].mean() for picked in draws]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{better.mean():.3f} [{low:.3f}, {high:.3f}]"


# --- black and detail ---------------------------------------------------------------------------------------------


def black() -> None:
    """Films of one second to a few, behind black."""
    random = Random(SEED)  # noqa: S311 - a choice of pictures, no secret
    scorer = SceneScorer.load(RuntimeSettings(threads=1))
    print("| black | films | mean shift, all frames count | other band | mean shift, black left out | other band |")
    print("|---|---|---|---|---|---|")
    chosen = [(name, _drawn(_shots(kinds, random), random)) for name, kinds in _KINDS for _ in range(FILMS)]
    draws = np.random.default_rng(SEED).integers(0, FILMS, (DRAWS, FILMS))
    for share in BLACK[1:]:
        for name, _ in _KINDS:
            cells = []
            for all_count in (True, False):
                shifts, flips = [], []
                for path in (path for kind, path in chosen if kind == name):
                    shown = list(_shot(path, 1))
                    dark = [np.zeros_like(shown[0])] * round(len(shown) * share / (100 - share))
                    plain, behind = (
                        _signal(scorer, _encoded(film), all_count=all_count) for film in (shown, dark + shown)
                    )
                    shifts.append(abs(plain.private_context.probability - behind.private_context.probability))
                    flips.append(plain.private_context.band != behind.private_context.band)
                cells += [_mean_cell(np.array(shifts), draws), _share_cell(flips)]
            print(f"| {share} % | {name} | {' | '.join(cells)} |", flush=True)


_KINDS: Final = (("private", PRIVATE), ("others", OTHERS))


def _mean_cell(values: NDArray[np.float64], draws: NDArray[np.int64]) -> str:
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def detail_table() -> None:
    """How much stands out of real pictures, and of frames that show nothing."""
    random = Random(SEED)  # noqa: S311 - a choice of pictures, no secret
    paths = [path for listed in _shots((*PRIVATE, *OTHERS, "semi_private"), random) for path in listed[:400]]
    pictures = [Image.open(path).convert("RGB") for path in paths if path.suffix not in (".avi", ".mp4")]
    noise = np.random.default_rng(SEED)
    changes: dict[str, Callable[[Image.Image], Pixels]] = {
        "as they are": np.asarray,
        "a quarter of the light": lambda picture: (np.asarray(picture) * 0.25).astype(np.uint8),
        "a tenth of the light": lambda picture: (np.asarray(picture) * 0.1).astype(np.uint8),
        "blurred by a twentieth of the width": lambda picture: np.asarray(
            picture.filter(ImageFilter.GaussianBlur(picture.width / 20))
        ),
    }
    print("| frames | number | least | 1 % below | median | called nothing |")
    print("|---|---|---|---|---|---|")
    for name, change in changes.items():
        _print_detail(f"pictures, {name}", [change(picture) for picture in pictures])
    slope = np.linspace(0, 255, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 3))
    grains = (0, 5, 12)
    plains = [np.full((HEIGHT, WIDTH, 3), level, np.float64) for level in range(0, 256, 15)]
    blanks = [
        np.clip(base + noise.normal(0, grain, base.shape), 0, 255).astype(np.uint8)
        for grain in grains
        for base in (*plains, slope)
    ]
    _print_detail("plain or one slope, without and with grain", blanks)
    films = [_encoded([blank] * RATE) for blank in blanks]
    _print_detail(
        "the same, as H.264", [open_media(Media(media_id="film", data=film)).frames[0].pixels for film in films]
    )


def _print_detail(name: str, frames: Sequence[Pixels]) -> None:
    found = np.array([detail(frame) for frame in frames])
    low, first, middle = np.quantile(found, (0.0, 0.01, 0.5))
    called = int((found < LEAST_STEPS).sum())
    print(f"| {name} | {len(found)} | {low:.1f} | {first:.1f} | {middle:.1f} | {called} |")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    tables = {"detail": detail_table, "films": films, "black": black}
    parser.add_argument("table", choices=list(tables))
    tables[parser.parse_args().table]()


if __name__ == "__main__":
    main()
