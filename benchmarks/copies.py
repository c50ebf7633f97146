"""How well and how fast copies are found, as Markdown: recall by kind of edit, false matches, videos, speed.

    python benchmarks/copies.py recall [--data ../shared/data] [--pictures 600] [--show]
    python benchmarks/copies.py videos [--data ../shared/data]
    python benchmarks/copies.py speed [--entries 1000000] [--threads 2]

`recall` and `videos` need the development data beside the checkout. The threshold (31 bits, quality 50, 80 % of the
frames) is the published one and was set before anything was measured; nothing here chooses it. `speed` compares with
FAISS where `faiss-cpu` is installed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import sqrt
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from consentry.copies import Bank, BankEntry, Fingerprint, fingerprint, lookup_prints
from consentry.copies.bank_edits import BANK_LIMITS, entry_of
from consentry.copies.fingerprints import MATCH_DISTANCE, TRANSFORMS
from consentry.copies.hash_index import HashIndex, Near, compare_all
from consentry.copies.signal import compare
from consentry.media import OpenedMedia, open_media
from consentry.records import Media

ROOT = Path(__file__).resolve().parent.parent
Picture = Image.Image
Edit = Callable[[Picture], Picture]


def wilson(hits: int, total: int) -> str:
    """A proportion in per cent with its 95 % Wilson score interval."""
    if total == 0:
        return "–"
    z, share = 1.959964, hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return f"{share:.1%} [{max(0.0, centre - half):.1%}, {min(1.0, centre + half):.1%}]"


# --- edits --------------------------------------------------------------------------------------------------------


def resized(image: Picture, across: float, down: float) -> Picture:
    """Another size, by the resampling that most programs use."""
    return image.resize((round(image.width * across), round(image.height * down)), Image.Resampling.BICUBIC)


def recompressed(image: Picture, form: str, quality: int) -> Picture:
    """Saved with loss, and read again."""
    buffer = io.BytesIO()
    image.save(buffer, form, quality=quality)
    return Image.open(buffer).convert("RGB")


def cropped(image: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Without these shares of the width and the height."""
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


def bordered(image: Picture, share: float, colour: str) -> Picture:
    """With an even border of this share of the longer side."""
    return ImageOps.expand(image, round(share * max(image.size)), colour)


def squared(image: Picture) -> Picture:
    """Letterboxed to a square on black, as some platforms do."""
    side = max(image.size)
    return (
        ImageOps.pad(image, (side, side), color="black")
        if image.width != image.height
        else bordered(image, 0.1, "black")
    )


def _font(image: Picture, share: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8.0, share * image.height))


def captioned(image: Picture) -> Picture:
    """A line of outlined capitals across the lower part."""
    image = image.copy()
    place = (image.width / 2, image.height * 0.88)
    stroke = max(1, image.height // 120)
    ImageDraw.Draw(image).text(
        place,
        "LOOK AT THIS",
        fill="white",
        font=_font(image, 0.1),
        anchor="mm",
        stroke_width=stroke,
        stroke_fill="black",
    )
    return image


def barred(image: Picture) -> Picture:
    """A white bar with two lines of words above the picture."""
    bar = round(image.height * 0.18)
    framed = Image.new("RGB", (image.width, image.height + bar), "white")
    framed.paste(image, (0, bar))
    draw = ImageDraw.Draw(framed)
    for line, words in enumerate(("you will not believe", "what she did next")):
        draw.text((image.width * 0.05, bar * (0.08 + 0.45 * line)), words, fill="black", font=_font(image, 0.06))
    return framed


def watermarked(image: Picture) -> Picture:
    """Half-transparent words across the picture."""
    layer = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(layer)
    for row in range(4):
        place = (image.width * 0.1, image.height * (0.05 + row * 0.25))
        draw.text(place, "SAMPLE PHOTO", fill=(255, 255, 255, 110), font=_font(image, 0.1))
    return Image.alpha_composite(image.convert("RGBA"), layer.rotate(20)).convert("RGB")


def with_emoji(image: Picture) -> Picture:
    """A yellow disc over a tenth of the picture."""
    image = image.copy()
    radius = sqrt(image.width * image.height * 0.1 / np.pi)
    x, y = image.width * 0.6, image.height * 0.4
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 204, 77))
    return image


def rotated(image: Picture, degrees: float) -> Picture:
    """Turned by a few degrees within its frame; what is missing is black."""
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def screenshot(image: Picture) -> Picture:
    """On a phone's screen in an app: full width, bars above and below, saved as it is."""
    screen = Image.new("RGB", (390, 844), "white")
    shown = ImageOps.contain(image, (390, 600), Image.Resampling.BICUBIC)
    screen.paste(shown, (0, 150))
    draw = ImageDraw.Draw(screen)
    draw.text((20, 15), "9:41", fill="black", font=ImageFont.load_default(16))
    draw.text((60, 100), "somebody", fill="black", font=ImageFont.load_default(18))
    draw.ellipse((14, 95, 50, 131), fill="grey")
    draw.text((14, 160 + shown.height), "Liked by others and 128 more", fill="black", font=ImageFont.load_default(15))
    return screen


def cut_screenshot(image: Picture) -> Picture:
    """The same, cut back to the picture by hand, some pixels wide of it, and saved as JPEG."""
    shown = ImageOps.contain(image, (390, 600), Image.Resampling.BICUBIC)
    cut = screenshot(image).crop((0, 144, 390, 158 + shown.height))
    return recompressed(cut, "JPEG", 80)


def noisy(image: Picture) -> Picture:
    """Gaussian noise of 12 grey levels."""
    pixels = np.asarray(image).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 12, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def sepia(image: Picture) -> Picture:
    """Brown and white."""
    return ImageOps.colorize(image.convert("L"), "#1a0f00", "#fff4d6", mid="#a67c52")


_turn = partial(partial, Image.Image.transpose)
EDITS: dict[str, tuple[tuple[str, Edit], ...]] = {
    "resize": (
        ("to a half", partial(resized, across=0.5, down=0.5)),
        ("to double", partial(resized, across=2, down=2)),
        ("a quarter narrower", partial(resized, across=0.75, down=1)),
    ),
    "recompression": (
        ("JPEG 50", partial(recompressed, form="JPEG", quality=50)),
        ("JPEG 20", partial(recompressed, form="JPEG", quality=20)),
        ("JPEG 8", partial(recompressed, form="JPEG", quality=8)),
        ("WebP 30", partial(recompressed, form="WEBP", quality=30)),
    ),
    "crop": (
        ("2 % off every side", partial(cropped, left=0.02, top=0.02, right=0.02, bottom=0.02)),
        ("5 % off every side", partial(cropped, left=0.05, top=0.05, right=0.05, bottom=0.05)),
        ("10 % off the bottom", partial(cropped, left=0, top=0, right=0, bottom=0.1)),
        ("10 % off every side", partial(cropped, left=0.1, top=0.1, right=0.1, bottom=0.1)),
    ),
    "border": (
        ("2 % white", partial(bordered, share=0.02, colour="white")),
        ("5 % white", partial(bordered, share=0.05, colour="white")),
        ("10 % black", partial(bordered, share=0.1, colour="black")),
        ("letterboxed to a square", squared),
    ),
    "text overlay": (
        ("caption", captioned),
        ("watermark", watermarked),
        ("a disc over a tenth", with_emoji),
        ("bar with words above", barred),
    ),
    "mirror": (("left to right", _turn(method=Image.Transpose.FLIP_LEFT_RIGHT)),),
    "rotation": (
        ("by 90°", _turn(method=Image.Transpose.ROTATE_90)),
        ("by 180°", _turn(method=Image.Transpose.ROTATE_180)),
        ("by 1°", partial(rotated, degrees=1)),
        ("by 3°", partial(rotated, degrees=3)),
        ("by 10°", partial(rotated, degrees=10)),
    ),
    "filter": (
        ("grey", lambda image: image.convert("L").convert("RGB")),
        ("sepia", sepia),
        ("brighter by 40 %", lambda image: ImageEnhance.Brightness(image).enhance(1.4)),
        ("darker by 40 %", lambda image: ImageEnhance.Brightness(image).enhance(0.6)),
        ("contrast up by 60 %", lambda image: ImageEnhance.Contrast(image).enhance(1.6)),
        ("colour doubled", lambda image: ImageEnhance.Color(image).enhance(2.0)),
        ("blurred", lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 100))),
        ("sharpened", lambda image: image.filter(ImageFilter.UnsharpMask(3, 200))),
        ("noise", noisy),
        ("inverted", ImageOps.invert),
    ),
    "screenshot": (("cut back to the picture", cut_screenshot), ("whole phone screen", screenshot)),
}


# --- recall on pictures -------------------------------------------------------------------------------------------


def print_of(image: Picture) -> Fingerprint:
    """The fingerprint of a picture in memory."""
    return fingerprint(np.asarray(image.convert("RGB")), turned=True, borders=True)


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
                cells.append(wilson(recalled, len(found)))
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
        print(f"| {name} | {total / 1e6:.1f} M | {len(found)} | {wilson(len({a for a, _ in found}), len(rows))} |")
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


# --- videos -------------------------------------------------------------------------------------------------------


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """All frames, no side longer than 320 pixels, at most 25 a second."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        keep = max(1, round(float(stream.average_rate or 25) / 25))
        frames = []
        for number, frame in enumerate(container.decode(stream)):
            if number % keep == 0:
                image = frame.to_image()
                image.thumbnail((320, 320))
                frames.append(np.asarray(image.resize((image.width // 2 * 2, image.height // 2 * 2))))
    return frames


def encoded(frames: list[NDArray[np.uint8]], crf: int = 23) -> bytes:
    """An MP4 at 25 frames a second."""
    buffer = io.BytesIO()
    height, width = frames[0].shape[:2]
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()


def each(edit: Edit) -> Callable[[list[NDArray[np.uint8]]], list[NDArray[np.uint8]]]:
    """The same edit to every frame."""

    def edited(frames: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        images = [edit(Image.fromarray(frame)) for frame in frames]
        return [np.asarray(image.resize((image.width // 2 * 2, image.height // 2 * 2))) for image in images]

    return edited


def report_videos(data: Path) -> None:
    """Recall by edit on the short clips, each in the bank as it came; they are only looked at here."""
    paths = sorted((data / "videos" / "clips").iterdir())
    clips = {path.name: decoded(path) for path in paths}
    opened = {
        name: open_media(Media(media_id=name, data=encoded(frames)), limits=BANK_LIMITS)
        for name, frames in clips.items()
    }
    banks = {kind: Bank(entry_of(item, kind, name) for name, item in opened.items()) for kind in ("public", "removed")}
    names = list(clips)
    edits: dict[str, Callable[[list[NDArray[np.uint8]]], list[NDArray[np.uint8]]]] = {
        "half the size": each(partial(resized, across=0.5, down=0.5)),
        "mirrored": each(_turn(method=Image.Transpose.FLIP_LEFT_RIGHT)),
        "caption": each(captioned),
        "5 % white border": each(partial(bordered, share=0.05, colour="white")),
        "5 % off every side": each(partial(cropped, left=0.05, top=0.05, right=0.05, bottom=0.05)),
        "begins half a second later": lambda frames: frames[12:],
        "the first half of it": lambda frames: frames[: len(frames) // 2],
        "a fifth faster": lambda frames: [frame for number, frame in enumerate(frames) if number % 6],
    }
    lengths = [len(frames) / 25 for frames in clips.values()]
    print(f"\n### Videos ({len(clips)} clips of {min(lengths):.0f} to {max(lengths):.0f} s)\n")
    print("| edit | a match in `public` | a match in `removed` | a part at least | other entries |")
    print("|---|---|---|---|---|")
    report_video_edit("recompressed (CRF 38)", banks, {name: encoded(clips[name], 38) for name in names})
    for title, edit in edits.items():
        report_video_edit(title, banks, {name: encoded(edit(clips[name])) for name in names})
    inside = {}
    for name, filler in zip(names, names[7:] + names[:7], strict=True):
        height, width = clips[name][0].shape[:2]
        long = [np.asarray(Image.fromarray(frame).resize((width, height))) for frame in clips[filler]]
        second = 25  # the clip begins on a whole second, as a lucky sample would have it
        inside[name] = encoded(long[: len(long) // second * second] + clips[name] + long)
    report_video_edit("inside something three times as long", banks, inside, filled=True)


def opened_bytes(name: str, content: bytes) -> OpenedMedia:
    """The sampled frames, as an assessment sees them."""
    return open_media(Media(media_id=name, data=content))


def report_video_edit(title: str, banks: dict[str, Bank], edited: dict[str, bytes], *, filled: bool = False) -> None:
    """One row of the table."""
    whole: dict[str, int] = defaultdict(int)
    part = wrong = 0
    for name, content in edited.items():
        item = opened_bytes(name, content)
        prints = lookup_prints(item.frames)
        seconds = [frame.second for frame in item.frames]
        for kind, bank in banks.items():
            signal = compare(name, prints, seconds, bank)
            whole[kind] += name in {match.entry_id for match in signal.matches}
        part += name in {match.entry_id for match in signal.matches + signal.parts}
        wrong += any(match.entry_id != name for match in signal.matches)
    cells = [wilson(count, len(edited)) for count in (whole["public"], whole["removed"], part)]
    print(f"| {title} | {' | '.join(cells)} | {'the filler' if filled else wrong} |", flush=True)


# --- speed --------------------------------------------------------------------------------------------------------


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


def main() -> None:
    """Print the report that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["recall", "videos", "speed"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pictures", type=int, default=600, help="originals to edit, half of them small ones")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="name the false matches")
    arguments = parser.parse_args()
    if arguments.what == "recall":
        report_recall(arguments.data, arguments.pictures, show=arguments.show)
    elif arguments.what == "videos":
        report_videos(arguments.data)
    else:
        report_speed(arguments.data, arguments.entries, arguments.threads)


if __name__ == "__main__":
    main()
