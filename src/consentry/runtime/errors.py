"""What can go wrong before a network runs."""

from __future__ import annotations

from consentry.errors import ConsentryError


class ModelError(ConsentryError):
    """A model folder is missing, damaged or not what its ``model.json`` says. Its codes: ``consentry errors model``."""

    default_code = "model.invalid"


class RuntimeDeviceError(ConsentryError):
    """The device or precision that was asked for is not there. Code: ``runtime.device``."""

    default_code = "runtime.device"
