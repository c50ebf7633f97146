"""The rules for offers of reward and threats to expose: which pattern, and how often it is right.

English only. They look for what is said, not for who is right: whether an offer is a crime or a police appeal is for
the reviewer. A finding's probability is the lower end of the 95 % interval of its kind's measured precision, see
docs/text.md. It was measured on short texts written for the purpose, half of them negatives that look alike; how
common real offers and threats are among posts is not known, and real precision depends on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from consentry.records import TextKind
from consentry.signals.text import words as w


@dataclass(frozen=True)
class Rule:
    """One pattern.

    Attributes:
        name: ``kind/what``, as it stands in a finding.
        probability: That a passage it finds is what it says.
        finds: Texts in which it must find something.
        passes: Texts that look alike, in which it must find nothing.
    """

    name: str
    kind: TextKind
    pattern: str
    probability: float
    finds: tuple[str, ...]
    passes: tuple[str, ...]
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern, re.IGNORECASE))


_OFFER_PRECISION: Final = 0.87
_THREAT_PRECISION: Final = 0.77

_LINK: Final = w.word(
    "for", "to", "if", "on", "who", "whoever", "anyone", "anybody", "first", "until", "says"
)  # fmt: skip

RULES: Final = (
    Rule(
        name="reward_offer/for_exposing",
        kind="reward_offer",
        pattern=w.either(w.AMOUNT, w.PRIZE, w.PROMISE) + w.gap(4) + _LINK + w.gap(7) + w.SECRET,
        probability=_OFFER_PRECISION,
        finds=(
            "$500 for her name",
            "will pay anyone who tells me who this girl is",
            "a bounty on her home address",
            "1000 bob to whoever finds out who this is",
        ),
        passes=("$50 to anyone who can fix my laptop", "paying for his name brand shoes", "her name is worth $500"),
    ),
    Rule(
        name="reward_offer/to_whoever",
        kind="reward_offer",
        pattern=rf"(?<![\w.,$])\d[\d.,]{{0,12}}{w.SEPARATOR}(?:to|for){w.SEPARATOR}"
        + w.word("whoever", "who ever", "anyone", "anybody", "the first \\w++", "the person")
        + w.gap(8)
        + w.SECRET,
        probability=_OFFER_PRECISION,
        finds=("1,000 to whoever finds out who this is",),
        passes=("1,000 to the winner of the raffle",),
    ),
    Rule(
        name="reward_offer/after_asking",
        kind="reward_offer",
        pattern=w.SECRET
        + rf"(?!{w.SEPARATOR}(?:is|are){w.SEPARATOR}worth)"
        + w.gap(8)
        + w.either(w.AMOUNT, w.PROMISE, w.word("bounty", "reward", "compensation")),
        probability=_OFFER_PRECISION,
        finds=("tell me who she is and I'll zelle you 40", "who is this?? 100$ for a full name"),
        passes=("Anyone know who this is? He left his wallet", "who is this and where can I buy his jacket"),
    ),
    Rule(
        name="reward_offer/sale",
        kind="reward_offer",
        pattern=w.either(
            w.word("selling", "sell", "trading", "buying", "buy") + w.gap(2) + w.OWNED,
            w.OWNED + w.gap(5) + w.word("for sale"),
        ),
        probability=_OFFER_PRECISION,
        finds=("Selling her address", "her nudes and phone number for sale"),
        passes=("Selling my old phone, number included, $30",),
    ),
    Rule(
        name="exposure_threat/dox",
        kind="exposure_threat",
        pattern=w.either(
            w.FIRST_PERSON + rf"{w.SEPARATOR}dox+(?:e|ing)?(?!\w)(?:{w.SEPARATOR}(?:{w.PERSON}|you|u)(?!\w))?",
            rf"(?<!\w)(?:doxing|doxxing){w.SEPARATOR}(?:{w.PERSON}|you|u|every(?:one)?)(?!\w)",
            rf"(?<!\w)drop(?:ping|s)?{w.SEPARATOR}(?:{w.TARGET}{w.SEPARATOR})?dox+(?!\w)",
        ),
        probability=_THREAT_PRECISION,
        finds=("I will dox you", "doxxing her in 10 minutes", "dropping the dox tonight"),
        passes=("Doxxing is wrong", "I will never dox anyone", "I got doxxed last year"),
    ),
    Rule(
        name="exposure_threat/private_details",
        kind="exposure_threat",
        pattern=w.either(
            w.FIRST_PERSON + w.SEPARATOR + w.PUBLISH_DETAIL,
            w.FIRST_PERSON + rf"{w.SEPARATOR}(?:make|making){w.SEPARATOR}{w.OWNED}{w.SEPARATOR}public(?!\w)",
        ),
        probability=_THREAT_PRECISION,
        finds=("I'm going to post your home address", "gonna leak her nudes", "We will publish where you live"),
        passes=("I will post my address", "I will drop you at your address at 8", "I won't post your address"),
    ),
    Rule(
        name="exposure_threat/goes_public",
        kind="exposure_threat",
        pattern=w.TARGET
        + w.SEPARATOR
        + w.either(rf"(?:\w++{w.SEPARATOR})?{w.INTIMATE}", w.PRIVATE_DETAIL)
        + w.gap(4)
        + w.GOES_PUBLIC,
        probability=_THREAT_PRECISION,
        finds=(
            "your nudes are going online tomorrow",
            "your address is about to be all over twitter",
            "Keep talking and your home address goes on the timeline tomorrow",
        ),
        passes=("Nude photos of actors were leaked", "your photos are going online tomorrow"),
    ),
    Rule(
        name="exposure_threat/demand",
        kind="exposure_threat",
        pattern=w.either(
            w.CONDITION + w.gap(9) + w.FIRST_PERSON + w.SEPARATOR + w.PUBLISH_PICTURES,
            w.CONDITION + w.gap(4) + w.FIRST_PERSON + w.gap(4) + w.PUBLISH_PICTURES,
            w.FIRST_PERSON + w.SEPARATOR + w.PUBLISH_PICTURES + w.gap(6) + w.word("if (?:you|u|ya|she|he)", "unless"),
            rf"(?<!\w)make{w.SEPARATOR}me{w.SEPARATOR}" + w.PUBLISH_PICTURES,
            w.DEMAND
            + w.gap(12)
            + w.either(w.TARGET + w.gap(3) + w.PICTURES, w.PICTURES, "these|this|it")
            + w.gap(4)
            + w.GOES_PUBLIC,
            w.DEMAND + w.gap(6) + w.AUDIENCE + w.gap(2) + r"see(?:s)?" + w.gap(3) + w.either(w.INTIMATE, w.PICTURES),
            w.AUDIENCE + w.gap(3) + r"see(?:s)?" + w.gap(4) + w.either(w.INTIMATE, w.PICTURES) + w.gap(6) + w.DEMAND,
        ),
        probability=_THREAT_PRECISION,
        finds=(
            "pay me or I post everything",
            "if you tell, i will send your pics to your mum",
            "pay or these go public",
        ),
        passes=("Pay me on Friday or I quit", "I'll upload the photos from the wedding tonight"),
    ),
    Rule(
        name="exposure_threat/expose_you",
        kind="exposure_threat",
        pattern=w.either(
            w.FIRST_PERSON
            + rf"{w.SEPARATOR}expos(?:e|ing){w.SEPARATOR}"
            + w.either("you", "u", "her", "him", "them", "your \\w++", rf"(?:this|that){w.SEPARATOR}\w++"),
            w.FIRST_PERSON + rf"{w.SEPARATOR}out(?:ing)?{w.SEPARATOR}(?:you|u|her|him|them){w.SEPARATOR}to(?!\w)",
            w.FIRST_PERSON + rf"{w.SEPARATOR}(?:share|sharing|post|posting|send|sending|leak|leaking){w.SEPARATOR}"
            rf"(?:them|it){w.SEPARATOR}(?:with|to|on){w.SEPARATOR}" + w.AUDIENCE,
        ),
        probability=_THREAT_PRECISION,
        finds=("I'm exposing you", "I'm going to out you to your whole family"),
        passes=("I will expose the film for two seconds", "Expose yourself to new ideas"),
    ),
)

OFFICIAL: Final = re.compile(
    w.word("police", "sheriff", "fbi", "crime ?stoppers", "detectives?", "arrest(?:ed)?", "conviction", "missing",
           "law enforcement", "lost"),
    re.IGNORECASE,
)  # fmt: skip
"""Signs of an appeal by an authority or a search for somebody missing."""

OFFICIAL_PROBABILITY: Final = 0.3
"""What a reward offer next to such a sign is worth. A judgement, not a measurement: anybody can write "police"."""
