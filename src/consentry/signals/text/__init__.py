"""What stands in the words of a post: private information, prohibited behaviour, cues of public interest.

`TextReader` is the door for posts, with its models for cues and for words inside pictures; `analyse_text` the one for
a text alone. Behaviour and cues are looked for in English, and a text in which nothing was found is not thereby
harmless.
"""

from __future__ import annotations

from consentry.signals.text.analysis import MODEL, analyse_text
from consentry.signals.text.component import component
from consentry.signals.text.reader import TextReader

__all__ = ["MODEL", "TextReader", "analyse_text", "component"]
