"""The labelling configuration: the picture, its faces, the kind of scene, and every question of the policy."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from consentry.policy import Policy

IMAGE: Final = "image"
FACES: Final = "faces"
CONTEXT: Final = "context"
FACT: Final = "fact_"
"""What names of questions begin with; the fact's name follows."""
CLAIMANT: Final = "claimant"
SOMEBODY: Final = "somebody else"
CONTEXTS: Final = ("private", "public event", "neither")
UNKNOWN: Final = "unknown"


def questions_of(policy: Policy) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What people can be asked under a policy: fact to question and words to answer with."""
    return {fact.name: (fact.ask, fact.words) for fact in policy.facts if fact.ask}


def labelling_configuration(policy: Policy) -> str:
    """The configuration of a project in Label Studio, as XML."""
    view = Element("View")
    SubElement(view, "Header", value="$title")
    SubElement(view, "Image", name=IMAGE, value="$image", zoom="true")
    SubElement(view, "Text", name="words", value="$words")
    SubElement(view, "Text", name="open", value="$open")
    faces = SubElement(view, "RectangleLabels", name=FACES, toName=IMAGE)
    SubElement(faces, "Label", value=CLAIMANT, background="#d62728")
    SubElement(faces, "Label", value=SOMEBODY, background="#1f77b4")
    _choices(view, CONTEXT, "What does the picture show?", CONTEXTS)
    for name, (ask, words) in questions_of(policy).items():
        _choices(view, FACT + name, ask, (*words, UNKNOWN))
    indent(view)
    return tostring(view, encoding="unicode")


def _choices(view: Element, name: str, ask: str, words: tuple[str, ...]) -> None:
    SubElement(view, "Header", value=ask, size="5")
    choices = SubElement(view, "Choices", name=name, toName=IMAGE, choice="single-radio", showInline="true")
    for word in words:
        SubElement(choices, "Choice", value=word)
