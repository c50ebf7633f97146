"""The two files of a claim in a store of templates: what is written, how, and how it is destroyed.

Nothing here sees a template or a key in the clear; `consentry.signals.faces.enrolment` seals what is written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from consentry.errors import ConsentryError
from consentry.records import Record

_FORMAT: Final = "consentry-templates-1"


class EnrolmentError(ConsentryError):
    """Templates cannot be enrolled, or cannot be had. Its codes: ``consentry errors enrolment``."""

    default_code = "enrolment.missing"


class Enrolment(Record):
    """What can be read of a claim's templates without decrypting them.

    Attributes:
        claim: The report that the photos belong to.
        purpose: What they may be used for.
        expires: From when on they are refused.
        enrolled: Since when they are there.
        embedder: What made the templates; nothing else can compare them.
        templates: How many photos.
        size: Numbers in each template.
        state: ``purged`` once the key is gone.
    """

    format: Literal["consentry-templates-1"] = _FORMAT
    claim: str
    purpose: str
    expires: datetime
    enrolled: datetime
    embedder: str
    templates: int
    size: int
    state: Literal["in force", "expired", "purged"] = "in force"

    def header(self) -> bytes:
        """What is authenticated: everything but the state."""
        return json.dumps(self.model_dump(mode="json", exclude={"state"}), sort_keys=True).encode()


class ClaimFiles:
    """A folder with ``templates/`` and ``keys/``, a file a claim in each; only its owner can read them.

    Args:
        folder: Made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def enrolments(self) -> Iterator[Enrolment]:
        """Every header, nothing decrypted.

        Raises:
            EnrolmentError: ``enrolment.damaged``.
        """
        for path in sorted((self.folder / "templates").glob("*.json")):
            enrolment, _ = _parsed(path, path.stem)
            yield enrolment

    def has(self, claim: str) -> bool:
        """Whether there is a file of templates, purged or not."""
        return self._template_file(claim).exists()

    def read(self, claim: str) -> tuple[Enrolment, bytes]:
        """The header of a claim, and its templates as they were sealed.

        Raises:
            EnrolmentError: ``enrolment.missing``, ``enrolment.damaged``.
        """
        path = self._template_file(claim)
        if not path.is_file():
            raise EnrolmentError(f"The claim {claim!r} has no enrolled templates.", "Check its name, or enrol photos.")
        enrolment, sealed = _parsed(path, claim)
        if enrolment.claim != claim:
            raise damaged(claim)
        return enrolment, sealed

    def is_purged(self, claim: str) -> bool:
        """Whether the key of a claim was destroyed on purpose.

        Raises:
            EnrolmentError: ``enrolment.damaged``, also where the key is missing.
        """
        return str(self._key_record(claim)["state"]) == "purged"

    def wrapped_key(self, claim: str) -> bytes:
        """The key of a claim that was not purged, as it was wrapped.

        Raises:
            EnrolmentError: ``enrolment.damaged``.
        """
        return bytes.fromhex(self._key_record(claim)["key"])

    def keep(self, enrolment: Enrolment, sealed: bytes, wrapped: bytes) -> None:
        """Keep the sealed templates of a claim and its wrapped key.

        Raises:
            EnrolmentError: ``enrolment.not_written``.
        """
        header = json.loads(enrolment.header())
        self._write(self._key_file(enrolment.claim), {"state": "in force", "key": wrapped.hex()})
        self._write(self._template_file(enrolment.claim), {"header": header, "templates": sealed.hex()})

    def destroy(self, enrolment: Enrolment) -> None:
        """Overwrite the key of a claim, then its templates; both files stay, and say so.

        Raises:
            EnrolmentError: ``enrolment.not_written``.
        """
        header = json.loads(enrolment.header())
        self._overwrite(self._key_file(enrolment.claim), {"state": "purged"})
        self._overwrite(self._template_file(enrolment.claim), {"header": header, "templates": ""})

    def _template_file(self, claim: str) -> Path:
        return self.folder / "templates" / f"{_name(claim)}.json"

    def _key_file(self, claim: str) -> Path:
        return self.folder / "keys" / f"{_name(claim)}.json"

    def _key_record(self, claim: str) -> dict[str, Any]:
        path = self._key_file(claim)
        try:
            record = json.loads(path.read_bytes())
            if record["state"] == "in force":
                bytes.fromhex(record["key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Without its key a template is as good as purged, but nobody said that it should be.
            raise damaged(claim) from error
        return dict(record)

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            beside = path.with_suffix(".new")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            raise _not_written(error) from error

    def _overwrite(self, path: Path, content: dict[str, Any]) -> None:
        """Zeros over the very bytes of a file, on the disk, before it gets new content."""
        try:
            if path.exists():
                with path.open("r+b") as stream:
                    stream.write(bytes(path.stat().st_size))
                    stream.flush()
                    os.fsync(stream.fileno())
        except OSError as error:
            raise _not_written(error) from error
        self._write(path, content)


def _name(claim: str) -> str:
    """A file name for any claim: names of claims come from elsewhere."""
    return hashlib.sha256(claim.encode()).hexdigest()[:32]


def _parsed(path: Path, claim: str) -> tuple[Enrolment, bytes]:
    try:
        content = json.loads(path.read_bytes())
        return Enrolment.model_validate(content["header"]), bytes.fromhex(content["templates"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise damaged(claim) from error


def damaged(claim: str) -> EnrolmentError:
    """The error for files that were altered."""
    return EnrolmentError(
        f"The files of the claim {claim!r} are not as they were written.",
        "Purge the claim and ask for new photos.",
        code="enrolment.damaged",
    )


def _not_written(error: OSError) -> EnrolmentError:
    return EnrolmentError(
        f"The store of claims could not be written: {error.strerror}.",
        "Check the folder and its permissions.",
        code="enrolment.not_written",
    )
