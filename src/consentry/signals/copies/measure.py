"""The signal ``copies``: whether each medium is near one that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

from consentry.records import ComponentDigest, ErrorNote
from consentry.signals.copies.bank import Bank
from consentry.signals.copies.signal import copy_signal, looked_up_on
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup


class CopyMeasure:
    """Looks media up in a bank; see `consentry.signals.protocol.Signal`.

    Args:
        bank: What is known; empty if no bank was given.
        component: The bank's digest, if one was given.
    """

    name = "copies"
    words: tuple[str, ...] = ()
    needs: frozenset[Need] = frozenset({"frames"})
    after: tuple[str, ...] = ()
    unavailable: tuple[ErrorNote, ...] = ()
    cost: Final = Cost(3.6, "picture", "benchmarks/scale.py, 2026-12-01: docs/copies.md")

    def __init__(self, bank: Bank, component: ComponentDigest | None = None) -> None:
        self.bank = bank
        self.components: tuple[ComponentDigest, ...] = (component,) if component else ()

    @classmethod
    def load(cls, setup: SignalSetup) -> Self:
        """Load the bank, if there is one.

        Raises:
            CopyBankError: The bank is missing or invalid.
        """
        if setup.bank is None:
            return cls(Bank.empty())
        bank = Bank.load(setup.bank)
        return cls(bank, ComponentDigest(name="bank", version=setup.bank.name, sha256=bank.sha256))

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]]) -> list[Measured]:
        """One `CopySignal` a medium. Without a bank nothing is looked up: unknown, not "no copy"."""
        if not self.bank.entries:
            return [Measured() for _ in batch]
        return [
            Measured(
                own={
                    "copies": tuple(
                        copy_signal(item.media_id, item.frames, self.bank, on=looked_up_on(opened.case))
                        for item in opened.media
                    )
                }
            )
            for opened in batch
        ]
