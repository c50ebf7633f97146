"""Contact sheets: many small pictures with captions, as one HTML file that needs no other, or as one picture.

They show pictures of a data set. They may go wherever those may, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.training.measures.pages import jpeg_address, page_templates, write_page

if TYPE_CHECKING:
    from PIL import Image

MOST_TILES: Final = 200
"""A page with more takes long to open; who lists tiles puts the most telling ones first."""

_SIDE: Final = 240
_QUALITY: Final = 78
_LINE: Final = 12
_MARGIN: Final = 8


@dataclass(frozen=True)
class Shown:
    """One picture and what stands beneath it."""

    path: Path
    caption: str


@dataclass(frozen=True)
class Tile:
    """Pictures that are shown side by side, under a heading."""

    pictures: tuple[Shown, ...]
    heading: str = ""


@dataclass(frozen=True)
class Section:
    """Tiles that belong together."""

    title: str
    tiles: Sequence[Tile]
    note: str = ""


def write_contact_sheet(path: Path, *, title: str, note: str, sections: Sequence[Section]) -> Path:
    """Write an HTML contact sheet; whole or not at all.

    Of each section the first `MOST_TILES` tiles are shown, and it is said how many are left out.

    Args:
        path: Where to.
        title: Of the page.
        note: What is to be seen on it, in a sentence or two.
        sections: In their order; those without tiles are left out.
    """
    shown = [_drawn(section) for section in sections if section.tiles]
    columns = max((len(tile.pictures) for section in sections for tile in section.tiles), default=1)
    template = page_templates().get_template("contact_sheet.html.j2")
    page = template.render(title=title, note=note, sections=shown, columns=columns)
    return write_page(path, page)


def contact_sheet_image(pictures: Sequence[Shown], *, columns: int = 6, side: int = 150) -> Image.Image:
    """One picture of many, each with its caption beneath it, for a notebook.

    Args:
        pictures: What to show; those that cannot be read are grey.
        columns: How many stand in a row at most.
        side: The longest side of each, in pixels.
    """
    from PIL import Image, ImageDraw

    columns = max(1, min(columns, len(pictures)))
    lines = max((shown.caption.count("\n") + 1 for shown in pictures), default=1)
    height = side + lines * _LINE + 2 * _MARGIN
    rows = max(1, -(-len(pictures) // columns))
    sheet = Image.new("RGB", (columns * (side + _MARGIN) + _MARGIN, rows * height + _MARGIN), "white")
    draw = ImageDraw.Draw(sheet)
    for index, shown in enumerate(pictures):
        left = _MARGIN + (index % columns) * (side + _MARGIN)
        top = _MARGIN + (index // columns) * height
        thumbnail = _thumbnail(shown.path, side) or Image.new("RGB", (side, side), "lightgrey")
        sheet.paste(thumbnail, (left + (side - thumbnail.width) // 2, top + (side - thumbnail.height) // 2))
        draw.multiline_text((left, top + side + 2), shown.caption, fill="black", spacing=1, font_size=10)
    return sheet


def _drawn(section: Section) -> dict[str, object]:
    tiles = [
        {
            "heading": tile.heading,
            "pictures": [{"address": _address(shown.path), "caption": shown.caption} for shown in tile.pictures],
        }
        for tile in section.tiles[:MOST_TILES]
    ]
    left_out = len(section.tiles) - len(tiles)
    note = f"{section.note} The first {MOST_TILES} of {len(section.tiles)}.".strip() if left_out else section.note
    return {"title": section.title, "note": note, "tiles": tiles}


def _thumbnail(path: Path, side: int) -> Image.Image | None:
    from PIL import Image

    try:
        opened = open_media(Media(path=path), longest_side=side)
    except MediaError:
        return None
    return Image.fromarray(opened.frames[len(opened.frames) // 2].pixels)


def _address(path: Path) -> str:
    thumbnail = _thumbnail(path, _SIDE)
    return "" if thumbnail is None else jpeg_address(thumbnail, quality=_QUALITY, optimize=False)
