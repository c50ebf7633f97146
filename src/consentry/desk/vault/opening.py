"""The keys of an installation, as its settings say."""

from __future__ import annotations

import os
from pathlib import Path

from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.vault.key_service import KeyService
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.master import LocalWrapper, MasterKeys, Wrapper
from consentry.signals.faces.keys import new_key
from consentry.writing import discard, output_error


def open_keys(settings: DeskSettings) -> KeyRing:
    """Keys of cases, claims, webhooks and the server.

    Raises:
        DeskError: ``desk.master_key``.
    """
    return KeyRing(open_master(settings), keys_folder(settings))


def keys_folder(settings: DeskSettings) -> Path:
    """Where the other halves of keys lie."""
    return settings.keys_folder or settings.data / "keys"


def open_master(settings: DeskSettings) -> MasterKeys:
    """What wraps keys: a key service, or a master key from a file or the environment.

    Raises:
        DeskError: ``desk.master_key``: there is none, or more than one is said to be the present one.
    """
    said = [bool(settings.key_service), settings.master_key_file is not None, bool(settings.master_key)]
    if sum(said) > 1:
        raise DeskError(
            "More than one master key is given.",
            "Set one of `key_service`, `master_key_file` and `master_key`; further keys to read with are "
            "`other_master_key_files`.",
            code="desk.master_key",
        )
    others: list[Wrapper] = [LocalWrapper.from_file(path) for path in settings.other_master_key_files]
    if settings.key_service:
        others += [KeyService.of(settings, name) for name in settings.other_key_services]
        return MasterKeys(KeyService.of(settings, settings.key_service_key), others)
    if settings.master_key_file is not None:
        return MasterKeys(LocalWrapper.from_file(settings.master_key_file), others)
    if settings.master_key:
        return MasterKeys(LocalWrapper.from_text(settings.master_key), others)
    raise DeskError(
        "There is no master key.",
        "Make one with `consentry desk keys new FILE`, keep it apart from the data, and name it as `master_key_file`.",
        code="desk.master_key",
    )


def write_new_master_key(path: Path) -> None:
    """A new random master key, in a file that only its owner can read.

    Raises:
        DeskError: ``desk.master_key`` if there is a file already.
        OutputError: It cannot be written; half a key is not left behind.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise DeskError(
            f"{path} is there already, and is not overwritten: a lost key is a lost store.",
            "Name another file.",
            code="desk.master_key",
        ) from error
    except OSError as error:
        raise output_error(path, error) from error
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(new_key().hex() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        discard(path)
        raise output_error(path, error) from error
