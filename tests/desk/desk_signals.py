"""What the pipeline measured in the bedroom of the demo; so that most tests of the desk need no models."""

from __future__ import annotations

from pathlib import Path

from consentry.records import Signals

BEDROOM_SIGNALS = Signals.model_validate_json(
    (Path(__file__).parent / "bedroom_signals.json").read_text(encoding="utf-8")
)
