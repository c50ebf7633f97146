"""The lock is whole: for every supported Python, and for every extra."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hatchling import build as backend
from lock_files import (
    BUILD,
    CONSTRAINTS,
    CORE,
    EVERYTHING,
    LOCKS,
    Pin,
    Survey,
    environments,
    locked,
    pinned,
    project,
    read_pins,
    supported_pythons,
    survey,
)
from packaging.markers import Environment
from packaging.requirements import Requirement

EXTRAS = sorted(set(project()) - {"", "build"})
PYTHONS = supported_pythons()
NUMPY = f"numpy==2.4.6 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n"


def surveyed(pins: list[Pin], wanted: list[Requirement], python: str) -> Survey:
    found = [survey(pins, wanted, environment) for environment in environments(python)]
    return Survey(set.union(*(one.unmet for one in found)), set.union(*(one.unknown for one in found)))


def here() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def linux(python: str) -> Environment:
    return next(environments(python))


def test_the_supported_pythons_are_known() -> None:
    assert PYTHONS == ["3.11", "3.12", "3.13"]
    assert {"train", "prove", "ray", "pyfunc", "dev"} <= set(EXTRAS)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_the_core_and_every_extra_are_met_from_the_lock(extra: str, python: str) -> None:
    asked = project()
    found = surveyed(locked(EVERYTHING), [*asked[""], *asked[extra]], python)
    assert not found.unmet


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("name", "asked"), [(CORE, ""), (BUILD, "build")])
def test_the_core_and_the_tools_to_build_are_met_from_their_own_locks(name: str, asked: str, python: str) -> None:
    found = surveyed(locked(name), project()[asked], python)
    assert not found.unmet
    assert not found.unknown


@pytest.mark.skipif(here() != PYTHONS[0], reason="the oldest Python has all packages; newer ones need fewer")
@pytest.mark.parametrize("python", PYTHONS)
def test_no_package_of_the_lock_is_left_out_of_the_survey(python: str) -> None:
    assert not surveyed(locked(EVERYTHING), [], python).unknown


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_a_lock_that_lacks_what_an_extra_needs_is_noticed(extra: str) -> None:
    wanted = [asked for asked in project()[extra] if not asked.marker or asked.marker.evaluate(linux(PYTHONS[0]))]
    assert wanted
    for requirement in wanted:
        doctored = [pin for pin in locked(EVERYTHING) if pin.name != requirement.name]
        found = survey(doctored, project()[extra], linux(PYTHONS[0])).unmet
        assert f"pyproject.toml asks for {requirement}, which is not in the lock" in found


@pytest.mark.parametrize(
    ("lacking", "asker"),
    [("pandas", "ray[data]"), ("certifi", "requests"), ("markupsafe", "jinja2"), ("execnet", "pytest-xdist")],
)
def test_a_lock_that_lacks_what_a_package_needs_is_noticed(lacking: str, asker: str) -> None:
    doctored = [pin for pin in locked(EVERYTHING) if pin.name != lacking]
    found = surveyed(doctored, project()["ray"], PYTHONS[0]).unmet
    assert any(sentence.lower().startswith(f"{asker} asks for {lacking}") for sentence in found)


def test_a_version_that_nobody_accepts_is_noticed() -> None:
    old = [
        Pin(pin.name, type(pin.version)("1.26.0"), None, pin.hashes) if pin.name == "numpy" else pin
        for pin in locked(CORE)
    ]
    found = surveyed(old, project()[""], PYTHONS[0])
    assert "pyproject.toml asks for numpy>=2.0, and the lock has 1.26.0" in found.unmet
    assert found.unknown == {"numpy"}


def test_a_package_that_is_not_for_a_python_is_noticed() -> None:
    assert any(sentence.endswith("is not for Python 3.2") for sentence in surveyed(locked(CORE), [], "3.2").unmet)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_one_version_of_a_package_and_hashes_of_it(name: str, python: str) -> None:
    pins = locked(name)
    assert all(pin.hashes for pin in pins)
    assert all(len(pinned(pins, environment)) > 10 for environment in environments(python))


@pytest.mark.parametrize("name", [CORE, EVERYTHING])
def test_every_python_gets_the_same_versions(name: str) -> None:
    first, *others = [pinned(locked(name), linux(python)) for python in PYTHONS]
    for other in others:
        assert all(first.get(package, version) == version for package, version in other.items())


def test_the_constraints_are_the_lock_without_its_hashes() -> None:
    constraints = locked(CONSTRAINTS)
    assert not any(pin.hashes for pin in constraints)
    lines = {(pin.name, pin.version, str(pin.marker)) for name in (EVERYTHING, BUILD) for pin in locked(name)}
    assert {(pin.name, pin.version, str(pin.marker)) for pin in constraints} == lines


def test_what_the_build_backend_asks_for_by_itself_is_locked(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    asked = [*backend.get_requires_for_build_editable(), *backend.get_requires_for_build_sdist()]
    assert any(text.startswith("editables") for text in asked)
    assert not surveyed(locked(BUILD), [Requirement(text) for text in asked], here()).unmet


def test_a_lock_is_read_with_versions_markers_and_hashes() -> None:
    (pin,) = read_pins("# a comment\n" + NUMPY.replace(" \\\n", " ; python_version < '3.12' \\\n", 1))
    assert (pin.name, str(pin.version), len(pin.hashes)) == ("numpy", "2.4.6", 2)
    assert str(pin.marker) == 'python_version < "3.12"'


@pytest.mark.parametrize(
    "line",
    ["--index-url https://example.org/simple", "numpy>=2", "numpy @ file:///numpy.whl", "-e .", "numpy[extra]==2.4.6"],
)
def test_what_is_no_pin_does_not_belong_in_a_lock(line: str) -> None:
    with pytest.raises(ValueError, match="not a name, a version and hashes"):
        read_pins(NUMPY + line + os.linesep)


def test_two_versions_for_one_environment_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two versions of numpy: 2\.4\.6 and 2\.5\.5"):
        pinned(read_pins(NUMPY + NUMPY.replace("2.4.6", "2.5.5")), linux(PYTHONS[0]))
