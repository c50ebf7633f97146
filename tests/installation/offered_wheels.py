"""A folder of wheels such as an index will offer in some years: what is locked, and a newer release of each package."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from lock_files import Pin, environments, pinned, project
from packaging.version import Version

LATER = Version("9999.0")


class OfferedWheels:
    """A folder that pip takes for an index (`--no-index --find-links`)."""

    def __init__(self, folder: Path, real: Iterable[str]) -> None:
        """Make an empty one.

        Args:
            real: Packages that must work once they are installed: offered as they are installed here. All others are
                only a name, a version, and what the real ones require.
        """
        self.folder = folder
        self.real = frozenset(real)
        self._digests: dict[tuple[str, Version], str] = {}

    def offer(self, name: str, version: Version) -> str:
        """Offer a release, and a later one with the same requirements; the digest of the first is returned."""
        if (name, version) not in self._digests:
            if name in self.real:
                self._digests[name, version] = self._write(name, version, _installed_files(name))
            else:
                self._digests[name, version] = self._write(name, version, {}, _requirements(name))
            self._write(name, LATER, {}, _requirements(name))
        return self._digests[name, version]

    def offer_consentry(self, version: Version) -> None:
        """Offer this package, with the requirements of ``pyproject.toml``."""
        lines = []
        for extra, requirements in project().items():
            if extra != "build":
                lines += [f"Provides-Extra: {extra}"] if extra else []
                for asked in requirements:
                    markers = [f"({asked.marker})"] if asked.marker else []
                    markers += [f"extra == {extra!r}"] if extra else []
                    asked.marker = None
                    lines.append(f"Requires-Dist: {asked}" + (f" ; {' and '.join(markers)}" if markers else ""))
        self._write("consentry", version, {}, lines)

    def lock(self, pins: Iterable[Pin]) -> str:
        """The text of a lock file for the same packages, with the hashes of the wheels that are offered."""
        pins = list(pins)
        here = pinned(pins, next(environments(f"{sys.version_info.major}.{sys.version_info.minor}")))
        return "".join(
            f"{name}=={version} \\\n    --hash=sha256:{self.offer(name, version)}\n" for name, version in here.items()
        )

    def _write(self, name: str, version: Version, files: Mapping[str, bytes], lines: Iterable[str] = ()) -> str:
        stem = f"{name.replace('-', '_')}-{version}"
        described = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""])
        tagged = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        files = files or {f"{stem}.dist-info/METADATA": described.encode(), f"{stem}.dist-info/WHEEL": tagged.encode()}
        record = next(file for file in files if file.endswith(".dist-info/METADATA")).replace("METADATA", "RECORD")
        path = self.folder / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for file, content in files.items():
                wheel.writestr(file, content)
            wheel.writestr(record, "".join(f"{file},,\n" for file in [*files, record]))
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _requirements(name: str) -> list[str]:
    """The lines of metadata that say what a package requires; none of one that is not installed here."""
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        return []
    return [f"{key}: {value}" for key in ("Provides-Extra", "Requires-Dist") for value in metadata.get_all(key, [])]


def _installed_files(name: str) -> dict[str, bytes]:
    """The files of an installed package of pure Python, but for its programs, and those that installing writes."""
    written = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
    return {
        file.as_posix(): Path(file.locate()).read_bytes()
        for file in distribution(name).files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in written
    }
