"""The corpus of ``data/text_training/corpus``: texts by situation, each with the kinds that it is of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import yaml

from consentry.records import TextKind
from consentry.training.words.data import WrittenText

KINDS: Final[tuple[TextKind, ...]] = (
    *("exposure_threat", "money_demand", "reward_offer", "call_to_find"),
    *("reporting_cue", "eyewitness_cue", "official_duty_cue", "help_cue"),
)  # type: ignore[assignment]
"""The units of the network: four behaviours, then four cues."""
BEHAVIOURS: Final = KINDS[:4]
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
LANGUAGE_OF_FILE: Final = {"sheng": "sw", "hinglish": "hi"}
"""Files whose name is no language's code, and the language that they are measured with."""
MIXED: Final = "mixed"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what it is.

    Attributes:
        labels: For each of `KINDS` 1 or 0, or ``None`` where that was not asked when it was written.
        language: Code of the language it was written in; ``""`` where that was not noted.
        group: The situation; texts of one are never on both sides of a split.
    """

    text: str
    labels: tuple[float | None, ...]
    language: str
    group: str

    def of(self, kind: str) -> float | None:
        """Its label for a kind."""
        return self.labels[KINDS.index(kind)]  # type: ignore[arg-type]

    @property
    def behaves(self) -> bool:
        """Whether it is of any of the four behaviours."""
        return any(self.labels[:4])


def read_corpus(folder: Path) -> list[LabelledText]:
    """All texts of a folder's files, in the order of their names.

    Raises:
        ValueError: A label is none of the known ones.
    """
    assert set(_LABELS.values()) <= set(get_args(TextKind))
    return [
        LabelledText(text, _labels(names, path), language_of(path.stem), situation["situation"])
        for path in sorted(folder.glob("*.yaml"))
        for situation in yaml.safe_load(path.read_text(encoding="utf-8"))
        for item in situation["texts"]
        for names, text in item.items()
    ]


def language_of(name: str) -> str:
    """The language of a file: what its name begins with."""
    first = name.split("-")[0].split("_")[0].lower()
    return LANGUAGE_OF_FILE.get(first, first if len(first) == 2 else MIXED)


def _labels(names: str, path: Path) -> tuple[float, ...]:
    given = set(names.split()) - {"none"}
    if unknown := given - set(_LABELS):
        raise ValueError(f"{path.name}: unknown label {', '.join(sorted(unknown))}")
    kinds = {_LABELS[name] for name in given}
    return tuple(float(kind in kinds) for kind in KINDS)


def labelled(text: WrittenText, language: str = "en") -> LabelledText:
    """A text of ``data/text_cases`` or ``behaviours.yaml``, written for one kind."""
    answers = tuple(None if (label := text.label(kind)) is None else float(label) for kind in KINDS)
    return LabelledText(text.text, answers, language, text.text)


def tweet(text: str) -> LabelledText:
    """A real tweet in which no rule finds anything: of no kind."""
    return LabelledText(text, tuple(0.0 for _ in KINDS), "tweet", text)


def fold_of(group: str, folds: int) -> int:
    """Which fold a situation is in, by the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % folds
