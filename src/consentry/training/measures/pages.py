"""What all pages of this room have in common: HTML files that need no other, written whole or not at all."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

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
