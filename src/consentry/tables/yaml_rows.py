"""YAML as people write it by hand: what stands there stays what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from consentry.tables.errors import BadRow, TableError
from consentry.tables.text import text_of


def load_yaml(content: str) -> Any:
    """The content of a YAML file: mappings, lists, ``None`` and text.

    Numbers, dates, ``yes`` and ``no`` stay the words that were written: ``007`` is no seven, ``2021-11-30`` no
    date yet, ``no`` no false. Whoever takes a value knows what it should be.

    Raises:
        yaml.YAMLError: It is not YAML of plain data, or nested too deeply.
    """
    import yaml

    try:
        return yaml.load(content, _loader())  # noqa: S506  a loader of plain data, as `yaml.safe_load` uses
    except RecursionError as error:
        raise yaml.YAMLError("nested too deeply") from error


def yaml_rows(stream: BinaryIO, name: str) -> Iterator[dict[Any, Any] | BadRow]:
    """The rows of a YAML file, which is a list and is read whole.

    Raises:
        TableError: ``table.format`` or ``table.encoding``.
    """
    import yaml

    try:
        content = load_yaml("".join(text_of(stream, name).pieces(-1)))
    except yaml.YAMLError as error:
        raise TableError(f"{name} is not YAML: {' '.join(str(error).split())}.", "Correct the file.") from error
    if content is None:
        return
    if isinstance(content, dict) and len(content) == 1:
        (content,) = content.values()
    if not isinstance(content, list):
        raise TableError(f"{name} is not a list.", "Begin each row with a dash, such as `- post_id: 1`.")
    for row in content:
        yield row if isinstance(row, dict) else BadRow("The row is not a mapping of columns to values.")


_LOADERS: Final[list[Any]] = []


def _loader() -> Any:
    """`yaml.SafeLoader`, to which plain words are text unless they say that there is nothing."""
    if not _LOADERS:
        import yaml

        class PlainLoader(yaml.SafeLoader):
            yaml_implicit_resolvers = {  # noqa: RUF012
                first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
                for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
            }

            def compose_mapping_node(self, anchor: Any) -> Any:
                """Where keys still stand as they were written, before anything is merged."""
                node = super().compose_mapping_node(anchor)
                seen: set[str] = set()
                for key, _ in node.value:
                    if isinstance(key, yaml.ScalarNode) and key.value in seen:
                        said = f"the key {key.value!r:.60} stands there twice"
                        raise yaml.composer.ComposerError(None, None, said, key.start_mark)
                    seen.add(str(key.value))
                return node

        _LOADERS.append(PlainLoader)
    return _LOADERS[0]
