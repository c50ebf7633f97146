"""Near-duplicates of media that are known: available elsewhere (`public`) or taken down before (`removed`).

A picture's PDQ fingerprint is held against the banks; a match is evidence for the reviewer, never proof.
"""

from __future__ import annotations

from consentry.copies.bank import Bank, BankEntry, BankHit, CopyBankError, write_bank
from consentry.copies.fingerprints import Fingerprint, fingerprint
from consentry.copies.signal import MODEL, copy_signal

__all__ = [
    "MODEL",
    "Bank",
    "BankEntry",
    "BankHit",
    "CopyBankError",
    "Fingerprint",
    "copy_signal",
    "fingerprint",
    "write_bank",
]
