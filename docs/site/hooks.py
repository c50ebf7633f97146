"""What mkdocs calls while it builds the manual: pages are made from the code, links are set, drawings are put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from column_pages import column_pages
from command_pages import command_pages
from error_page import error_pages
from links import for_the_manual
from made_page import ROOT, MadePage
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from model_pages import model_pages
from policy_page import policy_pages
from project_pages import data_pages, project_pages
from python_pages import python_pages
from schema_pages import schema_pages

ASSETS = Path(__file__).parent / "assets"
_DRAWING = re.compile(r"!\[[^\]]*\]\((?P<path>[^)]+\.svg)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\((?P<path>(?!https?:)[^)#\s]+\.(?:png|jpg))\)")
_MARK = re.compile(r"^<!-- (?:exits|file|given|needs|output|slow)\b.*?-->\n", re.MULTILINE)

_MADE: dict[str, tuple[str, Callable[[], list[MadePage]]]] = {
    "commands": ("Commands", command_pages),
    "tables": ("", lambda: [*error_pages(), *column_pages(), *schema_pages(), *policy_pages()]),
    "models": ("Models", model_pages),
    "python": ("Python", python_pages),
    "data": ("Data sheets", data_pages),
    "project": ("", project_pages),
}
"""What ``made: NAME`` in the navigation of mkdocs.yml stands for: a heading (or none), and the pages."""


@cache
def made(name: str) -> tuple[MadePage, ...]:
    """The pages that a name of the navigation stands for."""
    return tuple(_MADE[name][1]())


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the made pages into the navigation."""
    config.nav = _filled(config.nav or [])
    return config


def _filled(entries: list[Any]) -> list[Any]:
    found: list[Any] = []
    for entry in entries:
        if not isinstance(entry, dict):
            found.append(entry)
            continue
        ((title, inner),) = entry.items()
        if title == "made":
            heading = _MADE[inner][0]
            pages: list[Any] = [
                page.address if page.address.endswith("index.md") else {page.title: page.address}
                for page in made(inner)
            ]
            found += [{heading: pages}] if heading else pages
        else:
            found.append({title: _filled(inner) if isinstance(inner, list) else inner})
    return found


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages, the pictures that copied documents show, and the style."""
    for path in sorted(ASSETS.iterdir()):
        files.append(File.generated(config, f"assets/{path.name}", abs_src_path=str(path)))
    places = _places(files)
    for name in _MADE:
        for page in made(name):
            text = for_the_manual(page.text, page.source or f"docs/{page.address}", page.address, places, ROOT)
            files.append(File.generated(config, page.address, content=_with_pictures(text, page, files, config)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_others: Any) -> str:
    """Set links into the repository, draw drawings into the page, and leave out marks that are for tests."""
    uri = page.file.src_uri
    if page.file.generated_by is None:
        markdown = for_the_manual(markdown, f"docs/{uri}", uri, _places(files), ROOT)
    return _MARK.sub("", _DRAWING.sub(lambda match: _drawing(match, uri), markdown))


def _places(files: Files) -> dict[str, str]:
    """Where the manual shows files of the repository."""
    places = {f"docs/{file.src_uri}": file.src_uri for file in files if file.generated_by is None}
    copied = {page.source: page.address for name in _MADE for page in made(name) if page.source}
    made_here = {f"docs/{page.address}": page.address for name in _MADE for page in made(name)}
    return {**places, **made_here, **copied, "README.md": "index.md"}


def _drawing(match: re.Match[str], uri: str) -> str:
    """A drawing as part of the page, so that its colours follow the page's."""
    path = (ROOT / "docs" / uri).parent / match["path"]
    return f'<div class="drawing">\n{path.read_text(encoding="utf-8").strip()}\n</div>'


def _with_pictures(text: str, page: MadePage, files: Files, config: MkDocsConfig) -> str:
    """Take along the pictures of a copied document."""
    if not page.source:
        return text
    for match in re.finditer(r"!\[[^\]]*\]\(([^)]+\.png)\)", (ROOT / page.source).read_text(encoding="utf-8")):
        picture = (ROOT / page.source).parent / match[1]
        files.append(File.generated(config, f"{Path(page.address).parent}/{picture.name}", abs_src_path=str(picture)))
    return text
