"""Pages that are made from the code say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from column_pages import column_pages
from command_pages import command_pages, every_command
from error_page import error_pages
from links import for_the_manual
from made_page import MadePage, cell, table
from model_pages import model_pages
from policy_page import policy_pages
from project_pages import data_pages, project_pages
from python_pages import python_pages
from schema_pages import described, schema_pages
from typer.testing import CliRunner

from consentry.batch.manifest.columns import ALL_COLUMNS
from consentry.batch.results.table import COLUMNS
from consentry.cli.app import app
from consentry.error_codes import error_codes
from consentry.policy.measuring.inputs import INPUTS
from consentry.records import Assessment, json_schema


def only(pages: list[MadePage], end: str) -> str:
    (found,) = [page.text for page in pages if page.address.endswith(end)]
    return found


@pytest.mark.parametrize("name", [name for name, _ in every_command()])
def test_every_option_that_help_knows_is_on_the_page(name: str) -> None:
    _, group, *inner = name.split()
    shown = CliRunner().invoke(app, [group, *inner, "--help"], env={"COLUMNS": "200"}).output
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(re.findall(r"^│ .*$", shown, re.MULTILINE))))
    page = only(command_pages(), f"/{group}.md")
    section = page[page.index(f"# {name}\n") :].split("\n## ")[0]
    declared = set(re.findall(r"`(--[a-z][a-z-]+)`", section))
    assert declared <= options
    assert options - declared <= {"--help"} | set(re.findall(r"--[a-z-]+", section))
    assert f"```text\n{name}" in section


def test_examples_are_blocks_of_their_own() -> None:
    assert "```sh\nconsentry score posts.parquet --out results" in only(command_pages(), "/score.md")


def test_columns_inputs_and_codes_are_all_there() -> None:
    assert all(f"| `{column.name}` |" in only(column_pages(), "manifest.md") for column in ALL_COLUMNS)
    assert all(f"| `{name}` |" in only(column_pages(), "results.md") for name in COLUMNS)
    assert all(f"| `{name}` |" in only(policy_pages(), ".md") for name in INPUTS)
    assert all(f'<span id="{code}"></span>`{code}`' in only(error_pages(), ".md") for code in error_codes())


def test_the_keys_of_the_written_form_are_those_that_are_read() -> None:
    page = only(policy_pages(), ".md")
    assert re.search(r"\| a fact \| `ask` \| .*`yes_at_least`", page)
    assert "| a decision line | `line`, `when`, `action`, `because` |" in page
    assert re.search(r"\| a medium \| +\| .*`private_context`", page)


def test_every_record_and_field_of_an_assessment_is_there() -> None:
    page = only(schema_pages(), "assessment.md")
    for name, schema in {"Assessment": Assessment.model_json_schema(), **json_schema()["$defs"]}.items():
        section = page.split(f"## {name}\n")[1].split("\n## ")[0]
        assert all(f"| `{field}`" in section for field in schema["properties"])


def test_attributes_of_a_docstring_are_told_apart() -> None:
    words, meanings = described(
        "What it is.\n\n    Attributes:\n        one: A thing\n            of two lines.\n        two: B.\n"
    )
    assert words == "What it is."
    assert meanings == {"one": "A thing of two lines.", "two": "B."}


def test_cards_and_documents_are_taken_over(repository: Path) -> None:
    assert {"scene", "faces", "text", "reading"} <= {Path(page.address).stem for page in model_pages()}
    assert only(project_pages(), "contributing.md") == (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(data_pages()) == len(list((repository / "data" / "datasets").glob("*.md")))


def test_the_map_has_every_module(repository: Path) -> None:
    page = only(python_pages(), "modules.md")
    for path in (repository / "src" / "consentry").rglob("*.py"):
        if path.name not in {"__init__.py", "__main__.py"}:
            package = ".".join(path.parent.relative_to(repository / "src").parts)
            section = page.split(f"## {package}\n")[1].split("\n## ")[0]
            assert f"`{path.stem}`" in section


def test_a_table_holds_one_line_a_row() -> None:
    written = "| a | b |\n| --- | --- |\n| x y | p\\|q |\n"
    assert written in table(("a", "b"), [("x\ny", "p|q")])
    assert cell(" a  b ") == "a b"


PLACES = {"docs/media.md": "media.md", "CONTRIBUTING.md": "project/contributing.md", "README.md": "index.md"}


class TestLinks:
    def of(self, text: str, repository: Path, source: str = "docs/how-to/a.md", page: str = "how-to/a.md") -> str:
        return for_the_manual(text, source, page, PLACES, repository)

    def test_to_what_the_manual_shows(self, repository: Path) -> None:
        assert self.of("[m](../media.md#limits)", repository) == "[m](../media.md#limits)"
        assert self.of("[c](../../CONTRIBUTING.md)", repository) == "[c](../project/contributing.md)"
        assert (
            self.of("[m](docs/media.md)", repository, "CONTRIBUTING.md", "project/contributing.md")
            == "[m](../media.md)"
        )

    def test_to_other_files_become_their_names(self, repository: Path) -> None:
        assert self.of("[the notice](../../NOTICE)", repository) == "the notice (`NOTICE`)"

    def test_to_nothing_and_to_elsewhere_stay(self, repository: Path) -> None:
        for text in ("[x](../nothing.md)", "[x](https://example.org)", "[x](#here)"):
            assert self.of(text, repository) == text

    def test_pages_that_are_named_become_links(self, repository: Path) -> None:
        assert self.of("see docs/media.md.", repository) == "see [docs/media.md](../media.md)."
        assert self.of("(`docs/media.md`)", repository) == "([docs/media.md](../media.md))"

    def test_code_is_left_alone(self, repository: Path) -> None:
        text = "```sh\ncat docs/media.md\n```\n"
        assert self.of(text, repository) == text
