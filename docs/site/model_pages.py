"""The cards of the models that ship."""

from __future__ import annotations

from made_page import ROOT, MadePage, table

from consentry.runtime import ModelFolder, list_models


def model_pages() -> list[MadePage]:
    """The list, and the card of each."""
    pages, rows = [], []
    for name in list_models():
        folder = ModelFolder.open(name)
        card = folder.path / "card.md"
        megabytes = sum(entry["bytes"] for entry in folder.manifest["files"].values()) / 1e6
        rows.append(
            (f"[{folder.name}]({name}.md)", folder.version, str(folder.manifest.get("task", "")), f"{megabytes:.1f} MB")
        )
        text = card.read_text(encoding="utf-8")
        pages.append(MadePage(f"reference/models/{name}.md", f"Model card: {name}", text, str(card.relative_to(ROOT))))
    about = (
        "# The models that ship\n\n"
        "Each is a folder in `models/`: graphs, `model.json` (sources, digests, preprocessing, "
        "calibration, thresholds), `metrics.json`, and the card that is shown here. "
        "[`consentry models`](../commands/models.md) lists and verifies them.\n\n"
    )
    return [
        MadePage("reference/models/index.md", "The models", about + table(("model", "version", "task", "size"), rows)),
        *pages,
    ]
