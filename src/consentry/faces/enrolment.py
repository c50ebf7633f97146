"""Keeping reference templates of a claim: encrypted under a key of their own, for one purpose, for a time.

A store is a folder with two parts. ``templates/`` has one file a claim: a header that can be read, and the templates,
encrypted with AES-256-GCM under a random key of that claim alone. ``keys/`` has that key, itself encrypted ("wrapped")
under the master key of the installation. The header is authenticated with both, so nothing of it can be altered,
extended or moved to another claim. Purging overwrites the wrapped key: from then on no copy of the template file,
however old, can be read by anybody, the owner of the master key included. Keep ``keys/`` out of backups, or purge
them too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from pydantic import ValidationError

from consentry.errors import ConsentryError
from consentry.faces.keys import KeyWrapper, new_key, open_sealed, seal
from consentry.faces.templates import Template, require_one_embedder
from consentry.records import Record

PURPOSE: Final = "review of a report of private media"
"""What templates are enrolled for unless something else is said."""
_FORMAT: Final = "consentry-templates-1"


class EnrolmentError(ConsentryError):
    """Templates cannot be enrolled, or cannot be had.

    Codes: ``enrolment.missing``, ``enrolment.exists``, ``enrolment.expired``, ``enrolment.purged``,
    ``enrolment.purpose``, ``enrolment.damaged``, ``enrolment.empty``, ``enrolment.moment``, ``enrolment.not_written``.
    """

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


class ClaimStore:
    """A folder of enrolled templates.

    Args:
        folder: Made when something is enrolled.
        wrapper: Wraps the claims' keys; `consentry.faces.keys.MasterKey`, or a key service of one's own. ``None`` is
            enough to list and to purge.
    """

    def __init__(self, folder: Path, wrapper: KeyWrapper | None = None) -> None:
        self.folder = folder
        self._wrapper = wrapper

    def enrol(
        self,
        claim: str,
        templates: Sequence[Template],
        *,
        expires: datetime,
        purpose: str = PURPOSE,
        now: datetime | None = None,
    ) -> Enrolment:
        """Keep the templates of a claim.

        Args:
            claim: The id of the report.
            templates: Of its reference photos, all by one embedder.
            expires: From when on they are refused, with a time zone.
            purpose: What they may be used for.
            now: The present moment, for tests.

        Raises:
            EnrolmentError: ``enrolment.exists`` if the claim has templates already, ``enrolment.empty`` without any,
                ``enrolment.expired`` if they would be refused at once, ``enrolment.moment`` without a time zone.
            TemplateError: The templates are of different embedders.
            MasterKeyError: There is no master key.
        """
        present = _present(now)
        if not templates:
            raise EnrolmentError(
                f"There is no usable reference photo to enrol for the claim {claim!r}.",
                "Give a photo that can be used.",
                code="enrolment.empty",
            )
        embedder = require_one_embedder(templates)
        if _moment(expires) <= present:
            raise EnrolmentError(
                f"Templates of the claim {claim!r} would have expired already.",
                "Give a day that is still to come.",
                code="enrolment.expired",
            )
        if self._template_file(claim).exists() and self._state(claim) != "purged":
            raise EnrolmentError(
                f"The claim {claim!r} has templates already.", "Purge them first.", code="enrolment.exists"
            )
        rows = np.stack([template.embedding for template in templates]).astype("<f4")
        enrolment = Enrolment(
            claim=claim,
            purpose=purpose,
            expires=expires,
            enrolled=present,
            embedder=embedder,
            templates=len(rows),
            size=rows.shape[1],
        )
        weights = np.array([template.weight for template in templates], "<f4")
        key = new_key()
        sealed = seal(key, rows.tobytes() + weights.tobytes(), enrolment.header())
        wrapped = self._need_wrapper().wrap(key, enrolment.header())
        self._write(self._key_file(claim), {"state": "in force", "key": wrapped.hex()})
        self._write(self._template_file(claim), {"header": json.loads(enrolment.header()), "templates": sealed.hex()})
        return enrolment

    def load(self, claim: str, *, purpose: str = PURPOSE, now: datetime | None = None) -> tuple[Template, ...]:
        """The templates of exactly this claim, for exactly this purpose.

        Raises:
            EnrolmentError: ``enrolment.missing``, ``enrolment.purged``, ``enrolment.expired``, ``enrolment.purpose``,
                or ``enrolment.damaged`` if anything of the files was altered.
            MasterKeyError: There is no master key, or another one than they were enrolled with.
        """
        enrolment, sealed = self._read(claim)
        if self._state(claim) == "purged":
            raise EnrolmentError(
                f"The templates of the claim {claim!r} were purged.", "Ask for new photos.", code="enrolment.purged"
            )
        if enrolment.purpose != purpose:
            raise EnrolmentError(
                f"The templates of the claim {claim!r} were enrolled for another purpose: {enrolment.purpose}.",
                "Ask the claimant, and enrol the photos for the purpose at hand.",
                code="enrolment.purpose",
            )
        if _moment(enrolment.expires) <= _present(now):
            raise EnrolmentError(
                f"The templates of the claim {claim!r} have expired.",
                "Purge them; ask for new photos if the claim is still open.",
                code="enrolment.expired",
            )
        key = self._need_wrapper().unwrap(bytes.fromhex(self._key_record(claim)["key"]), enrolment.header())
        content = open_sealed(key, sealed, enrolment.header())
        if content is None:
            raise _damaged(claim)
        numbers = np.frombuffer(content, "<f4").astype(np.float32)
        rows = numbers[: enrolment.templates * enrolment.size].reshape(enrolment.templates, enrolment.size)
        weights = numbers[enrolment.templates * enrolment.size :]
        return tuple(
            Template(enrolment.embedder, row.copy(), float(weight)) for row, weight in zip(rows, weights, strict=True)
        )

    def purge(self, claim: str) -> None:
        """Destroy the key of a claim's templates, then what is here of the templates themselves.

        Both files stay, as a record that there was something and that it is gone.

        Raises:
            EnrolmentError: ``enrolment.missing``.
        """
        enrolment, _ = self._read(claim)
        self._overwrite(self._key_file(claim), {"state": "purged"})
        self._overwrite(self._template_file(claim), {"header": json.loads(enrolment.header()), "templates": ""})

    def purge_expired(self, now: datetime | None = None) -> list[str]:
        """Purge every claim whose time is over; returns which.

        Args:
            now: The present moment, for tests.
        """
        gone = [found.claim for found in self.enrolments(now=now) if found.state == "expired"]
        for claim in gone:
            self.purge(claim)
        return gone

    def enrolments(self, now: datetime | None = None) -> list[Enrolment]:
        """Every claim of the store, nothing decrypted, by name.

        Args:
            now: The present moment, for tests.

        Raises:
            EnrolmentError: ``enrolment.damaged``.
        """
        present = _present(now)
        found = []
        for path in self._template_files():
            enrolment, _ = _parsed(path, path.stem)
            state: Literal["in force", "expired", "purged"] = "in force"
            if self._state(enrolment.claim) == "purged":
                state = "purged"
            elif _moment(enrolment.expires) <= present:
                state = "expired"
            found.append(enrolment.model_copy(update={"state": state}))
        return sorted(found, key=lambda enrolment: enrolment.claim)

    # --- files ------------------------------------------------------------------------------------------------------

    def _template_files(self) -> Iterator[Path]:
        yield from sorted((self.folder / "templates").glob("*.json"))

    def _template_file(self, claim: str) -> Path:
        return self.folder / "templates" / f"{_name(claim)}.json"

    def _key_file(self, claim: str) -> Path:
        return self.folder / "keys" / f"{_name(claim)}.json"

    def _read(self, claim: str) -> tuple[Enrolment, bytes]:
        path = self._template_file(claim)
        if not path.is_file():
            raise EnrolmentError(f"The claim {claim!r} has no enrolled templates.", "Check its name, or enrol photos.")
        enrolment, sealed = _parsed(path, claim)
        if enrolment.claim != claim:
            raise _damaged(claim)
        return enrolment, sealed

    def _key_record(self, claim: str) -> dict[str, Any]:
        path = self._key_file(claim)
        try:
            record = json.loads(path.read_bytes())
            if record["state"] == "in force":
                bytes.fromhex(record["key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Without its key a template is as good as purged, but nobody said that it should be.
            raise _damaged(claim) from error
        return dict(record)

    def _state(self, claim: str) -> str:
        return str(self._key_record(claim)["state"])

    def _need_wrapper(self) -> KeyWrapper:
        if self._wrapper is None:
            from consentry.faces.keys import MasterKey

            self._wrapper = MasterKey.from_environment()
        return self._wrapper

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
        raise _damaged(claim) from error


def _damaged(claim: str) -> EnrolmentError:
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


def _moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise EnrolmentError(
            "A moment has no time zone.", "Give one, such as 2027-01-01T00:00:00Z.", code="enrolment.moment"
        )
    return moment


def _present(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else _moment(now)
