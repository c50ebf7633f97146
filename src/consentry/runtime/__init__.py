"""Where a network runs, how precisely, and which file it is: the one place that decides all three."""

from consentry.runtime.errors import ModelError, RuntimeDeviceError
from consentry.runtime.model_folder import ModelFolder, list_models, models_root, shipped_root, write_model_json
from consentry.runtime.network import load_network
from consentry.runtime.protocol import Network
from consentry.runtime.settings import RuntimeSettings

__all__ = [
    "ModelError",
    "ModelFolder",
    "Network",
    "RuntimeDeviceError",
    "RuntimeSettings",
    "list_models",
    "load_network",
    "models_root",
    "shipped_root",
    "write_model_json",
]
