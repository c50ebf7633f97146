from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from similar_pictures import detailed, row, save

from consentry.training.data.near_duplicates import near_pairs
from consentry.training.data.picture_prints import PicturePrints, picture_prints


def test_copies_are_found_and_strangers_are_not(tmp_path: Path) -> None:
    original = detailed(1)
    save(original, tmp_path / "a.jpg")
    save(original.resize((90, 90)), tmp_path / "small.jpg", quality=60)
    save(ImageOps.mirror(original), tmp_path / "mirrored.jpg")
    save(original.rotate(90), tmp_path / "turned.jpg")
    for seed in range(2, 12):
        save(detailed(seed), tmp_path / f"other{seed}.jpg")
    rows = [row(tmp_path, path.name) for path in sorted(tmp_path.iterdir())]
    prints = picture_prints(rows)
    pairs = near_pairs(prints)
    names = {frozenset((rows[pair.first].name, rows[pair.second].name)) for pair in pairs}
    same = ("a.jpg", "mirrored.jpg", "small.jpg", "turned.jpg")
    assert names == {frozenset((one, other)) for one in same for other in same if one != other}
    assert all(pair.first < pair.second for pair in pairs)
    assert [pair.distance for pair in pairs] == sorted(pair.distance for pair in pairs)


def test_flat_pictures_say_nothing(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        save(Image.new("RGB", (64, 64), "white"), tmp_path / name)
    prints = picture_prints([row(tmp_path, "a.jpg"), row(tmp_path, "b.jpg")])
    assert prints.quality.tolist() == [0, 0]
    assert near_pairs(prints) == []


def by_hand(words: np.ndarray, distance: int) -> set[tuple[int, int, int]]:
    bits = np.unpackbits(words.view(np.uint8), axis=-1)
    found = set()
    for first in range(len(words)):
        for second in range(first + 1, len(words)):
            near = min(int((bits[first, variant] != bits[second, 0]).sum()) for variant in range(8))
            if near <= distance:
                found.add((first, second, near))
    return found


@pytest.mark.parametrize("block", [1, 7, 10**6])
def test_the_search_is_exact_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    generator = np.random.default_rng(0)
    plain = generator.integers(0, 2**63, (40, 1, 4), dtype=np.uint64)
    plain[20:] = plain[:20] ^ (np.uint64(1) << generator.integers(0, 60, (20, 1, 4), dtype=np.uint64))
    turns = generator.integers(0, 2**63, (1, 8, 4), dtype=np.uint64)
    turns[:, 0] = 0
    words = plain ^ turns  # like turning and mirroring, it does not matter which of two pictures it is done to
    prints = PicturePrints((), {}, words, np.full(40, 100, np.uint8), np.zeros((40, 2), np.int32), ())
    monkeypatch.setattr("consentry.training.data.near_duplicates._COMPARED_AT_ONCE", block)
    told: list[tuple[int, int]] = []
    pairs = near_pairs(prints, distance=100, progress=lambda _, done, total: told.append((done, total)))
    expected = by_hand(words, 100)
    assert {tuple(pair) for pair in pairs} == expected
    assert len(expected) >= 20
    assert told[-1] == (40, 40)
    splits = ["train" if number < 20 else "test" for number in range(40)]
    between = near_pairs(prints, distance=100, apart=splits)
    assert {tuple(sorted(pair[:2])) for pair in between} == {
        pair[:2] for pair in expected if splits[pair[0]] != splits[pair[1]]
    }
