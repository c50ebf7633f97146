"""Opens images and videos from paths or bytes into upright RGB frames, within one set of limits.

`open_media` is the door; a `DecoderPool` is the same door with the decoders locked into processes of their own. What
they cannot or will not read raises a `MediaError` with a stable code; what they could read only in part comes back with
a note. Content decides the format, never the file's name. No decoder is given a path or an address: all libraries read
from an open file object, and FFmpeg's own way to open further files is shut.
"""

from __future__ import annotations

from consentry.media.containment import DecoderPool
from consentry.media.errors import MediaError, failed_outcome
from consentry.media.limits import Limits
from consentry.media.opened import Frame, OpenedMedia
from consentry.media.opening import open_media

__all__ = ["DecoderPool", "Frame", "Limits", "MediaError", "OpenedMedia", "failed_outcome", "open_media"]
