"""What each stage of the job costs a core, and what that comes to in machines. The tables go into docs/scale.md.

Usage: ``python benchmarks/scale.py [MEDIA ...] [--repeats 5] [--bank BANK] [--references PHOTO]``. Stages run one after
the other on one thread, and what is counted is processor time, so that other programs on the machine disturb little. A
figure is the median over repeats of the mean over media; the range is that of all repeats.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consentry import Assessor, RuntimeSettings
from consentry.batch.results.table import table_bytes, table_of
from consentry.batch.scoring import Outcome
from consentry.media import Limits
from consentry.media.opening import open_media
from consentry.pipeline import assembling
from consentry.pipeline.assessor import LONGEST_SIDE
from consentry.records import Assessment, Case, Media, MediaOutcome
from consentry.signals.copies import measure as copies
from consentry.signals.opened_cases import OpenedCase

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("read", "decode", "scene", "face detection", "face embedding", "copies", "text", "policy", "write")
VOLUMES = (1_000_000, 100_000_000, 10_000_000_000)
Costs = dict[str, float]


@contextmanager
def timed(owner: Any, name: str, stage: str, costs: Costs) -> Iterator[None]:
    """Adds the processor time of every call of a function to a stage."""
    inner = getattr(owner, name)

    def outer(*arguments: Any, **options: Any) -> Any:
        before = time.process_time()
        try:
            return inner(*arguments, **options)
        finally:
            costs[stage] += time.process_time() - before

    setattr(owner, name, outer)
    try:
        yield
    finally:
        setattr(owner, name, inner)


def clocked(costs: Costs, stage: str, run: Callable[[], Any]) -> Any:
    """One call."""
    before = time.process_time()
    found = run()
    costs[stage] += time.process_time() - before
    return found


def one_pass(assessor: Assessor, media: list[Path], references: list[Path], text: str) -> Costs:
    """Milliseconds of a core per medium and stage; each medium is a post of its own."""
    costs: Costs = defaultdict(float)
    signals, limits = assessor._parts.signals, Limits()
    matcher = signals.named("faces").matcher
    opened_references = tuple(
        open_media(Media(path=path), limits=limits, longest_side=LONGEST_SIDE) for path in references
    )
    with (
        timed(signals.named("scene").scorer, "score", "scene", costs),
        timed(matcher.detector, "detect", "face detection", costs),
        timed(matcher, "_embedded", "face embedding", costs),
        timed(copies, "copy_signal", "copies", costs),
        timed(signals.named("text").reader, "analyse", "text", costs),
        timed(assembling, "decide", "policy", costs),
    ):
        for number, path in enumerate(media):
            data = clocked(costs, "read", path.read_bytes)
            item = Media(media_id=path.name, data=data)
            opened = clocked(
                costs, "decode", lambda item=item: open_media(item, limits=limits, longest_side=LONGEST_SIDE)
            )
            report = {"report_id": "1", "standing": "depicted_person", "identity": "verified", "consent": "refused"}
            case = Case.model_validate(
                {
                    "post": {"post_id": str(number), "media": [item], "text": text},
                    "report": report,
                    "references": [Media(path=each) for each in references],
                }
            )
            outcome = MediaOutcome(media_id=item.media_id, kind=opened.kind, frames=len(opened.frames))
            measured_parts = assessor._measured([OpenedCase(case, (outcome,), (opened,), opened_references)])
            assessment = assessor._joined(case, measured_parts).outcome
            assert isinstance(assessment, Assessment)
            found = [Outcome(number, case.post.post_id, assessment)]
            clocked(costs, "write", lambda found=found: table_bytes(table_of(found * 64)))
    costs["write"] /= 64
    # Photos of the claimant are looked at with every medium here, as if every post were reported.
    return {stage: 1000 * costs[stage] / len(media) for stage in STAGES}


def measured(assessor: Assessor, media: list[Path], references: list[Path], repeats: int, text: str) -> Costs:
    """Prints the table of one kind of media and gives its medians."""
    one_pass(assessor, media, references, text)
    passes = [one_pass(assessor, media, references, text) for _ in range(repeats)]
    medians = {stage: statistics.median(each[stage] for each in passes) for stage in STAGES}
    print("| stage | ms of a core | range |\n|---|---|---|")
    for stage in STAGES:
        values = [each[stage] for each in passes]
        print(f"| {stage} | {medians[stage]:,.2f} | {min(values):,.2f}-{max(values):,.2f} |")
    totals = [sum(each.values()) for each in passes]
    print(f"| together | {sum(medians.values()):,.1f} | {min(totals):,.1f}-{max(totals):,.1f} |\n")
    return medians


def machines(cost: float, cores: int, used: float) -> None:
    """Prints how many machines a day's media take.

    Args:
        cost: Milliseconds of a core per medium.
        cores: Of one machine.
        used: Share of its time that a core works, the rest being waiting, unevenness and machines that die.
    """
    print(f"| media a day | core-hours a day | machines of {cores} cores, busy {used:.0%} of the day |\n|---|---|---|")
    for volume in VOLUMES:
        hours = volume * cost / 1000 / 3600
        print(f"| {volume:,} | {hours:,.0f} | {hours / 24 / used / cores:,.2f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("media", nargs="*", type=Path, help="pictures and videos; the demo's unless given")
    parser.add_argument("--references", nargs="*", type=Path, default=[ROOT / "data/demo/media/reference_curie.jpg"])
    parser.add_argument("--bank", type=Path, default=ROOT / "data/demo/bank.csv")
    parser.add_argument("--text", default="This is her, she lives at 12 Elm Street, call 555 0100.")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--videos", type=float, default=0.05, help="share of videos among the media of a day")
    parser.add_argument("--cores", type=int, default=64)
    parser.add_argument("--used", type=float, default=0.6)
    arguments = parser.parse_args()
    demo = ROOT / "data/demo/media"
    given = arguments.media or [path for path in sorted(demo.iterdir()) if path.name != "damaged.jpg"]
    videos = [path for path in given if path.suffix.lower() in {".mp4", ".mov", ".webm", ".avi", ".mkv"}]
    pictures = [path for path in given if path not in videos]
    assessor = Assessor.load(settings=RuntimeSettings(threads=1), bank=arguments.bank)
    costs = []
    for name, media, share in (("pictures", pictures, 1 - arguments.videos), ("videos", videos, arguments.videos)):
        if not media:
            continue
        size = sum(path.stat().st_size for path in media) / len(media) / 1000
        print(f"{len(media)} {name} of {size:,.0f} kB on average, {arguments.repeats} repeats\n")
        found = measured(assessor, media, arguments.references, arguments.repeats, arguments.text)
        costs.append((sum(found.values()), share))
    mixed = sum(cost * share for cost, share in costs) / sum(share for _, share in costs)
    print(f"A medium costs {mixed:,.1f} ms of a core where {arguments.videos:.0%} are videos.\n")
    machines(mixed, arguments.cores, arguments.used)


if __name__ == "__main__":
    main()
