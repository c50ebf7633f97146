"""``consentry evaluate faces`` and ``consentry evaluate detection`` as somebody would type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.errors import ConsentryError

PICTURES = {
    "ada/1": "reference_collins", "ada/2": "bedroom", "bo/1": "portrait_hopper", "bo/2": "sideboard",
    "cy/1": "reference_curie",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    rows = ["path,trade"]
    for name, source in PICTURES.items():
        path = folder / "pictures" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(repository / "data" / "demo" / "media" / f"{source}.jpg") as picture:
            picture.thumbnail((480, 480))
            picture.save(path, quality=92)
        rows.append(f"pictures/{name}.jpg,{'[red]science' if name.startswith('cy') else 'navy'}")
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    (folder / "pairs.csv").write_text(
        "same,path_a,path_b\n1,pictures/ada/1.jpg,pictures/ada/2.jpg\n1,pictures/bo/1.jpg,pictures/bo/2.jpg\n"
        "0,pictures/ada/1.jpg,pictures/bo/1.jpg\n0,pictures/bo/2.jpg,pictures/cy/1.jpg\n"
        "0,pictures/cy/1.jpg,pictures/ada/2.jpg\n1,pictures/cy/1.jpg,gone.jpg\n"
    )
    return folder


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.exception
    return result.output


def test_pairs_with_groups_and_a_missing_picture(people: Path, tmp_path: Path) -> None:
    arguments = [
        "faces", people / "pairs.csv", "--groups", people / "people.csv", "--group-column", "trade",
        "--broken-share", 0.2, "--bootstrap", 20,
    ]  # fmt: skip
    shown = run(*arguments, "--json", tmp_path / "out.json", "--html", tmp_path / "out.html")
    figures = json.loads((tmp_path / "out.json").read_text())
    assert (figures["pairs"], figures["skipped_pairs"], figures["failures_to_detect"]) == (5, 1, 0)
    assert figures["accuracy_at_shipped_threshold"] == 1.0
    assert set(figures["groups"]["trade"]["groups"]) == {"navy", "[red]science"}
    assert f"{figures['accuracy_at_shipped_threshold']:.4f}" in shown
    assert "too few pairs" in shown
    assert "[red]science" in shown
    assert "1 of 6 pictures could not be read" in shown
    assert "data:image/jpeg" not in (tmp_path / "out.html").read_text(encoding="utf-8")  # there is no wrong pair
    with pytest.raises(ConsentryError, match="could not be read"):
        CliRunner().invoke(app, ["evaluate", "faces", str(people / "pairs.csv")], catch_exceptions=False)


def test_a_folder_of_persons_gives_all_pairs(people: Path, tmp_path: Path) -> None:
    arguments = ["faces", people / "pictures", "--bootstrap", 20, "--json", tmp_path / "out.json"]
    assert run(*arguments, "--quiet") == ""
    figures = json.loads((tmp_path / "out.json").read_text())
    assert (figures["rates_genuine"], figures["rates_impostors"]) == (2, 8)
    assert (figures["genuine"], figures["impostors"]) == (2, 2)
    assert figures["eer"] == 0.0
    assert figures["eer_high"] > 0.1


def test_detection_by_group(people: Path, tmp_path: Path) -> None:
    arguments = ["detection", people / "people.csv", "--group-column", "trade", "--bootstrap", 20]
    shown = run(*arguments, "--json", tmp_path / "out.json", "--html", tmp_path / "out.html")
    assert "trade: navy" in shown
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["all"]["not_found"] == 0.0
    assert figures["groups"]["trade"]["groups"]["navy"]["pictures"] == 4
    assert "By trade" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert run(*arguments, "--quiet") == ""
    named = people / "named.csv"
    named.write_text((people / "people.csv").read_text().replace("path,trade", "File,Trade").replace(",", ";"))
    again = ["detection", named, "--column", "path=file", *arguments[2:], "--json", tmp_path / "again.json", "--quiet"]
    run(*again)
    assert json.loads((tmp_path / "again.json").read_text())["groups"] == figures["groups"]
