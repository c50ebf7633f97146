"""pip, the oldest and the newest, takes what is locked when newer releases of everything are out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest
from lock_files import BUILD, CONSTRAINTS, CORE, EVERYTHING, environments, locked, pinned, project
from offered_wheels import LATER, OfferedWheels
from packaging.utils import canonicalize_name
from packaging.version import Version

from consentry.version import __version__

EXTRAS = sorted(set(project()) - {"", "build", "prove"})
BACKEND = ("hatchling", "editables", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers")
HERE = next(environments(f"{sys.version_info.major}.{sys.version_info.minor}"))


@dataclass(frozen=True)
class Make:
    """How an installation by make went, and what is there after it."""

    status: int
    output: str
    versions: dict[str, Version]
    finished: bool


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> OfferedWheels:
    """Everything that is locked, and a later release of each."""
    wheels = OfferedWheels(tmp_path_factory.mktemp("offered"), real=BACKEND)
    for name in (EVERYTHING, BUILD):
        wheels.lock(locked(name))
    wheels.offer_consentry(Version(__version__))
    return wheels


def pip_environment(offered: OfferedWheels) -> dict[str, str]:
    """Variables for a pip that sees the offered wheels and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(offered.folder)}


@pytest.fixture(scope="module", params=["of these tests", "newest"])
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment with the pip that installed these tests, or the newest that the lock brings.

    `.ci/run` installs with the oldest pip that is supported, so that the first is that one there.
    """
    folder = tmp_path_factory.mktemp("pip")
    environment = folder / "environment"
    if request.param == "newest":
        command = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", "--app-data", folder / "data"]
        subprocess.run([*command, environment], check=True)
        return environment
    version = Version(installed_version("pip"))
    OfferedWheels(folder, real=["pip"]).offer("pip", version)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    command = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--isolated", "--quiet"]
    subprocess.run([*command, "install", "--no-index", "--find-links", folder, f"pip=={version}"], check=True)
    return environment


def ask(environment: Path, offered: OfferedWheels, asked: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Let pip work out what it would install for something, with nothing installed yet."""
    command = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--dry-run", "--report", "-", asked]
    variables = pip_environment(offered) | variables
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def resolved(environment: Path, offered: OfferedWheels, asked: str, **variables: str) -> dict[str, Version]:
    """The versions that pip would install."""
    done = ask(environment, offered, asked, **variables)
    assert done.returncode == 0, done.stderr
    installed = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    return {canonicalize_name(package["name"]): Version(package["version"]) for package in installed}


def constrained(repository: Path) -> dict[str, str]:
    """The variables that docs/installation.md names."""
    constraints = str(repository / CONSTRAINTS)
    return {"PIP_CONSTRAINT": constraints, "PIP_BUILD_CONSTRAINT": constraints}


@pytest.mark.parametrize("extra", ["", "prove", *(pytest.param(extra, marks=pytest.mark.slow) for extra in EXTRAS)])
def test_an_extra_is_installed_as_it_is_locked(
    fresh: Path, offered: OfferedWheels, repository: Path, extra: str
) -> None:
    asked = f"consentry[{extra}]" if extra else "consentry"
    found = resolved(fresh, offered, asked, **constrained(repository))
    assert found.pop("consentry") == Version(__version__)
    lock = pinned(locked(EVERYTHING), HERE)
    assert found == {name: lock[name] for name in found}
    assert pinned(locked(CORE), HERE).keys() <= found.keys()


def test_without_constraints_newer_releases_are_taken(fresh: Path, offered: OfferedWheels) -> None:
    found = resolved(fresh, offered, "consentry[prove]")
    assert {found[name] for name in ("jinja2", "z3-solver", "markupsafe")} == {LATER}


def test_what_comes_as_source_is_built_with_the_locked_tools(
    fresh: Path, offered: OfferedWheels, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "source.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "source"\nversion = "1"\ndependencies = ["jinja2"]\n'
    )
    found = resolved(fresh, offered, str(tmp_path), **constrained(repository))
    assert found["jinja2"] == pinned(locked(CORE), HERE)["jinja2"]
    # The later hatchling that is offered has no code: whoever takes it builds nothing.
    unconstrained = ask(fresh, offered, str(tmp_path))
    assert unconstrained.returncode != 0
    assert re.search("(named|import) 'hatchling", unconstrained.stderr)


def make(
    stamp: str, locks: dict[str, str], fresh: Path, offered: OfferedWheels, repository: Path, folder: Path
) -> Make:
    """Run the Makefile's installation in a checkout with other lock files, into a copy of an environment."""
    checkout, environment = folder / "checkout", folder / "environment"
    (checkout / "models").mkdir(parents=True)
    (checkout / "data" / "demo").mkdir(parents=True)
    (checkout / "src" / "consentry").mkdir(parents=True)
    for file in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "NOTICE", "src/consentry/version.py"):
        shutil.copyfile(repository / file, checkout / file)
    for name, text in locks.items():
        (checkout / name).write_text(text)
    shutil.copytree(fresh, environment, symlinks=True)
    done = subprocess.run(
        ["make", f"VENV={environment}", environment / stamp],
        cwd=checkout,
        env=pip_environment(offered),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    [site_packages] = environment.glob("lib/python*/site-packages")
    installed = distributions(path=[str(site_packages)])
    versions = {canonicalize_name(package.name): Version(package.version) for package in installed}
    return Make(done.returncode, done.stdout, versions, finished=(environment / stamp).exists())


@pytest.mark.parametrize(("stamp", "name"), [(".core", CORE), pytest.param(".dev", EVERYTHING, marks=pytest.mark.slow)])
def test_make_installs_what_is_locked_and_nothing_else(
    fresh: Path, offered: OfferedWheels, repository: Path, tmp_path: Path, stamp: str, name: str
) -> None:
    locks = {lock: offered.lock(locked(lock)) for lock in (CORE, EVERYTHING, BUILD)}
    done = make(stamp, locks, fresh, offered, repository, tmp_path)
    assert done.finished, done.output
    assert "No broken requirements found." in done.output
    done.versions.pop("pip")
    expected = pinned(locked(name), HERE) | pinned(locked(BUILD), HERE) | {"consentry": Version(__version__)}
    assert done.versions == expected


def test_make_stops_at_a_lock_that_lacks_something(
    fresh: Path, offered: OfferedWheels, repository: Path, tmp_path: Path
) -> None:
    lacking = [pin for pin in locked(CORE) if pin.name != "shellingham"]
    locks = {CORE: offered.lock(lacking), BUILD: offered.lock(locked(BUILD))}
    done = make(".core", locks, fresh, offered, repository, tmp_path)
    assert re.search("typer .* requires shellingham, which is not installed", done.output)
    assert done.status != 0
    assert not done.finished


def test_make_stops_at_a_file_that_is_not_the_locked_one(
    fresh: Path, offered: OfferedWheels, repository: Path, tmp_path: Path
) -> None:
    core = re.sub(r"(?m)^(jinja2==.*\n.*sha256:)[0-9a-f]{64}", rf"\g<1>{'0' * 64}", offered.lock(locked(CORE)))
    done = make(".core", {CORE: core, BUILD: offered.lock(locked(BUILD))}, fresh, offered, repository, tmp_path)
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.output
    assert "jinja2" not in done.versions
    assert not done.finished
