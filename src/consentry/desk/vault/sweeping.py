"""The sweep: files that nothing speaks of any more. Uploads that were given up, media of purged cases, old renditions.

What a purge deletes it deletes at once. The sweep is there for programs that ended in the middle of something, and for
renditions, which are kept for as long as somebody looks at them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import select

from consentry.desk.settings import DeskSettings
from consentry.desk.store.clock import Clock, utc_now
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import MediaRow
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.media import PARTIAL, MediaStore
from consentry.desk.vault.places import media_folder, renditions_folder

_AT_ONCE: Final = 500
Item = TypeVar("Item")


def sweep(database: Database, settings: DeskSettings, keys: KeyRing, clock: Clock = utc_now) -> int:
    """Delete what nothing speaks of; a worker does it every hour.

    Returns:
        How many files.
    """
    before = (clock() - timedelta(hours=settings.orphan_hours)).timestamp()
    swept = _sweep_media(database, media_folder(settings.data), before)
    swept += _sweep_halves(database, keys)
    return swept + _sweep_renditions(settings, clock())


def _sweep_media(database: Database, folder: Path, before: float) -> int:
    swept = 0
    for partial in folder.glob(f"*{PARTIAL}"):
        swept += _unlink_if_older(partial, before)
    store = MediaStore(folder)
    old = (path for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")) if _changed(path) < before)
    for some in _some(old, _AT_ONCE):
        named = [path.name for path in some]
        with database.reading() as session:
            held = set(
                session.scalars(
                    select(MediaRow.address).where(MediaRow.address.in_(named), MediaRow.removed_at.is_(None))
                )
            )
        for name in named:
            if name not in held:
                swept += _take_away(store.path(name), before)
    return swept


def _take_away(path: Path, before: float) -> int:
    """Delete a file, unless the same medium came again since it was looked at: then it is newer."""
    aside = path.with_name(f".{path.name}.swept")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return 0
    if _changed(aside) >= before and not path.exists():
        aside.rename(path)
        return 0
    aside.unlink(missing_ok=True)
    return 1


def _sweep_halves(database: Database, keys: KeyRing) -> int:
    """Halves of keys that were destroyed by a program that ended before it came to them."""
    swept = 0
    while True:
        with database.writing() as session:
            rows = session.scalars(
                select(KeyRow)
                .where(KeyRow.destroyed_at.is_not(None), KeyRow.half.is_not(None))
                .limit(_AT_ONCE)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                place, row.half = row.half or "", None
                if keys.halves.read(place) is not None:
                    keys.halves.destroy(place)
                    swept += 1
        if len(rows) < _AT_ONCE:
            return swept


def _sweep_renditions(settings: DeskSettings, now: datetime) -> int:
    before = (now - timedelta(hours=settings.rendition_hours)).timestamp()
    swept = 0
    for folder in _folders(renditions_folder(settings.data)):
        files = list(folder.iterdir())
        if all(_changed(path) < before for path in files):
            shutil.rmtree(folder, ignore_errors=True)
            swept += len(files)
    return swept


def _folders(root: Path) -> Iterator[Path]:
    found: Iterable[Path] = root.glob("[0-9a-f][0-9a-f]/*")
    return (path for path in found if path.is_dir())


def _unlink_if_older(path: Path, before: float) -> int:
    if _changed(path) >= before:
        return 0
    path.unlink(missing_ok=True)
    return 1


def _some(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
