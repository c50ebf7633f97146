"""Pages need no other file, are whole, and let nothing through as markup."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from PIL import Image

from consentry.training.measures.pages import jpeg_address, page_templates, write_page


def test_what_is_put_in_is_text_and_must_be_there() -> None:
    template = page_templates().from_string("<p>{{ words }}</p>")
    assert template.render(words="<script>") == "<p>&lt;script&gt;</p>"
    with pytest.raises(UndefinedError):
        template.render()


def test_a_page_replaces_the_one_before_it_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for text in ("one", "two ü"):
        assert write_page(path, text) == path
        assert path.read_text(encoding="utf-8") == text
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_picture_is_in_its_address() -> None:
    address = jpeg_address(Image.new("RGB", (20, 10), "red"), quality=90)
    head, _, data = address.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert (image.format, image.size) == ("JPEG", (20, 10))
        assert image.getpixel((5, 5))[0] > 200  # type: ignore[index]
