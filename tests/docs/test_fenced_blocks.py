"""The machinery that runs documents notices what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from document_runs import Run
from fenced_blocks import read_document


def run(text: str, tmp_path: Path, repository: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    Run(read_document(page), folder, repository).all_blocks()


def test_blocks_share_files_variables_and_names(tmp_path: Path, repository: Path) -> None:
    run(
        '```yaml title="inner/a.yaml"\nx: 1\n```\n'
        "```sh\nexport CONSENTRY_THING=seven\ncd inner\n```\n"
        "```python\nimport os\nfrom pathlib import Path\nthing = os.environ['CONSENTRY_THING']\n```\n"
        "```sh\ncat a.yaml\necho $CONSENTRY_THING\n```\n"
        "<!-- output -->\n```text\nx: ...\nseven\n```\n"
        "```python\nprint(thing, Path('a.yaml').read_text())\n```\n"
        "<!-- output -->\n```text\nseven x: 1\n```\n",
        tmp_path,
        repository,
    )


def test_files_are_given(tmp_path: Path, repository: Path) -> None:
    run("<!-- given: a/licence = LICENSE -->\n\n```sh\ngrep -q Apache a/licence\n```\n", tmp_path, repository)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```sh\nfalse\n```\n", "exits with 1, not 0"),
        ("```sh\nfalse\ntrue\n```\n", "exits with 1, not 0"),
        ("```sh\ntrue  # exits 1\n```\n", "exits with 99"),
        ("<!-- exits: 2 -->\n```sh\nfalse\n```\n", "exits with 1, not 2"),
        ("```python\nassert 1 == 2\n```\n", "AssertionError"),
        ("```python\nimport warnings\nwarnings.warn('old')\n```\n", "UserWarning"),
        ("```sh\necho one\n```\n<!-- output -->\n```text\ntwo\n```\n", "another output"),
        ("```sh\ncat nothing\n```\n", "exits with 1"),
    ],
)
def test_what_is_not_true_is_noticed(text: str, complaint: str, tmp_path: Path, repository: Path) -> None:
    with pytest.raises(AssertionError, match=complaint):
        run(text, tmp_path, repository)


def test_marks_that_are_kept(tmp_path: Path, repository: Path) -> None:
    run(
        "<!-- needs: gpu, there is none here -->\n```sh\nfalse\n```\n"
        "```sh\nfalse  # exits 1\nconsentry --nothing  # exits 2\n```\n"
        "<!-- exits: 1 -->\n```sh\nfalse\n```\n",
        tmp_path,
        repository,
    )


@pytest.mark.parametrize("mark", ["needs: gpu", "needs: patience, it is dull", "neds: gpu, none"])
def test_marks_that_make_no_sense_are_refused(mark: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"<!-- {mark} -->\n```sh\ntrue\n```\n")
    with pytest.raises(ValueError, match=r"page\.md:1"):
        read_document(page)


def test_a_document_says_why_it_is_slow(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n<!-- slow: trains a model -->\n<!-- given: a.jpg = b.jpg, data -->\n")
    document = read_document(page)
    assert document.slow == "trains a model"
    assert document.given == {"a.jpg": "b.jpg", "data": "data"}
