"""Postal addresses, as streets are written in a dozen languages, and the parts that come with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from consentry.signals.text.passages import Passage, Pattern

_NUMBER: Final = r"\d{1,5}(?:[ /-]?\d{1,3})?\s?[a-zA-Z]?"
_NAME: Final = r"[^\W\d_][\w.'’-]{0,30}+"
"""One word of a name. It is never given back in part: what follows is a space, a comma or nothing of a name."""
_LONG_NAME: Final = r"[^\W\d_][\w.'’-]{0,100}+"
"""The same, of several words that hyphens join."""
_HOUSE: Final = r"(?:,?\s{1,2}(?:n[o°º]?\.?\s?)?\d{1,5}\s?[a-zA-Z]?(?:[/-]\d{1,4}[a-zA-Z]?)?)(?!\w)\.?"

_ENGLISH: Final = (
    r"(?:street|st|str|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq"
    r"|terrace|ter|way|close"
    r"|crescent|cres|circle|cir|parkway|pkwy|highway|hwy|trail|trl|row|gardens|grove|mews|walk|alley|loop|pike|plaza"
    r"|esplanade|parade|rise|hill|heights|isle|ridge|run|crossing|bend|summit|manor|view|villas|wharf|quay|station)"
)
_COMPOUND: Final = (
    "strasse", "straße", "str.", "gasse", "weg", "allee", "platz", "damm", "ufer", "steig", "chaussee", "markt",
    "straat", "laan", "plein", "gracht", "dijk", "singel", "dreef", "plantsoen", "steenweg",  # Dutch
    "vej", "vejen", "gade", "stræde", "plads", "allé", "gata", "gaten", "veien", "vei", "vegen", "veg", "stien",
    "stigen", "bakken", "svingen", "åsen",  # Danish, Norwegian
    "gatan", "vägen", "väg", "gränd", "torget", "gränden", "backen", "gärde", "gærdet",  # Swedish
    "katu", "kuja", "polku", "rinne", "raitti", "kaari", "puisto",  # Finnish
    "gatu", "vegur", "vegi", "stígur", "braut", "götu", "hólar", "tangi",  # Icelandic
    "utca", "körút", "útja", "fasor",  # Hungarian
)  # fmt: skip
"""Ends of the names of streets that are one word; those of the first line are German."""


_OF_ITS_OWN: Final = 3
"""Characters before the ending that tell the name of a street from the word for one."""


def _ends_in(endings: Sequence[str]) -> str:
    """Behind a word that ends in one of these, with characters of its own before.

    Looking back from the end of a word costs the same however long the word is; trying every ending at every letter
    does not.
    """
    lengths = sorted({len(ending) for ending in endings})
    alike = ("|".join(re.escape(ending) for ending in endings if len(ending) == length) for length in lengths)
    return "(?:" + "|".join(rf"(?<=[\w.'’-]{{{_OF_ITS_OWN}}}(?:{one}))" for one in alike) + ")"


_APART: Final = (
    r"(?:út(?:ja)?|utca|u\.|tér|körút|sétány|köz|fasor|sor|rakpart"  # Hungarian
    r"|tee|pst|puiestee|tänav|maantee|põik|tie|katu"  # Estonian, Finnish
    r"|platz|allee|weg|strasse|straße|plein|vei|vej|vägen|gatan|plads|plass|ulica|cesta|gatve|iela|g\.)"
)
_BEFORE: Final = (
    r"(?:rue|avenue|av\.?|boulevard|bd\.?|place|chemin|impasse|allée|quai|cours|route|square|passage|cité"  # French
    r"|via|viale|piazza|piazzale|corso|vicolo|largo|strada|contrada|località"  # Italian
    r"|calle|c/|avenida|avda\.?|paseo|plaza|camino|carrera|ronda|travesía|carretera|callejón"  # Spanish
    r"|rua|rúa|r\.|travessa|praça|praceta|estrada|alameda|avinguda|carrer|largo"  # Portuguese, Galician, Catalan
    r"|ul\.?|ulica|al\.|aleja|os\.|plac|pl\.|trg|ulice|náměstí|nám\.|třída"  # Polish, Czech, Slovene, Croat
    r"|улица|ул\.?|проспект|пр\.|переулок|пер\.|бульвар|площадь|бул\.|вулиця|вул\."  # Russian, Ukrainian, Bulgarian
    r"|πλατεία|οδός|λεωφόρος|λεωφ\.|πλ\."  # Greek
    r"|jalan|jl\.|str\.|strada|calea|bulevardul|cadde|sokak|cad\.|sok\."  # Indonesian, Romanian, Turkish
    r"|oude|nieuwe|lange|korte)"
)
_LINK: Final = (
    r"(?:(?:de|du|des|del|della|dello|dei|degli|delle|da|do|dos|das|la|le|les|los|las|el|l['’]|d['’]"
    r"|san|santa|st|ste|saint)\s)"
)

_UNIT: Final = (
    r"(?:apt|apartment|suite|ste|unit|flat|room|rm|floor|fl|bldg|building|block|door|whg|wohnung|appartement"
    r"|piso|interno|byt|m\."
    r"|кв\.)\.?\s{0,2}#?\s?[\dA-Z][\w-]{0,6}|#\s?\d{1,5}[a-z]?"
)
_US_STATE: Final = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]"
    r"|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR)"
)
_UK_POSTCODE: Final = r"(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2})"

# Where the probabilities come from: docs/text.md.
_STREET: Final = 0.75
_BARE: Final = 0.55
_NO_STREET: Final = re.compile(
    r"the|an?|of|to|on|in|at|by|for|and|or|but|with|from|down|up|off|into|years?|days?|hours?|weeks?|months?"
    r"|minutes|miles?|km"
    r"|meters|people|m[ae]n|women|kids|witnesses|ways|best|more|most|other|new|times?|percent|points|reasons"
    r"|things|cars|can"
    r"|thousand|million|hundred|per|is|are|was|were|got?|get|it|that|this|my|your|our|i|ll|never|forget|walk|together"
)
"""Words that stand between a number and a street word in a sentence, hardly ever in the name of a street."""


def _no_sentence(value: str) -> bool:
    words = value.lower().split()
    return not any(_NO_STREET.fullmatch(word) for word in words[1:-1]) and len(words) > 2


def _named_street(value: str) -> bool:
    """Whether a word is more than its ending; what looks back from its end may have seen another word before it."""
    words = re.split(r"[\s,]+", value.lower())
    return any(
        len(word) >= len(ending) + _OF_ITS_OWN and word.endswith(ending) for word in words for ending in _COMPOUND
    )


PATTERNS: Final = (
    Pattern(
        "postal_address",
        "postal_address/number_and_street",
        _STREET,
        rf"(?<![\w.,$€£-])(?:{_NUMBER},?\s{{1,2}})(?:(?:[NSEW]|north|south|east|west)\.?\s)?"
        rf"(?:{_NAME}\s{{1,2}}|\d{{1,3}}(?:st|nd|rd|th)\s{{1,2}}){{1,4}}?{_ENGLISH}(?!\w)\.?",
        _no_sentence,
    ),
    Pattern(
        "postal_address",
        "postal_address/street_name",
        _BARE,
        r"(?<!\w)(?:[A-Z][\w.'’-]{1,30}\s|\d{1,3}(?:st|nd|rd|th)\s){1,3}(?:Street|Road|Avenue|Lane"
        r"|Boulevard|Crescent|Terrace|Drive|Close|Rd|Ave|Blvd|Isle)(?!\w)",
        case=True,
    ),
    Pattern(
        "postal_address",
        "postal_address/street_and_number",
        _STREET,
        rf"(?<!\w)(?:{_NAME}\s){{0,2}}?{_LONG_NAME}{_ends_in(_COMPOUND)}{_HOUSE}",
        _named_street,
    ),
    Pattern(
        "postal_address",
        "postal_address/street_word_and_number",
        _STREET,
        rf"(?<!\w)(?:{_NAME}\s){{1,3}}?{_APART}{_HOUSE}",
    ),
    Pattern(
        "postal_address",
        "postal_address/street_word_first",
        _STREET,
        rf"(?<![\w.])(?:\d{{1,5}}(?:\s?(?:bis"
        rf"|ter))?,?\s)?{_BEFORE}(?:(?<=[./])|\s)\s?{_LINK}{{0,3}}{_LONG_NAME}(?:\s{_NAME}){{0,3}}?\s?{_HOUSE}",
    ),
    Pattern(
        "postal_address",
        "postal_address/number_and_street_word",
        _STREET,
        rf"(?<![\w.,$€£-])\d{{1,5}}(?:\s?(?:bis|ter))?,?\s{{1,2}}{_BEFORE}\s{_LINK}{{0,3}}[^\W\d_][\w'’-]{{2,30}}"
        rf"(?:\s{_LINK}{{0,2}}[A-ZÀ-Þ][\w'’-]{{2,30}}){{0,2}}",
    ),
    Pattern(
        "postal_address",
        "postal_address/number_and_flat",
        _STREET,
        rf"(?<![\w.,$€£-])\d{{1,5}},?\s(?:{_NAME}\s){{1,4}}?(?:\d{{1,5}}\.?,?\s{{1,3}})?(?:apt|apartment|suite"
        rf"|unit|flat)\.?"
        r"\s#?\d{1,5}[a-z]?(?!\w)",
    ),
    Pattern(
        "postal_address",
        "postal_address/box",
        0.85,
        r"(?<!\w)(?:(?:PSC|unit|CMR)\s\d{1,5},?\s{0,2}box\s\d{1,5}|(?:p\.?\s?o\.?\s?box|postfach|apartado|bp"
        r"|casella postale)"
        r"\s{0,2}\d{1,6}|(?:APO|FPO|DPO),?\s(?:AA|AE|AP),?\s\d{5})(?!\w)",
    ),
    Pattern(
        "postal_address",
        "postal_address/state_and_code",
        0.8,
        rf"(?<!\w)(?:[A-Z][\w.'’-]{{1,20}}[ ]){{0,2}}[A-Z][\w.'’-]{{1,20}},?\s{_US_STATE},?\s\d{{5}}"
        r"(?:-\d{4})?(?!\w)",
        case=True,
    ),
    Pattern("postal_address", "postal_address/uk_postcode", 0.75, rf"(?<![\w-]){_UK_POSTCODE}(?![\w-])", case=True),
    Pattern(
        "postal_address",
        "postal_address/labelled_code",
        0.7,
        r"\b(?:zip|zip\s?code|post\s?code|postal\s?code|plz|code postal|cap|cep)(?:\s(?:is|:)|:)?\s{0,2}"
        r"(?P<value>(?=[A-Z ]{0,3}\d)[A-Z\d]{3,5}(?:[ -][A-Z\d]{3,4})?)(?!\w)",
    ),
    Pattern(
        "postal_address",
        "postal_address/labelled",
        0.75,
        r"(?:\b(?:home |mailing |postal |billing |shipping |street |secondary |new "
        r"|current )?address(?:\sof\s\w{2,20}(?:\s\w{2,20}){0,3})?(?:\s(?:is"
        r"|are|at))?\s{0,2}(?::|\bis\b)|\blives? (?:at|on)|\blocated at|\bmeet (?:me|us|her|him) at|\breturn to"
        r"|\bliv(?:es|ing) (?:at|on)|\b(?:house|home|place|office|restaurant) is (?:at|on)|\b(?:sent|delivered"
        r"|ship(?:ped)?|taxi) to"
        r"|\b(?:wohnt|wohnhaft) (?:in|im|am)|\bhabite(?: au)?|\bvive en|\babita in)\s{0,3}"
        r"(?P<value>(?:[^\W\d_][\w.'’-]{0,30}[ ]){0,3}(?<!\w)\d{1,5}[a-z]?,?[ ][^\W\d_][^\n;:!?\"]{3,60}?"
        r"|(?:[^\W\d_][\w.'’-]{1,30}[ ]){1,4}\d{1,5}[a-z]?)(?=$|[\n;:!?\"]"
        r"|,\s|\.\s|\.$|\s(?:and|or|but|so|go|come|in case)\b)",
    ),
)
"""Streets with a house number; names of streets alone, post boxes and codes behind a label."""

_TOWN: Final = r"[^\W\d_][\w.'’()-]{1,60}+(?: [^\W\d_][\w.'’()-]{1,30}+){0,3}"
_MORE: Final = re.compile(
    rf"[\s,>?|/-]{{1,8}}(?:(?i:{_UNIT})|{_US_STATE},?\s\d{{5}}(?:-\d{{4}})?|{_UK_POSTCODE}"
    rf"|\d{{4,6}}(?:\s(?=[A-ZÀ-Þ]){_TOWN})?"
    rf"|(?=[A-ZÀ-Þ]){_TOWN}[\s,>?]{{1,5}}(?:(?=[A-ZÀ-Þ]){_TOWN}[\s,>?]{{1,5}})?(?:[A-Z]{{2,3}}\s)?\d{{4,6}})(?!\w)"
)
_BEFORE_IT: Final = re.compile(
    r"(?:^|(?<=[\s,>]))(?:(?:apt|suite|unit|flat)\.?\s\w{1,5},?\s|\d{1,5},?\s){1,2}$", re.IGNORECASE
)
_LEAD: Final = 24
_MOST_MORE: Final = 4


def find_addresses(text: str) -> Iterator[Passage]:
    """Addresses with flat, town and code where they follow, and a house number that stands in front."""
    for passage in chain.from_iterable(pattern.find(text) for pattern in PATTERNS):
        start, end = passage.start, passage.end
        for _ in range(_MOST_MORE):
            more = _MORE.match(text, end)
            if more is None:
                break
            end = more.end()
        lead = _BEFORE_IT.search(text[max(0, start - _LEAD) : start])
        if lead is not None:
            start -= len(lead.group())
        yield passage._replace(start=start, end=end)
