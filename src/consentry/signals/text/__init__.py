"""What stands in the words of a post: private information, prohibited behaviour, cues of public interest.

`TextReader` is the door for posts, with its models for cues and for words inside pictures; `analyse_text` the one for
a text alone. Behaviour and cues are looked for in English, and a text in which nothing was found is not thereby
harmless.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from consentry.records import ComponentDigest
from consentry.signals.text.analysis import MODEL, analyse_text
from consentry.signals.text.reader import TextReader

__all__ = ["MODEL", "TextReader", "analyse_text", "component"]


@cache
def component() -> ComponentDigest:
    """The rules as a component of an assessment: this code, and the plans it looks phone numbers up in."""
    name, _, number = MODEL.partition("@")
    content = sha256(version("phonenumbers").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    return ComponentDigest(name=name, version=number, sha256=content.hexdigest())
