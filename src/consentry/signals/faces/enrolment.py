"""Keeping reference templates of a claim: encrypted under a key of their own, for one purpose, for a time.

A store is a folder with two parts. ``templates/`` has one file a claim: a header that can be read, and the templates,
encrypted with AES-256-GCM under a random key of that claim alone. ``keys/`` has that key, itself encrypted ("wrapped")
under the master key of the installation. The header is authenticated with both, so nothing of it can be altered,
extended or moved to another claim. Purging overwrites the wrapped key: from then on no copy of the template file,
however old, can be read by anybody, the owner of the master key included. Keep ``keys/`` out of backups, or purge
them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np

from consentry.signals.faces.claim_files import ClaimFiles, Enrolment, EnrolmentError, damaged
from consentry.signals.faces.keys import KeyWrapper, MasterKey, new_key, open_sealed, seal
from consentry.signals.faces.templates import Template, require_one_embedder

PURPOSE: Final = "review of a report of private media"
"""What templates are enrolled for unless something else is said."""


class ClaimStore:
    """A folder of enrolled templates.

    Args:
        folder: Made when something is enrolled.
        wrapper: Wraps the claims' keys; `consentry.signals.faces.keys.MasterKey`, or a key service of one's own.
            ``None`` is enough to list and to purge.
    """

    def __init__(self, folder: Path, wrapper: KeyWrapper | None = None) -> None:
        self.folder = folder
        self._files = ClaimFiles(folder)
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
        if self._files.has(claim) and not self._files.is_purged(claim):
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
        self._files.keep(enrolment, sealed, wrapped)
        return enrolment

    def load(self, claim: str, *, purpose: str = PURPOSE, now: datetime | None = None) -> tuple[Template, ...]:
        """The templates of exactly this claim, for exactly this purpose.

        Raises:
            EnrolmentError: ``enrolment.missing``, ``enrolment.purged``, ``enrolment.expired``, ``enrolment.purpose``,
                or ``enrolment.damaged`` if anything of the files was altered.
            MasterKeyError: There is no master key, or another one than they were enrolled with.
        """
        enrolment, sealed = self._files.read(claim)
        if self._files.is_purged(claim):
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
        key = self._need_wrapper().unwrap(self._files.wrapped_key(claim), enrolment.header())
        content = open_sealed(key, sealed, enrolment.header())
        if content is None:
            raise damaged(claim)
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
        enrolment, _ = self._files.read(claim)
        self._files.destroy(enrolment)

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
        for enrolment in self._files.enrolments():
            state: Literal["in force", "expired", "purged"] = "in force"
            if self._files.is_purged(enrolment.claim):
                state = "purged"
            elif _moment(enrolment.expires) <= present:
                state = "expired"
            found.append(enrolment.model_copy(update={"state": state}))
        return sorted(found, key=lambda enrolment: enrolment.claim)

    def _need_wrapper(self) -> KeyWrapper:
        if self._wrapper is None:
            self._wrapper = MasterKey.from_environment()
        return self._wrapper


def _moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise EnrolmentError(
            "A moment has no time zone.", "Give one, such as 2027-01-01T00:00:00Z.", code="enrolment.moment"
        )
    return moment


def _present(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else _moment(now)
