"""The scorer as MLflow loads it: a table of posts in, a table of results out.

This is the loader module of what ``consentry export pyfunc`` writes. Nothing is unpickled: the folder holds model
folders, a policy, a bank and a few settings as they are.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from consentry.batch.manifest.columns import ALL_COLUMNS
from consentry.batch.manifest.row_bounds import trouble_with
from consentry.batch.plan import Row
from consentry.batch.results.table import COLUMNS, schema, table_row
from consentry.batch.scoring import score_shard
from consentry.defects import LOGGER
from consentry.errors import ConsentryError
from consentry.fetching.addresses import is_address
from consentry.fetching.rules import FetchRules
from consentry.pipeline.assessor import Assessor
from consentry.runtime import RuntimeSettings

if TYPE_CHECKING:
    import pandas as pd

SETTINGS: Final = "settings.json"
MODELS: Final = "models"
INPUTS: Final = tuple(column.name for column in ALL_COLUMNS)
"""Columns that are read, all of them text; only ``post_id`` is needed."""
_LEFT_OUT: Final = frozenset({"row", "traceback"})
"""A batch's rows have no numbers in a manifest; tracebacks are logged, for whoever runs the server."""


class ExportError(ConsentryError):
    """The scorer cannot be exported, or what was exported cannot be loaded. Its codes: ``consentry errors export``."""

    default_code = "export.invalid"


def output_kinds() -> dict[str, str]:
    """The columns of the results, each ``text``, ``texts``, ``number`` or ``fact`` (yes, no or unknown).

    Whole numbers come as ``number``, truth values as words: in Spark's columns of whole numbers or truth values MLflow
    can leave nothing out, and would make false of what is not known.
    """
    import pyarrow as pa

    kinds = {}
    for field in schema():
        if pa.types.is_list(field.type):
            kind = "texts"
        else:
            kind = "number" if pa.types.is_integer(field.type) or pa.types.is_floating(field.type) else "text"
            kind = "fact" if pa.types.is_boolean(field.type) else kind
        kinds[field.name] = kind
    return {name: kinds[name] for name in COLUMNS if name not in _LEFT_OUT}


class PostScorer:
    """What MLflow calls.

    Args:
        assessor: What assesses.
        batch_size: Posts that go through the networks together.
        media_from: Folders and addresses that media may lie under; none given, they may lie anywhere. A server that
            strangers can reach must say: it opens every path that a request names.
        fetching: Rules for what lies at addresses.
    """

    def __init__(
        self,
        assessor: Assessor,
        *,
        batch_size: int = 16,
        media_from: Sequence[str] = (),
        fetching: FetchRules = FetchRules(),
    ) -> None:
        self._assessor = assessor
        self._batch_size = batch_size
        self._media_from = tuple(media_from)
        self._fetching = fetching
        self._lock = threading.Lock()  # servers call from several threads; the networks' threads are the parallelism

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """Assess posts.

        Args:
            model_input: One post a row, with the columns of a manifest as text. Several media in a cell are separated
                by ``|``; ``report`` and ``facts`` are JSON.
            params: None are known.

        Returns:
            One row a post, in the same order and with the same index: the columns of ``consentry score``'s results,
            ``assessment`` with the whole of it as JSON among them. A post that could not be assessed has
            ``error_code`` and ``error_message`` instead; nothing is raised. A missing number is ``None``
            (``found["private_context"].astype(float)`` is for arithmetic), a missing text is empty.
        """
        rows = [
            Row(number, self._allowed(_without_gaps(content)), "")
            for number, content in enumerate(model_input.to_dict("records"), 1)
        ]
        with self._lock:
            result = score_shard(0, rows, self._assessor, batch_size=self._batch_size, fetching=self._fetching)
        for outcome in result.outcomes:
            if outcome.trace is not None:
                logging.getLogger(LOGGER).error("The post %s:\n%s", outcome.post_id, outcome.trace)
        return _as_frame([table_row(outcome) for outcome in result.outcomes], model_input.index)

    def _allowed(self, content: dict[str, Any]) -> Any:
        """The row, or a sentence that says why it is none."""
        if trouble := trouble_with(content):
            return trouble
        if not self._media_from:
            return content
        for name in ("media", "references"):
            value = content.get(name) or []
            if not isinstance(value, str | list):
                return f"The column {name} must be paths or addresses."
            for place in value.split("|") if isinstance(value, str) else value:
                if not any(_lies_under(str(place).strip(), folder) for folder in self._media_from):
                    return f"The column {name} names something outside of what this model may read."
        return content


def _load_pyfunc(path: str, model_config: Mapping[str, Any] | None = None) -> PostScorer:
    """What MLflow calls to load the model.

    Args:
        path: The folder that was exported.
        model_config: Settings that differ from the exported ones: ``device``, ``precision``, ``threads``,
            ``batch_size``, ``media_from``, ``allow_private_addresses``.

    Raises:
        ExportError: ``export.invalid``.
    """
    folder = Path(path)
    try:
        settings = json.loads((folder / SETTINGS).read_bytes())
    except (OSError, ValueError) as error:
        raise ExportError(
            f"{SETTINGS} cannot be read: {error}.", "Export the model again with `consentry export pyfunc`."
        ) from error
    known = {"device", "precision", "threads", "batch_size", "media_from", "allow_private_addresses"}
    changed = dict(model_config or {})
    if unknown := sorted(changed.keys() - known):
        raise ExportError(f"The setting {unknown[0]!r} is not known.", f"Known are {', '.join(sorted(known))}.")
    settings |= changed
    assessor = Assessor.load(
        policy=folder / settings["policy_file"] if settings["policy_file"] else settings["policy"],
        models=folder / MODELS,
        bank=folder / settings["bank"] if settings["bank"] else None,
        settings=RuntimeSettings(settings["device"], settings["precision"], int(settings["threads"])),
        read_pictures=settings["read_pictures"],
    )
    return PostScorer(
        assessor,
        batch_size=int(settings["batch_size"]),
        media_from=settings["media_from"],
        # What an older version exported does not say; it is then what is safe.
        fetching=FetchRules(private_addresses=bool(settings.get("allow_private_addresses", False))),
    )


def _without_gaps(content: Mapping[Any, Any]) -> dict[str, Any]:
    """A row less its empty cells, however pandas says so; arrays (of Spark) as lists."""
    row = {str(name): value.tolist() if hasattr(value, "tolist") else value for name, value in content.items()}
    return {name: value for name, value in row.items() if not _is_gap(value)}


def _is_gap(value: Any) -> bool:
    import pandas as pd

    return value is None or value == "" or (not isinstance(value, list | dict) and bool(pd.isna(value)))


def _lies_under(place: str, folder: str) -> bool:
    if is_address(place) or is_address(folder):
        # A chain such as zip://x::file:///y names two places; one that climbs names another.
        plain = "::" not in place and ".." not in re.split(r"[/\\]", unquote(place))
        return plain and place.startswith(f"{folder.rstrip('/')}/")
    try:
        real = os.path.realpath(place)
        return os.path.commonpath([real, os.path.realpath(folder)]) == os.path.realpath(folder)
    except (OSError, ValueError):  # a path with a NUL in it, for instance, lies nowhere
        return False


def _as_frame(rows: Sequence[dict[str, Any]], index: Any) -> pd.DataFrame:
    import pandas as pd

    columns = {
        # Of type object also for numbers: what is missing is then None, and null in a server's JSON; NaN is no JSON.
        name: pd.Series([_cell(row[name], kind) for row in rows], index=index, dtype=object)
        for name, kind in output_kinds().items()
    }
    return pd.DataFrame(columns, index=index)


def _cell(value: Any, kind: str) -> Any:
    if kind == "number":
        return None if value is None else float(value)
    if kind == "fact":
        return "unknown" if value is None else "yes" if value else "no"
    return "" if value is None else value  # MLflow gives Spark the word "None" for a text that is None
