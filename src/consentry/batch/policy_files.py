"""A policy that is to travel: its file, with those that it is based on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from consentry.policy import load_policy


@dataclass(frozen=True)
class PolicyFiles:
    """The files of one policy.

    Attributes:
        main: Name of the policy itself.
        contents: By name, relative to a folder that holds all of them.
    """

    main: str
    contents: dict[str, bytes]

    @classmethod
    def of(cls, policy: str | Path) -> PolicyFiles | None:
        """The files of a policy; ``None`` for one that ships, which is there wherever Consentry is.

        Raises:
            PolicyError: It is not there, or something in it is wrong.
        """
        load_policy(policy)
        # Told apart as `load_policy` does.
        if isinstance(policy, str) and not policy.endswith((".yaml", ".yml")) and "/" not in policy:
            return None
        paths = [Path(os.path.abspath(policy))]  # noqa: PTH100  names are kept as they are, links too
        while (based_on := str(yaml.safe_load(paths[-1].read_bytes()).get("based_on", ""))).endswith((".yaml", ".yml")):
            paths.append(Path(os.path.normpath(paths[-1].parent / based_on)))
        folder = Path(os.path.commonpath([path.parent for path in paths]))
        names = [path.relative_to(folder).as_posix() for path in paths]
        return cls(names[0], {name: path.read_bytes() for name, path in zip(names, paths, strict=True)})

    def write(self, folder: Path) -> Path:
        """Write them into a folder that is made for it, and say where the policy itself is."""
        for name, content in self.contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / self.main
