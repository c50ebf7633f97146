"""What stands in the words that came with the media: contact details, offers of reward, threats to expose.

`analyse_text` is the door. Rules are for English; other languages are not searched for offers and threats, and a text
in which nothing was found is not thereby harmless.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from consentry.records import ComponentDigest
from consentry.text.analysis import MODEL, analyse_text

__all__ = ["MODEL", "analyse_text", "component"]


@cache
def component() -> ComponentDigest:
    """The rules as a component of an assessment: this code, and the plans it looks phone numbers up in."""
    name, _, number = MODEL.partition("@")
    content = sha256(version("phonenumbers").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    return ComponentDigest(name=name, version=number, sha256=content.hexdigest())
