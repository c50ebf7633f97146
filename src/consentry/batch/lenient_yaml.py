"""YAML as people write it by hand: a value that is not what it looks like stays text, and costs its row alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml


def load_yaml(content: str | bytes) -> Any:
    """The content of a YAML file, of plain data only.

    A date that no calendar has, or a number that nobody can read, is the text that stands there: who takes the value
    says that it is wrong.

    Raises:
        yaml.YAMLError: It is not YAML, or nested too deeply.
    """
    try:
        # A loader of plain data, as `yaml.safe_load` uses.
        return yaml.load(content, _Lenient)  # noqa: S506
    except (RecursionError, UnicodeDecodeError) as error:
        raise yaml.YAMLError("nested too deeply" if isinstance(error, RecursionError) else str(error)) from error


class _Lenient(yaml.SafeLoader):
    """`yaml.SafeLoader`, but for what looks like something and is not."""


def _or_text(construct: Callable[[yaml.SafeLoader, Any], Any]) -> Callable[[yaml.SafeLoader, Any], Any]:
    def constructed(loader: yaml.SafeLoader, node: Any) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, OverflowError):
            return node.value

    return constructed


for _tag, _construct in (
    ("timestamp", yaml.SafeLoader.construct_yaml_timestamp),
    ("int", yaml.SafeLoader.construct_yaml_int),
    ("float", yaml.SafeLoader.construct_yaml_float),
):
    _Lenient.add_constructor(f"tag:yaml.org,2002:{_tag}", _or_text(_construct))
