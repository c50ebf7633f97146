"""How often the text rules are right: precision and recall with 95 % Wilson intervals, as a Markdown report.

    python benchmarks/text_rules.py [--data ../shared/data/text] [--show]

Cases come from `data/text_cases/` (the check half unless `--half development`). With the development data beside the
checkout, alarms on 24,783 tweets are counted too (every one a false alarm until somebody has read it: `--show` prints
them), and e-mail and phone against the labelled synthetic texts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from consentry.signals.text import MODEL, analyse_text
from consentry.training.measures.intervals import score_interval

ROOT = Path(__file__).resolve().parent.parent
BEHAVIOURS = ("reward_offer", "exposure_threat")
ENTITIES = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER"}


def share(hits: int, total: int) -> str:
    """A proportion with its 95 % interval (Wilson 1927)."""
    if total == 0:
        return "- (0)"
    found = score_interval(hits, total)
    return f"{found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}] ({hits}/{total})"


def half_of(text: str) -> str:
    """The half that a case belongs to, see data/text_cases/README.md."""
    return "check" if hashlib.sha256(text.encode()).digest()[-1] & 1 else "development"


def cases(half: str) -> list[tuple[str, str | None]]:
    """Texts with the kind that each of them is, ``None`` for the negatives."""
    files = {"reward_offers": "reward_offer", "exposure_threats": "exposure_threat", "hard_negatives": None}
    found = []
    for name, kind in files.items():
        texts = yaml.safe_load((ROOT / "data" / "text_cases" / f"{name}.yaml").read_text(encoding="utf-8"))
        found += [(text, kind) for text in texts if half_of(text) == half]
    return found


def report_cases(half: str) -> None:
    """Precision and recall of offers and threats, and precision by rule."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for text, kind in cases(half):
        total[kind or "negative"] += 1
        findings = [finding for finding in analyse_text(text).findings if finding.kind in BEHAVIOURS]
        for name, wanted in {(finding.rule, finding.kind) for finding in findings}:
            (right if wanted == kind else wrong)[name] += 1
        for name in {finding.kind for finding in findings}:
            (right if name == kind else wrong)[name] += 1
            found[name] += name == kind
    print(f"\n## Written cases, {half} half ({dict(total)})\n")
    print("| kind | precision | recall |\n|---|---|---|")
    for kind in BEHAVIOURS:
        print(f"| {kind} | {share(right[kind], right[kind] + wrong[kind])} | {share(found[kind], total[kind])} |")
    print("\n| rule | precision |\n|---|---|")
    for name in sorted(set(right) | set(wrong)):
        if "/" in name:
            print(f"| {name} | {share(right[name], right[name] + wrong[name])} |")


def report_tweets(path: Path, *, show: bool) -> None:
    """Alarms on tweets that were collected for offensive language; hardly one of them offers or threatens."""
    with path.open(encoding="utf-8", errors="replace") as file:
        tweets = [row["tweet"] for row in csv.DictReader(file)]
    print("\n## Alarms on tweets\n\n| kind | even rows (looked at while writing the rules) | odd rows |\n|---|---|---|")
    alarms: list[Counter[str]] = [Counter(), Counter()]
    for number, tweet in enumerate(tweets):
        for finding in analyse_text(tweet).findings:
            alarms[number % 2][finding.kind] += 1
            if show and finding.kind in BEHAVIOURS and number % 2:
                print(f"<!-- {finding.rule}: {tweet[max(0, finding.start - 40) : finding.end + 40]!r} -->")
    for kind in (*ENTITIES, *BEHAVIOURS):
        print(f"| {kind} | {alarms[0][kind]} in {len(tweets[0::2])} | {alarms[1][kind]} in {len(tweets[1::2])} |")


def report_entities(path: Path) -> None:
    """E-mail and phone against labelled spans; a finding that overlaps a span of its kind is right."""
    texts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    print(f"\n## {path.name} ({len(texts)} texts)\n\n| kind | precision | recall |\n|---|---|---|")
    signals = [analyse_text(text["full_text"]) for text in texts]
    for kind, label in ENTITIES.items():
        right = findings = found = spans = 0
        for text, signal in zip(texts, signals, strict=True):
            wanted = [(s["start_position"], s["end_position"]) for s in text["spans"] if s["entity_type"] == label]
            given = [(finding.start, finding.end) for finding in signal.findings if finding.kind == kind]
            right += sum(any(a < d and c < b for c, d in wanted) for a, b in given)
            found += sum(any(a < d and c < b for a, b in given) for c, d in wanted)
            findings, spans = findings + len(given), spans + len(wanted)
        print(f"| {kind} | {share(right, findings)} | {share(found, spans)} |")


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "text")
    parser.add_argument("--half", choices=["check", "development"], default="check")
    parser.add_argument("--show", action="store_true", help="print the alarms on the odd rows of the tweets")
    arguments = parser.parse_args()
    print(f"# {MODEL}")
    report_cases(arguments.half)
    if arguments.data.is_dir():
        report_tweets(arguments.data / "davidson_hate_offensive_24783.csv", show=arguments.show)
        for name in ("presidio_generated_large.json", "presidio_synth_dataset_v2.json"):
            report_entities(arguments.data / name)
    else:
        print(f"\n{arguments.data} is not here: no figures on tweets, e-mail and phone.")


if __name__ == "__main__":
    main()
