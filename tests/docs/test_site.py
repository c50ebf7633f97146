"""The manual builds without a warning, names everything that is public, and needs no network to be read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from command_pages import every_command
from python_pages import PAGES, packages_with_public_names, public_names

from consentry.error_codes import error_codes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mkdocs") is None, reason="mkdocs is not installed: pip install 'consentry[docs]'"),
]


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=repository,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    return {str(path.relative_to(site)): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def test_every_public_name_is_in_the_reference(pages: dict[str, str]) -> None:
    anchors = set(re.findall(r'id="(consentry[\w.]*)"', "".join(pages.values())))
    shown = {module for modules in PAGES.values() for module in modules}
    missing = [
        f"{package}.{name}"
        for package in packages_with_public_names()
        if package in shown
        for name in public_names(package)
        if not {f"{package}.{name}", f"{package}.{name}.{name}"} & anchors
    ]
    assert not missing


def test_what_is_imported_from_consentry_leads_to_its_description(pages: dict[str, str]) -> None:
    page = pages["reference/python/index.html"]
    for name in public_names("consentry"):
        if not name.startswith("__"):
            assert re.search(rf'href="[^"]+#consentry[\w.]+\.{name}"', page), name


def test_every_command_and_every_code_has_its_place(pages: dict[str, str]) -> None:
    commands = "".join(text for name, text in pages.items() if name.startswith("reference/commands/"))
    assert [name for name, _ in every_command() if f">{name}<" not in commands.replace("&nbsp;", " ")] == []
    assert [code for code in error_codes() if f'id="{code}"' not in pages["reference/errors.html"]] == []


def test_nothing_is_fetched_from_elsewhere(site: Path, pages: dict[str, str]) -> None:
    fetched = re.compile(r'<(?:script|link|img|iframe|source|video)\b[^>]*(?:src|href)="(?:https?:)?//[^"]*"')
    assert {name: found for name, text in pages.items() if (found := fetched.findall(text))} == {}
    style = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?https?:[^)]*\)", style) == []
    assert all("assets/iframe-worker.js" in text for name, text in pages.items() if name != "404.html")


def test_the_search_works_from_a_file(site: Path) -> None:
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = {")
    assert "recommend_restrict" in index


def test_marks_for_tests_are_not_shown(pages: dict[str, str]) -> None:
    assert [
        name for name, text in pages.items() if re.search(r"<!-- (needs|given|slow|output|exits|file)\b", text)
    ] == []


def test_drawings_are_part_of_their_page(pages: dict[str, str]) -> None:
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in pages["architecture.html"]
    assert "house-room" in pages["architecture.html"]


def test_no_page_speaks_in_mermaid(repository: Path) -> None:
    assert [path for path in (repository / "docs").rglob("*.md") if "```mermaid" in path.read_text("utf-8")] == []
