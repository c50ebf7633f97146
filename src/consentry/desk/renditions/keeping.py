"""Renditions that were made lately, encrypted like the media that they were made of, so that they are made once."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from consentry.desk.errors import DeskError
from consentry.desk.renditions.making import Rendition
from consentry.desk.vault.sealed_streams import SealingWriter, derived, unsealed

_ABOUT: Final = "rendition"


class KeptRenditions:
    """A folder with a folder for each medium. All of it may be deleted at any time.

    Args:
        folder: Made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, address: str, name: str, key: bytes) -> Rendition | None:
        """A rendition that is here; ``None`` if there is none, or it is damaged: it can be made again.

        Args:
            address: Of the medium.
            name: Everything that it depends on.
            key: Of the case or claim.
        """
        path = self._path(address, name, key)
        try:
            with path.open("rb") as file:
                content = b"".join(unsealed(file, key, _ABOUT))
            os.utime(path)  # it was looked at: it stays for another while
        except (OSError, DeskError):
            return None
        said, _, body = content.partition(b"\n")
        return Rendition(content=body, **json.loads(said))

    def keep(self, address: str, name: str, key: bytes, rendition: Rendition) -> None:
        """Keep one, if there is room: what cannot be kept is made again."""
        path = self._path(address, name, key)
        beside = path.with_name(f".{uuid4().hex}")
        said = {
            "content_type": rendition.content_type,
            "hidden": rendition.hidden,
            "shown": rendition.shown,
            "stills": rendition.stills,
        }
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    sealing = SealingWriter(file, key, _ABOUT)
                    sealing.write(json.dumps(said).encode() + b"\n" + rendition.content)
                    sealing.end()
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)

    def _path(self, address: str, name: str, key: bytes) -> Path:
        digest = hmac.new(derived(key, "rendition name"), name.encode(), hashlib.sha256).hexdigest()
        return self._folder / address[:2] / address / digest[:32]
