"""Model folders: ``models/<name>/`` with its graphs, ``model.json``, ``metrics.json`` and ``card.md``.

A model may have several versions, each in a folder of its own, ``models/<name>/<version>/``; the file
``models/<name>/champion`` then says which of them is served.

A folder of models need not have them all: where it holds a file ``others`` that says ``shipped``, the models that are
not in it are those that came with Consentry. So a scene model of one's own works beside the faces and words that ship.

``model.json`` names every file with its SHA-256. A file is only handed out after its digest has been checked, so what
runs is what the card describes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consentry.runtime.errors import ModelError
from consentry.writing import write_text

MODELS_VARIABLE = "CONSENTRY_MODELS"
"""Environment variable that names another folder of models."""

CHAMPION = "champion"
"""Name of the file that names the version that is served."""

OTHERS = "others"
"""Name of the file that says whose models stand in for those that a folder of models lacks."""

SHIPPED = "shipped"
"""What it says: those that came with Consentry."""

# Messages name no absolute path: they stand in assessments, which are the same on every machine.
_REINSTALL = "Name a folder of models that has it whole; where none was named, reinstall Consentry."


def models_root() -> Path:
    """The folder that holds the models: ``$CONSENTRY_MODELS``, else the installed package's, else the checkout's.

    Raises:
        ModelError: ``model.missing`` if there is none.
    """
    named = os.environ.get(MODELS_VARIABLE)
    return _first_folder([Path(named)]) if named else shipped_root()


def shipped_root() -> Path:
    """The folder of the models that came with Consentry: the installed package's, else the checkout's.

    Raises:
        ModelError: ``model.missing`` if there is none.
    """
    package = Path(__file__).resolve().parent.parent
    return _first_folder([package / "models", package.parent.parent / "models"])


def _first_folder(candidates: Sequence[Path]) -> Path:
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise ModelError("There is no folder of models.", _REINSTALL, code="model.missing")


def _others_are_shipped(root: Path) -> bool:
    """Whether the models that a folder lacks are those that came with Consentry."""
    file = root / OTHERS
    return file.is_file() and file.read_text(encoding="utf-8").strip() == SHIPPED


def list_models(root: Path | None = None) -> list[str]:
    """Names of the models in a folder of models, sorted; with those that ship, where they stand in for others."""
    root = root or models_root()
    roots = [root, shipped_root()] if _others_are_shipped(root) else [root]
    return sorted(
        {
            path.relative_to(folder).parts[0]
            for folder in roots
            for path in (*folder.glob("*/model.json"), *folder.glob("*/*/model.json"))
        }
    )


def served_version(folder: Path) -> Path:
    """The folder of the version that is served, of a model's folder.

    That is the folder itself if it holds a model, else the version that its file ``champion`` names, else its only
    version.

    Raises:
        ModelError: ``model.missing`` if there is no model, ``model.invalid`` if it is not clear which one.
    """
    if (folder / "model.json").is_file():
        return folder
    versions = sorted(path.parent.name for path in folder.glob("*/model.json"))
    if not versions:
        raise ModelError(f"The model {folder.name!r} is not there.", _REINSTALL, code="model.missing")
    pointer = folder / CHAMPION
    champion = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    if not champion and len(versions) == 1:
        champion = versions[0]
    if champion not in versions:
        raise ModelError(
            f"Which version of the model {folder.name!r} is served is not clear; there are {', '.join(versions)}.",
            f"Write one of them into the file {CHAMPION} beside them.",
            code="model.invalid",
        )
    return folder / champion


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class ModelFolder:
    """One model, opened.

    Attributes:
        path: The folder.
        manifest: ``model.json``, parsed.
        digest: SHA-256 of ``model.json``; as that holds the digests of all files, it stands for the whole model.
    """

    path: Path
    manifest: Mapping[str, Any] = field(repr=False)
    digest: str

    @classmethod
    def open(cls, name: str, *, root: Path | None = None) -> ModelFolder:
        """Open the model of that name.

        Raises:
            ModelError: ``model.missing`` or ``model.invalid``.
        """
        root = root or models_root()
        if not (root / name).exists() and _others_are_shipped(root):
            root = shipped_root()
        path = served_version(root / name)
        description = path / "model.json"
        content = description.read_bytes()
        try:
            manifest = json.loads(content)
            files = manifest["files"]
            ok = isinstance(manifest["name"], str) and isinstance(manifest["version"], str)
            ok = ok and all(isinstance(entry["path"], str) and len(entry["sha256"]) == 64 for entry in files.values())
        except (ValueError, KeyError, TypeError, AttributeError):
            ok = False
        if not ok:
            raise ModelError(
                f"The description of the model {name!r}, model.json, makes no sense.", _REINSTALL, code="model.invalid"
            )
        return cls(path=path, manifest=manifest, digest=hashlib.sha256(content).hexdigest())

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """The model's version."""
        return str(self.manifest["version"])

    @property
    def id(self) -> str:
        """``name@version``, as signals cite it."""
        return f"{self.name}@{self.version}"

    def file(self, role: str) -> Path:
        """The file of a role (such as ``graph``), its digest checked.

        Raises:
            ModelError: ``model.missing`` or ``model.damaged``.
        """
        entry = self.manifest["files"].get(role)
        if entry is None:
            raise ModelError(f"The model {self.id} names no file {role!r}.", _REINSTALL, code="model.missing")
        path = self.path / str(entry["path"])
        if not path.is_file():
            raise ModelError(
                f"The file {path.name} of the model {self.id} is missing.", _REINSTALL, code="model.missing"
            )
        if sha256_of(path) != entry["sha256"]:
            raise ModelError(
                f"The file {path.name} of the model {self.id} is not the one that model.json describes.",
                _REINSTALL,
                code="model.damaged",
            )
        return path

    def verify(self) -> None:
        """Check every file of the model.

        Raises:
            ModelError: For the first that is missing or damaged.
        """
        for role in self.manifest["files"]:
            self.file(role)


def write_model_json(folder: Path, manifest: Mapping[str, Any]) -> ModelFolder:
    """Write ``model.json``, filling in size and digest of every file that it names by ``path``.

    Args:
        folder: The model's folder, its files already in it.
        manifest: ``name``, ``version``, ``files`` (role → ``{"path": ...}``) and whatever else belongs in it.

    Returns:
        The folder, opened.
    """
    files = {
        role: {
            **entry,
            "bytes": (folder / entry["path"]).stat().st_size,
            "sha256": sha256_of(folder / entry["path"]),
        }
        for role, entry in manifest["files"].items()
    }
    text = json.dumps({**manifest, "files": files}, indent=2, sort_keys=True, ensure_ascii=False)
    write_text(folder / "model.json", text + "\n")
    return ModelFolder.open(folder.name, root=folder.parent)
