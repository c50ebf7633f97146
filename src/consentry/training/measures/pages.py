"""What all pages of training have in common: HTML files that need no other, written whole or not at all."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from consentry.writing import write_text

if TYPE_CHECKING:
    from PIL import Image


def page_templates() -> Environment:
    """The templates; everything that is put in is text and is escaped."""
    return Environment(
        loader=PackageLoader("consentry.training"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def figure_templates() -> Environment:
    """The templates, with figures, words and percentages."""
    found = page_templates()
    found.filters["words"] = lambda value: str(value).replace("_", " ")
    found.filters["figure"] = figure
    found.filters["percent"] = lambda value: "–" if value is None else f"{100 * value:.1f} %"
    return found


def figure(figures: Mapping[str, Any], name: str) -> Markup:
    """A figure with its interval, for a table's cell."""
    value, low, high = (figures.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return Markup("–")
    if low is None or high is None:
        return Markup("{:.3f}").format(value)
    return Markup('{:.3f} <span class="ends">{:.3f}–{:.3f}</span>').format(value, low, high)


def write_page(path: Path, page: str) -> Path:
    """Write a page; what was there stays until it is complete.

    Returns:
        ``path``.

    Raises:
        OutputError: It cannot be written.
    """
    return write_text(path, page, make_folder=True)


def jpeg_address(image: Image.Image, *, quality: int, optimize: bool = True) -> str:
    """A picture as a ``data:`` address, for a page that needs no other file."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, optimize=optimize)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
