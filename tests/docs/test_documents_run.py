"""What the tutorials and the how-to pages say runs, in an empty folder, from the first line to the last."""

from __future__ import annotations

from pathlib import Path

import pytest
from document_runs import Run
from fenced_blocks import RUN, Document, read_document

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted([DOCS / "index.md", *(DOCS / "tutorials").glob("*.md"), *(DOCS / "how-to").glob("*.md")])
DOCUMENTS = [read_document(page) for page in PAGES]


def parameters() -> list[object]:
    run = [document for document in DOCUMENTS if any(block.is_run for block in document.blocks)]
    return [
        pytest.param(
            document,
            marks=[pytest.mark.slow] if document.slow else [],
            id=str(document.path.relative_to(DOCS)),
        )
        for document in run
    ]


@pytest.mark.parametrize("document", parameters())
def test_it_runs(document: Document, tmp_path: Path, repository: Path) -> None:
    Run(document, tmp_path, repository).all_blocks()


def test_most_of_what_can_be_run_is_run() -> None:
    blocks = [block for document in DOCUMENTS for block in document.blocks if block.language in RUN and not block.file]
    assert sum(block.is_run for block in blocks) > 0.6 * len(blocks)
