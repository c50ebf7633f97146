"""What all tests of training share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def exports_untraced() -> Iterator[None]:
    """Coverage looks away inside torch's exporter: nothing in there is ours, and being watched doubles its time."""
    export = torch.onnx.export

    def untraced(*arguments: Any, **options: Any) -> Any:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return export(*arguments, **options)
        finally:
            sys.settrace(tracer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.onnx, "export", untraced)
        yield
