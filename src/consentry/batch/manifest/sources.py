"""Where a manifest lies: a file, a folder or a glob, here or at any address that fsspec can read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

from consentry.batch.errors import ManifestError
from consentry.fetching.addresses import how_to_install, is_address, is_web, name_of, protocol_of, shown
from consentry.fetching.rules import FetchRules
from consentry.tables import COMPRESSED, FORMATS, Format, ending_of, format_of, opened

MEDIA: Final = frozenset(
    f".{ending}"
    for ending in (
        *("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "avif", "heic", "heif"),
        *("mp4", "m4v", "mov", "webm", "mkv", "avi", "ts", "m2ts"),
    )
)
"""Endings by which media of a folder are picked; what a file really is, its content decides."""
_BESIDE_MEDIA: Final = (".json", ".txt")
"""Many programs put a file of this kind beside every picture: a folder is not a folder of manifests for that."""

_FILE: Final = re.compile("file:(//(localhost(?=/))?|(?=/))", re.IGNORECASE)
"""What stands before the path in a ``file:`` address (RFC 8089). Some write two slashes in front of a relative path; no
machine is meant."""


@dataclass(frozen=True)
class Source:
    """One file.

    Attributes:
        address: A path, or an address with its protocol.
        format: ``None`` for a medium, which is a post of its own.
        base: What relative paths in it are relative to.
        rules: For what is fetched over HTTP.
    """

    address: str
    format: Format | None
    base: str
    rules: FetchRules = FetchRules()

    def open(self) -> BinaryIO:
        """The content, decompressed."""
        if is_web(self.address):
            from consentry.batch.manifest.web_manifest import open_over_http

            return open_over_http(self.address, self.name, self.rules)
        return opened(self.address)

    @property
    def name(self) -> str:
        """The last part of the address, as messages may show it."""
        return name_of(self.address)


def joined(base: str, part: str) -> str:
    """A path or address of a manifest as one that can be opened: ``file:`` addresses become paths, percents decoded."""
    if (local := _FILE.match(part)) is not None:
        part = _unquoted(part[local.end() :])
        if part.startswith("/"):
            return part
    elif is_address(part):
        return part
    if is_address(base):
        return part if not part else f"{base.rstrip('/')}/{part.lstrip('/')}"
    return str(Path(base) / part)


def _unquoted(path: str) -> str:
    """A path without percents; other bytes than those of UTF-8 are older than it, and mostly Windows-1252."""
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return unquote(path, encoding="cp1252", errors="replace")


def find_sources(manifest: str | Path, rules: FetchRules = FetchRules()) -> Iterator[Source]:
    """The files that a manifest consists of, in an order that is always the same.

    A folder with manifests in it (at any depth) is those manifests; one without is its media, a post each. Over HTTP
    there are no folders: an address is one file.

    Args:
        manifest: A path or an address.
        rules: For what is fetched over HTTP.

    Raises:
        ManifestError: ``manifest.missing``, ``manifest.format`` or ``manifest.filesystem``.
    """
    address = joined("", str(manifest))
    if is_web(address):
        yield _on_the_web(address, rules)
        return
    file_system, path = _file_system(address)
    if any(character in address for character in "*?[") and not file_system.exists(path):
        found = sorted(str(name) for name in file_system.glob(path) if not file_system.isdir(name))
        base = _folder_without_glob(path)
    elif file_system.isfile(path):
        found, base = [path], posixpath.dirname(path)
        if format_of(path) is None and not _is_medium(path):
            raise _no_manifest(posixpath.basename(path))
    elif file_system.isdir(path):
        yield from _of_folder(file_system, path)
        return
    else:
        raise ManifestError(
            f"There is no manifest at {shown(str(manifest))}.", "Check the path or address.", code="manifest.missing"
        )
    sources = list(_sorted_out(file_system, found, base, named=ending_of(path)))
    if not sources:
        raise ManifestError(
            f"Nothing that {shown(str(manifest))} matches is a manifest or a medium.",
            f"Manifests end in {', '.join(FORMATS)}.",
            code="manifest.missing",
        )
    yield from sources


def _file_system(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        found: tuple[Any, str] = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ManifestError(
            f"{shown(address)} cannot be read: {_why(error)}.",
            how_to_install(protocol_of(address)),
            code="manifest.filesystem",
        ) from error
    return found


def _why(error: Exception) -> str:
    """In our words where a package is missing: fsspec's own name packages that are not enough."""
    return "the package for it is not installed" if isinstance(error, ImportError) else str(error).rstrip(".")


def _on_the_web(address: str, rules: FetchRules) -> Source:
    """One file. What is behind ``?`` or ``#`` is not part of its name, nor of what paths in it are relative to."""
    plain = re.split(r"[?#]", address, maxsplit=1)[0]
    found = _format(plain)
    if found is None and not _is_medium(plain):
        raise _no_manifest(name_of(address))
    return Source(address, found, plain.rpartition("/")[0], rules)


def _no_manifest(name: str) -> ManifestError:
    return ManifestError(
        f"{name} is in no format that is read as a manifest.",
        f"Give a file ending in {', '.join(FORMATS)} (also with {' or '.join(sorted(COMPRESSED))}).",
        code="manifest.format",
    )


def _of_folder(file_system: Any, path: str) -> Iterator[Source]:
    manifests = [name for name in _walk(file_system, path) if _format(name)]
    if manifests:
        yield from _sorted_out(file_system, manifests, path)
        return
    none = True
    for name in _walk(file_system, path):
        if _is_medium(name):
            none = False
            yield Source(_full(file_system, name), None, _full(file_system, path))
    if none:
        raise ManifestError(
            f"There are neither manifests nor media in the folder {posixpath.basename(path.rstrip('/'))}.",
            f"Manifests end in {', '.join(FORMATS)}.",
            code="manifest.missing",
        )


def _walk(file_system: Any, folder: str) -> Iterator[str]:
    """Files at any depth, folder by folder, each sorted; what begins with a dot or an underscore is left out."""
    entries = sorted((entry["name"].rstrip("/"), entry["type"]) for entry in file_system.ls(folder, detail=True))
    for name, kind in entries:
        if posixpath.basename(name).startswith((".", "_")):
            continue
        if kind == "directory":
            yield from _walk(file_system, name)
        else:
            yield name


def _sorted_out(file_system: Any, names: Iterable[str], base: str, *, named: str = "") -> Iterator[Source]:
    """Manifests if there are any among the names, else the media; text only where its ending was named."""
    names = list(names)
    media = [name for name in names if _is_medium(name)]
    manifests = [name for name in names if _format(name)]
    if not manifests and not media:
        manifests = [name for name in names if format_of(name) and ending_of(name) in (named, ".json")]
    for name in manifests or media:
        folder = posixpath.dirname(name) if manifests else base
        yield Source(_full(file_system, name), format_of(name) if manifests else None, _full(file_system, folder))


def _full(file_system: Any, name: str) -> str:
    return str(file_system.unstrip_protocol(name)) if _remote(file_system) else name


def _remote(file_system: Any) -> bool:
    protocol = file_system.protocol
    return "file" not in ((protocol,) if isinstance(protocol, str) else protocol)


def _format(name: str) -> Format | None:
    """The format of a file that is found in a folder or by a pattern."""
    return None if ending_of(name) in _BESIDE_MEDIA else format_of(name)


def _is_medium(name: str) -> bool:
    return posixpath.splitext(name.lower())[1] in MEDIA


def _folder_without_glob(path: str) -> str:
    parts = path.split("/")
    for index, part in enumerate(parts):
        if any(character in part for character in "*?["):
            return "/".join(parts[:index])
    return posixpath.dirname(path)
