# /// script
# requires-python = ">=3.11"
# dependencies = ["av>=16", "numpy>=2", "opencv-python-headless==4.12.0.88", "pillow>=12.3"]
# ///
"""Make the media of the demo from their sources, which README.md lists with package, version, digest and licence.

Usage: ``uv run make_media.py FOLDER_WITH_THE_SOURCES`` (or any Python with the dependencies above).
"""

from __future__ import annotations

import hashlib
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageFilter

OUT = Path(__file__).parent / "media"
SOURCES = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "grace_hopper.jpg": "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
    "Marie_Curie.jpg": "3aa8a85cca6c0f022806407931b758efff80f05a1a79f3972d070eb817fc13ef",
    "Solvay_conference_1927_Version2_2126x1463.jpg": "7b164dfbc4ab6e491ce81972b8c0e076fdc4af622289d0aa3cb43ee3c2be4030",
    "messi5.jpg": "1d570e49654e84c7a943918537bd9e5e1ef82920152e147c834006e235be97c9",
    "vtest.avi": "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf",
    "pexels-2416933.jpg": "dbea1bddc6c5f72649e234b4d5cbdb51f5a64ef0c6ffe5fbd35a5e880d98b3a2",
    "pexels-5853819.jpg": "67d3cc017a35e08ffd88fcd5a23b21abd880a5a66feb8356bbbeeb9bc1ad1775",
    "pexels-maksgelatin-4352247.jpg": "a8bc8f01cbc94905463de3b9608557ca4d3291d9e2e15bacea463a4c20a4de9c",
    "pexels-6963783.jpg": "5676e4aa3776e4955c684a287fd96296dd048409558d36ba1aee9a40a3a983c7",
}


def main(folder: Path) -> None:
    """Check the sources, make the media."""
    for name, digest in SOURCES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != digest:
            raise SystemExit(f"{name} has SHA-256 {found}, not {digest}: take the version that README.md names.")
    OUT.mkdir(exist_ok=True)
    bedroom = in_the_bedroom(opened(folder, "astronaut.png"), opened(folder, "pexels-2416933.jpg"))
    save(bedroom, "bedroom.jpg")
    save(bedroom.filter(ImageFilter.GaussianBlur(6)), "bedroom_blurred.jpg")
    whole = (OUT / "bedroom.jpg").read_bytes()
    (OUT / "damaged.jpg").write_bytes(whole[:600])  # before the first rows: of more, what is there is looked at
    save(opened(folder, "astronaut.png").crop((96, 0, 416, 320)), "reference_collins.jpg")
    save(opened(folder, "Marie_Curie.jpg"), "reference_curie.jpg")
    save(shrunk(opened(folder, "grace_hopper.jpg"), 512), "portrait_hopper.jpg")
    save(shrunk(opened(folder, "Solvay_conference_1927_Version2_2126x1463.jpg"), 1600), "group_1927.jpg")
    save(opened(folder, "messi5.jpg"), "football_match.jpg")
    save(shrunk(opened(folder, "pexels-5853819.jpg"), 1000), "living_room.jpg")
    mirrored = shrunk(opened(folder, "pexels-maksgelatin-4352247.jpg"), 700).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    save(mirrored, "stock_photo_mirrored.jpg", quality=60)
    save(framed(opened(folder, "grace_hopper.jpg"), opened(folder, "pexels-6963783.jpg")), "sideboard.jpg")
    street_clip(folder / "vtest.avi", OUT / "street.mp4")


def opened(folder: Path, name: str) -> Image.Image:
    """A source as RGB."""
    return Image.open(folder / name).convert("RGB")


def shrunk(picture: Image.Image, longest: int) -> Image.Image:
    """The picture with its longer side at most so long."""
    picture = picture.copy()
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return picture


def save(picture: Image.Image, name: str, *, quality: int = 86) -> None:
    """Write a JPEG without metadata."""
    picture.save(OUT / name, quality=quality, optimize=True)


def in_the_bedroom(portrait: Image.Image, room: Image.Image) -> Image.Image:
    """The astronaut, cut out, mirrored and warmed, in front of the bedroom."""
    side = 560
    mask = Image.fromarray(astronaut_mask(np.asarray(portrait)))
    mask = mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(1.2))
    flip, lanczos = Image.Transpose.FLIP_LEFT_RIGHT, Image.Resampling.LANCZOS
    person = np.asarray(portrait.resize((side, side), lanczos).transpose(flip)) / 255.0
    warm = (255 * person**1.08 * np.array([1.0, 0.96, 0.90])).clip(0, 255).astype(np.uint8)
    scene = room.resize((1200, 825), lanczos)
    scene.paste(Image.fromarray(warm), (60, 825 - side), mask.resize((side, side), lanczos).transpose(flip))
    return scene


def astronaut_mask(picture: np.ndarray) -> np.ndarray:
    """Where the astronaut is in the 512 x 512 portrait: GrabCut, told by hand what is certain."""
    sure, probably, not_her = cv2.GC_FGD, cv2.GC_PR_FGD, cv2.GC_BGD
    mask = np.full(picture.shape[:2], cv2.GC_PR_BGD, np.uint8)
    cv2.ellipse(mask, (226, 100), (70, 100), 0, 0, 360, probably, -1)
    mask[180:, 40:440] = probably
    cv2.ellipse(mask, (226, 95), (42, 70), 0, 0, 360, sure, -1)
    mask[260:500, 110:330] = sure
    mask[:10] = mask[:170, :120] = mask[:230, 370:] = mask[:150, 305:] = mask[:300, :60] = not_her
    mask[:, :22] = mask[250:335, :36] = mask[470:, :30] = not_her
    cv2.fillPoly(mask, [np.array([[60, 300], [110, 300], [110, 511], [45, 511], [38, 400]])], sure)
    helmet = np.zeros_like(mask)
    cv2.ellipse(helmet, (415, 432), (72, 84), 0, 0, 360, 1, -1)
    mask[:, 372:] = not_her
    mask[helmet == 1] = sure
    mask[470:, 350:480] = sure
    mask[:425, 492:] = not_her
    cv2.ellipse(mask, (226, 165), (36, 42), 0, 0, 360, sure, -1)
    cv2.ellipse(mask, (216, 196), (64, 42), -8, 0, 360, sure, -1)
    cv2.setRNGSeed(0)
    bgr = np.ascontiguousarray(picture[:, :, ::-1])
    cv2.grabCut(bgr, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 8, cv2.GC_INIT_WITH_MASK)
    person = np.isin(mask, (sure, probably)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(person)
    person = (labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])).astype(np.uint8) * 255
    outline, _ = cv2.findContours(person, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(person, outline, -1, 255, -1)
    return cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))


def framed(portrait: Image.Image, room: Image.Image) -> Image.Image:
    """The portrait in the empty picture frame on the sideboard, seen from near."""
    scene = room.crop((880, 300, 1780, 975))
    left, top, right, bottom = FRAME
    picture = portrait.resize((right - left, bottom - top), Image.Resampling.LANCZOS)
    scene.paste(picture, (left, top))
    return scene


FRAME = (195, 330, 395, 560)
"""The inside of the picture frame, in the cropped room."""


def street_clip(source: Path, target: Path) -> None:
    """Twelve seconds of the street, H.264."""
    with av.open(source) as video, av.open(target, "w") as out:
        stream = out.add_stream("libx264", rate=10, options={"crf": "30", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = 512, 384, "yuv420p"
        stream.codec_context.thread_count = 1
        for number, frame in enumerate(video.decode(video=0)):
            if number >= 120:
                break
            frame = frame.reformat(512, 384, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
