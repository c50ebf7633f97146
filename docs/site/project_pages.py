"""Documents that lie elsewhere in the repository and have a place in the manual, too."""

from __future__ import annotations

from made_page import ROOT, MadePage

PROJECT = {
    "CONTRIBUTING.md": ("project/contributing.md", "Contributing"),
    "CHANGELOG.md": ("project/changes.md", "Changes"),
    "SECURITY.md": ("project/security.md", "Security"),
    "data/demo/README.md": ("project/demo.md", "The demo posts"),
    "examples/consentry-qr-codes/README.md": ("project/qr-codes.md", "The example signal"),
}


def project_pages() -> list[MadePage]:
    """How to take part, what changed, what is guarded against."""
    return [_copied(source, address, title) for source, (address, title) in PROJECT.items()]


def data_pages() -> list[MadePage]:
    """The datasheets of what models were made of and measured on."""
    folder = ROOT / "data" / "datasets"
    sheets = sorted(folder.glob("*.md"), key=lambda path: (path.name != "README.md", path.name))
    return [
        _copied(
            str(path.relative_to(ROOT)),
            f"data/{'index' if path.name == 'README.md' else path.stem}.md",
            _heading(path.read_text(encoding="utf-8")),
        )
        for path in sheets
    ]


def _copied(source: str, address: str, title: str) -> MadePage:
    return MadePage(address, title, (ROOT / source).read_text(encoding="utf-8"), source)


def _heading(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")
