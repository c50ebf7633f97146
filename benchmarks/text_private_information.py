"""Private information in words: our detectors and presidio-analyzer side by side, as one Markdown table a set.

    python benchmarks/text_private_information.py [--data ../shared/data/text] [--half held_out] [--show KIND]

Two synthetic sets with labelled passages (Presidio project, MIT), split by template so that no sentence stands in
both halves, and the cases in `data/text_cases/private_information.yaml`, split by digest. The rules were written with
the *development* halves; tables show the *held-out* halves unless ``--half`` says otherwise. A finding that overlaps a
labelled passage of its kind is right, a labelled passage that a finding of its kind overlaps is found. Intervals: 95 %
percentile bootstrap over texts.

presidio-analyzer runs with its pattern recognisers and a blank English tokeniser: the spaCy networks that it can use
for names and places are not on the package registry. So it has no postal addresses here.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from consentry.signals.text import MODEL, analyse_text

ROOT = Path(__file__).resolve().parent.parent
LABELS = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "ADDRESS": "postal_address",
    "STREET_ADDRESS": "postal_address",
    "ZIP_CODE": "postal_address",
    "US_SSN": "identity_number",
    "US_DRIVER_LICENSE": "identity_number",
    "IBAN_CODE": "bank_account",
    "CREDIT_CARD": "payment_card",
}
PRESIDIO = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "LOCATION": "postal_address",
    "US_SSN": "identity_number",
    "US_DRIVER_LICENSE": "identity_number",
    "US_PASSPORT": "identity_number",
    "US_ITIN": "identity_number",
    "UK_NINO": "identity_number",
    "ES_NIF": "identity_number",
    "ES_NIE": "identity_number",
    "IT_FISCAL_CODE": "identity_number",
    "IT_DRIVER_LICENSE": "identity_number",
    "IT_IDENTITY_CARD": "identity_number",
    "IT_PASSPORT": "identity_number",
    "PL_PESEL": "identity_number",
    "IN_AADHAAR": "identity_number",
    "IN_PAN": "identity_number",
    "UK_NHS": "medical",
    "MEDICAL_LICENSE": "medical",
    "IBAN_CODE": "bank_account",
    "US_BANK_NUMBER": "bank_account",
    "ABA_ROUTING_NUMBER": "bank_account",
    "CREDIT_CARD": "payment_card",
    "IN_VEHICLE_REGISTRATION": "licence_plate",
}
Span = tuple[str, int, int]


@dataclass(frozen=True)
class Labelled:
    """A text and the passages in it that are private."""

    text: str
    spans: tuple[Span, ...]


def half_of(key: str) -> str:
    """The half that a text belongs to, by a digest of its template or of the text itself."""
    return "held_out" if hashlib.sha256(key.encode()).digest()[-1] & 1 else "development"


def template(masked: str) -> str:
    """What all texts made from one template share, however its places are named."""
    return re.sub(r"\{\{\w*\}\}", "{}", masked.lower()).strip()


def synthetic(path: Path, half: str) -> list[Labelled]:
    """One half of a synthetic set."""
    found = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if half_of("private information" + template(entry["masked"])) == half:
            spans = [
                (LABELS[span["entity_type"]], span["start_position"], span["end_position"])
                for span in entry["spans"]
                if span["entity_type"] in LABELS
            ]
            found.append(Labelled(entry["full_text"], tuple(spans)))
    return found


def written(half: str) -> list[Labelled]:
    """One half of our own cases; a passage that stands in ``[[kind: ...]]`` there is private."""
    path = ROOT / "data" / "text_cases" / "private_information.yaml"
    found = []
    for marked in yaml.safe_load(path.read_text(encoding="utf-8")):
        if half_of(marked) == half:
            text, spans = "", []
            for piece in re.split(r"(\[\[\w+: .*?\]\](?!\]))", marked, flags=re.DOTALL):
                kind, separator, value = piece.removeprefix("[[").removesuffix("]]").partition(": ")
                if separator and piece.startswith("[["):
                    spans.append((kind, len(text), len(text) + len(value)))
                    text += value
                else:
                    text += piece
            found.append(Labelled(text, tuple(spans)))
    return found


def ours(text: str) -> list[Span]:
    """What we find."""
    return [(finding.kind, finding.start, finding.end) for finding in analyse_text(text).findings]


def presidio() -> Callable[[str], list[Span]]:
    """What presidio finds, at its own default threshold of 0.35 for scores with context."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class BlankEngine(SpacyNlpEngine):  # type: ignore[misc]
        """Tokens without any network."""

        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
            self.nlp = {"en": spacy.blank("en")}

        def load(self) -> None:
            """Nothing to load."""

        def is_loaded(self) -> bool:
            """It is."""
            return True

    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it would like to fetch a list; there is one inside
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"], default_score_threshold=0.35
    )

    def find(text: str) -> list[Span]:
        results = engine.analyze(text, language="en")
        return [(PRESIDIO[item.entity_type], item.start, item.end) for item in results if item.entity_type in PRESIDIO]

    return find


def counts(texts: Iterable[Labelled], find: Callable[[str], list[Span]], kinds: list[str], *, show: str) -> Any:
    """For every text and kind: findings, right findings, passages, found passages; shape (texts, kinds, 4)."""
    rows = []
    for labelled in texts:
        given = find(labelled.text)
        row = np.zeros((len(kinds), 4))
        for index, kind in enumerate(kinds):
            mine = [(start, end) for name, start, end in given if name == kind]
            wanted = [(start, end) for name, start, end in labelled.spans if name == kind]
            right = [any(a < d and c < b for c, d in wanted) for a, b in mine]
            found = [any(a < d and c < b for a, b in mine) for c, d in wanted]
            row[index] = len(mine), sum(right), len(wanted), sum(found)
            if kind == show and not (all(right) and all(found)):
                extra = [labelled.text[a:b] for (a, b), ok in zip(mine, right, strict=True) if not ok]
                missed = [labelled.text[c:d] for (c, d), ok in zip(wanted, found, strict=True) if not ok]
                print(f"<!-- extra {extra} missed {missed} in {labelled.text!r} -->")
        rows.append(row)
    return np.array(rows)


def figures(table: Any) -> Any:
    """Precision, recall and F1 of summed counts; nan where nothing is to be counted."""
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = table[..., 1] / table[..., 0]
        recall = table[..., 3] / table[..., 2]
        right = table[..., 1] + table[..., 3]
        f1 = np.where((right == 0) & (table[..., 2] > 0), 0.0, 2 * precision * recall / (precision + recall))
    return np.stack([precision, recall, f1], axis=-1)


def with_interval(per_text: Any, draws: int = 1000) -> list[list[str]]:
    """For every kind the three figures with their bootstrap interval over texts."""
    generator = np.random.default_rng(0)
    weights = generator.multinomial(len(per_text), np.full(len(per_text), 1 / len(per_text)), size=draws)
    drawn = figures(np.einsum("dt,tkc->dkc", weights, per_text))
    point = figures(per_text.sum(axis=0))
    cells = []
    for kind in range(per_text.shape[1]):
        row = []
        for figure in range(3):
            values = drawn[:, kind, figure]
            values = values[~np.isnan(values)]
            if np.isnan(point[kind, figure]) or not len(values):
                row.append("–")
                continue
            low, high = np.percentile(values, [2.5, 97.5])
            row.append(f"{point[kind, figure]:.3f} [{low:.3f}, {high:.3f}]")
        cells.append(row)
    return cells


def report(name: str, texts: list[Labelled], systems: dict[str, Callable[[str], list[Span]]], show: str) -> None:
    """One table: a row a kind and system."""
    kinds = [kind for kind in dict.fromkeys(LABELS.values()) if any(span[0] == kind for t in texts for span in t.spans)]
    kinds += sorted({span[0] for text in texts for span in text.spans} - set(kinds))
    if not kinds:
        return
    print(f"\n## {name} ({len(texts)} texts)\n")
    print("| kind | passages | system | precision | recall | F1 |\n|---|---|---|---|---|---|")
    tables = {}
    for system, find in systems.items():
        started = time.perf_counter()
        tables[system] = counts(texts, find, kinds, show=show if system == "consentry" else "")
        print(f"<!-- {system}: {1000 * (time.perf_counter() - started) / len(texts):.2f} ms a text -->")
    cells = {system: with_interval(table) for system, table in tables.items()}
    for index, kind in enumerate(kinds):
        passages = int(tables["consentry"][:, index, 2].sum())
        for system in systems:
            findings = int(tables[system][:, index, 0].sum())
            values = cells[system][index] if findings else ["–", "0", "0"]
            print(f"| {kind} | {passages} | {system} | {' | '.join(values)} |")


def report_tweets(path: Path, systems: dict[str, Callable[[str], list[Span]]]) -> None:
    """How often each system raises an alarm on 5,000 tweets of the odd rows, hardly one of which is private."""
    with path.open(encoding="utf-8", errors="replace") as file:
        tweets = [row["tweet"] for row in csv.DictReader(file)][1::2][:5000]
    print(f"\n## Alarms on {len(tweets)} tweets\n\n| system | findings by kind |\n|---|---|")
    for system, find in systems.items():
        alarms = Counter(kind for tweet in tweets for kind, _, _ in find(tweet) if kind in PRESIDIO.values())
        print(f"| {system} | {', '.join(f'{kind} {count}' for kind, count in sorted(alarms.items())) or 'none'} |")


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "text")
    parser.add_argument("--half", choices=["held_out", "development"], default="held_out")
    parser.add_argument("--show", default="", metavar="KIND", help="print what went wrong with a kind")
    parser.add_argument("--alone", action="store_true", help="without presidio")
    arguments = parser.parse_args()
    systems: dict[str, Callable[[str], list[Span]]] = {"consentry": ours}
    if not arguments.alone:
        systems["presidio"] = presidio()
    print(f"# {MODEL}, {arguments.half} half")
    report("Written cases", written(arguments.half), systems, arguments.show)
    if not arguments.data.is_dir():
        print(f"\n{arguments.data} is not here: no figures on the synthetic sets and on tweets.")
        return
    both = []
    for name in ("presidio_generated_large.json", "presidio_synth_dataset_v2.json"):
        texts = synthetic(arguments.data / name, arguments.half)
        both += texts
        report(name, texts, systems, "")
    report("Both synthetic sets", both, systems, arguments.show)
    report_tweets(arguments.data / "davidson_hate_offensive_24783.csv", systems)


if __name__ == "__main__":
    main()
