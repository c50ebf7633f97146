"""The figures of docs/fairness.md: errors of the face model by group, on the development data beside the checkout.

    python benchmarks/faces_fairness.py [--data ../shared/data] [--pages FOLDER] [--write] [--from FOLDER]

Prints Markdown; `--write` puts it between the marks of docs/fairness.md, `--pages` keeps the HTML reports and the JSON
(they show pictures of the data sets: do not pass them on), and `--from` takes the JSON of such a folder instead of
measuring. It is the same as

    consentry evaluate faces LFW/pairs.csv --split dev_test --all-pairs --groups LFW/manifest.csv
        --group-column gender_label --thresholds-from dev_train
    consentry evaluate detection UTKFACE/manifest.csv --group-column age_band --group-column gender --group-column race

Thresholds and calibration were set on `dev_train`; `dev_test` is measured and nothing else. About five minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consentry.training.faces.detection_page import TITLES, write_detection_page
from consentry.training.faces.detection_rates import evaluate_detection
from consentry.training.faces.evaluation import evaluate_faces
from consentry.training.faces.page import RATES, share, write_face_page

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "fairness.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
ATTRIBUTES = ("age_band", "gender", "race")


def rate(figures: Mapping[str, Any], name: str) -> str:
    """A rate with its interval."""
    value, low, high = (figures[key] for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return "–"
    return share(value) if low is None else f"{share(value)} ({share(low).removesuffix(' %')} to {share(high)})"


def compared(title: str, both: Mapping[str, Any] | None) -> str:
    """One row: the highest against the lowest group."""
    if both is None:
        return f"| {title} | – | – | – |"
    ratio = "the lowest is zero"
    if both["ratio"] is not None:
        high = "no bound" if both["ratio_high"] is None else f"{both['ratio_high']:.2f}"
        ratio = f"{both['ratio']:.2f} ({both['ratio_low']:.2f} to {high})"
    return f"| {title} | {both['highest']}, {both['lowest']} | {rate(both, 'difference')} | {ratio} |"


def matching_tables(figures: Mapping[str, Any]) -> Iterator[str]:
    """Matching on LFW."""
    bands = figures["bands"]
    yield f"### Matching: LFW View 1, `dev_test`, model `{figures['model']}`"
    yield ""
    yield (
        f"{figures['pairs']:,} listed pairs of {figures['pictures']:,} pictures of {figures['persons']} persons; "
        f"error rates over all {figures['rates_genuine']} genuine and {figures['rates_impostors']:,} impostor pairs of "
        "these pictures. "
        f"Faces not found: {figures['failures_to_detect']}."
    )
    yield ""
    yield "| | all |"
    yield "|---|---|"
    yield f"| accuracy, ten folds | {rate(figures, 'accuracy')}, standard deviation {share(figures['accuracy_std'])} |"
    yield f"| EER | {rate(figures, 'eer')} |"
    elsewhere = (figures["set_elsewhere"] or {"at": {}})["at"]
    for key, value in figures["tar_at_fmr"].items():
        own = {"tar": value, "tar_low": figures["tar_at_fmr_low"][key], "tar_high": figures["tar_at_fmr_high"][key]}
        there = elsewhere.get(key)
        tried = ""
        if there is not None:
            tar, fmr = rate(there, "true_accept_rate"), rate(there, "false_match_rate")
            tried = f"; threshold from `dev_train`: TAR {tar}, FMR {fmr}"
        yield f"| TAR at FMR {100 * float(key):g} % | {rate(own, 'tar')}{tried} |"
    bound = share(bands["match"]["false_match_rate_upper"])
    yield f"| `match`: FMR | {rate(bands['match'], 'false_match_rate')}, at most {bound} |"
    yield f"| `match`: TAR | {rate(bands['match'], 'true_accept_rate')} |"
    yield f"| `no_match`: FNMR | {rate(bands['no_match'], 'false_non_match_rate')} |"
    yield f"| `inconclusive`, of genuine pairs | {rate(bands['inconclusive'], 'genuine')} |"
    ece, low, high = (figures["calibration"][name] for name in ("ece", "ece_low", "ece_high"))
    yield f"| ECE of the probabilities | {ece:.4f} ({low:.4f} to {high:.4f}) |"
    yield ""
    for attribute, found in figures["groups"].items():
        yield f"By `{attribute}`, as published for LFW; pairs within a group, at the shipped bands:"
        yield ""
        yield "| | pictures | genuine | impostor | " + " | ".join(title.lower() for _, title, _ in RATES) + " |"
        yield "|---|---|---|---|---|---|---|"
        for group, of in found["groups"].items():
            rates = " | ".join(rate(of, name) for name, _, _ in RATES)
            yield f"| {group} | {of['pictures']:,} | {of['genuine']} | {of['impostors']:,} | {rates} |"
        for label, of in found["across"].items():
            yield f"| {label} | | | | {rate(of, 'false_match_rate')} | | |"
        yield ""
        yield "| | highest, lowest | difference | ratio |"
        yield "|---|---|---|---|"
        yield from (compared(title.lower(), found["compared"][name]) for name, title, _ in RATES)
        yield ""


def detection_tables(figures: Mapping[str, Any]) -> Iterator[str]:
    """Detection and quality on UTKFace."""
    yield f"### Detection and quality: UTKFace, aligned, model `{figures['model']}`"
    yield ""
    yield "| | pictures | " + " | ".join(title.lower() for _, title in TITLES) + " |"
    yield "|---|---|---|---|---|---|"
    yield f"| all | {figures['pictures']} | " + " | ".join(rate(figures["all"], name) for name, _ in TITLES) + " |"
    for attribute, found in figures["groups"].items():
        for group, of in found["groups"].items():
            rates = " | ".join(rate(of, name) for name, _ in TITLES)
            yield f"| {attribute.replace('_', ' ')}: {group} | {of['pictures']} | {rates} |"
    yield ""
    yield "| | highest, lowest | difference | ratio |"
    yield "|---|---|---|---|"
    for attribute, found in figures["groups"].items():
        for name, title in TITLES:
            yield compared(f"{attribute.replace('_', ' ')}: {title.lower()}", found["compared"][name])
    yield ""


def read(path: Path) -> dict[str, Any]:
    """Figures that were kept."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def measure(data: Path, pages: Path | None) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Figures of matching and of detection, and when they were measured; reports and JSON are kept if asked."""

    def progress(task: str, done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{task}: {done} of {total} ", end=end, file=sys.stderr, flush=True)

    faces = evaluate_faces(
        data / "lfw_dev" / "pairs.csv",
        split="dev_test",
        all_pairs=True,
        groups=data / "lfw_dev" / "manifest.csv",
        group_columns=["gender_label"],
        thresholds_from="dev_train",
        progress=progress,
    )
    portraits = data / "faces_attributes" / "manifest.csv"
    detection = evaluate_detection(portraits, group_columns=ATTRIBUTES, progress=progress)
    results = faces.as_dict(), detection.as_dict(), {"date": datetime.now(UTC).date().isoformat()}
    if pages is not None:
        pages.mkdir(parents=True, exist_ok=True)
        write_face_page(faces, pages / "faces.html")
        write_detection_page(detection, pages / "detection.html")
        for name, figures in zip(("faces", "detection", "measured"), results, strict=True):
            (pages / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return results


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--write", action="store_true", help="into docs/fairness.md")
    parser.add_argument("--from", type=Path, dest="kept", help="a folder that --pages wrote")
    asked = parser.parse_args()
    if asked.kept is not None:
        faces, detection, measured = (read(asked.kept / f"{name}.json") for name in ("faces", "detection", "measured"))
    elif not (asked.data / "lfw_dev").is_dir() or not (asked.data / "faces_attributes").is_dir():
        print("needs the development data beside the checkout (--data)")
        return
    else:
        faces, detection, measured = measure(asked.data, asked.pages)
    command = "`python benchmarks/faces_fairness.py --write`"
    lines = [f"Measured {measured['date']} by {command}.", "", *matching_tables(faces), *detection_tables(detection)]
    text = "\n".join(lines)
    print(text)
    if asked.write:
        before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
