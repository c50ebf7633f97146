"""What is fine-tuned: the stages of the backbone behind its frozen trunk, with all linear outputs on top."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from consentry.training.scene.network import Values


class Learner(nn.Module):
    """The part that learns: the tail of the backbone, and the linear outputs."""

    def __init__(self, tail: nn.Module, weights: Values, biases: Values, *, dropout: float) -> None:
        super().__init__()
        self.tail = tail
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(weights))
            self.linear.bias.copy_(torch.from_numpy(biases))

    def forward(self, trunk: Tensor) -> Tensor:
        """What the trunk gives, to all linear outputs."""
        outputs: Tensor = self.linear(self.dropout(self.tail(trunk).mean((2, 3))))
        return outputs

    def train(self, mode: bool = True) -> Learner:  # noqa: FBT001, FBT002 - torch's signature
        """Dropout learns; batch norm keeps the statistics of ImageNet, which small and odd batches would spoil."""
        super().train(mode)
        self.tail.eval()
        return self
