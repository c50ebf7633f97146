"""The library's reference: which modules programs may build on, and a map of all the others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from made_page import ROOT, MadePage, table

SOURCE = ROOT / "src"

PAGES: dict[str, tuple[str, ...]] = {
    "consentry.pipeline": ("consentry.pipeline.assessor",),
    "consentry.records": ("consentry.records",),
    "consentry.errors": ("consentry.errors", "consentry.error_codes"),
    "consentry.tables": ("consentry.tables",),
    "consentry.media": ("consentry.media",),
    "consentry.signals": ("consentry.signals.protocol", "consentry.signals.registry"),
    "consentry.signals.scene": ("consentry.signals.scene",),
    "consentry.signals.faces": (
        "consentry.signals.faces",
        "consentry.signals.faces.enrolment",
        "consentry.signals.faces.keys",
    ),
    "consentry.signals.copies": ("consentry.signals.copies",),
    "consentry.signals.text": ("consentry.signals.text",),
    "consentry.policy": ("consentry.policy", "consentry.policy.cases.files"),
    "consentry.policy.proving": ("consentry.policy.proving",),
    "consentry.policy.prose": ("consentry.policy.prose",),
    "consentry.policy.statement": ("consentry.policy.statement",),
    "consentry.policy.drawing": ("consentry.policy.drawing",),
    "consentry.batch": (
        "consentry.batch",
        "consentry.batch.results.stored",
        "consentry.batch.ray.cluster",
        "consentry.batch.ray.engine",
        "consentry.batch.pyfunc.export",
        "consentry.batch.pyfunc.model",
    ),
    "consentry.runtime": ("consentry.runtime",),
    "consentry.desk": ("consentry.desk.client",),
    "consentry.training": (
        "consentry.training.errors",
        "consentry.training.data.manifest",
        "consentry.training.scene.config",
        "consentry.training.scene.training",
        "consentry.training.scene.evaluation",
        "consentry.training.faces.evaluation",
        "consentry.training.registry.gates",
    ),
}
"""What the reference shows in full: the page, and the modules on it."""


def python_pages() -> list[MadePage]:
    """What is imported from ``consentry`` itself, a page for each room, and the map of modules."""
    rooms = [
        MadePage(f"reference/python/{title}.md", title.removeprefix("consentry."), _page(title, modules))
        for title, modules in PAGES.items()
    ]
    return [
        MadePage("reference/python/index.md", "The library", _overview()),
        *rooms,
        MadePage("reference/python/modules.md", "Every module", _map()),
    ]


def public_names(module: str) -> list[str]:
    """``__all__`` of a module; empty if it has none."""
    for node in _tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def packages_with_public_names() -> list[str]:
    """Every package that says by ``__all__`` what it offers to programs."""
    return [name for name, path in _modules() if path.name == "__init__.py" and public_names(name)]


def _page(title: str, modules: tuple[str, ...]) -> str:
    return f"# {title}\n\n" + "\n\n".join(_block(module) for module in modules) + "\n"


def _block(module: str) -> str:
    lines = [
        f"::: {module}",
        "    options:",
        "      show_submodules: false",
        "      show_root_toc_entry: true",
        "      show_root_full_path: true",
    ]
    names = public_names(module)
    hidden = [name for name in names if SOURCE.joinpath(*module.split("."), f"{name}.py").is_file()]
    if names:
        lines += ["      members:", *(f"        - {name}" for name in names if name not in hidden)]
    # A function that is called like the module it comes from stands behind that module's name.
    return "\n\n".join(["\n".join(lines), *(f"::: {module}.{name}.{name}" for name in hidden)])


def _overview() -> str:
    origins = dict(_imported("consentry"))
    rows = []
    for name in public_names("consentry"):
        where = origins.get(name)
        if where is not None and not name.startswith("__"):
            rows.append((f"[`consentry.{name}`][{where}.{name}]", _first_line(_definition(where, name))))
    return "\n".join(
        [
            "# The library\n",
            "```python\nimport consentry\n\nassessor = consentry.Assessor.load()\n```\n",
            "What most programs need is imported from `consentry` itself:\n",
            table(("name", "what it is"), rows),
            "Everything else is imported from its room. What stands in the `__all__` of a package, and on the pages of "
            "this reference, is meant to be built on; until version 1.0 it may still change, and the change log says "
            "so. [Every module](modules.md) lists the others: a program that imports from one of those may break with "
            "any release.\n",
            "Importing `consentry` loads nothing heavy; the networks' library loads with `Assessor`.",
        ]
    )


def _map() -> str:
    parts = [
        "# Every module\n\nThe house, room by room: what each module is about, by the first line of its description.\n"
    ]
    shown = {module: page for page, modules in PAGES.items() for module in modules}
    packages: dict[str, list[tuple[str, str]]] = {}
    for name, path in _modules():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
        called = f"`{name.rpartition('.')[2]}`" if path.name != "__init__.py" else "the package"
        if name in shown:
            called = f"[{called}]({shown[name]}.md)"
        packages.setdefault(package, []).append((called, about.replace("``", "`")))
    parts += [f"## {package}\n\n{table(('module', 'about'), rows)}" for package, rows in packages.items()]
    return "\n".join(parts)


def _modules() -> Iterator[tuple[str, Path]]:
    """Every module by its name, a package before what is in it."""
    for path in sorted(
        (SOURCE / "consentry").rglob("*.py"), key=lambda path: (path.parent, path.name != "__init__.py", path)
    ):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if not name.endswith("__main__"):
            yield name.removesuffix(".__init__"), path


def _tree(module: str) -> ast.Module:
    path = SOURCE.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def _imported(module: str) -> Iterator[tuple[str, str]]:
    """Names that a module takes over from others, with the module that the reference shows them in."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.name, node.module) for alias in node.names)


def _definition(module: str, name: str) -> str:
    """The docstring of a class or function, wherever a package takes it from."""
    for node in _tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
    origin = dict(_imported(module)).get(name)
    return _definition(origin, name) if origin else ""


def _first_line(text: str) -> str:
    return text.partition("\n\n")[0].replace("``", "`")
