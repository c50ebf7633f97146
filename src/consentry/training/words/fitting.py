"""Fine-tuning the network on labelled texts, and fitting what makes its numbers probabilities."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from consentry.signals.text.disguise import plain_words
from consentry.signals.text.normalise import normalise
from consentry.signals.text.tokens import Pieces
from consentry.signals.text.words_model import LENGTHS, padded
from consentry.training.progress import Progress, silent
from consentry.training.words.augment import varied
from consentry.training.words.corpus import KINDS, LabelledText
from consentry.training.words.encoder import Encoder
from consentry.training.words.network import FROZEN, WordsNetwork, published

_LONGEST: Final = 62
"""Pieces of a text in training: a behaviour is said in the first fifty words or so."""


@dataclass(frozen=True)
class Recipe:
    """How it is trained.

    Attributes:
        passes: Over all texts.
        rate: Learning rate of the highest layer.
        decay: What the rate of a layer is multiplied by for each layer below the highest.
        head_rate: Learning rate of the logistic units.
        batch: Texts a step.
        weight_of_tweet: A tweet counts so much of a written text.
    """

    passes: int = 3
    rate: float = 2e-4
    decay: float = 0.85
    head_rate: float = 2e-3
    batch: int = 32
    weight_of_tweet: float = 1.0
    seed: int = 7


def tokens_of(text: str, pieces: Pieces, longest: int = LENGTHS[-1] - 2) -> list[int]:
    """The first pieces of a text, as the network is given them."""
    return [piece.token for piece in pieces.cut(plain_words(normalise(text)).text)[:longest]]


def fine_tuned(
    encoder: Encoder,
    pieces: Pieces,
    rows: NDArray[np.int64],
    texts: Sequence[LabelledText],
    recipe: Recipe = Recipe(),
    *,
    progress: Progress = silent,
) -> WordsNetwork:
    """A network trained on the texts; the same texts and recipe give the same one on the same machine."""
    torch.manual_seed(recipe.seed)
    generator = random.Random(recipe.seed)  # noqa: S311 - variation, not secrecy
    network = published(encoder, torch.from_numpy(rows), len(KINDS))
    network.train()
    for part in (network.norm, *network.layers[:FROZEN]):
        part.eval()
    steps = recipe.passes * -(-len(texts) // recipe.batch)
    groups = [{"params": list(network.head.parameters()), "lr": recipe.head_rate}]
    for number, layer in enumerate(network.layers[FROZEN:]):
        below = len(network.layers) - FROZEN - 1 - number
        groups.append({"params": list(layer.parameters()), "lr": recipe.rate * recipe.decay**below})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in groups], total_steps=steps + 1, pct_start=0.1, anneal_strategy="linear"
    )
    done = 0
    for _ in range(recipe.passes):
        for batch in _batches(texts, pieces, recipe.batch, generator):
            tokens = torch.from_numpy(padded([tokens for tokens, _ in batch], _width(batch)))
            wanted, weights = _wanted([text for _, text in batch], recipe.weight_of_tweet)
            loss = nn.functional.binary_cross_entropy_with_logits(network(tokens), wanted, weights, reduction="sum")
            optimizer.zero_grad()
            (loss / len(batch)).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            progress("Fine-tuning", done, steps)
    return network.eval()


Batch = list[tuple[list[int], LabelledText]]


def _batches(texts: Sequence[LabelledText], pieces: Pieces, size: int, generator: random.Random) -> list[Batch]:
    """Texts of about the same length together, the batches in any order."""
    rows = [(tokens_of(varied(text.text, generator), pieces, _LONGEST), text) for text in texts]
    rows.sort(key=lambda row: (len(row[0]) + generator.random() * 6))
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    generator.shuffle(batches)
    return batches


def _width(batch: Batch) -> int:
    return max(len(tokens) for tokens, _ in batch) + 2


def _wanted(texts: Sequence[LabelledText], weight_of_tweet: float) -> tuple[Tensor, Tensor]:
    labels = np.array([[np.nan if label is None else label for label in text.labels] for text in texts])
    weights = np.where(np.isnan(labels), 0.0, 1.0)
    weights *= np.array([weight_of_tweet if text.language == "tweet" else 1.0 for text in texts])[:, None]
    return torch.from_numpy(np.nan_to_num(labels)).float(), torch.from_numpy(weights).float()


@torch.inference_mode()
def logits_of(network: WordsNetwork, pieces: Pieces, texts: Sequence[str]) -> NDArray[np.float64]:
    """Logits (texts, kinds) of the first window of each text."""
    tokens = [tokens_of(text, pieces) for text in texts]
    out = np.zeros((len(texts), len(KINDS)))
    order = sorted(range(len(texts)), key=lambda number: len(tokens[number]))
    for start in range(0, len(order), 64):
        some = order[start : start + 64]
        width = max(len(tokens[number]) for number in some) + 2
        out[some] = network(torch.from_numpy(padded([tokens[number] for number in some], width))).double().numpy()
    return out


def calibration(
    logits: NDArray[np.float64], texts: Sequence[LabelledText]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slope and intercept for each kind (Platt 1999), from texts that the network was not trained on."""
    from sklearn.linear_model import LogisticRegression

    slopes, intercepts = np.ones(len(KINDS)), np.zeros(len(KINDS))
    for column in range(len(KINDS)):
        answers = np.array([np.nan if (label := text.labels[column]) is None else label for text in texts])
        asked = ~np.isnan(answers)
        if len(set(answers[asked])) < 2:
            continue
        fitted = LogisticRegression(C=100.0).fit(logits[asked, column, None], answers[asked])
        slopes[column], intercepts[column] = fitted.coef_[0, 0], fitted.intercept_[0]
    return slopes, intercepts


def calibrated(network: WordsNetwork, slopes: NDArray[np.float64], intercepts: NDArray[np.float64]) -> WordsNetwork:
    """The network with slope and intercept in its logistic units."""
    with torch.no_grad():
        network.head.weight.mul_(torch.from_numpy(slopes).float()[:, None])
        network.head.bias.mul_(torch.from_numpy(slopes).float()).add_(torch.from_numpy(intercepts).float())
    return network
