"""Small files that are one document and no table: a report, a decision, a label map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from consentry.tables.errors import TableError
from consentry.tables.text import text_of, undecodable
from consentry.tables.yaml_rows import load_yaml


def read_document(path: Path) -> Any:
    """What a file of YAML or JSON holds; of YAML, plain words as they were written.

    Raises:
        OSError: It cannot be opened.
        TableError: ``table.format`` or ``table.encoding``.
    """
    import yaml

    is_json = path.suffix.casefold() == ".json"
    try:
        with path.open("rb") as stream:
            content = "".join(text_of(stream, path.name, only_unicode=is_json).pieces(-1))
        return json.loads(content) if is_json else load_yaml(content)
    except UnicodeDecodeError as error:
        raise undecodable(path.name, error) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise TableError(f"{path} is not {'JSON' if is_json else 'YAML'}: {said}.", "Correct the file.") from error
