"""The lock files hold names, versions and hashes only, are whole, and agree with each other. Run by `make lint`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from installation.lock_files import (
    BUILD,
    CONSTRAINTS,
    CORE,
    EVERYTHING,
    LOCKS,
    Pin,
    environments,
    locked,
    project,
    supported_pythons,
    survey,
)


def disagreements(locks: dict[str, list[Pin]], constraints: list[Pin]) -> Iterator[str]:
    """What the files say differently, in words."""
    lines = {name: {(pin.name, str(pin.version)) for pin in pins} for name, pins in locks.items()}
    everything = dict(lines[EVERYTHING])
    for name in (CORE, BUILD):
        for package, version in lines[name]:
            if everything.get(package, version) != version or (name == CORE and package not in everything):
                yield f"{name} and {EVERYTHING} disagree on {package}"
    if {(pin.name, str(pin.version)) for pin in constraints} != set.union(*lines.values()):
        yield f"{CONSTRAINTS} and the lock files disagree"
    if "torch" in dict(lines[CORE]):
        yield "the core must install without torch"


def gaps(locks: dict[str, list[Pin]]) -> Iterator[str]:
    """What is asked for and not in the files, in words."""
    asked = project()
    build = asked.pop("build")
    everything = [requirement for extra in asked.values() for requirement in extra]
    for python in supported_pythons():
        for environment in environments(python):
            for name, wanted in ((CORE, asked[""]), (EVERYTHING, everything), (BUILD, build)):
                yield from (f"{name}: {sentence}" for sentence in survey(locks[name], wanted, environment).unmet)


def main() -> None:
    """Print what is wrong, and end with 1 if anything is."""
    try:
        locks = {name: locked(name) for name in LOCKS}
        wrong = sorted({*disagreements(locks, locked(CONSTRAINTS)), *gaps(locks)})
    except ValueError as error:
        sys.exit(f"a lock file holds what it should not: {error}")
    if wrong:
        sys.exit("\n".join([*wrong, "Run `make lock`."]))
    sys.stdout.write(f"lock files agree: {len(locks[CORE])} packages in the core, {len(locks[EVERYTHING])} in all\n")


if __name__ == "__main__":
    main()
