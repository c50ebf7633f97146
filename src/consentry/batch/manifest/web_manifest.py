"""A manifest over HTTP: brought to this machine's disk first, since formats are read from any place, and twice."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import BinaryIO, Final

from consentry.batch.errors import ManifestError
from consentry.fetching.downloading import Downloader
from consentry.fetching.not_fetched import MANIFEST_CODES, NotFetchedError
from consentry.fetching.rules import FetchRules
from consentry.tables import opened
from consentry.writing import writing

MOST_BYTES: Final = 16 * 1024**3
"""Of a manifest; some hundred million rows."""
MOST_SECONDS: Final = 3600.0
_GZIPPED: Final = b"\x1f\x8b"


def open_over_http(address: str, name: str, rules: FetchRules) -> BinaryIO:
    """The content of a manifest, decompressed, from a file that is gone when it is closed.

    Args:
        address: With ``http://`` or ``https://``.
        name: Its last part; its ending says how it is compressed.
        rules: Where it may be fetched from. In all it may take an hour.

    Raises:
        ManifestError: ``manifest.missing``, ``filesystem`` (aiohttp is not installed), or one of the codes of a medium
            that cannot be fetched: ``manifest.private_address``, ``manifest.fetch_failed``, ...
        OutputError: There is no room for it.
    """
    patient = replace(rules, total_seconds=MOST_SECONDS)
    with (
        writing("the folder for temporary files (TMPDIR)"),
        tempfile.NamedTemporaryFile(prefix="consentry-") as copy,
        Downloader(patient) as downloads,
    ):
        try:
            downloads.download(address, copy.file, name=name, most=MOST_BYTES)
        except NotFetchedError as error:
            raise ManifestError(error.message, error.remedy, code=MANIFEST_CODES[error.what]) from error
        copy.seek(0)
        if name.lower().endswith(".gz") and copy.read(2) != _GZIPPED:
            name = ""  # servers send a .gz as Content-Encoding: gzip, and it was unpacked on the way
        return opened(copy.name, name)  # its name is gone, but not before it is closed
