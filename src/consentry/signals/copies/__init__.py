"""Near-duplicates of media that are known: available elsewhere (`public`) or taken down before (`removed`).

The PDQ fingerprints of a picture, or of the frames of a video, are held against the banks; a match is evidence for the
reviewer, never proof.
"""

from __future__ import annotations

from consentry.signals.copies.bank import Bank, BankHit
from consentry.signals.copies.bank_file import BankEntry, CopyBankError, write_bank
from consentry.signals.copies.fingerprints import Fingerprint, fingerprint
from consentry.signals.copies.signal import MODEL, copy_signal, looked_up_on, lookup_prints
from consentry.signals.copies.video_prints import VideoFrame

__all__ = [
    "MODEL",
    "Bank",
    "BankEntry",
    "BankHit",
    "CopyBankError",
    "Fingerprint",
    "VideoFrame",
    "copy_signal",
    "fingerprint",
    "looked_up_on",
    "lookup_prints",
    "write_bank",
]
