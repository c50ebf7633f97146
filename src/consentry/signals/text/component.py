"""The rules for words as a component of assessments."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from consentry.records import ComponentDigest
from consentry.signals.text.analysis import MODEL


@cache
def component() -> ComponentDigest:
    """The rules as a component of an assessment: this code, and the plans it looks phone numbers up in."""
    name, _, number = MODEL.partition("@")
    content = sha256(version("phonenumbers").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    return ComponentDigest(name=name, version=number, sha256=content.hexdigest())
