"""Photograph the demo report for the README. Run by `make docs-images`; needs chromium and Pillow."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH, HEIGHT = 1240, 1790  # down to the end of the first case


def main() -> None:
    """Write report.png beside this file."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is not installed; on Debian and Ubuntu: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.png"
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--hide-scrollbars", f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={picture}", (ROOT / "demo-report" / "index.html").as_uri(),
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        # In full colour: a palette has no room for the thin box around the face.
        Image.open(picture).convert("RGB").save(Path(__file__).with_name("report.png"), optimize=True)


if __name__ == "__main__":
    main()
