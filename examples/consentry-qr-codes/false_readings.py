"""How often a QR code is read where there is none, and what looking costs: `python false_readings.py FOLDER ...`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

SIDE = 1024
"""Longest side, as Consentry decodes pictures."""


def main(folders: list[str]) -> None:
    """Look at every picture of some folders that hold no QR code."""
    pictures = [path for folder in folders for path in sorted(Path(folder).rglob("*.jpg"))]
    read, spent = [], 0.0
    for path in pictures:
        with Image.open(path) as image:
            scale = SIDE / max(image.size)
            pixels = np.asarray(image.convert("RGB").resize([round(side * scale) for side in image.size]))
        before = time.process_time()
        found = zxingcpp.read_barcodes(pixels, zxingcpp.BarcodeFormat.QRCode)
        spent += time.process_time() - before
        read += [f"{path.name}: {code.text}" for code in found]
    most = 3 / len(pictures) if not read else float("nan")
    cost = 1000 * spent / len(pictures)
    print(f"{len(read)} readings in {len(pictures)} pictures (rule of three: at most {most:.2%}), {cost:.1f} ms each")
    print("\n".join(read))


if __name__ == "__main__":
    main(sys.argv[1:])
