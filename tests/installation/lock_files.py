"""What the lock files hold, and whether they are whole: what any package in them asks for must stand in them, too.

pip installs the lock without looking at requirements (`--no-deps`), so nobody else would notice that one is missing
before it is imported. `pip check` sees what a package always needs; what it needs for an extra ("ray[data]"), nobody
sees but this. Requirements are read from the packages that are installed here; of one version they are the same for all
Pythons and machines, markers and all, so that one Python's installation tells about the others.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Environment, Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
CORE, EVERYTHING, BUILD, CONSTRAINTS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-build.lock",
    "constraints.txt",
)
LOCKS = (CORE, EVERYTHING, BUILD)
MACHINES = ("x86_64", "aarch64")
_PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One package of a lock file.

    Attributes:
        marker: Where it is installed; ``None`` for everywhere.
        hashes: Of its files, ``sha256:...``.
    """

    name: str
    version: Version
    marker: Marker | None
    hashes: frozenset[str]


@dataclass
class Survey:
    """What was found out about a lock.

    Attributes:
        unmet: A sentence for each requirement that the lock does not meet.
        unknown: Packages of the lock that are not installed here in the locked version, so that nothing can be said.
    """

    unmet: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


def read_pins(text: str) -> list[Pin]:
    """The packages of a lock file.

    Raises:
        ValueError: A line is neither a comment nor a package with version and hashes: an address, an option, a range.
    """
    pins = []
    for line in text.replace("\\\n", " ").splitlines():
        statement = _HASH.sub("", line).strip()
        if not statement or statement.startswith("#"):
            continue
        match = _PIN.fullmatch(statement)
        if match is None:
            raise ValueError(f"not a name, a version and hashes: {statement}")
        marker = Marker(match["marker"]) if match["marker"] else None
        pins.append(Pin(match["name"], Version(match["version"]), marker, frozenset(_HASH.findall(line))))
    return pins


def locked(name: str) -> list[Pin]:
    """The packages of a lock file of this repository."""
    return read_pins((ROOT / name).read_text(encoding="utf-8"))


def pinned(pins: Iterable[Pin], environment: Environment) -> dict[str, Version]:
    """What the lock installs in an environment.

    Raises:
        ValueError: It names two versions of one package.
    """
    found: dict[str, Version] = {}
    for pin in pins:
        if pin.marker is None or pin.marker.evaluate(environment):
            if pin.name in found:
                raise ValueError(f"two versions of {pin.name}: {found[pin.name]} and {pin.version}")
            found[pin.name] = pin.version
    return found


def project() -> dict[str, list[Requirement]]:
    """What ``pyproject.toml`` asks for, by extra; the core's under ``""``, what builds the package under ``build``."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = {"": described["project"]["dependencies"], **described["project"]["optional-dependencies"]}
    texts["build"] = [*described["build-system"]["requires"], *described["dependency-groups"]["build"]]
    return {name: [Requirement(text) for text in listed] for name, listed in texts.items()}


def supported_pythons() -> list[str]:
    """``3.11`` and so on, as the package's classifiers say."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return re.findall(r"Python :: (3\.\d+)", "\n".join(described["project"]["classifiers"]))


def environments(python: str) -> Iterator[Environment]:
    """Linux machines with a Python: its first release, and one later than all that there will be."""
    for machine in MACHINES:
        for patch in ("0", "99"):
            version = f"{python}.{patch}"
            yield default_environment() | Environment(
                implementation_name="cpython",
                implementation_version=version,
                os_name="posix",
                platform_machine=machine,
                platform_python_implementation="CPython",
                platform_system="Linux",
                python_full_version=version,
                python_version=python,
                sys_platform="linux",
            )


def survey(pins: Iterable[Pin], wanted: Iterable[Requirement], environment: Environment) -> Survey:
    """Follow the requirements through a lock: those that are wanted, those of every locked package, and theirs."""
    lock, found = pinned(pins, environment), Survey()
    waiting = [("pyproject.toml", requirement, "") for requirement in wanted]
    waiting += [("the lock", Requirement(f"{name}=={version}"), "") for name, version in lock.items()]
    followed: set[tuple[str, str]] = set()
    while waiting:
        asker, requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name not in lock:
            found.unmet.add(f"{asker} asks for {requirement}, which is not in the lock")
        elif not requirement.specifier.contains(lock[name], prereleases=True):
            found.unmet.add(f"{asker} asks for {requirement}, and the lock has {lock[name]}")
        elif (package := _installed(name, lock[name])) is None:
            found.unknown.add(name)
        else:
            if environment["python_full_version"] not in package.pythons:
                found.unmet.add(f"{name} {lock[name]} is not for Python {environment['python_version']}")
            for called in {(name, asked) for asked in ("", *requirement.extras)} - followed:
                followed.add(called)
                asking = f"{name}[{called[1]}]" if called[1] else name
                waiting += [(asking, further, called[1]) for further in package.requirements]
    return found


@dataclass(frozen=True)
class _Package:
    requirements: tuple[Requirement, ...]
    pythons: SpecifierSet


@cache
def _installed(name: str, version: Version) -> _Package | None:
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return None
    if Version(package.version) != version:
        return None
    requirements = tuple(Requirement(text) for text in package.requires or ())
    return _Package(requirements, SpecifierSet(package.metadata.get("Requires-Python") or ""))
