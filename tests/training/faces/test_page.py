"""How the page writes its figures."""

from __future__ import annotations

import pytest

from consentry.training.faces.page import share


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0 %"), (0.5, "50.0 %"), (0.0123, "1.23 %"), (0.001044, "0.104 %"),
                        (-0.0216, "-2.16 %"), (3e-6, "0.0003 %")]
)  # fmt: skip
def test_small_rates_keep_their_digits(value: float | None, text: str) -> None:
    assert share(value) == text
