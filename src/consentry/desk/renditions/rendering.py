"""Renditions as they are asked for: out of the cache, or out of the vault, through a decoder process, and into both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any, Final, Self
from uuid import UUID

from consentry.desk.cases.looking import medium_of, require_look
from consentry.desk.cases.media_names import media_ids
from consentry.desk.cases.recording import assessment_of, latest
from consentry.desk.cases.states import require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.renditions.encoding import CLIP_RATE
from consentry.desk.renditions.finding import FaceFinder
from consentry.desk.renditions.keeping import KeptRenditions
from consentry.desk.renditions.making import Rendition, Wanted, make
from consentry.desk.settings import DeskSettings
from consentry.desk.store.tables.cases import MediaRow, PostRow
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.places import media_folder, renditions_folder
from consentry.media import DecoderPool, Limits
from consentry.records import FaceSignal, Media

_CLIP_SIDE: Final = 480
_MOST_CLIP_FRAMES: Final = 480
"""187 MB of pixels at 480 x 270; a longer film is shown with fewer frames a second."""
_WAIT_SECONDS: Final = 20.0
_SLOW_SECONDS: Final = 60.0
_VERSION: Final = "1"
"""Of what renditions look like; another number makes all of them anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """All that a rendition is made from, taken out of the database in one short transaction."""

    address: str
    key: bytes
    name: str
    signal: FaceSignal | None


class Renditions:
    """Makes renditions, a few at a time.

    Args:
        store: The vault.
        kept: The cache.
        finder: The detector.
        settings: How large, how many at once.
    """

    def __init__(self, store: MediaStore, kept: KeptRenditions, finder: FaceFinder, settings: DeskSettings) -> None:
        self._store = store
        self._kept = kept
        self._finder = finder
        self._settings = settings
        self._room = BoundedSemaphore(settings.rendition_workers)
        self._pools: dict[str, DecoderPool] = {}
        self._turn = Lock()

    @classmethod
    def of(cls, settings: DeskSettings) -> Self:
        """As the settings say."""
        return cls(
            MediaStore(media_folder(settings.data)),
            KeptRenditions(renditions_folder(settings.data)),
            FaceFinder(settings.models, settings.rendition_threads),
            settings,
        )

    def close(self) -> None:
        """End the decoder processes."""
        for pool in self._pools.values():
            pool.close()

    def render(self, source: Source, wanted: Wanted) -> Rendition:
        """A rendition, made if it is not in the cache.

        Raises:
            MediaError: The medium cannot be decoded.
            DeskError: ``desk.busy``: others are being made; ``desk.damaged``.
        """
        name = f"{_VERSION} {wanted} {_digest(source.signal)}"
        found = self._kept.read(source.address, name, source.key)
        if found is not None:
            return found
        with self._place():
            # Somebody who waited for the same one finds it.
            found = self._kept.read(source.address, name, source.key)
            if found is None:
                found = self._make(source, wanted)
                self._kept.keep(source.address, name, source.key, found)
        return found

    def _make(self, source: Source, wanted: Wanted) -> Rendition:
        kind = "clip" if wanted.kind == "clip" else "stills"
        side = min(wanted.side, _CLIP_SIDE) if kind == "clip" else wanted.side
        with self._store.plain(source.address, source.key) as path:
            medium = Media(media_id=source.name, path=path)
            opened = self._pool(kind).open(medium, longest_side=side).result()
        if kind == "clip" and opened.kind == "image":
            raise DeskError("A picture has no clip.", "Ask for the picture.", code="desk.input")
        return make(opened, wanted, source.signal, self._finder)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._room.acquire(timeout=_WAIT_SECONDS):
            raise DeskError("Others are being made.", "Ask again in a moment.", code="desk.busy")
        try:
            yield
        finally:
            self._room.release()

    def _pool(self, kind: str) -> DecoderPool:
        settings = self._settings
        with self._turn:
            if kind not in self._pools:
                rates = {
                    "stills": Limits(max_frames=settings.rendition_stills, max_seconds=_SLOW_SECONDS),
                    "clip": Limits(
                        max_frames=min(_MOST_CLIP_FRAMES, int(settings.rendition_seconds * CLIP_RATE)),
                        frames_per_second=float(CLIP_RATE),
                        max_seconds=_SLOW_SECONDS,
                    ),
                }
                self._pools[kind] = DecoderPool(workers=settings.rendition_workers, limits=rates[kind])
            return self._pools[kind]


def source_of(desk: Desk, case_id: UUID, medium: UUID, wanted: Wanted) -> Source:
    """What a rendition is made from, for somebody who may see it.

    Reference photos, and faces that are hidden for everybody else, only for who has said why lately.

    Raises:
        DeskError: ``desk.not_found``, ``desk.not_allowed``, ``desk.look``, ``desk.purged``.
    """
    require_role(desk.actor, "reviewer", "senior")
    row = medium_of(desk, case_id, medium)
    if row.role == "reference":
        require_look(desk, row.id, "reference")
    elif wanted.show != "usual":
        require_look(desk, row.id, wanted.show)
    return _source(desk, row)


def picture_source(desk: Desk, signed: Sequence[Any]) -> Source:
    """What a picture is made from that somebody was given the signed address of.

    Args:
        desk: The desk itself; the signature was checked.
        signed: The case, the medium, and the second until which the address holds.

    Raises:
        DeskError: ``desk.not_found``: it has expired, or is of a reference photo; ``desk.purged``.
    """
    case_id, medium, until = signed
    row = medium_of(desk, UUID(case_id), UUID(medium))
    if row.role == "reference" or until <= desk.now.timestamp():
        raise DeskError("There is no such picture, or its address has expired.", "List the tasks anew.",
                        code="desk.not_found")  # fmt: skip
    return _source(desk, row)


def _source(desk: Desk, row: MediaRow) -> Source:
    case_id = row.case_id
    name = desk.unseal(case_id, f"media.name:{row.id}", row.name)
    if row.role == "reference":
        return Source(row.address, desk.keys.key(desk.session, case_id, "claim"), name, None)
    return Source(row.address, desk.keys.key(desk.session, case_id), name, _signal(desk, row))


def _signal(desk: Desk, row: MediaRow) -> FaceSignal | None:
    """The faces that were found in a medium when its post was last measured."""
    if row.post_id is None:
        return None
    measured = latest(desk, desk.session.get_one(PostRow, row.post_id), measured=True)
    if measured is None:
        return None
    name = media_ids(desk, row.post_id).get(row.id)
    signals = assessment_of(desk, measured).signals
    return next((signal for signal in signals.faces if signal.media_id == name), None)


def _digest(signal: FaceSignal | None) -> str:
    return "none" if signal is None else hashlib.sha256(signal.model_dump_json().encode()).hexdigest()
