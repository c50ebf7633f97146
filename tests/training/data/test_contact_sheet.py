from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
from PIL import Image
from similar_pictures import detailed, save

from consentry.training.data import contact_sheet as module
from consentry.training.data.contact_sheet import Section, Shown, Tile, contact_sheet_image, write_contact_sheet


def test_a_page_holds_its_pictures_and_escapes_its_captions(tmp_path: Path, monkeypatch) -> None:
    picture = save(Image.new("RGB", (600, 300), (200, 10, 10)), tmp_path / "red.jpg")
    tiles = [Tile((Shown(picture, "<script>alert(1)</script>"), Shown(tmp_path / "gone.jpg", "gone")), "31 bits")]
    monkeypatch.setattr(module, "MOST_TILES", 2)
    page = write_contact_sheet(
        tmp_path / "new" / "sheet.html",
        title="Pairs & more",
        note="A note.",
        sections=[Section("Between", tiles * 3, "Look."), Section("Nothing here", [])],
    ).read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Pairs &amp; more" in page
    assert "Nothing here" not in page
    assert "Look. The first 2 of 3." in page
    assert page.count("cannot be shown") == 2
    addresses = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert len(addresses) == 2
    with Image.open(io.BytesIO(base64.b64decode(addresses[0]))) as shown:
        assert shown.size == (240, 120)
        assert np.allclose(np.asarray(shown).mean(axis=(0, 1)), (200, 10, 10), atol=4)
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["sheet.html"]


def test_a_picture_of_pictures(tmp_path: Path) -> None:
    paths = [save(detailed(seed), tmp_path / f"{seed}.jpg") for seed in range(3)]
    shown = [Shown(path, f"{path.stem}\nsecond line") for path in paths] + [Shown(tmp_path / "gone.jpg", "gone")]
    sheet = contact_sheet_image(shown, columns=3, side=100)
    assert sheet.size == (3 * 108 + 8, 2 * (100 + 2 * 12 + 16) + 8)
    pixels = np.asarray(sheet).astype(int)
    assert pixels[8:108, 8:108].std() > 20
    assert (pixels[148:248, 8:108] == 211).all()
    assert contact_sheet_image([], columns=2).size[1] > 0
