"""The packages work without a checkout: wheel and sdist, installed by pip and by pipx into an empty environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from lock_files import BUILD, CONSTRAINTS, CORE, environments, locked, pinned
from packaging.utils import canonicalize_name
from packaging.version import Version

from consentry.version import __version__

pytestmark = pytest.mark.slow

HERE = next(environments(f"{sys.version_info.major}.{sys.version_info.minor}"))


def run(command: list[str | Path], folder: Path, **variables: str) -> str:
    """Run a program as somebody would who has no checkout; what it prints."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONSENTRY", "VIRTUAL"))
    }
    done = subprocess.run(command, cwd=folder, env=kept | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_wheel(source: Path, folder: Path) -> Path:
    """Build a wheel with the real backend, in the release that is locked."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
    run([*command, "--wheel-dir", folder, source], folder)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(repository, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run([sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder], repository)
    [archive] = folder.glob("*.tar.gz")
    return archive


def contents(wheel: Path) -> dict[str, int]:
    """The files of a wheel, with their checksums."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist() if not entry.filename.endswith("/RECORD")}


def test_the_wheel_holds_the_package_its_models_the_demo_and_licences(wheel: Path, repository: Path) -> None:
    held = contents(wheel)
    source = repository / "src"
    tracked = [path.relative_to(source).as_posix() for path in source.rglob("*.py")]
    models = [
        f"consentry/{path.relative_to(repository)}" for path in (repository / "models").rglob("*") if path.is_file()
    ]
    posts = [
        f"consentry/demo/{path.relative_to(repository / 'data/demo')}"
        for path in (repository / "data/demo").rglob("*")
        if path.is_file()
    ]
    licences = [f"consentry-{__version__}.dist-info/licenses/{name}" for name in ("LICENSE", "NOTICE")]
    assert tracked
    assert models
    assert {*tracked, *models, *posts, *licences, "consentry/py.typed"} <= held.keys()
    assert not any(name.startswith(("tests/", "data/", "consentry/tests")) for name in held)


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    assert contents(build_wheel(sdist, tmp_path)) == contents(wheel)


def test_the_sdist_holds_what_building_and_testing_take(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"Makefile", "pyproject.toml", CORE, BUILD, CONSTRAINTS, "CONTRIBUTING.md", ".ci/run", "tests/conftest.py"}
    assert needed <= held
    assert any(name.startswith("data/demo/media/") for name in held)
    assert not any(name.startswith((".venv", ".git/", "demo-report")) for name in held)


@pytest.fixture(scope="module", params=["pip", "pipx"])
def installed(
    request: pytest.FixtureRequest, wheel: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path]]:
    """The programs `consentry` and `python` of an environment that the wheel was installed into, from the index."""
    folder = tmp_path_factory.mktemp("installed")
    constraints = str(repository / CONSTRAINTS)
    variables = {"PIP_CONSTRAINT": constraints, "PIP_BUILD_CONSTRAINT": constraints}
    if request.param == "pip":
        environment = folder / "environment"
        run([sys.executable, "-m", "venv", environment], folder)
        run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], folder, **variables)
        program = environment / "bin" / "consentry"
    else:
        variables |= {f"PIPX_{name}": str(folder / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
        run([sys.executable, "-m", "pipx", "install", wheel], folder, **variables)
        environment, program = folder / "home" / "venvs" / "consentry", folder / "bin_dir" / "consentry"
    yield program, environment / "bin" / "python"
    shutil.rmtree(folder)


def test_the_core_is_installed_as_it_is_locked(installed: tuple[Path, Path]) -> None:
    [site_packages] = installed[1].parent.parent.glob("lib/python*/site-packages")
    found = {canonicalize_name(one.name): Version(one.version) for one in distributions(path=[str(site_packages)])}
    assert found.pop("consentry") == Version(__version__)
    for name in ("pip", "setuptools"):
        found.pop(name, None)
    assert found == pinned(locked(CORE), HERE)


def test_the_installed_program_is_well(installed: tuple[Path, Path], tmp_path: Path) -> None:
    program, _ = installed
    examined = json.loads(run([program, "doctor", "--json"], tmp_path))
    assert examined["ok"]
    assert {"model scene", "model faces", "policy"} <= {check["name"] for check in examined["checks"]}
    assert "All is well." in run([program, "doctor"], tmp_path)


def test_the_installed_package_runs_as_a_module(installed: tuple[Path, Path], tmp_path: Path) -> None:
    _, python = installed
    assert "assess" in run([python, "-m", "consentry", "--help"], tmp_path)
    where = run([python, "-c", "import consentry; print(consentry.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(python.parent.parent)


def test_the_installed_program_assesses_a_picture(
    installed: tuple[Path, Path], repository: Path, tmp_path: Path
) -> None:
    program, _ = installed
    shutil.copyfile(repository / "data" / "demo" / "media" / "bedroom.jpg", tmp_path / "bedroom.jpg")
    assessment = json.loads(run([program, "assess", "--media", "bedroom.jpg", "--json"], tmp_path))
    assert assessment["recommendation"]["requires_human_decision"] is True
    assert assessment["signals"]["scene"]
