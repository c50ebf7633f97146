"""Pages of long lists: a cursor says where the last page ended, and nobody has to count.

A cursor is opaque, bound to its list and its filters, and signed, so that it can be given back and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from consentry.desk.errors import DeskError

_TAG: Final = 16
_LONGEST: Final = 1_024


class Cursors:
    """Writes and reads cursors.

    Args:
        key: Signs them; they are of no use after it has changed, and a list is then read from its beginning.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, listed: str, filters: Mapping[str, Any], after: list[Any]) -> str:
        """A cursor.

        Args:
            listed: The list's name.
            filters: What it is filtered by.
            after: The values of the last row that the list is ordered by; JSON.
        """
        body = json.dumps(after, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(listed, filters, body) + body).rstrip(b"=").decode()

    def read(self, listed: str, filters: Mapping[str, Any], cursor: str | None) -> list[Any] | None:
        """Where to go on; ``None`` at the beginning.

        Raises:
            DeskError: ``desk.invalid_cursor``: it was not made for this list, with these filters.
        """
        if cursor is None:
            return None
        try:
            padded = cursor[:_LONGEST] + "=" * (-len(cursor[:_LONGEST]) % 4)
            packed = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise _foreign() from error
        tag, body = packed[:_TAG], packed[_TAG:]
        if not hmac.compare_digest(tag, self._tag(listed, filters, body)):
            raise _foreign()
        return list(json.loads(body))

    def _tag(self, listed: str, filters: Mapping[str, Any], body: bytes) -> bytes:
        bound = json.dumps([listed, sorted((name, str(value)) for name, value in filters.items() if value is not None)])
        return hmac.digest(self._key, bound.encode() + b"\x00" + body, "sha256")[:_TAG]


def _foreign() -> DeskError:
    return DeskError(
        "This cursor does not belong to this list.",
        "Begin the list anew, without a cursor, or with the filters that it was begun with.",
        code="desk.invalid_cursor",
    )
