"""What can be set about keeping: where keys come from, how long things stay, what is served to screens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class KeepingSettings(BaseModel):
    """How things are kept and shown.

    Attributes:
        other_master_key_files: Files with further master keys that are read with and not written with: the one before,
            and the one to come, while keys are rotated.
        key_service: Address of a key service in place of a master key, such as ``https://vault.example.org:8200``; it
            speaks the protocol of the transit engine of Vault and OpenBao.
        key_service_key: Which of its keys.
        key_service_token_file: A file with the token that it wants.
        key_service_seconds: For one answer of it.
        other_key_services: Names of further keys of the service that are read with and not written with.
        keys_folder: Where the other halves of keys lie; ``keys`` in the data folder unless given. Best on a disk of its
            own, and never in the same backup as the rest.
        purge_days: After so long a purge that nobody approved lapses.
        purge_ended: Whether cases are purged by themselves once they have been over for `retention_days`.
        orphan_hours: How old a file of the vault must be that nothing speaks of, before it is swept.
        rendition_side: Longest side of what is shown, in pixels.
        rendition_hours: How long renditions are kept after they were last looked at.
        rendition_seconds: Of a video, as much is shown as a clip; all of it as stills.
        rendition_stills: Of a video, as many pictures are shown at most.
        rendition_workers: Media that are decoded for screens at once, in each server process.
        rendition_threads: Of the detector that looks for faces to blur.
        blur_claimant: Whether the face that matches the claimant's is blurred too unless somebody asks for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    other_master_key_files: tuple[Path, ...] = ()
    key_service: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.\-:\[\]/_]+)?$")
    key_service_key: str = Field(default="consentry", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")
    key_service_token_file: Path | None = None
    key_service_seconds: float = Field(default=5, gt=0)
    other_key_services: tuple[str, ...] = ()
    keys_folder: Path | None = None
    purge_days: float = Field(default=7, gt=0)
    purge_ended: bool = True
    orphan_hours: float = Field(default=24, gt=0)
    rendition_side: int = Field(default=1024, ge=128, le=4096)
    rendition_hours: float = Field(default=24, gt=0)
    rendition_seconds: float = Field(default=60, gt=0)
    rendition_stills: int = Field(default=12, ge=1, le=100)
    rendition_workers: int = Field(default=1, ge=1)
    rendition_threads: int = Field(default=1, ge=1)
    blur_claimant: bool = False

    @property
    def purge_lapses(self) -> timedelta:
        """After so long a purge that nobody approved lapses."""
        return timedelta(days=self.purge_days)
