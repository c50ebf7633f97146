"""EfficientNet-Lite2 with one block left in each of its seven stages, for tests that train and export whole models.

It has real ImageNet weights, all stages and the last 1,280 channels of the backbone that ships, but 7 blocks in place
of 23. Exporting a graph costs time by the block, and is most of what training on a few small pictures takes. Trainings
with the whole backbone are among the slow tests of ``tests/cli/test_train_and_evaluate.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
import timm
import torch
from timm.models import register_model
from torch import nn

from consentry.runtime.model_folder import sha256_of
from consentry.training.package_file import PackageFile
from consentry.training.scene.backbone import BACKBONES, tensors_in_order

NAME = "efficientnet_lite2"
SHIPPED = BACKBONES[NAME]


@dataclass(frozen=True)
class WrittenFile(PackageFile):
    """A file of weights that a test has written."""

    here: Path = Path()

    def locate(self, path: Path | None = None) -> Path:
        return super().locate(path or self.here)


@register_model
def thin_lite2(pretrained: bool = False, **options: object) -> nn.Module:
    """The architecture, for timm."""
    return thinned(timm.create_model(SHIPPED.architecture, pretrained=False, **options))


def thinned(network: nn.Module) -> nn.Module:
    """The network with the first block of every stage."""
    network.blocks = nn.Sequential(*(stage[:1] for stage in network.blocks))
    return network


@contextmanager
def thin_backbone(folder: Path) -> Iterator[None]:
    """Trainings of Lite2 take the thin one, whose weights are written into a folder."""
    whole = timm.create_model(SHIPPED.architecture, pretrained=False)
    state = torch.load(SHIPPED.weights.locate(), map_location="cpu", weights_only=True)
    whole.load_state_dict(tensors_in_order(whole.state_dict(), state))
    path = folder / "thin.pth"
    torch.save(thinned(whole).state_dict(), path)
    described = {field.name: getattr(SHIPPED.weights, field.name) for field in fields(SHIPPED.weights)}
    weights = WrittenFile(**{**described, "sha256": sha256_of(path)}, here=path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKBONES, NAME, replace(SHIPPED, architecture="thin_lite2", weights=weights))
        yield
