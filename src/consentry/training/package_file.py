"""Weights that a registry package carries: found without importing the package, and checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from consentry.errors import ConsentryError
from consentry.runtime.model_folder import sha256_of


class ThirdPartyFileError(ConsentryError):
    """A pinned third-party file is not there or not the pinned one. Its codes: ``consentry errors third_party``."""

    default_code = "third_party.missing"


@dataclass(frozen=True)
class PackageFile:
    """One file of one version of a package, with its digest and terms.

    Attributes:
        module: Folder of the package below ``site-packages``.
        path: Path below that folder.
    """

    package: str
    version: str
    module: str
    path: str
    sha256: str
    licence: str
    credit: str

    def locate(self, path: Path | None = None) -> Path:
        """Where the file lies, its digest checked.

        Args:
            path: A copy of the file somewhere else; by default that of the installed package.

        Raises:
            ThirdPartyFileError: It is missing, or its SHA-256 is not the pinned one.
        """
        if path is None:
            try:
                path = Path(str(distribution(self.package).locate_file(f"{self.module}/{self.path}")))
            except PackageNotFoundError as error:
                raise ThirdPartyFileError(
                    f"The package {self.package} is not installed.",
                    f"Install it with: pip install {self._installed_by()}.",
                ) from error
        if not path.is_file():
            raise ThirdPartyFileError(
                f"{path} is missing.",
                f'Reinstall it with: pip install --force-reinstall "{self.package}=={self.version}".',
            )
        if sha256_of(path) != self.sha256:
            raise ThirdPartyFileError(
                f"{path} has another SHA-256 than the pinned {self.sha256[:12]}…",
                f'Install exactly "{self.package}=={self.version}"; a file that differs is not loaded.',
                code="third_party.digest",
            )
        return path

    def _installed_by(self) -> str:
        """What to install to have the file: the extra `train`, where the package belongs to it."""
        try:
            needed = requires("consentry") or []
        except PackageNotFoundError:  # run from its source
            needed = []
        in_extra = any(need.startswith(f"{self.package}==") and "train" in need.partition(";")[2] for need in needed)
        return '"consentry[train]"' if in_extra else f'"{self.package}=={self.version}"'

    def source(self) -> dict[str, str]:
        """Provenance for ``model.json``."""
        return {
            "package": self.package,
            "version": self.version,
            "file": f"{self.module}/{self.path}",
            "sha256": self.sha256,
            "licence": self.licence,
            "credit": self.credit,
        }
