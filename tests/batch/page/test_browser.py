"""The report page in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry import Assessor, RuntimeSettings
from consentry.batch import Options, run_job

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="needs chromium")
def test_the_page_draws_and_stays_within_its_width(repository: Path, tmp_path: Path) -> None:
    rows = [
        {"post_id": "room", "media": [str(repository / "data/demo/media/living_room.jpg")]},
        {"post_id": "x" * 300, "text": "long" * 400},
    ]
    manifest = tmp_path / "posts.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run_job(manifest, tmp_path / "out", Assessor.load(settings=RuntimeSettings(threads=1)), Options(page=True))
    page = tmp_path / "out" / "index.html"
    for width in (1240, 420):
        picture = tmp_path / f"{width}.png"
        command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                   "--hide-scrollbars", f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},1600",
                   f"--screenshot={picture}"]  # fmt: skip
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=60)
        pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1000, "a photograph has many colours"
    dump = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--dump-dom", page.as_uri()],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert dump.stdout.count("<article>") == 2
