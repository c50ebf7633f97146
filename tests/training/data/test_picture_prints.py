from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from similar_pictures import detailed, row, save

from consentry.training.data import picture_prints as module
from consentry.training.data.picture_prints import picture_prints


def test_prints_are_kept_by_content_and_broken_pictures_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(detailed(1, 200), tmp_path / "a.jpg")
    (tmp_path / "copy.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    rows = [row(tmp_path, name) for name in ("a.jpg", "broken.jpg", "copy.jpg", "gone.jpg")]
    told: list[tuple[int, int]] = []
    prints = picture_prints(rows, cache=tmp_path / "cache", progress=lambda _, done, total: told.append((done, total)))
    assert [item.name for item in prints.rows] == ["a.jpg", "copy.jpg"]
    assert [(item.name, item.code) for item in prints.skipped] == [
        ("broken.jpg", "media.damaged"),
        ("gone.jpg", "media.not_found"),
    ]
    assert prints.sizes.tolist() == [[200, 200], [200, 200]]
    assert (prints.words[0] == prints.words[1]).all()
    assert prints.digests[tmp_path / "a.jpg"] == prints.digests[tmp_path / "copy.jpg"]
    assert (tmp_path / "broken.jpg") in prints.digests

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(module, "open_media", refuse)
    again = picture_prints(rows[:1], cache=tmp_path / "cache")
    assert np.array_equal(again.words, prints.words[:1])
    assert again.quality[0] == prints.quality[0] >= 50


def test_work_is_saved_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(tmp_path, save(detailed(seed), tmp_path / f"{seed}.jpg").name) for seed in range(4)]
    monkeypatch.setattr(module, "_SAVE_EVERY", 2)
    reading = module.fingerprint
    calls: list[int] = []

    def interrupted(pixels: np.ndarray) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return reading(pixels)

    monkeypatch.setattr(module, "fingerprint", interrupted)
    with pytest.raises(KeyboardInterrupt):
        picture_prints(rows, cache=tmp_path / "cache")
    monkeypatch.setattr(module, "fingerprint", lambda pixels: calls.append(2) or reading(pixels))
    assert len(picture_prints(rows, cache=tmp_path / "cache").rows) == 4
    assert calls.count(2) == 2


def test_no_pictures_at_all(tmp_path: Path) -> None:
    prints = picture_prints([row(tmp_path, "none.jpg")], cache=tmp_path)
    assert prints.rows == ()
    assert prints.words.shape == (0, 8, 4)
    assert not list(tmp_path.iterdir())
