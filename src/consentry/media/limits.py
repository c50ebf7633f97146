"""How much of a medium, and of a post, is worth reading: the bounds that keep either from costing more than it may."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on a medium, on how many there may be, and on words. What a header can tell is checked before decoding.

    Attributes:
        max_bytes: Size of the file. 512 MiB is what large platforms accept for a video; files are streamed, so the
            limit is about reading time, not memory.
        max_pixels: Width times height of one frame. 80 million has room for a 64-megapixel phone picture; its
            decoding in the worst mode (RGBA) takes 320 MB. Pillow's own ceiling of 179 million stands above it.
        max_side: The longer of width and height, in pixels. Longer than any camera's panorama mode.
        max_duration: Seconds of video, by its header. Four hours is what large platforms accept.
        max_frames: Frames kept of one video, near-identical ones not counted. 600 is one a second of ten minutes that
            never rest; at 1024 x 576 pixels they take 1.1 GB. Of a video that shows more different pictures, those are
            kept that differ most, with a note.
        max_streams: Streams in a container. Real files have two or three, with subtitles a dozen or two.
        frames_per_second: How often a video is looked at, besides at every cut.
        max_decoded_frames: Frames decoded on the way to the sampled ones: ten minutes at 60 a second.
        max_decoded_pixels: The same in pixels: ten minutes of 1080p at 30 a second, some minutes of one core.
            Pixels of animated pictures count tenfold, because Pillow decodes them about that much more slowly.
        max_seconds: Wall time for one medium. It is there for what hangs, not for what is long: the bounds on work
            above end ordinary files long before, at the same frame on every machine, which a clock cannot promise.
        max_memory: Bytes that decoding may take above what a decoder process has when it starts: the frames that are
            kept, and about 700 MB for the largest picture that `max_pixels` admits or 1.5 GB for 8K HEVC with all its
            reference frames. Only a `DecoderPool` can hold a decoder to it.
        media_per_post: Media of one post that are looked at; those behind them count as unread. Posts and albums of
            platforms hold one to a few dozen. They are decoded and measured a few at a time, so what many of them cost
            is time and not memory.
        photos_per_report: Reference photos that are looked at; three to five are usual.
        text_characters: Characters of a post's words that are searched, and of the words in one picture. Posts have
            some hundred, long articles 50,000; the worst that many characters can be cost seconds (docs/text.md).
    """

    max_bytes: int = 512 * 1024 * 1024
    max_pixels: int = 80_000_000
    max_side: int = 32_768
    max_duration: float = 4 * 3600.0
    max_frames: int = 600
    max_streams: int = 32
    frames_per_second: float = 1.0
    max_decoded_frames: int = 36_000
    max_decoded_pixels: int = 40_000_000_000
    max_seconds: float = 300.0
    max_memory: int = 3 * 1024**3
    media_per_post: int = 300
    photos_per_report: int = 20
    text_characters: int = 50_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"Limits.{field.name} must be positive, not {getattr(self, field.name)!r}")
