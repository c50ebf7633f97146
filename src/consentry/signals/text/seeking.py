"""Rules for money, or something else, asked for in return for silence, and for calls on others to find somebody.

English only, like the rules for offers and threats, and judged in the same way (docs/text.md).
"""

from __future__ import annotations

from typing import Final

from consentry.signals.text import words as w
from consentry.signals.text.rules import Rule

# A judgement a little below the measured precision of each kind, see docs/text.md.
_DEMAND: Final = 0.8
_CALL: Final = 0.75

_HIDING: Final = w.word(
    "publish(?:ed)?", "leak(?:ed|s)?", "deleted?", "erased?", "disappear", "gone", "(?:take|taken) (?:it )?down",
    "removed?",
    "stays? (?:private|closed|in my)", "keep (?:quiet|silent|your name)", "my silence", "your silence", "hush",
    "mouth shut",
    "privacy", "stay out of", "(?:keep|kept) (?:your \\w++ )?out of", "comes? off", "never existed", "never leave",
    "be famous", "forget (?:what|that|i|it)", "never (?:hears?|sees?|knows?)",
)  # fmt: skip
_EXPOSURE: Final = w.either(
    w.PUBLISH_PICTURES,
    w.GOES_PUBLIC,
    w.AUDIENCE + w.gap(3) + r"(?:sees?|knows?|gets?|finds? out)",
    r"(?<!\w)(?:go(?:es)?|sent|sends?)" + w.gap(3) + w.AUDIENCE,
    r"(?<!\w)(?:nudes?|nudez|screenshots)(?!\w)",
    _HIDING,
)
_MONEY: Final = w.word(
    "pay", "pays", "payment", "transfer", "wire", "venmo(?: me)?", "cash ?app(?: me)?", "paypal", "zelle",
    "bitcoin", "crypto",
    "btc", "gift ?cards?", "donation", "price", "costs?", "fee", "wallet", "settle", "money",
)  # fmt: skip
_PAYMENT: Final = w.either(w.AMOUNT, _MONEY)
_FAVOUR: Final = w.word(
    "send(?: me)?", "give me", "buy me", "come (?:over|back)", "take me back", "delete your", "drop the", "do my",
    "resign",
    "unblock me", "meet me", "withdraw", "sign the", "let me",
)  # fmt: skip
_OR: Final = w.word(
    "or", "to", "by \\w++ and", "or else", "otherwise", "unless", "before", "and", "then", "no", "if you don[’'`]?t"
)
_START: Final = (
    rf"(?:^|(?<=[.!?,:;\n])|(?<!\w)(?:lets|let{w.SEPARATOR}s|please|someone|somebody|guys|boys|everyone|internet"
    rf"|we{w.SEPARATOR}(?:need|have|must){w.SEPARATOR}to|go|and|help{w.SEPARATOR}(?:me|us)))\s{{0,3}}"
)
"""The beginning of a request to others; "I will find him" is none."""
_SOMEBODY: Final = w.word("someone", "somebody", "anyone", "anybody", "who", "everyone", "internet", "reddit", "guys")
_KNOWS: Final = w.word(
    "knows?", "recogni[sz]es?", "get(?: me)?", "has", "have", "finds?", "identify", "can tell me", "must know",
    "drop", "tag"
)  # fmt: skip
_ACQUAINTANCE: Final = w.word(
    "(?:her|his|their) (?:\\w++ )?(?:work|boss|employer|mother|mom|wife|husband|school|house|door|page|job"
    "|parents|restaurant)"
)

RULES: Final = (
    Rule(
        name="money_demand/pay_or_exposed",
        kind="money_demand",
        pattern=w.either(
            _PAYMENT + w.gap(9) + _OR + w.gap(7) + _EXPOSURE,
            _EXPOSURE
            + w.gap(7)
            + w.word("unless", "until", "for", "if", "or", "costs?")
            + w.gap(8)
            + w.either(_PAYMENT, r"\d{2,5}(?!\w)"),
            w.word("pay me", "pay up", "keep paying", "paying me") + w.gap(8) + _EXPOSURE,
        ),
        probability=_DEMAND,
        finds=("pay me or everyone sees it", "I delete it for $200", "pay up and it stays private"),
        passes=("pay me on Friday or I quit", "I will pay for the leak in the kitchen", "he sees everyone for money"),
    ),
    Rule(
        name="money_demand/favour_or_exposed",
        kind="money_demand",
        pattern=_FAVOUR
        + w.gap(7)
        + w.word("or", "or else", "otherwise", "and")
        + w.gap(5)
        + w.either(
            w.PUBLISH_PICTURES, w.GOES_PUBLIC, w.AUDIENCE + w.gap(2) + r"(?:sees?|gets?|knows?)", w.PUBLISH_DETAIL
        ),
        probability=_DEMAND,
        finds=("send me more or I post these", "come back or the tape goes online"),
        passes=("send me the photos or bring them", "come over and watch the tape"),
    ),
    Rule(
        name="call_to_find/who_is_this",
        kind="call_to_find",
        pattern=w.either(
            w.WHO_IS + w.gap(6) + w.word("famous", "viral", "fired", "expose", "employer", "do your thing"),
            w.word("do your thing", "(?:twitter|internet) detectives", "name and shame"),
            w.word("make") + w.SEPARATOR + w.PERSON + w.SEPARATOR + w.word("famous", "viral"),
            _SOMEBODY + w.gap(1) + _KNOWS + w.gap(3) + w.either(w.OWNED, w.WHERE, w.PERSON_NOUN + r"(?!\w)"),
        ),
        probability=_CALL,
        finds=("make her famous, who is this", "someone get me her name", "anyone know where this guy works"),
        passes=("does anyone know a good dentist", "who is this singer, I love the song"),
    ),
    Rule(
        name="call_to_find/find_them",
        kind="call_to_find",
        pattern=w.either(
            _START + w.either("find", "track", "hunt", "identify", "dox+", "locate", "get") + w.SEPARATOR + w.PERSON,
            w.word("find out") + w.gap(1) + w.either(w.WHERE, w.WHO_IS),
            _START
            + w.either("call", "message", "email", "visit", "go to", "flood", "find")
            + w.SEPARATOR
            + _ACQUAINTANCE,
        ),
        probability=_CALL,
        finds=("find him and make him pay", "let's track this guy down", "call her employer"),
        passes=("find this song for me? thanks", "I will call her mother later when I can"),
    ),
)
"""Two rules a kind, each with what it must find and must pass."""
