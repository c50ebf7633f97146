"""What importing costs, what serving needs, and what the library offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import consentry

HEAVY = {"torch", "torchvision", "facenet_pytorch", "timm", "sklearn", "mlflow", "onnx", "onnx2torch"}


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_everything_that_is_promised_is_there() -> None:
    assert all(getattr(consentry, name) is not None for name in consentry.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = consentry.Nothing


def test_importing_loads_nothing_heavy() -> None:
    light = HEAVY | {"numpy", "openvino", "av", "PIL", "pyarrow"}
    assert run(f"import sys, consentry; print(sorted({light!r} & set(sys.modules)))") == "[]"


def test_assessing_loads_nothing_of_the_extra_train() -> None:
    script = (
        "import sys, consentry\n"
        "assessor = consentry.Assessor.load()\n"
        "assessor.assess(consentry.Post(post_id='1', media=('data/demo/media/portrait_hopper.jpg',), text='hello'))\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    assert run(script) == "[]"


def test_the_command_line_starts_light() -> None:
    script = f"import sys, consentry.cli; print(sorted({HEAVY | {'numpy', 'openvino', 'av'}!r} & set(sys.modules)))"
    assert run(script) == "[]"
