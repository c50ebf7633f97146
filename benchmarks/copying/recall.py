"""How many edited pictures are found again, and how many unrelated ones are taken for copies."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

from consentry.signals.copies import Bank, BankEntry, Fingerprint, fingerprint
from copying.edits import EDITS, Picture
from copying.shares import share


def print_of(image: Picture) -> Fingerprint:
    """The fingerprint of a picture in memory."""
    return fingerprint(np.asarray(image.convert("RGB")), borders=True)


def report_recall(data: Path, pictures: int, *, show: bool) -> None:
    """Recall by edit, on training pictures; false matches; the published near-duplicates."""
    with (data / "scenes" / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    rows.sort(key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest())
    prints = {row["path"]: print_of(Image.open(data / "scenes" / row["path"])) for row in rows}
    usable = [row for row in rows if prints[row["path"]].comparable]
    bank = Bank(BankEntry("public", row["path"], prints[row["path"]].bits, 100) for row in usable)
    print(f"\n{len(rows)} training pictures, {len(rows) - len(usable)} of them too plain; {len(bank)} in the bank.")
    report_false_matches(usable, prints, bank, show=show)
    sizes = {"128 px": ("miniplaces",), "240 to 320 px": ("shanghaitech", "sroie_docs", "ucf101_frames")}
    chosen = {
        size: [row for row in usable if row["dataset"] in names][: pictures // 2] for size, names in sizes.items()
    }
    counts = ", ".join(f"{len(found)} of {size}" for size, found in chosen.items())
    print(
        f"\n### Recall by edit ({counts})\n\n"
        f"| edit | | {' | '.join(sizes)} | bits apart, median |\n|---|---|---|---|---|"
    )
    for kind, edits in EDITS.items():
        for name, edit in edits:
            cells, apart = [], []
            for found in chosen.values():
                edited = [print_of(edit(Image.open(data / "scenes" / row["path"]).convert("RGB"))) for row in found]
                hits = bank.search_many(edited)
                recalled = 0
                for row, one, of_one in zip(found, edited, hits, strict=True):
                    recalled += row["path"] in {hit.entry.entry_id for hit in of_one}
                    original = int.from_bytes(prints[row["path"]].bits)
                    apart.append(
                        min((int.from_bytes(bits) ^ original).bit_count() for bits in one.variants + one.inner)
                    )
                cells.append(share(recalled, len(found)))
            print(f"| {kind} | {name} | {' | '.join(cells)} | {np.median(apart):.0f} |", flush=True)
    report_published(data / "neardup", bank)


def report_false_matches(rows: list[dict[str, str]], prints: dict[str, Fingerprint], bank: Bank, *, show: bool) -> None:
    """Pictures of different sources, and of different kinds within a source, are unrelated by construction."""
    by_path = {row["path"]: row for row in rows}
    across: set[tuple[str, str]] = set()
    within: set[tuple[str, str]] = set()
    other = 0
    for row, hits in zip(rows, bank.search_many([prints[row["path"]] for row in rows]), strict=True):
        for hit in hits:
            found = by_path[hit.entry.entry_id]
            pair = (row["path"], found["path"])
            if found is row:
                continue
            if found["dataset"] != row["dataset"]:
                across.add(pair)
            elif found["label"] != row["label"]:
                within.add(pair)
            else:
                other += 1
    sources = defaultdict(int)
    labels = defaultdict(int)
    for row in rows:
        sources[row["dataset"]] += 1
        labels[row["dataset"], row["label"]] += 1
    pairs_across = len(rows) ** 2 - sum(count**2 for count in sources.values())
    pairs_within = sum(count**2 for count in sources.values()) - sum(count**2 for count in labels.values())
    print("\n### False matches among unrelated pictures, all eight ways to lay them\n")
    print("| pairs | compared | within 31 bits | pictures with one |\n|---|---|---|---|")
    for name, found, total in (
        ("of different sources", across, pairs_across),
        ("of different kinds", within, pairs_within),
    ):
        print(f"| {name} | {total / 1e6:.1f} M | {len(found)} | {share(len({a for a, _ in found}), len(rows))} |")
    print(f"\n{other} ordered pairs of one kind are within 31 bits: frames of one scene, the same page; not counted.")
    if show:
        for pair in sorted(across | within):
            print("<!--", *pair, "-->")


def report_published(folder: Path, unrelated: Bank) -> None:
    """The near-duplicates of other projects, an original of each group as the bank."""
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] and row["transform"] != "corrupt"]
    prints = {row["path"]: print_of(Image.open(folder / row["path"])) for row in rows}
    originals: dict[str, str] = {}
    for row in rows:  # the bridge has no row called original: its largest square serves
        if row["transform"] in ("original", "square-512x512"):
            originals.setdefault(row["group"], row["path"])
    bank = Bank(BankEntry("public", group, prints[path].bits, 100) for group, path in originals.items())
    found: dict[str, list[int]] = defaultdict(list)
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["path"] == originals[row["group"]]:
            continue
        original = int.from_bytes(prints[originals[row["group"]]].bits)
        found[row["transform"]].append(
            min((int.from_bytes(bits) ^ original).bit_count() for bits in prints[row["path"]].variants)
        )
        counted[row["transform"]][0] += row["group"] in {hit.entry.entry_id for hit in bank.search(prints[row["path"]])}
        counted[row["transform"]][1] += 1
    print("\n### The published near-duplicates (`neardup`)\n\n| edit | found | bits apart |\n|---|---|---|")
    for name, apart in found.items():
        print(f"| {name} | {counted[name][0]} of {counted[name][1]} | {', '.join(map(str, sorted(apart)))} |")
    wrong = sum(bool(hits) for hits in unrelated.search_many(list(prints.values())))
    print(f"\nOf its {len(prints)} pictures {wrong} match one of the {len(unrelated)} training pictures.")
