"""Python's garbage collector during a long job."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THRESHOLDS: Final = (20_000, 20, 20)
"""New containers before the youngest generation is looked through, and so on. An assessment is some thousand objects,
nearly all of which die by their reference counts."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for garbage more rarely, and never among what is there already (modules, models, policies).

    No full pass comes first: what is garbage by then may stay until the job is over, and a pass through everything that
    is loaded is a noticeable part of a small job.

    The collector stays on, so cycles are still found and memory stays bounded. What was set before is set again.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
