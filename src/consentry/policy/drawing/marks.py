"""The marks that a drawing is made of: text that is measured and wrapped, boxes, arrows. All numbers are pixels."""

from __future__ import annotations

from html import escape
from typing import Final

SANS: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
INK: Final = "#1f2933"
FAINT: Final = "#5f6c7b"
RULE: Final = "#d5dbe1"
_RADIUS: Final = 6
"""Of the corners of boxes."""

_NARROW: Final = {**dict.fromkeys("ijl.,:;'|!", 0.25), **dict.fromkeys("ftrI()[]/- ", 0.33)}
_WIDE: Final = {**dict.fromkeys("mwMW", 0.88), **dict.fromkeys("ABCDEGHKNOPQRSUVXYZ&", 0.72)}
_ORDINARY: Final = 0.56
_MARGIN: Final = 1.06
"""Widths are those of Helvetica, rounded up; the font at hand may be a little wider."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is."""
    widths = sum(_NARROW.get(letter, _WIDE.get(letter, _ORDINARY)) for letter in text)
    return widths * size * _MARGIN * (1.07 if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """A text in lines that fit; a word that is wider than a line has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def text_mark(x: float, y: float, text: str, size: float, *, colour: str = INK, bold: bool = False) -> str:
    """One line of text; ``y`` is its baseline."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}"{weight}>{escape(text)}</text>'


def box_mark(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none") -> str:
    """A box with round corners."""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_RADIUS}" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def arrow_mark(x1: float, y1: float, x2: float, y2: float) -> str:
    """An arrow from one point to another; the head is defined once for the whole drawing."""
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{FAINT}" stroke-width="1.4" '
        'marker-end="url(#head)"/>'
    )


def rule_mark(x1: float, y: float, x2: float) -> str:
    """A thin horizontal rule."""
    return f'<line x1="{_n(x1)}" y1="{_n(y)}" x2="{_n(x2)}" y2="{_n(y)}" stroke="{RULE}"/>'


def page_mark(width: float, height: float, title: str, marks: list[str]) -> str:
    """The whole drawing."""
    head = (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="{FAINT}"/></marker></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="{SANS}" role="img">\n<title>{escape(title)}</title>\n'
        f'{head}\n<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(marks) + "\n</svg>\n"
    )


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
