"""What ``consentry doctor`` looks at."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from consentry.errors import ConsentryError
from consentry.version import __version__

CORE = (
    "numpy",
    "pillow",
    "av",
    "openvino",
    "pydantic",
    "pyarrow",
    "phonenumbers",
    "cryptography",
    "fsspec",
    "pi-heif",
    "PyYAML",
    "typer",
    "rich",
)
OPTIONAL = {
    "torch": "training and CUDA",
    "facenet-pytorch": "building the face model",
    "scikit-learn": "training",
    "mlflow": "tracking",
}
_SPEED = ((60.0, "fast"), (15.0, "usual"), (0.0, "slow"))
"""Pictures a second through the scene network, and what that is called."""


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        state: ``absent`` is fine: an option that is not installed.
        remedy: A command, or a sentence, if there is something to do.
    """

    name: str
    state: Literal["ok", "absent", "wrong"]
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """For ``--json``."""
        return asdict(self)


def examine(models: Path | None = None) -> list[Check]:
    """All checks, in the order in which one would mend things."""
    checks = [*_system(), *_packages()]
    if all(check.state != "wrong" for check in checks):
        checks += _models(models)
        checks.append(_guarded("policy", _policy))
    if all(check.state != "wrong" for check in checks):
        checks += [_guarded("speed", lambda: _speed(models)), _cuda()]
    return checks


def _system() -> Iterator[Check]:
    yield Check("python", "ok", platform.python_version())
    yield Check("consentry", "ok", __version__)
    yield Check("processor", "ok", f"{platform.machine()}, {len(os.sched_getaffinity(0))} threads")


def _packages() -> Iterator[Check]:
    for name in CORE:
        try:
            yield Check(name, "ok", version(name))
        except PackageNotFoundError:
            yield Check(name, "wrong", "not installed", f'pip install "{name}"')
    for name, purpose in OPTIONAL.items():
        try:
            yield Check(name, "ok", version(name))
        except PackageNotFoundError:
            yield Check(name, "absent", f"not installed; only for {purpose}", 'pip install "consentry[train]"')


def _models(root: Path | None) -> Iterator[Check]:
    from consentry.runtime import ModelFolder

    for name in ("scene", "faces", "text", "reading"):

        def look(name: str = name) -> Check:
            folder = ModelFolder.open(name, root=root)
            folder.verify()
            return Check(f"model {name}", "ok", f"{folder.version}, all digests match ({folder.digest[:12]}…)")

        yield _guarded(f"model {name}", look)


def _policy() -> Check:
    from consentry.policy import load_policy

    policy = load_policy()
    return Check("policy", "ok", f"{policy.label} ({policy.sha256[:12]}…)")


def _speed(root: Path | None) -> Check:
    import numpy as np

    from consentry.signals.scene import SceneScorer

    scorer = SceneScorer.load(root=root)
    pictures = list(np.random.default_rng(0).integers(0, 256, (16, 320, 320, 3), dtype=np.uint8))
    scorer.score(pictures)
    started = time.perf_counter()
    scorer.score(pictures)
    rate = len(pictures) / (time.perf_counter() - started)
    word = next(word for least, word in _SPEED if rate >= least)
    remedy = "" if word != "slow" else "Close other programs, or give this one more cores."
    return Check("speed", "ok", f"{word}: {rate:.0f} pictures a second through the scene network", remedy)


def _cuda() -> Check:
    try:
        import torch
    except ImportError:
        return Check("cuda", "absent", "torch is not installed", 'pip install "consentry[train]"')
    if torch.cuda.is_available():
        return Check("cuda", "ok", torch.cuda.get_device_name())
    return Check("cuda", "absent", "no CUDA device; the CPU is used")


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except ConsentryError as error:
        return Check(name, "wrong", error.message, error.remedy)
    except ImportError as error:
        return Check(name, "wrong", f"a library does not load: {error}", "pip install --force-reinstall consentry")
