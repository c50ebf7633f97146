"""How long one medium has taken so far."""

from __future__ import annotations

import time

from consentry.media.errors import took_too_long


class Deadline:
    """Says when the time for one medium is up. For what runs in a `DecoderPool`, a clock outside stands behind it.

    Args:
        media_id: For the message.
        seconds: From now.
    """

    def __init__(self, media_id: str, seconds: float) -> None:
        self._media_id = media_id
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Do nothing while there is time left.

        Raises:
            MediaError: ``media.timeout``.
        """
        if time.monotonic() > self._end:
            raise took_too_long(self._media_id, self._seconds)
