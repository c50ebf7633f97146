"""Small files of one document."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.tables import TableError, read_document


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_yaml_is_read_as_it_is_written(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "report.yaml"
    path.write_text("id: 007\nname: Zoë\nday: 2026-11-30\nyes: no\nnothing:\n", encoding=encoding)
    assert read_document(path) == {"id": "007", "name": "Zoë", "day": "2026-11-30", "yes": "no", "nothing": None}


def test_json_may_be_laid_out_with_tabs(tmp_path: Path) -> None:
    path = tmp_path / "report.JSON"
    path.write_text('{\n\t"id": "007",\n\t"n": [1, true]\n}', encoding="utf-8-sig")
    assert read_document(path) == {"id": "007", "n": [1, True]}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.yaml", b"a: [", "table.format"),
        ("a.yaml", b"a: 1\nb: 2\na: 3\n", "table.format"),
        ("a.json", b"{", "table.format"),
        ("a.json", b"[" * 100_000, "table.format"),
        ("a.json", b'"caf\xe9"', "table.encoding"),
        ("a.yaml", "a: é".encode("utf-16")[:-1], "table.encoding"),
        ("a.yaml", b"a: \xe9\nb: \x81\n", "table.encoding"),
    ],
)
def test_what_is_none_is_said(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_document(tmp_path / name)
    assert caught.value.code == code
    assert "a." in caught.value.message
