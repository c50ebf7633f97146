"""No module imports itself by a detour.

An import counts wherever it stands: at the top, inside a function, or under ``TYPE_CHECKING``. A folder's
``__init__`` is a module like any other. The contract "No import circles" in pyproject.toml says the same of whole
folders; what it leaves out, a module and the ``__init__`` of its own folder, is seen here. Modules that a string
names when a program runs (`consentry.policy.__getattr__`) are seen by the imports beside it, for types.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest


def circle_in(package: str) -> list[str]:
    """The modules of one circle, the first of them again at the end; empty if there is none."""
    graph = grimp.build_graph(package, cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_there_is_no_circle() -> None:
    assert circle_in("consentry") == []


@pytest.mark.parametrize(
    ("way_back", "name"),
    [
        ("from {package}.one import a\n", "at_the_top"),
        ("def late():\n    from {package}.one import a\n    return a\n", "in_a_function"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {package}.one import a\n", "for_types"),
        ("from {package} import a\n", "through_the_folder"),
    ],
)
def test_a_circle_is_seen_wherever_the_import_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way_back: str, name: str
) -> None:
    package = f"circle_{name}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").write_text(f"from {package}.one import a\n", encoding="utf-8")
    (folder / "one.py").write_text(f"from {package} import two\na = two\n", encoding="utf-8")
    (folder / "two.py").write_text(way_back.format(package=package), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert f"{package}.two" in circle_in(package)
    (folder / "two.py").write_text("", encoding="utf-8")
    assert circle_in(package) == []
