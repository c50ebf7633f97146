"""One text in, one `TextSignal` out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, get_args

from consentry.records import TextFinding, TextKind, TextSignal
from consentry.signals.text.contacts import DEFAULT_REGIONS
from consentry.signals.text.cue_model import CueModel
from consentry.signals.text.normalise import normalise
from consentry.signals.text.passages import Passage
from consentry.signals.text.private import find_private
from consentry.signals.text.rules import OFFICIAL, OFFICIAL_PROBABILITY, RULES
from consentry.signals.text.seeking import RULES as SEEKING_RULES

MODEL: Final = "text/rules@2"
KINDS: Final[tuple[TextKind, ...]] = get_args(TextKind)
CUE_KINDS: Final[tuple[TextKind, ...]] = ("reporting_cue", "eyewitness_cue", "official_duty_cue", "help_cue")
_OFFICIAL_REACH: Final = 100
"""Characters before and after an offer in which a sign of an official appeal counts."""


def analyse_text(text: str, *, regions: Sequence[str] = DEFAULT_REGIONS, cues: CueModel | None = None) -> TextSignal:
    """Look for private information, prohibited behaviour, and cues of public interest.

    Behaviour and cues are looked for in English only. Letters in disguise (full-width, mathematical, with invisible
    characters between) are read as what they look like; offsets are those of `text` as given.

    Args:
        text: What came with the media.
        regions: Where phone numbers without a country code are looked for, as ISO 3166 codes (``US``, ``DE``).
        cues: The model that says how the words read; without it cues are not searched.

    Returns:
        Findings in the order of the text, those of one kind that overlap joined into one. A kind that could not be
        searched to the end is missing from ``searched``: it is unknown whether there is more of it.
    """
    plain = normalise(text)
    private, all_searched = find_private(plain.text, regions)
    hints, all_read = ([], False) if cues is None else cues.read(plain.text)
    unsearched = {"phone"} if not all_searched else set()
    unsearched |= set(() if cues is not None and all_read else CUE_KINDS)
    findings = []
    for passage in _joined([*private, *_offers_and_threats(plain.text), *hints]):
        start, end = plain.original(passage.start, passage.end)
        findings.append(
            TextFinding(
                kind=passage.kind, start=start, end=end, probability=round(passage.probability, 4), rule=passage.rule
            )
        )
    return TextSignal(
        model=MODEL if cues is None else f"{MODEL}+{cues.folder.id}",
        searched=tuple(kind for kind in KINDS if kind not in unsearched),
        findings=tuple(sorted(findings, key=lambda finding: (finding.start, finding.end, finding.kind))),
    )


def _offers_and_threats(text: str) -> Iterator[Passage]:
    for rule in (*RULES, *SEEKING_RULES):
        for found in rule.compiled.finditer(text):
            probability = rule.probability
            if rule.kind == "reward_offer":
                around = text[max(0, found.start() - _OFFICIAL_REACH) : found.end() + _OFFICIAL_REACH]
                if OFFICIAL.search(around):
                    probability = OFFICIAL_PROBABILITY
            yield Passage(rule.kind, found.start(), found.end(), probability, rule.name)


def _overlap(one: Passage, other: Passage) -> bool:
    return one.start < other.end and other.start < one.end


def _joined(passages: Iterable[Passage]) -> list[Passage]:
    """Passages of one kind that overlap become one, under the name of the most probable of them."""
    joined: list[Passage] = []
    for passage in sorted(passages, key=lambda passage: (passage.kind, passage.start, passage.end)):
        last = joined[-1] if joined else None
        if last is not None and last.kind == passage.kind and _overlap(last, passage):
            best = max(last, passage, key=lambda one: one.probability)
            joined[-1] = best._replace(start=last.start, end=max(last.end, passage.end))
        else:
            joined.append(passage)
    return joined
