"""The lock files hold names, versions and hashes only, and agree with each other. Run by `make check`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pins(name: str) -> dict[str, set[str]]:
    """Package to its pinned lines (one a Python version)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if re.search(r"https?://|--index|--find-links|^-|file:", line):
            sys.exit(f"{name} holds an address: {line}")
        match = re.match(r"([a-z0-9._-]+)==([^ \\]+)", line)
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return found


core, everything = pins("requirements.lock"), pins("requirements-dev.lock")
different = [name for name in core if core[name] - everything.get(name, set())]
if different:
    sys.exit(f"requirements.lock and requirements-dev.lock disagree on: {', '.join(different)}; run `make lock`")
if "torch" in core:
    sys.exit("the core must install without torch")
sys.stdout.write(f"lock files agree: {len(core)} packages in the core, {len(everything)} in all\n")
