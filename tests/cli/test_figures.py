"""Figures as commands write and show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.cli.figures import figure, print_skipped, write_figures


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ({"auc": 0.98765, "auc_low": 0.97, "auc_high": 0.99}, "0.988 (0.970-0.990)"),
        ({"auc": 0.98765, "auc_low": None, "auc_high": None}, "0.988"),
        ({"auc": 0.98765}, "0.988"),
        ({"auc": 12}, "12"),
        ({"auc": None, "auc_low": 0.1, "auc_high": 0.2}, "–"),
    ],
)
def test_a_figure_with_its_interval(figures: dict[str, float | None], shown: str) -> None:
    assert figure(figures, "auc", 3) == shown


def test_figures_are_written_where_they_were_asked_for(tmp_path: Path) -> None:
    write_figures(None, {"auc": 1.0})
    path = tmp_path / "figures.json"
    write_figures(path, {"auc": 1.0})
    assert json.loads(path.read_text()) == {"auc": 1.0}
    assert [each.name for each in tmp_path.iterdir()] == ["figures.json"]


def test_the_first_unreadable_files_are_named_and_all_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_skipped([{"reason": f"file {number} is damaged"} for number in range(12)], 30, what="files")
    shown = capsys.readouterr().err
    assert "file 9 is damaged" in shown
    assert "file 10 is damaged" not in shown
    assert "12 of 30 files could not be read." in shown
    print_skipped([], 30, what="files")
    assert capsys.readouterr().err == ""
