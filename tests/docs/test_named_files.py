"""Documents name files that are there, and lead to pages that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from column_pages import column_pages
from command_pages import command_pages
from error_page import error_pages
from model_pages import model_pages
from policy_page import policy_pages
from python_pages import python_pages
from schema_pages import schema_pages

from consentry.desk.people.roles import ACTS
from consentry.error_codes import error_codes
from consentry.policy.measuring.inputs import INPUTS

_PATH = re.compile(r"`((?:src|docs|tests|models|data|benchmarks|examples|notebooks)/[\w./-]*|[\w-]+\.(?:toml|lock))`")


def documents(repository: Path) -> list[Path]:
    return [repository / "README.md", repository / "CONTRIBUTING.md", *sorted((repository / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", ["docs/where-is.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_files_that_are_named_are_there(name: str, repository: Path) -> None:
    text = (repository / name).read_text(encoding="utf-8")
    named = [path for path in _PATH.findall(text) if "NAME" not in path and path != "docs/"]
    assert len(named) > 8
    assert [path for path in named if not (repository / path).exists()] == []


def test_every_room_is_in_the_architecture(repository: Path) -> None:
    page = (repository / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = (repository / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
    source = repository / "src" / "consentry"
    for folder in [*source.iterdir(), *(source / "signals").iterdir()]:
        if (folder / "__init__.py").is_file():
            assert f"{folder.name}/`" in page, folder
            assert f">{folder.name}<" in drawing or folder.name == "records", folder


def test_the_drawing_names_no_room_that_is_not_there(repository: Path) -> None:
    drawing = (repository / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
    source = repository / "src" / "consentry"
    for name in re.findall(r'class="house-name"[^>]*>([^<]+)<', drawing):
        assert (source / name).is_dir() or (source / "signals" / name).is_dir(), name


def test_links_of_tutorials_and_how_tos_lead_somewhere(repository: Path) -> None:
    """To a file, or to a page that is made when the manual is built."""
    made = [*command_pages(), *error_pages(), *column_pages(), *schema_pages(), *policy_pages(), *model_pages()]
    addresses = {page.address for page in [*made, *python_pages()]}
    docs = repository / "docs"
    broken = []
    for document in [*docs.glob("*.md"), *docs.glob("*/*.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
            path = (document.parent / target).resolve()
            inside = str(path.relative_to(docs)) if path.is_relative_to(docs) else ""
            if not path.exists() and inside not in addresses:
                broken.append(f"{document.relative_to(repository)}: {target}")
    assert not broken


def test_codes_that_documents_name_are_in_the_list(repository: Path) -> None:
    rooms = "|".join({code.partition(".")[0] for code in error_codes()})
    endings = ("json", "md", "py", "yaml", "csv", "onnx", "html", "jsonl", "safetensors", "npz")
    for document in documents(repository):
        text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        for code in re.findall(rf"`((?:{rooms})\.[a-z_]+)`", text):
            if code not in {*INPUTS, *ACTS} and not code.endswith(endings) and not code.startswith("consentry."):
                assert code in error_codes(), f"{document.name} names {code}"
