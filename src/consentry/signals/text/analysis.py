"""One text in, one `TextSignal` out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, get_args

from consentry.media import Limits
from consentry.records import ErrorNote, TextFinding, TextKind, TextSignal
from consentry.signals.text.contacts import DEFAULT_REGIONS
from consentry.signals.text.cue_model import CueModel
from consentry.signals.text.normalise import NormalisedText, normalise
from consentry.signals.text.passages import Passage
from consentry.signals.text.private import find_private
from consentry.signals.text.rules import OFFICIAL, OFFICIAL_PROBABILITY, RULES
from consentry.signals.text.seeking import RULES as SEEKING_RULES

MODEL: Final = "text/rules@3"
KINDS: Final[tuple[TextKind, ...]] = get_args(TextKind)
BEHAVIOURS: Final[tuple[TextKind, ...]] = ("reward_offer", "exposure_threat", "money_demand", "call_to_find")
"""What the rules find and never rule out: of those that people really write, they know too few (docs/text.md)."""
CUE_KINDS: Final[tuple[TextKind, ...]] = ("reporting_cue", "eyewitness_cue", "official_duty_cue", "help_cue")
STAGE: Final = "text"
"""Where a note stands that leaves facts over words open."""
MOST_OF_A_KIND: Final = 100
"""Findings of one kind that are listed of one text; nobody looks at more, and a hostile text has thousands."""
_READ_ON: Final = 2_000
"""Characters behind the last that is searched: more than any private information is long, with what it hangs on."""
_WORD: Final = re.compile(r"[^\W\d_]{2}")
"""Two letters in a row: less than that says nothing in any language."""
_OFFICIAL_REACH: Final = 100
"""Characters before and after an offer in which a sign of an official appeal counts."""


def analyse_text(
    text: str,
    *,
    regions: Sequence[str] = DEFAULT_REGIONS,
    cues: CueModel | None = None,
    most_characters: int = Limits().text_characters,
) -> TextSignal:
    """Look for private information, prohibited behaviour, and cues of public interest.

    Behaviour and cues are looked for in English only. Letters in disguise (full-width, mathematical, with invisible
    characters between) are read as what they look like; offsets are those of `text` as given.

    Args:
        text: What came with the media.
        regions: Where phone numbers without a country code are looked for, as ISO 3166 codes (``US``, ``DE``).
        cues: The model that says how the words read; without it cues are not searched.
        most_characters: How far the text is searched. What lies behind is read a little further, so that nothing is
            found because a text breaks off, and nothing of it is reported.

    Returns:
        Findings in the order of the text, those of one kind that overlap joined into one, the `MOST_OF_A_KIND` most
        probable of each kind. A kind of which it is unknown whether there is more is missing from ``searched``: one
        that could not be searched to the end, and the four of behaviour wherever there are words, since too few of
        them are known to be found for finding none to mean that there is none. Of a text that is too long, every kind.
    """
    plain = normalise(text[: most_characters + _READ_ON])
    private, all_searched = find_private(plain.text, regions)
    hints, all_read = ([], False) if cues is None else cues.read(plain.text)
    unsearched = {"phone"} if not all_searched else set()
    unsearched |= set(() if cues is not None and all_read else CUE_KINDS)
    if _WORD.search(plain.text):
        unsearched |= set(BEHAVIOURS)
    if len(text) > most_characters:
        unsearched = set(KINDS)
    placed = (_placed(passage, plain) for passage in (*private, *_offers_and_threats(plain.text), *hints))
    findings = [
        TextFinding(
            kind=passage.kind,
            start=passage.start,
            end=passage.end,
            probability=round(passage.probability, 4),
            rule=passage.rule,
        )
        for passage in _joined(passage for passage in placed if passage.end <= most_characters)
    ]
    return TextSignal(
        model=MODEL if cues is None else f"{MODEL}+{cues.folder.id}",
        searched=tuple(kind for kind in KINDS if kind not in unsearched),
        findings=tuple(sorted(_surest(findings), key=lambda finding: (finding.start, finding.end, finding.kind))),
    )


def notes_on(text: str, signal: TextSignal, most_characters: int) -> tuple[ErrorNote, ...]:
    """What of a text was not searched, and what was found and not listed.

    Args:
        text: As it was analysed.
        signal: What came of it.
        most_characters: How far it was searched.
    """
    notes = []
    if len(text) > most_characters:
        notes.append(
            ErrorNote(
                stage=STAGE,
                code="text.too_long",
                message=f"The words have {len(text):,} characters; the first {most_characters:,} were searched.",
                remedy="Read the rest, or raise Limits.text_characters.",
            )
        )
    found = Counter(finding.kind for finding in signal.findings)
    if many := [kind.replace("_", " ") for kind in KINDS if found[kind] >= MOST_OF_A_KIND]:
        notes.append(
            ErrorNote(
                stage="findings",
                code="text.many_findings",
                message=f"No more than {MOST_OF_A_KIND} findings of a kind are listed, the most probable: "
                f"{', '.join(many)}.",
                remedy="Read the words themselves.",
            )
        )
    return tuple(notes)


def _placed(passage: Passage, plain: NormalisedText) -> Passage:
    start, end = plain.original(passage.start, passage.end)
    return passage._replace(start=start, end=end)


def _surest(findings: Sequence[TextFinding]) -> Iterator[TextFinding]:
    """The most probable findings of each kind; of those that are as probable, the first."""
    by_kind: dict[TextKind, list[TextFinding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    for alike in by_kind.values():
        yield from sorted(alike, key=lambda finding: (-finding.probability, finding.start))[:MOST_OF_A_KIND]


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
