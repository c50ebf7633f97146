from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scene_pictures import write_pictures

from consentry.runtime import RuntimeSettings
from consentry.runtime.model_folder import sha256_of
from consentry.training.data.manifest import Row, read_manifest
from consentry.training.scene.backbone import BACKBONES, FeatureNetwork, Tail, Trunk, load_backbone
from consentry.training.scene.trunk_views import TrunkViews, keep_views

LITE2 = BACKBONES["efficientnet_lite2"]
ONE_THREAD = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return list(read_manifest(write_pictures(tmp_path_factory.mktemp("p"), counts={"train": 2})).rows)


def digests_of(rows: list[Row]) -> list[str]:
    return [sha256_of(row.path) for row in rows]


@pytest.mark.parametrize("stages", [0, 3, 6])
def test_trunk_and_tail_are_the_backbone_cut_in_two(stages: int) -> None:
    pixels = torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    backbone = load_backbone(LITE2)
    with torch.inference_mode():
        whole = FeatureNetwork(backbone)(pixels)
        trunk = Trunk(backbone, stages)(pixels) if stages else pixels
        assert torch.allclose(Tail(backbone, stages)(trunk), whole, atol=1e-5)


def test_views_are_computed_once_and_what_is_missing_later(rows: list[Row], tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []

    def keep(part: list[Row], names: list[str]) -> dict[str, TrunkViews]:
        calls.clear()
        kept = keep_views(
            part,
            digests_of(part),
            LITE2,
            side=64,
            frozen_stages=2,
            views=names,
            cache=tmp_path,
            settings=ONE_THREAD,
            progress=lambda *call: calls.append(call),
        )
        assert kept.skipped == {}
        return kept.views

    first = keep(rows[:3], ["plain"])["plain"]
    before = first.rows().copy()
    again = keep(rows[:3], ["plain"])["plain"]
    assert calls == []
    assert (again.rows() == before).all()
    more = keep(rows, ["plain", "augmented-1"])
    assert calls == [("views", 6, 6)]
    digests = digests_of(rows)
    plain = np.asarray(more["plain"].rows()[more["plain"].places(digests)], dtype=np.float32)
    with torch.inference_mode():
        from consentry.signals.scene.preprocessing import network_batch
        from consentry.training.data.pictures import read_frames

        batch = network_batch([read_frames(row.path)[0] for row in rows], 64)
        expected = Trunk(load_backbone(LITE2), 2)(torch.from_numpy(batch)).numpy()
    assert plain == pytest.approx(expected, abs=2e-2)  # half precision
    assert (np.asarray(more["augmented-1"].rows()) != np.asarray(more["plain"].rows())).any()


def test_with_nothing_frozen_the_looks_themselves_are_kept(rows: list[Row], tmp_path: Path) -> None:
    kept = keep_views(
        rows[:2], digests_of(rows[:2]), LITE2, side=32, frozen_stages=0, views=["plain"], cache=tmp_path,
        settings=ONE_THREAD,
    )  # fmt: skip
    assert kept.views["plain"].rows().shape == (2, 32, 32, 3)
    assert kept.views["plain"].rows().dtype == np.uint8


def test_pictures_that_cannot_be_read_are_named(rows: list[Row], tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    row = Row(broken, "broken.png", "private")
    part = [rows[0], row]
    kept = keep_views(
        part, digests_of(part), LITE2, side=32, frozen_stages=0, views=["plain"], cache=tmp_path / "c",
        settings=ONE_THREAD,
    )  # fmt: skip
    assert [skipped.name for skipped in kept.skipped.values()] == ["broken.png"]
    assert len(kept.views["plain"].rows()) == 1


def test_what_was_cut_off_while_it_was_written_does_not_count(tmp_path: Path) -> None:
    views = TrunkViews(tmp_path, (2,), np.dtype(np.float16))
    assert views.rows().shape == (0, 2)
    views.append(["a" * 64, "b" * 64], np.array([[1, 2], [3, 4]]))
    with (tmp_path / "rows.bin").open("ab") as stream:
        stream.write(b"\x00\x00\x00")  # half a row
    with (tmp_path / "digests.txt").open("a") as stream:
        stream.write("c" * 30)  # half a digest
    again = TrunkViews(tmp_path, (2,), np.dtype(np.float16))
    assert "a" * 64 in again
    assert "c" * 30 not in again
    again.append(["d" * 64], np.array([[5, 6]]))
    assert again.rows()[again.places(["d" * 64, "a" * 64])].tolist() == [[5, 6], [1, 2]]
    lost = tmp_path / "rows.bin"
    lost.write_bytes(lost.read_bytes()[:5])  # rows lost, digests not
    assert "b" * 64 not in TrunkViews(tmp_path, (2,), np.dtype(np.float16))
