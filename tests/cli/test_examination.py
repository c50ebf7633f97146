"""What ``consentry doctor`` finds on a machine where something is missing."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from consentry.cli import examination
from consentry.cli.examination import Check, examine
from consentry.errors import ConsentryError


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_missing_library_is_wrong_and_an_option_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "CORE", ("numpy", "no-such-library"))
    monkeypatch.setattr(examination, "OPTIONAL", {"no-such-option": "nothing"})
    found = by_name(examine())
    assert found["numpy"].state == "ok"
    assert found["no-such-library"].state == "wrong"
    assert found["no-such-library"].remedy == 'pip install "no-such-library"'
    assert (found["no-such-option"].state, found["no-such-option"].found) == (
        "absent",
        "not installed; only for nothing",
    )
    assert not {"policy", "model scene", "speed", "cuda"} & set(found)  # one would mend the libraries first


def test_without_torch_there_is_no_cuda_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    found = examination._cuda()
    assert (found.state, found.found) == ("absent", "torch is not installed")


@pytest.mark.parametrize(("available", "state"), [(True, "ok"), (False, "absent")])
def test_a_device_is_named(available: bool, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = SimpleNamespace(is_available=lambda: available, get_device_name=lambda: "a card")
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    found = examination._cuda()
    assert found.state == state
    assert found.found == ("a card" if available else "no CUDA device; the CPU is used")


@pytest.mark.parametrize("error", [ImportError("libgomp.so.1"), ConsentryError("It is damaged.", "Mend it.")])
def test_what_goes_wrong_in_a_check_is_its_finding(error: Exception) -> None:
    def look() -> Check:
        raise error

    found = examination._guarded("model scene", look)
    assert (found.name, found.state) == ("model scene", "wrong")
    assert found.found in ("a library does not load: libgomp.so.1", "It is damaged.")
    assert found.remedy
