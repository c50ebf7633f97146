"""What lets others into an account: passwords, keys, links with a password in them."""

from __future__ import annotations

import re
from typing import Final

from consentry.signals.text.passages import Pattern

_WORD: Final = (
    r"(?:pass\s?(?:word|code|phrase)|passwd|pwd|pw|passwort|kennwort|mot de passe|mdp|contraseña|senha"
    r"|wachtwoord|parola"
    r"|hasło|пароль|密码|パスワード)"
)
_NOT_A_SECRET: Final = re.compile(
    r"(?:is|was|are|the|an?|on|in|at|to|for|your|my|his|her|their|our|not|no|none|please|incorrect|wrong"
    r"|invalid|weak|strong"
    r"|required|reset|change[ds]?|protected|hint|manager|expired|forgotten|lost|missing|must|should|reminder"
    r"|needed|here|there"
    r"|below|above|hidden|secret|redacted|removed|blank|same|that|this|too|so|very|and|or|but|if|when|only|still|really"
    r"|\*{3,}|x{4,}|•{3,}|\.{2,}|https?:.*)[.,!?;:]{0,3}",
    re.IGNORECASE,
)


def _secret(value: str) -> bool:
    return len(value) >= 4 and not _NOT_A_SECRET.fullmatch(value)


def _mixed(value: str) -> bool:
    """Behind a mere "is": no plain word, which may be the next one of the sentence."""
    stripped = value.strip("\"'“”.,!?")
    plain = stripped.isalpha() and (stripped.islower() or stripped.istitle())
    return _secret(value) and (not plain or value[0] in "\"'“")


# Where the probabilities come from: docs/text.md.
PATTERNS: Final = (
    Pattern(
        "credentials",
        "credentials/password",
        0.8,
        rf"(?<!\w){_WORD}\s{{0,2}}(?::|=|->|→)\s{{0,2}}(?P<value>[^\s,;<>]{{4,64}})",
        _secret,
    ),
    Pattern(
        "credentials",
        "credentials/password_is",
        0.75,
        rf"(?<!\w){_WORD}\s(?:is|was|ist|est|es|:)\s(?P<value>[^\s,;<>]{{4,64}})",
        _mixed,
    ),
    Pattern(
        "credentials",
        "credentials/pin",
        0.7,
        r"\b(?:pin|pin code|access code|door code|gate code|alarm code|passcode|otp|2fa code|verification code)"
        r"\s{0,2}(?:is|:|=)\s{0,2}(?P<value>\d{4,8})(?!\d)",
    ),
    Pattern(
        "credentials",
        "credentials/address_and_password",
        0.8,
        r"(?<![\w.%+-])(?P<value>[a-z0-9_][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}[:"
        r"|;][^\s:;|]{6,64})",
    ),
    Pattern("credentials", "credentials/link", 0.9, r"\b[a-z]{2,6}://[^\s/:@]{1,64}:[^\s/@]{3,64}@[\w.-]{3,253}"),
    Pattern("credentials", "credentials/private_key", 0.97, r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----"),
    Pattern(
        "credentials",
        "credentials/token",
        0.95,
        r"(?<!\w)(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,90}|xox[abprs]-[\w-]{10,80}"
        r"|sk-[A-Za-z0-9_-]{20,120}|AIza[\w-]{35}|eyJ[\w-]{8,400}+\.eyJ[\w-]{8,400}+\.[\w-]{8,400}+)(?![\w-])",
        case=True,
    ),
)
"""A password is what stands behind the word for it; a token is known by its own look."""
