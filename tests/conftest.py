"""Fixtures that all rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Laws are tried without a clock: how fast an example runs depends on the machine.
settings.register_profile("consentry", deadline=None)
settings.load_profile("consentry")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development data beside the checkout; tests that need it are skipped where it is not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the development data in ../shared/data, which is not here")
    return folder
