"""The garbage collector during a job."""

from __future__ import annotations

import gc
import weakref

import pytest

from consentry.batch.collection import rare_collection


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_still_found_and_what_was_set_is_set_again() -> None:
    before = gc.get_threshold()
    with rare_collection():
        assert gc.isenabled()
        assert gc.get_threshold()[0] > before[0]
        died = weakref.ref(Cycle())
        waiting = [[] for _ in range(gc.get_threshold()[0] + 1000)]
        assert died() is None
        assert waiting
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_job_that_fails_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="of the job"), rare_collection():
        raise ValueError("of the job")
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
