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
from consentry.writing import discard, output_error, writing

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
            EnrolmentError: ``enrolment.missing``, ``enrolment.damaged``, ``enrolment.unreadable``.
        """
        path = self._template_file(claim)
        try:
            missing = not path.is_file()
        except OSError as error:
            raise _unreadable(claim, error) from error
        if missing:
            raise EnrolmentError(f"The claim {claim!r} has no enrolled templates.", "Check its name, or enrol photos.")
        enrolment, sealed = _parsed(path, claim)
        if enrolment.claim != claim:
            raise damaged(claim)
        return enrolment, sealed

    def is_purged(self, claim: str) -> bool:
        """Whether the key of a claim was destroyed on purpose.

        Raises:
            EnrolmentError: ``enrolment.damaged``, also where the key is missing; ``enrolment.unreadable``.
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
            OutputError: They cannot be written.
        """
        header = json.loads(enrolment.header())
        self._write(self._key_file(enrolment.claim), {"state": "in force", "key": wrapped.hex()})
        self._write(self._template_file(enrolment.claim), {"header": header, "templates": sealed.hex()})

    def destroy(self, enrolment: Enrolment) -> None:
        """Overwrite the key of a claim, then its templates; both files stay, and say so.

        Raises:
            OutputError: They cannot be written.
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
        except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError) as error:
            # Without its key a template is as good as purged, but nobody said that it should be.
            raise damaged(claim) from error
        except OSError as error:
            raise _unreadable(claim, error) from error
        return dict(record)

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        beside = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            discard(beside)
            raise output_error("the store of claims", error) from error

    def _overwrite(self, path: Path, content: dict[str, Any]) -> None:
        """Zeros over the very bytes of a file, on the disk, before it gets new content."""
        with writing("the store of claims"):
            if path.exists():
                with path.open("r+b") as stream:
                    stream.write(bytes(path.stat().st_size))
                    stream.flush()
                    os.fsync(stream.fileno())
        self._write(path, content)


def _name(claim: str) -> str:
    """A file name for any claim: names of claims come from elsewhere."""
    return hashlib.sha256(claim.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _parsed(path: Path, claim: str) -> tuple[Enrolment, bytes]:
    try:
        content = json.loads(path.read_bytes())
        return Enrolment.model_validate(content["header"]), bytes.fromhex(content["templates"])
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise damaged(claim) from error
    except OSError as error:
        raise _unreadable(claim, error) from error


def damaged(claim: str) -> EnrolmentError:
    """The error for files that were altered."""
    return EnrolmentError(
        f"The files of the claim {claim!r} are not as they were written.",
        "Purge the claim and ask for new photos.",
        code="enrolment.damaged",
    )


def _unreadable(claim: str, error: OSError) -> EnrolmentError:
    """A failing disk is not a file that was altered: nothing must be purged for it."""
    return EnrolmentError(
        f"The files of the claim {claim!r} could not be read: {error.strerror}.",
        "Check the store's folder, its permissions and its disk; then try again.",
        code="enrolment.unreadable",
    )
