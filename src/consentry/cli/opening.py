"""Media that are named on the command line: opened one after the other, outside this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from consentry.cli.output import print_error

if TYPE_CHECKING:
    from consentry.media import Limits, OpenedMedia


def opened_each(paths: Iterable[Path], limits: Limits) -> Iterator[tuple[Path, OpenedMedia]]:
    """Open files in a decoder process; one that cannot be read is said on standard error, and the next one follows.

    Args:
        paths: Of files that strangers may have made.
        limits: Bounds on each.

    Yields:
        Each file that could be read, with its frames; only those of one file are in memory, if the caller keeps none.
    """
    from consentry.defects import InternalError, as_known, log
    from consentry.media import DecoderPool
    from consentry.records import Media

    with DecoderPool(workers=1, limits=limits) as decoders:
        for path in paths:
            try:
                opened = decoders.open(Media(path=path)).result()
            except Exception as error:  # noqa: BLE001  one file does not keep the others from being opened
                known = as_known(error, f"{path.name} from being opened")
                if isinstance(known, InternalError):
                    log(known, "A file")
                print_error(known)
            else:
                yield path, opened
                del opened
