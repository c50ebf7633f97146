"""Fingerprints and signals of edited, unrelated and plain pictures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageOps

from consentry.records import Case, Post, Report
from consentry.signals.copies import MODEL, Bank, BankEntry, VideoFrame, copy_signal, fingerprint, looked_up_on
from consentry.signals.copies.fingerprints import MATCH_DISTANCE


@dataclass(frozen=True)
class Frame:
    pixels: NDArray[np.uint8]
    second: float | None = None


@cache
def detailed(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Blobs of several sizes, as rich in low frequencies as a photograph."""
    generator = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0], 3), np.float32)
    for cells in (4, 8, 16, 32, 64):
        coarse = Image.fromarray(generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float32) / cells**0.5
    low, high = total.min(), total.max()
    return Image.fromarray(((total - low) / (high - low) * 255).astype(np.uint8))


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def bank_of(*images: Image.Image) -> Bank:
    entries = []
    for index, image in enumerate(images):
        found = fingerprint(np.asarray(image))
        entries.append(BankEntry("public", f"picture-{index}", found.bits, found.quality, where="a newspaper"))
    return Bank(entries)


EDITS = {
    "same": lambda image: image,
    "half the size": lambda image: image.resize((320, 240), Image.Resampling.LANCZOS),
    "other proportions": lambda image: image.resize((500, 500)),
    "much larger": lambda image: image.resize((1200, 900), Image.Resampling.BICUBIC),
    "recompressed": lambda image: recompressed(image, 20),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "darker": lambda image: image.point(lambda value: value * 0.7),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside down": lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "turned by 90": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 180": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "turned by 270": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "transposed": lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    "transversed": lambda image: image.transpose(Image.Transpose.TRANSVERSE),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("seed", [1, 2])
def test_edited_copy_is_found(edit: str, seed: int) -> None:
    bank = bank_of(detailed(seed), detailed(seed + 100))
    signal = copy_signal("copy.jpg", [Frame(np.asarray(EDITS[edit](detailed(seed))))], bank)
    assert (signal.media_id, signal.model, signal.comparable) == ("copy.jpg", MODEL, True)
    (match,) = signal.matches
    assert (match.bank, match.entry_id, match.where, match.second) == ("public", "picture-0", "a newspaper", None)
    assert match.distance <= MATCH_DISTANCE
    if edit == "same":
        assert match.distance == 0


def test_unrelated_pictures_are_not_found() -> None:
    bank = bank_of(*(detailed(seed) for seed in range(20)))
    for seed in range(100, 110):
        assert copy_signal("other", [Frame(np.asarray(detailed(seed)))], bank).matches == ()
    generator = np.random.default_rng(0)
    noise = [generator.integers(0, 256, (300, 400, 3), dtype=np.uint8) for _ in range(10)]
    for pixels in noise:
        assert copy_signal("noise", [Frame(pixels)], bank).matches == ()


def test_plain_picture_is_not_comparable_even_with_itself() -> None:
    plain = Image.new("RGB", (400, 300), (120, 130, 140))
    found = fingerprint(np.asarray(plain))
    assert (found.quality, found.comparable) == (0, False)
    signal = copy_signal("plain", [Frame(np.asarray(plain))], Bank([BankEntry("removed", "plain", found.bits, 60)]))
    assert (signal.quality, signal.comparable, signal.matches) == (0, False, ())


def test_empty_bank_still_says_whether_the_picture_is_comparable() -> None:
    signal = copy_signal("a", [Frame(np.asarray(detailed(1)))], Bank.empty())
    assert (signal.comparable, signal.matches) == (True, ())
    nothing = copy_signal("b", [], Bank.empty())
    assert (nothing.quality, nothing.comparable, nothing.matches) == (0, False, ())


def film(*pictures: Image.Image) -> list[Frame]:
    return [Frame(np.asarray(picture), float(second)) for second, picture in enumerate(pictures)]


def film_entry(bank: Literal["public", "removed"], frames: list[Frame]) -> BankEntry:
    prints = [fingerprint(frame.pixels) for frame in frames]
    kept = [
        VideoFrame(found.bits, found.quality, frame.second or 0.0) for found, frame in zip(prints, frames, strict=True)
    ]
    return BankEntry(bank, f"{bank} film", b"", frames=tuple(kept))


def test_a_picture_that_is_a_part_of_a_video_does_not_make_it_public() -> None:
    first, second, plain = detailed(1), detailed(2), Image.new("RGB", (640, 480))
    frames = film(plain, recompressed(first, 5), first, EDITS["mirrored"](second), detailed(3))
    bank = bank_of(first, second)
    signal = copy_signal("film", frames, bank)
    assert signal.matches == ()
    assert [(part.entry_id, part.second, part.transform) for part in signal.parts] == [
        ("picture-0", 2.0, "none"), ("picture-1", 3.0, "mirrored")]  # fmt: skip
    assert [part.share_of_medium for part in signal.parts] == [0.5, 0.25]
    assert (signal.parts[0].distance, signal.comparable) == (0, True)
    removed = Bank(entry._replace(bank="removed") for entry in bank.entries)
    assert [match.entry_id for match in copy_signal("film", frames, removed).matches] == ["picture-0", "picture-1"]


def test_a_video_is_found_in_whole_in_part_and_inside_another() -> None:
    scenes = [detailed(seed) for seed in range(20, 30)]
    bank = Bank(film_entry(name, film(*scenes[:5])) for name in ("public", "removed"))
    found = {match.bank: match for match in copy_signal("same", film(*scenes[:5]), bank).matches}
    assert set(found) == {"public", "removed"}
    assert (found["public"].share_of_medium, found["public"].share_of_entry) == (1.0, 1.0)
    excerpt = copy_signal("excerpt", film(*scenes[1:3]), bank)
    assert [(match.share_of_medium, match.share_of_entry) for match in excerpt.matches] == [(1.0, 0.4)] * 2
    longer = copy_signal("longer", film(*scenes[5:], *scenes[:5]), bank)
    assert [(match.bank, match.share_of_medium, match.share_of_entry) for match in longer.matches] == [
        ("removed", 0.5, 1.0)
    ]
    assert [part.bank for part in longer.parts] == ["public"]
    assert (longer.matches[0].second, longer.matches[0].entry_second) == (5.0, 0.0)
    mixed = copy_signal("mixed", film(*scenes[5:], *scenes[:2]), bank)
    assert (mixed.matches, len(mixed.parts)) == ((), 2)


def test_a_still_of_a_video_is_a_copy_of_it() -> None:
    bank = Bank([film_entry("public", film(detailed(1), detailed(2)))])
    (match,) = copy_signal("still.jpg", [Frame(np.asarray(recompressed(detailed(2), 30)))], bank).matches
    assert (match.entry_second, match.share_of_entry, match.share_of_medium, match.second) == (1.0, 0.5, None, None)


def test_how_densely_an_entry_was_sampled_does_not_change_its_share() -> None:
    scenes = [detailed(seed) for seed in range(40, 44)]
    dense = [Frame(np.asarray(EDITS["darker"](scene) if half else scene), index + 0.5 * half)
             for index, scene in enumerate(scenes) for half in (0, 1)]  # fmt: skip
    bank = Bank([film_entry("removed", dense)])
    (match,) = copy_signal("film", film(detailed(99), detailed(98), detailed(97), *scenes), bank).matches
    assert match.share_of_entry == 1.0


def test_expired_entries_are_judged_by_the_day_given() -> None:
    bank = Bank(entry._replace(expires=date(2022, 1, 1)) for entry in bank_of(detailed(1)).entries)
    frames = [Frame(np.asarray(detailed(1)))]
    assert copy_signal("a", frames, bank, on=date(2022, 1, 1)).matches == ()
    for on in (date(2021, 12, 31), None):
        (match,) = copy_signal("a", frames, bank, on=on).matches
        assert match.expires == date(2022, 1, 1)


def test_the_day_is_the_reports_else_the_posts_never_todays() -> None:
    posted, reported = datetime(2021, 1, 2, tzinfo=UTC), datetime(2022, 3, 4, tzinfo=UTC)
    post, report = Post(post_id="a", posted_at=posted), Report(report_id="r", standing="other", reported_at=reported)
    assert looked_up_on(Case(post=post, report=report)) == date(2022, 3, 4)
    assert looked_up_on(Case(post=post, report=report.model_copy(update={"reported_at": None}))) == date(2021, 1, 2)
    assert looked_up_on(Case(post=post)) == date(2021, 1, 2)
    assert looked_up_on(Case(post=Post(post_id="a"))) is None


@pytest.mark.parametrize("colour", ["white", "black", "#3b5998"])
def test_a_plain_border_does_not_hide_a_copy(colour: str) -> None:
    framed = ImageOps.expand(EDITS["mirrored"](detailed(4)), (40, 90, 40, 10), colour)
    (match,) = copy_signal("framed", [Frame(np.asarray(recompressed(framed, 80)))], bank_of(detailed(4))).matches
    assert (match.border_removed, match.transform) == (True, "mirrored")
    same = copy_signal("same", [Frame(np.asarray(framed))], bank_of(framed)).matches
    assert (same[0].distance, same[0].border_removed) == (0, False)


TURNS: dict[str, str] = {
    "same": "none", "mirrored": "mirrored", "upside down": "upside_down", "turned by 90": "turned_left",
    "turned by 180": "turned_around", "turned by 270": "turned_right", "transposed": "transposed",
    "transversed": "transversed",
}  # fmt: skip


@pytest.mark.parametrize("edit", TURNS)
@pytest.mark.parametrize("size", [(512, 512), (128, 128), (320, 240)])
def test_a_turned_copy_is_as_near_as_the_original(edit: str, size: tuple[int, int]) -> None:
    image = detailed(7, size)
    (match,) = copy_signal("turned", [Frame(np.asarray(EDITS[edit](image)))], bank_of(image)).matches
    assert (match.transform, match.distance) == (TURNS[edit], 0)


def test_larger_pictures_are_shrunk_as_in_the_reference() -> None:
    image = detailed(5, (1600, 900))
    square = image.resize((512, 512), Image.Resampling.BOX)
    assert fingerprint(np.asarray(image)) == fingerprint(np.asarray(square))


def test_variants_are_the_eight_ways_to_lay_a_picture() -> None:
    image = detailed(6, (512, 512))
    found = fingerprint(np.asarray(image))
    assert len(set(found.variants)) == 8
    assert found.variants[0] == found.bits
    assert len(found.bits) == 32
    for edit in ("mirrored", "upside down", "turned by 90", "turned by 180", "transposed", "transversed"):
        other = fingerprint(np.asarray(EDITS[edit](image))).bits
        assert min((int.from_bytes(other) ^ int.from_bytes(bits)).bit_count() for bits in found.variants) <= 16


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="pixels must be"):
        fingerprint(pixels)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    pixels=arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)), elements=st.integers(0, 255))
)
def test_every_picture_has_a_fingerprint(pixels: NDArray[np.uint8]) -> None:
    found = fingerprint(pixels[::-1])
    assert len(found.bits) == 32
    assert 0 <= found.quality <= 100
    assert found == fingerprint(np.ascontiguousarray(pixels[::-1]))


@pytest.mark.shared
def test_published_near_duplicates(shared_data: Path) -> None:
    folder = shared_data / "neardup"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["transform"] != "corrupt"]
    prints = {row["path"]: fingerprint(np.asarray(Image.open(folder / row["path"]).convert("RGB"))) for row in rows}
    originals = [row for row in rows if row["transform"] == "original" and "base_images" in row["path"]]
    bank = Bank(BankEntry("public", row["group"], prints[row["path"]].bits, 100) for row in originals)
    edited = [row for row in rows if row["group"] in {row["group"] for row in originals} and row not in originals]
    found = {row["path"]: [hit.entry.entry_id for hit in bank.search(prints[row["path"]])] for row in edited}
    assert len(edited) >= 10
    for row in edited:
        assert found[row["path"]] in ([], [row["group"]])
        if row["transform"] in ("original", "resize", "hflip", "gray"):
            assert found[row["path"]] == [row["group"]], row
    unrelated = [row for row in rows if not row["group"] or row["group"] == "bridge"]
    assert all(bank.search(prints[row["path"]]) == [] for row in unrelated)
