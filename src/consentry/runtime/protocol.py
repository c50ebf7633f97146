"""What a loaded network is to those who use it.

A `Network` takes a batch and gives a tuple of arrays. On a CPU the rows of a batch are independent requests of a fixed
shape: row *i* of every output depends on row *i* of the input alone, bit for bit, whatever came in the same batch.
That is what lets the library, the batch job and a cluster give identical assessments (see ``docs/runtime.md`` for
what it costs: nothing that could be measured).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Batch = NDArray[np.generic]


class Network(Protocol):
    """A loaded network."""

    def __call__(self, batch: Batch) -> tuple[Batch, ...]:
        """Run a batch of shape (N, ...); each output has N rows. N may be 0."""
        ...
