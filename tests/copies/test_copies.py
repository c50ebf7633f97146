"""Fingerprints and signals of edited, unrelated and plain pictures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from consentry.copies import MODEL, Bank, BankEntry, copy_signal, fingerprint
from consentry.copies.fingerprints import MATCH_DISTANCE


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
    for seed in range(100, 120):
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


def test_video_names_its_nearest_frame_for_each_entry() -> None:
    first, second, plain = detailed(1), detailed(2), Image.new("RGB", (640, 480))
    frames = [
        Frame(np.asarray(plain), 0.0),
        Frame(np.asarray(recompressed(first, 5)), 1.0),
        Frame(np.asarray(first), 2.0),
        Frame(np.asarray(EDITS["mirrored"](second)), 3.0),
        Frame(np.asarray(detailed(3)), 4.0),
    ]
    signal = copy_signal("film", frames, bank_of(first, second))
    assert [(match.entry_id, match.second) for match in signal.matches] == [("picture-0", 2.0), ("picture-1", 3.0)]
    assert signal.matches[0].distance == 0
    assert signal.comparable
    assert signal.quality >= 50


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
