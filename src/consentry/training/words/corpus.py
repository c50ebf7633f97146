"""The corpus of ``data/text_training/corpus``: texts by situation, each with the kinds that it is of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from consentry.records import TextKind

BEHAVIOURS: Final[tuple[TextKind, ...]] = ("exposure_threat", "money_demand", "reward_offer", "call_to_find")
KINDS: Final[tuple[TextKind, ...]] = (
    *BEHAVIOURS,
    "reporting_cue",
    "eyewitness_cue",
    "official_duty_cue",
    "help_cue",
)
"""Four behaviours, then four cues."""
_LABELS: Final[dict[str, TextKind]] = {
    "threat": "exposure_threat",
    "demand": "money_demand",
    "offer": "reward_offer",
    "find": "call_to_find",
    "reporting": "reporting_cue",
    "eyewitness": "eyewitness_cue",
    "official": "official_duty_cue",
    "help": "help_cue",
}


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what it is.

    Attributes:
        kinds: Of `KINDS`; none of them for a text that only comes near.
        language: Code of the language that it was written in, ``es``.
        situation: What it was written from; texts of one are never on both sides of a split.
        variety: ``mexican``, ``teenage``, ``broken``, ...
    """

    text: str
    kinds: frozenset[TextKind]
    language: str
    situation: str
    variety: str

    @property
    def behaves(self) -> bool:
        """Whether it is of any of the four behaviours."""
        return not self.kinds.isdisjoint(BEHAVIOURS)


def read_corpus(folder: Path) -> list[LabelledText]:
    """All texts of a folder's files, in the order of their names; a file's name begins with the language's code.

    Raises:
        ValueError: A label is none of the known ones, or stands beside ``none``.
    """
    return [
        LabelledText(text, _kinds(names, path), path.stem.split("-")[0], written["situation"], written["variety"])
        for path in sorted(folder.glob("*.yaml"))
        for written in yaml.safe_load(path.read_text(encoding="utf-8"))
        for item in written["texts"]
        for names, text in item.items()
    ]


def _kinds(names: str, path: Path) -> frozenset[TextKind]:
    given = names.split()
    if unknown := [name for name in given if name not in _LABELS and given != ["none"]]:
        raise ValueError(f"{path.name}: {names!r} holds {', '.join(unknown)}, which is no label, or not there")
    return frozenset(_LABELS[name] for name in given if name != "none")


def fold_of(group: str, folds: int) -> int:
    """Which fold a situation is in, by the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % folds
