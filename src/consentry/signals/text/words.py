"""Building blocks of the rules: small patterns with names, and the joints between them.

Every repetition is possessive or short, so that no text can make a rule take more than a few steps a word.
"""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = r"(?:[^\w$€£¥₹₿@]++)"
_PIECE: Final = r"(?:\w++|[$€£¥₹₿@]++)"


def gap(words: int) -> str:
    """Up to so many words, as few as possible."""
    return rf"(?:{SEPARATOR}?{_PIECE}){{0,{words}}}?{SEPARATOR}?"


def either(*patterns: str) -> str:
    """One of the patterns; a space in them stands for anything between two words."""
    return "(?:" + "|".join(pattern.replace(" ", SEPARATOR) for pattern in patterns) + ")"


def word(*patterns: str) -> str:
    """`either`, from the start of a word to the end of one."""
    return rf"(?<!\w){either(*patterns)}(?!\w)"


_LETTER = r"['’`´]?"

# --- people, and what is nobody's business ----------------------------------------------------------------------------

PERSON_NOUN: Final = either(
    r"girls?", r"guys?", r"wom[ae]n", r"m[ae]n", r"lad(?:y|ies)", r"dudes?", r"boys?", r"kids?", r"person", r"people",
    r"chicks?", r"babes?", r"bitch(?:es)?", r"hoes?", r"sluts?", r"whores?", r"thots?", r"cunts?", r"pricks?",
    r"idiots?", r"clowns?", r"losers?", r"morons?", r"assholes?", r"freaks?", r"creeps?", r"karens?",
    r"drivers?", r"teachers?", r"nurses?", r"cops?", r"officers?", r"students?", r"protest[eo]rs?", r"owners?",
    r"posters?", r"admins?", r"mod(?:erator)?s?", r"account", r"user", r"troll",
)  # fmt: skip
_DESCRIBED: Final = rf"(?:{SEPARATOR}\w++){{0,2}}?{SEPARATOR}{PERSON_NOUN}"
PERSON: Final = either("her", "him", "them", rf"(?:this|that|these|those|the){_DESCRIBED}", r"@\w++")
OWNER: Final = either(
    "her", "his", "their", "your", "ur", rf"(?:this|that|these|those|the){_DESCRIBED}(?:{_LETTER}s)?", r"@\w++"
)
_WHICH: Final = either(
    "full", "real", "actual", "home", "house", "last", "first", "legal", "private", "personal", "current", "exact",
    "work", "cell", "phone", "mobile", "contact", "employer(?:[’'`]?s)?", "parents?", "street", "email", "e-mail",
    "license", "licence", "bank", "medical", "health", "social security", "credit card",
)  # fmt: skip
DETAIL: Final = either(
    r"names?(?! brand)(?!\w)", r"surname", r"address(?:es)?", r"addy", r"numbers?", r"phone", r"digits", r"identity",
    r"ids?", r"handles?", r"insta(?:gram)?", r"ig", r"snap(?:chat)?", r"facebook", r"fb", r"linkedin", r"tiktok",
    r"onlyfans", r"socials?", r"profiles?", r"accounts?", r"workplace", r"employer", r"school", r"location",
    r"whereabouts", r"info(?:rmation)?", r"details", r"data", r"plates?", r"ssn", r"social security(?: number)?",
    r"passport(?: \w++)?", r"records", r"documents?", r"dox+", r"nudes?", r"noods",
)  # fmt: skip
PRIVATE_DETAIL: Final = rf"(?:{_WHICH}{SEPARATOR}){{0,2}}{DETAIL}(?!\w)"
INTIMATE: Final = word(
    r"nudes?", r"noods", r"naked \w++", r"nude \w++", r"sex ?tapes?", r"sextapes?", r"intimate \w++", r"d\.?m\.?s?",
    r"private (?:pics?|pictures?|photos?|videos?|vids?|chats?|messages?|texts?|stuff)",
)  # fmt: skip
PICTURES: Final = word(
    r"pics?", r"pix", r"pictures?", r"photos?", r"images?", r"videos?", r"vids?", r"tapes?", r"screenshots?", r"clips?",
    r"screen recordings?", r"recordings?", r"messages", r"chats?", r"texts", r"face",
)  # fmt: skip
WHO_IS: Final = (
    rf"(?<!\w)who(?:{_LETTER}s)?(?:{SEPARATOR}(?:tf|the{SEPARATOR}(?:hell|fuck|heck)|exactly|really))?{SEPARATOR}"
    rf"(?:is{SEPARATOR})?(?:this|that|she|he|they|these|those|(?:the|this|that){_DESCRIBED})(?!\w)"
)
WHERE: Final = (
    rf"(?<!\w)(?:where|what{SEPARATOR}(?:school|company)){SEPARATOR}(?:she|he|they|you|u|(?:your|ur){SEPARATOR}\w++"
    rf"|(?:this|that|the){_DESCRIBED}){SEPARATOR}(?:lives?|works?|stays?|sleeps?|studies|study|goes|go)(?!\w)"
)
DETAIL_OF: Final = rf"(?<!\w){DETAIL}{SEPARATOR}(?:of|for|on|about){SEPARATOR}(?:{PERSON}|who)(?!\w)"
OWNED: Final = rf"(?:(?<!\w){OWNER}{SEPARATOR}{PRIVATE_DETAIL}|(?<!\w){OWNER}{SEPARATOR}?@(?!\w))"
UNMASK: Final = (
    rf"(?<!\w)(?:identif(?:y|ies|ied|ying)|id(?:s|{_LETTER}s)?|dox+(?:e[sd]|ing)?|unmask(?:s|ed|ing)?|nam(?:es?|ing)"
    rf"|expos(?:es?|ing)|(?:track|hunt)(?:s|ed|ing)?{SEPARATOR}down){SEPARATOR}{PERSON}(?!\w)"
)
SECRET: Final = (
    rf"(?:{WHO_IS}|{WHERE}|{DETAIL_OF}|{OWNED}|{UNMASK}|(?<!\w)a{SEPARATOR}(?:full|real){SEPARATOR}name(?!\w)"
    rf"|(?<!\w)dox+(?:e[sd]|ing)?(?!\w))"
)
"""What somebody would have to find out or give away to expose a person."""

# --- money ------------------------------------------------------------------------------------------------------------

_NUMBER: Final = r"(?:\d(?:[\d.,]{0,12}\d)?(?:\s?(?:k|m|grand|thousand|hundred|million))?(?!\w))"
_NUMBER_WORD: Final = r"(?:(?:an?|one|two|three|five|ten|twenty|fifty)\s)?(?:hundred|thousand|grand|twenty|fifty|ten)"
_CURRENCY: Final = (
    r"(?:\$|€|£|₹|dollars?|bucks?|usd|euros?|eur|pounds?|quid|gbp|rupees|btc|bitcoins?|eth|sol|xmr|usdt|crypto"
    r"|bob|ksh|kshs|kes|shillings?|tsh|ugx|naira|ngn|rand|zar|cedis?|pesos?|reais|taka|ringgit)"
)
AMOUNT: Final = (
    rf"(?:[$€£¥₹₿]\s?{_NUMBER}|(?<![\w.,]){_NUMBER}\s?{_CURRENCY}(?!\w)|(?<!\w){_NUMBER_WORD}\s{_CURRENCY}(?!\w)"
    rf"|(?<!\w)\d{{1,3}}\s?k(?={SEPARATOR}(?:to|for|if|in|on|cash|reward|bounty)(?!\w))|\${{2,5}}(?![\w$]))"
)
PRIZE: Final = word(
    "bounty", "reward", "cash", "cash prize", "prize money", "prize", "gift card", "compensation", "money", "crypto",
    "onlyfans sub", "free sub", "giftcard",
)  # fmt: skip
_PAY_VERB: Final = either("pay", "venmo", "cash ?app", "zelle", "paypal", "tip", "compensate", "bitcoin", "paypig")
PROMISE: Final = word(
    rf"(?:i|we)(?:{_LETTER}(?:ll|d)| will| would| can){gap(1)}{_PAY_VERB}",
    rf"(?:ill|will|gonna|willing to|happy to|ready to|down to) {_PAY_VERB}",
    r"paying",
    r"gets? paid",
    r"worth (?:your|ur) while",
    r"in it for (?:you|u|whoever|anyone)",
)

# --- threats ----------------------------------------------------------------------------------------------------------

_AUXILIARY: Final = either("will", "shall", "am", "are", "swear", "might", "may", "can", "could", "gonna", "going to",
                           "about to", "have to", "gotta", "finna", "just", "am going to", "am about to",
                           "are going to", "are about to", "m gonna", "still")  # fmt: skip
_NOT: Final = rf"(?!{SEPARATOR}?(?:never|not|wont|cant|dont|nor|t)(?!\w))"
FIRST_PERSON: Final = (
    rf"(?<!\w)(?:(?:i|we)(?:{_LETTER}(?:ll|m|re|d|mma))?|ill|im|im+a|ima|should{SEPARATOR}i|make{SEPARATOR}me"
    rf"|(?:^|(?<=[.!?,;:\n]))\s{{0,3}}(?:gonna|going{SEPARATOR}to|about{SEPARATOR}to))(?!\w)"
    rf"(?:{_NOT}{SEPARATOR}{_AUXILIARY}){{0,2}}{_NOT}(?:{SEPARATOR}(?:be|go|gonna|to|and|then|personally)){{0,3}}"
)
"""Who speaks says what they will do; not what they will not, nor what others said they would."""

PUBLISH: Final = (
    r"(?<!\w)(?:leak|post|expos|releas|publish|shar|upload|drop(?:p)?|spread|tweet|reveal|dump|put(?:t)?|giv"
    r"|send|show|forward|tell)(?:e|ing|in)?(?!\w)"
)
_FILLER: Final = rf"(?:{SEPARATOR}(?:all|of|out|up|around|every|each|one|everyone|everybody|people|them|the)){{0,3}}?"
TARGET: Final = either("your", "ur", "yo", "her", "his", "their", "the", "these", "those", "all your",
                       rf"(?:this|that){_DESCRIBED}(?:{_LETTER}s)?")  # fmt: skip
PUBLISH_DETAIL: Final = (
    rf"{PUBLISH}{_FILLER}{SEPARATOR}(?:{TARGET}{SEPARATOR}(?:\w++{SEPARATOR}){{0,2}}?{INTIMATE}"
    rf"|{OWNER}{SEPARATOR}{PRIVATE_DETAIL}|{WHERE})"
)
PUBLISH_PICTURES: Final = (
    rf"(?!put{SEPARATOR}(?:it|this|them)){PUBLISH}{_FILLER}{SEPARATOR}"
    rf"(?:{TARGET}{SEPARATOR}(?:\w++{SEPARATOR})?{PICTURES}|these|those|it|everything|them|this"
    rf"|this{SEPARATOR}shit|(?:you|u|her|him)(?:{SEPARATOR}with)?{SEPARATOR}{PICTURES})(?!\w)"
)
AUDIENCE: Final = word(
    "everyone", "everybody", "nobody", "no one", "the world", "the internet", "the whole \\w++",
    r"(?:your|ur|her|his) (?:\w++ ){0,2}(?:family|parents|mom|mum|mother|dad|father|boss|wife|husband|friends"
    r"|followers|school|work|employer|kids|girlfriend|boyfriend|colleagues)",
)  # fmt: skip
GOES_PUBLIC: Final = word(
    r"go(?:es|ing)? (?:public|online|viral|live)",
    r"go(?:es|ing)? (?:up )?(?:on|in|to) (?:(?:the|my|your|every) )?"
    r"(?:timeline|tl|internet|web|feed|story|status|groups?)",
    r"(?:be|gets?|getting|being) (?:posted|leaked|published|released|uploaded|shared|exposed)",
    r"all over (?:the )?(?:internet|twitter|x|facebook|instagram|tiktok|reddit|web|place|town)",
)
DEMAND: Final = word("pay", "pay up", "pays", "paid", "paying", "give (?:me|us)", "transfer", "send (?:me|us)")
CONDITION: Final = word("if (?:you|u|ya|she|he|they)", "unless", "until", "till", "or else", "or", "otherwise",
                        "before", "one more", "last warning", "final warning", "keep \\w++ing")  # fmt: skip
