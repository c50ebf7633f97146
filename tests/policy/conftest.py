"""Laws are tried without a clock: how fast an example runs depends on the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("consentry-policy", deadline=None)
settings.load_profile("consentry-policy")
