"""An atheris target: bytes go through the door of `media/`, and an image or a `MediaError` must come out.

Usage: ``python tests/media/malformed_media.py CORPUS`` and then ``python tests/media/fuzz_media.py CORPUS
-runs=100000``; the options are libFuzzer's. It follows the branches of our own Python and of Pillow's readers. What
goes wrong inside the C libraries shows as a crash of this process, with the file that caused it written to the current
folder.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["consentry.media", "PIL"]):
    from PIL import GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    from consentry.media import Limits, MediaError, open_media
    from consentry.media import images as images
    from consentry.media import videos as videos
    from consentry.media.errors import ERROR_CODES
    from consentry.records import Media

LIMITS = Limits(
    max_pixels=1_000_000, max_frames=8, max_decoded_frames=200, max_decoded_pixels=20_000_000, max_seconds=20
)


def open_or_refuse(data: bytes) -> None:
    """The law that is tested."""
    try:
        result = open_media(Media(media_id="fuzzed", data=data), limits=LIMITS, longest_side=64)
    except MediaError as error:
        if error.code not in ERROR_CODES - {"media.timeout"}:
            raise AssertionError(error.code) from error
    else:
        assert 1 <= len(result.frames) <= LIMITS.max_frames
        assert all(max(frame.pixels.shape) <= 64 for frame in result.frames)


def main() -> None:
    """Fuzz until told to stop."""
    warnings.simplefilter("ignore")  # Pillow's, about metadata
    atheris.Setup(sys.argv, open_or_refuse)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
