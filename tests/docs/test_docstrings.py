"""Nothing public is without a description."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from python_pages import PAGES, packages_with_public_names

Described = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_OF_PROGRAMS = {"consentry", "consentry.cli"}
"""What `consentry` itself offers is described in its rooms; the command line is no library."""


def public(node: Described, name: str) -> Iterator[tuple[str, Described]]:
    """A module or class with everything public in it."""
    yield name, node
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
            if isinstance(inner, ast.ClassDef):
                yield from public(inner, f"{name}.{inner.name}")
            elif not any(ast.unparse(mark).endswith(("overload", ".setter")) for mark in inner.decorator_list):
                yield f"{name}.{inner.name}", inner


def test_every_public_name_has_a_docstring(repository: Path) -> None:
    bare, count = [], 0
    for path in sorted((repository / "src" / "consentry").rglob("*.py")):
        module = ".".join(path.relative_to(repository / "src").with_suffix("").parts)
        for name, node in public(ast.parse(path.read_text(encoding="utf-8")), module):
            count += 1
            if not ast.get_docstring(node):
                bare.append(f"{path.relative_to(repository)}:{getattr(node, 'lineno', 1)}: {name} has no docstring")
    assert not bare, "\n".join(bare)
    assert count > 1000


def test_the_test_sees_what_is_bare() -> None:
    tree = ast.parse('"""A."""\nclass B:\n    """B."""\n    def c(self): ...\n    def _d(self): ...\ndef _e(): ...\n')
    assert [name for name, node in public(tree, "a") if not ast.get_docstring(node)] == ["a.B.c"]


def test_every_package_with_public_names_has_a_page() -> None:
    shown = {module for modules in PAGES.values() for module in modules}
    missing = set(packages_with_public_names()) - shown - _OF_PROGRAMS
    assert not missing, f"docs/site/python_pages.py: add to PAGES {', '.join(sorted(missing))}"


def test_pages_name_modules_that_are_there(repository: Path) -> None:
    for module in (module for modules in PAGES.values() for module in modules):
        path = repository / "src" / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module
