"""Random looks at training pictures for fine-tuning, made with torchvision's transforms v2.

Each look depends on the picture, its number and nothing else, so that what the frozen part of a network makes of it
can be computed once and kept (`trunk_views`).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from consentry.signals.scene.preprocessing import Picture, network_input

if TYPE_CHECKING:
    from torchvision.transforms import v2  # type: ignore[import-untyped]

PLAIN: Final = "plain"
MIRRORED: Final = "mirrored"
DESCRIPTION: Final = (
    "crop 0.35-1 (3:4 to 4:3), flip, colour 0.3/0.3/0.3/0.04, grey 5 %, shrink to 56-128 25 %, JPEG 30-95"
)
"""Part of the key of kept views; changed whenever `augmentations` makes something else."""


def view_names(augmented: int) -> tuple[str, ...]:
    """The names of all looks: as served, its mirror image, and a number of random ones."""
    return (PLAIN, MIRRORED, *(f"augmented-{number}" for number in range(1, augmented + 1)))


def augmentations(side: int) -> v2.Transform:
    """The random transform of pictures of shape (3, height, width), uint8, to (3, side, side).

    A picture may turn up cut, grey, faded, shrunk by a messenger and compressed: the label has to hold all the same.
    """
    import torch
    from torchvision.transforms import v2

    shrink = v2.Compose([v2.RandomResize(56, 129, antialias=True)])
    return v2.Compose(
        [
            v2.RandomResizedCrop(side, scale=(0.35, 1.0), ratio=(3 / 4, 4 / 3), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomApply([v2.ColorJitter(0.3, 0.3, 0.3, 0.04)], p=0.8),
            v2.RandomGrayscale(0.05),
            v2.RandomApply([shrink], p=0.25),
            v2.RandomApply([v2.JPEG((30, 95))], p=0.5),
            v2.Resize((side, side), antialias=True),
            v2.ToDtype(torch.uint8),
        ]
    )


def look(picture: Picture, view: str, *, side: int, seed: int) -> Picture:
    """One look at a picture.

    Args:
        picture: (height, width, 3), uint8, RGB.
        view: One of `view_names`.
        side: Pixels of the square that comes out.
        seed: Of the random ones; the same picture, view and seed give the same look.

    Returns:
        (side, side, 3), uint8.
    """
    if view == PLAIN:
        return network_input(picture, side)
    if view == MIRRORED:
        return np.ascontiguousarray(network_input(picture, side)[:, ::-1])
    import torch

    number = int(view.removeprefix("augmented-"))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torchvision 0.29 of its own JPEG
        torch.manual_seed((seed * 1_000_003 + number) % 2**63)
        tensor = torch.from_numpy(picture.copy()).permute(2, 0, 1)
        looked: Picture = augmentations(side)(tensor).permute(1, 2, 0).contiguous().numpy()
    return looked
