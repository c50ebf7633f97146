"""The network in torch, for fine-tuning: embeddings, six layers, the mean of the last, and one unit a kind.

Devlin et al. 2019, "BERT": attention and two dense layers with GELU, each added to what goes in and normed.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from consentry.training.words.encoder import HEADS, LAYERS, POSITIONS, WIDTH, Encoder

_EPSILON: Final = 1e-12
FROZEN: Final = 2
"""The embeddings and the lowest two layers stay as they were published: what they know of languages is not unlearned."""


class Layer(nn.Module):
    """One layer."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.ao = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.fi, self.fo = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.aln, self.oln = nn.LayerNorm(WIDTH, _EPSILON), nn.LayerNorm(WIDTH, _EPSILON)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        """Rows (texts, tokens, width) and a mask (texts, 1, 1, tokens) that is true where a token is."""
        count, length, _ = rows.shape
        q, k, v = (
            part(rows).view(count, length, HEADS, WIDTH // HEADS).transpose(1, 2) for part in (self.q, self.k, self.v)
        )
        seen = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=there)
        rows = self.aln(rows + self.ao(seen.transpose(1, 2).reshape(count, length, WIDTH)))
        out: Tensor = self.oln(rows + self.fo(nn.functional.gelu(self.fi(rows))))
        return out


class WordsNetwork(nn.Module):
    """Tokens in, logits out.

    Args:
        vocabulary: How many pieces.
        kinds: How many logistic units.
    """

    def __init__(self, vocabulary: int, kinds: int) -> None:
        super().__init__()
        self.word = nn.Embedding(vocabulary, WIDTH)
        self.position = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(WIDTH, kinds)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (texts, length), 0 where there is none; logits (texts, kinds)."""
        there = tokens != 0
        mask = there[:, None, None, :]
        with torch.no_grad():
            rows = self.norm(self.word(tokens) + self.position.weight[: tokens.shape[1]])
            for layer in self.layers[:FROZEN]:
                rows = layer(rows, mask)
        for layer in self.layers[FROZEN:]:
            rows = layer(rows, mask)
        kept = there[:, :, None].to(rows.dtype)
        mean = (rows * kept).sum(1) / kept.sum(1).clamp(min=1)
        logits: Tensor = self.head(self.drop(mean))
        return logits


def published(encoder: Encoder, rows: torch.Tensor, kinds: int) -> WordsNetwork:
    """The network as published, with the rows of the vocabulary that are kept, and a head that knows nothing."""
    tensors = {name: torch.from_numpy(value) for name, value in encoder.tensors.items()}
    network = WordsNetwork(len(rows), kinds)
    with torch.no_grad():
        network.word.weight.copy_(tensors["emb.word"][rows])
        network.position.weight.copy_(
            tensors["emb.pos"].view(-1, WIDTH)[:POSITIONS] + tensors["emb.type"].view(-1, WIDTH)[0]
        )
        network.norm.weight.copy_(tensors["emb.ln.w"])
        network.norm.bias.copy_(tensors["emb.ln.b"])
        for number, layer in enumerate(network.layers):
            for name, parameter in layer.named_parameters():
                part, _, what = name.partition(".")
                value = tensors[f"l{number}.{part}.{what[0]}"]
                parameter.copy_(value.view(parameter.shape))
        network.head.weight.normal_(std=0.02)
        network.head.bias.fill_(-2.0)
    for frozen in (network.word, network.position, network.norm, *network.layers[:FROZEN]):
        frozen.requires_grad_(False)
    return network
