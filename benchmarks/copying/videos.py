"""How many edited clips are found again."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from consentry.media import OpenedMedia, open_media
from consentry.records import Media
from consentry.signals.copies import Bank, lookup_prints
from consentry.signals.copies.bank_edits import BANK_LIMITS, entry_of
from consentry.signals.copies.signal import compare
from copying.edits import Edit, bordered, captioned, cropped, resized, turned
from copying.shares import share


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """All frames, no side longer than 320 pixels, at most 25 a second."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        keep = max(1, round(float(stream.average_rate or 25) / 25))
        frames = []
        for number, frame in enumerate(container.decode(stream)):
            if number % keep == 0:
                image = frame.to_image()
                image.thumbnail((320, 320))
                frames.append(np.asarray(image.resize((image.width // 2 * 2, image.height // 2 * 2))))
    return frames


def encoded(frames: list[NDArray[np.uint8]], crf: int = 23) -> bytes:
    """An MP4 at 25 frames a second."""
    buffer = io.BytesIO()
    height, width = frames[0].shape[:2]
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()


def each(edit: Edit) -> Callable[[list[NDArray[np.uint8]]], list[NDArray[np.uint8]]]:
    """The same edit to every frame."""

    def edited(frames: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        images = [edit(Image.fromarray(frame)) for frame in frames]
        return [np.asarray(image.resize((image.width // 2 * 2, image.height // 2 * 2))) for image in images]

    return edited


def report_videos(data: Path) -> None:
    """Recall by edit on the short clips, each in the bank as it came; they are only looked at here."""
    paths = sorted((data / "videos" / "clips").iterdir())
    clips = {path.name: decoded(path) for path in paths}
    opened = {
        name: open_media(Media(media_id=name, data=encoded(frames)), limits=BANK_LIMITS)
        for name, frames in clips.items()
    }
    banks = {kind: Bank(entry_of(item, kind, name) for name, item in opened.items()) for kind in ("public", "removed")}
    names = list(clips)
    edits: dict[str, Callable[[list[NDArray[np.uint8]]], list[NDArray[np.uint8]]]] = {
        "half the size": each(partial(resized, across=0.5, down=0.5)),
        "mirrored": each(turned(method=Image.Transpose.FLIP_LEFT_RIGHT)),
        "caption": each(captioned),
        "5 % white border": each(partial(bordered, share=0.05, colour="white")),
        "5 % off every side": each(partial(cropped, left=0.05, top=0.05, right=0.05, bottom=0.05)),
        "begins half a second later": lambda frames: frames[12:],
        "the first half of it": lambda frames: frames[: len(frames) // 2],
        "a fifth faster": lambda frames: [frame for number, frame in enumerate(frames) if number % 6],
    }
    lengths = [len(frames) / 25 for frames in clips.values()]
    print(f"\n### Videos ({len(clips)} clips of {min(lengths):.0f} to {max(lengths):.0f} s)\n")
    print("| edit | a match in `public` | a match in `removed` | a part at least | other entries |")
    print("|---|---|---|---|---|")
    report_video_edit("recompressed (CRF 38)", banks, {name: encoded(clips[name], 38) for name in names})
    for title, edit in edits.items():
        report_video_edit(title, banks, {name: encoded(edit(clips[name])) for name in names})
    inside = {}
    for name, filler in zip(names, names[7:] + names[:7], strict=True):
        height, width = clips[name][0].shape[:2]
        long = [np.asarray(Image.fromarray(frame).resize((width, height))) for frame in clips[filler]]
        second = 25  # the clip begins on a whole second, as a lucky sample would have it
        inside[name] = encoded(long[: len(long) // second * second] + clips[name] + long)
    report_video_edit("inside something three times as long", banks, inside, filled=True)


def opened_bytes(name: str, content: bytes) -> OpenedMedia:
    """The sampled frames, as an assessment sees them."""
    return open_media(Media(media_id=name, data=content))


def report_video_edit(title: str, banks: dict[str, Bank], edited: dict[str, bytes], *, filled: bool = False) -> None:
    """One row of the table."""
    whole: dict[str, int] = defaultdict(int)
    part = wrong = 0
    for name, content in edited.items():
        item = opened_bytes(name, content)
        prints = lookup_prints(item.frames)
        seconds = [frame.second for frame in item.frames]
        for kind, bank in banks.items():
            signal = compare(name, prints, seconds, bank)
            whole[kind] += name in {match.entry_id for match in signal.matches}
        part += name in {match.entry_id for match in signal.matches + signal.parts}
        wrong += any(match.entry_id != name for match in signal.matches)
    cells = [share(count, len(edited)) for count in (whole["public"], whole["removed"], part)]
    print(f"| {title} | {' | '.join(cells)} | {'the filler' if filled else wrong} |", flush=True)
