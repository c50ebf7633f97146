"""How many look-ups a second, beside comparing with all and beside FAISS where `faiss-cpu` is installed."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.signals.copies import fingerprint
from consentry.signals.copies.fingerprints import MATCH_DISTANCE, TRANSFORMS
from consentry.signals.copies.hash_index import HashIndex, Near, compare_all


def planted(bank: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """Queries: every other one near a fingerprint of the bank (0 to 40 bits away), the rest at random."""
    generator = np.random.default_rng(1)
    queries = generator.integers(0, 1 << 64, (count, 4), dtype=np.uint64)
    for index in range(0, count, 2):
        changed = np.zeros(256, np.uint8)
        changed[generator.permutation(256)[: generator.integers(0, 41)]] = 1
        queries[index] = bank[generator.integers(len(bank))] ^ np.packbits(changed).view(np.uint64)
    return queries


def timed(
    search: Callable[[NDArray[np.uint64]], object], queries: NDArray[np.uint64], threads: int
) -> list[tuple[float, float]]:
    """Look-ups a second by the clock, and a second of processor time: five runs, split over threads, slowest first."""
    parts = np.array_split(queries, threads)
    rates = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(5):
            start, spent = time.perf_counter(), time.process_time()
            list(pool.map(search, parts))
            clock, processor = time.perf_counter() - start, time.process_time() - spent
            rates.append((len(queries) / clock, len(queries) / processor))
    return sorted(rates)


def report_speed(data: Path, entries: int, threads: int) -> None:
    """Look-ups a second; every answer is held against comparing with all."""
    generator = np.random.default_rng(0)
    banks = {"at random": generator.integers(0, 1 << 64, (entries, 4), dtype=np.uint64)}
    if (data / "scenes").is_dir():
        banks["recombined from real ones"] = recombined(data / "scenes", entries, generator)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n### Speed ({entries:,} fingerprints, {threads} threads on {os.cpu_count()} cores, load average {load})")
    print(
        "\n| fingerprints | search | exact | ready after | look-ups a second | pictures a second |"
        " look-ups a second of processor time |\n"
        "|---|---|---|---|---|---|---|"
    )
    for title, bank in banks.items():
        queries = planted(bank, 8192)
        checked = compare_all(bank, queries[:128], MATCH_DISTANCE)
        for name, build, search in searches(bank, threads):
            start = time.perf_counter()
            index = build()
            ready = time.perf_counter() - start
            run = partial(search, index)
            same = "yes" if same_pairs(run(queries[:128]), checked) else "NO"
            few = queries if "all" not in name and "Flat" not in name else queries[:64]
            # FAISS has threads of its own.
            rates = timed(run, few, 1 if name.startswith("FAISS") else threads)
            said = (
                f"{rates[2][0]:,.0f} ({rates[0][0]:,.0f} to {rates[-1][0]:,.0f}) | {rates[2][0] / len(TRANSFORMS):,.0f}"
            )
            said += f" | {sorted(rate for _, rate in rates)[2]:,.0f}"
            print(f"| {title} | {name} | {same} | {ready:.1f} s | {said} |", flush=True)


def recombined(folder: Path, entries: int, generator: np.random.Generator) -> NDArray[np.uint64]:
    """Quarters of the fingerprints of real pictures, put together at random: as unevenly spread as real ones are."""
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        paths = [row["path"] for row in csv.DictReader(file) if row["split"] == "train"]
    prints = [fingerprint(np.asarray(Image.open(folder / path).convert("RGB"))) for path in paths]
    bits = b"".join(bits for found in prints if found.comparable for bits in found.variants)
    words = np.frombuffer(bits, np.uint64).reshape(-1, 4)
    return np.stack([words[generator.integers(len(words), size=entries), column] for column in range(4)], axis=1)


def searches(
    bank: NDArray[np.uint64], threads: int
) -> Iterator[tuple[str, Callable[[], object], Callable[..., object]]]:
    """Name, how it is built, how it is asked."""
    yield "Consentry", partial(HashIndex, bank, MATCH_DISTANCE), lambda index, queries: index.search(queries)
    yield (
        "Consentry, comparing with all",
        lambda: bank,
        lambda words, queries: [
            compare_all(words, queries[at : at + 16], MATCH_DISTANCE) for at in range(0, len(queries), 16)
        ],
    )
    try:
        import faiss
    except ImportError:
        return
    faiss.omp_set_num_threads(threads)
    codes = np.ascontiguousarray(bank).view(np.uint8).reshape(len(bank), 32)

    def build(index: object) -> object:
        index.add(codes)  # type: ignore[attr-defined]
        return index

    def ask(index: object, queries: NDArray[np.uint64]) -> object:
        codes_asked = np.ascontiguousarray(queries).view(np.uint8).reshape(len(queries), 32)
        return index.range_search(codes_asked, MATCH_DISTANCE + 1)  # type: ignore[attr-defined]  # FAISS: less than

    yield "FAISS IndexBinaryFlat", lambda: build(faiss.IndexBinaryFlat(256)), ask

    def multi() -> object:
        index = faiss.IndexBinaryMultiHash(256, 16, 16)
        index.nflip = 1
        return build(index)

    yield "FAISS IndexBinaryMultiHash (16 tables of 16 bits, 1 flip)", multi, ask


def same_pairs(found: object, wanted: Near) -> bool:
    """Whether an answer has the same pairs."""
    if isinstance(found, list):
        pairs = {
            (int(q) + 16 * at, int(f))
            for at, near in enumerate(found)
            for q, f in zip(near.query, near.found, strict=True)
        }
    elif isinstance(found, Near):
        pairs = set(zip(found.query.tolist(), found.found.tolist(), strict=True))
    else:
        limits, _, labels = found  # type: ignore[misc]
        owners = np.repeat(np.arange(len(limits) - 1), np.diff(limits).astype(np.int64))
        pairs = set(zip(owners.tolist(), labels.tolist(), strict=True))
    return pairs == set(zip(wanted.query.tolist(), wanted.found.tolist(), strict=True))
