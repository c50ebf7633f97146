"""The written texts that the cue model is trained and measured with, and which of them speak for or against a kind."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml

Half = Literal["development", "check"]

FILES: Final = {
    "reward_offers": "reward_offer",
    "exposure_threats": "exposure_threat",
    "money_demands": "money_demand",
    "calls_to_find": "call_to_find",
    "reporting": "reporting_cue",
    "eyewitness": "eyewitness_cue",
    "official_duties": "official_duty_cue",
    "calls_for_help": "help_cue",
    "hard_negatives": "none",
    "everyday": "none",
    "other_languages": "none",
}
"""Files of ``data/text_cases`` and the kind that their texts are."""

_MAY_BE_BOTH: Final = (
    {"exposure_threat", "money_demand"},
    {"call_to_find", "reward_offer"},
    {"reporting_cue", "eyewitness_cue"},
    {"reporting_cue", "official_duty_cue"},
    {"eyewitness_cue", "official_duty_cue"},
)
"""Kinds that often go together: a text written for one of them says nothing about the other."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text and the kind that it was written for; ``none`` for those that come near or are everyday words."""

    text: str
    kind: str

    def label(self, kind: str) -> bool | None:
        """Whether it is of a kind; ``None`` where that was not asked when it was written."""
        if self.kind != kind and {self.kind, kind} in _MAY_BE_BOTH:
            return None
        return self.kind == kind


def half_of(text: str) -> Half:
    """The half that a text of ``data/text_cases`` belongs to: *check* if the SHA-256 of its bytes is odd."""
    return "check" if hashlib.sha256(text.encode()).digest()[-1] & 1 else "development"


def written_texts(folder: Path, half: Half) -> list[WrittenText]:
    """One half of ``data/text_cases``."""
    return [
        WrittenText(text, kind)
        for name, kind in FILES.items()
        for text in yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        if half_of(text) == half
    ]


def training_texts(path: Path) -> list[WrittenText]:
    """The texts that were written for training alone, ``data/text_training/behaviours.yaml``."""
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [WrittenText(text, kind) for kind, texts in lists.items() for text in texts]


def tweets(path: Path, *, first: int, step: int) -> Iterator[str]:
    """Every ``step``-th tweet of the labelled set from the ``first`` on."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number % step == first:
                yield row["tweet"]
