"""What keeps the scene of one medium from being scored."""

from __future__ import annotations

from consentry.errors import ConsentryError


class SceneError(ConsentryError):
    """A medium whose scene cannot be scored."""
