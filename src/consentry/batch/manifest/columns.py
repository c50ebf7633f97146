"""The columns of a manifest: what they mean, which types they may have, and what was probably meant by another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Final

from consentry.batch.errors import ManifestError
from consentry.records import Report
from consentry.tables import ColumnNames, likely_column

REPORT_PREFIX: Final = "report."
_LONGEST_NAME: Final = 100
"""Of a column, as far as it is compared with those that are known."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        takes: Its type, in words.
        means: What it says.
        kinds: Arrow types that are accepted: ``text``, ``number``, ``time``, ``list`` (of text), ``object``.
    """

    name: str
    takes: str
    means: str
    kinds: frozenset[str]


_FIELDS_OF_A_REPORT: Final = {
    "report_id": ("text", "the platform's name for the report; the post_id unless given"),
    "standing": ("depicted_person, authorised_representative or other", "as whom the reporter speaks; needed"),
    "authority": ("parent_guardian, lawyer or legal_representative", "of a representative"),
    "identity": ("unverified, pending, verified, rejected or expired", "outcome of the identity check"),
    "consent": ("refused, withdrawn, given or unknown", "what the depicted person says of the publication"),
    "reported_at": ("time", "when the report came in"),
    "statement": ("text", "the reporter's own words"),
    "window_days": ("whole number", "days that the three counts below run over"),
    "reports_by_reporter": ("whole number", "reports by this reporter in the window"),
    "rejected_reports_by_reporter": ("whole number", "how many of them a person rejected"),
    "reports_against_account": ("whole number", "reports against the account in the window"),
}

COLUMNS: Final = (
    Column("post_id", "text or whole number", "the platform's name for the post; each once",
           frozenset({"text", "number"})),
    Column("media", "list of text, or text separated by |", "paths or addresses", frozenset({"text", "list"})),
    Column("text", "text", "the words that came with the media", frozenset({"text"})),
    Column("posted_at", "time, or text such as 2026-11-20T09:30:00Z", "when", frozenset({"text", "time"})),
    Column("account", "private_individual, public_figure, media_outlet, organisation, government or unknown",
           "the kind of account", frozenset({"text"})),
    Column("report", "object, or JSON of one", "who reported it; or the columns report.* below",
           frozenset({"text", "object"})),
    Column("references", "like media", "verified photos of the person that the report is about",
           frozenset({"text", "list"})),
    Column("facts", "list of objects, or JSON of one", "what reviewers or look-ups have settled",
           frozenset({"text", "objects"})),
)  # fmt: skip
NAMES: Final = tuple(column.name for column in COLUMNS)
REPORT_COLUMNS: Final = tuple(
    Column(f"{REPORT_PREFIX}{name}", *_FIELDS_OF_A_REPORT.get(name, ("text", "see `consentry schema --input`")),
           frozenset({"text", "time", "number"}))
    for name in Report.model_fields
)  # fmt: skip
ALL_COLUMNS: Final = (*COLUMNS, *REPORT_COLUMNS)
BY_NAME: Final = {column.name: column for column in ALL_COLUMNS}
"""The columns by name."""


def nearest(name: str, among: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    found = get_close_matches(name[:_LONGEST_NAME].strip().lower(), list(among), 1)
    return found[0] if found else None


@dataclass(frozen=True)
class Reading:
    """How a manifest is to be read.

    Attributes:
        ignored: Columns that are left aside, by the manifest's names or by ours.
        renamed: From our names to those of the manifest.
    """

    ignored: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> ColumnNames:
        """How the columns are called."""
        return ColumnNames(self.renamed)

    @cached_property
    def left_aside(self) -> frozenset[str]:
        """Our names of the ignored columns."""
        return frozenset(ours for name in self.ignored for ours in self.names.all_ours(name))


def check_names(names: Sequence[str], source: str, reading: Reading = Reading()) -> None:
    """Hold the columns of a table against those that are known.

    Args:
        names: As `ColumnNames.header` gives them.
        source: The file, for the message.
        reading: Which of them are left aside.

    Raises:
        ManifestError: ``manifest.columns``: ``post_id`` is missing, or a column is not known.
    """
    given = [name for name in names if name not in reading.left_aside]
    strange = [name for name in given if name not in BY_NAME]
    if "post_id" in given and not strange:
        return
    options = []
    for missing in NAMES:
        if missing not in given and (near := likely_column(missing, strange, BY_NAME)):
            options.append(f"--column {missing}={_quoted(near)}")
            strange = [name for name in strange if name != near]
    if "post_id" not in given:
        message = f"{source} has no column post_id; its columns are {', '.join(names)}."
        if any(option.startswith("--column post_id=") for option in options):
            remedy = f"Say what yours are called: {' '.join(options)}."
        else:
            remedy = "Say which one it is with --column post_id=NAME."
        raise ManifestError(message, remedy, code="manifest.columns")
    if options:
        name = options[0].partition("=")[2]
        raise ManifestError(
            f"{source} has a column {name!r}, which is not known.",
            f"Say what yours are called: {' '.join(options)}. To leave it aside, give --ignore-column {name}.",
            code="manifest.columns",
        )
    near = nearest(strange[0], BY_NAME)
    raise ManifestError(
        f"{source} has a column {strange[0]!r}, which is not known.",
        (f"Did you mean {near!r}? " if near else "`consentry score --schema` names the columns. ")
        + f"To leave it aside, give --ignore-column {_quoted(strange[0])}.",
        code="manifest.columns",
    )


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def check_types(types: Mapping[str, Any], source: str) -> None:
    """Hold Arrow types against what each column takes.

    Args:
        types: Arrow types by the name of the column.
        source: The file, for the message.

    Raises:
        ManifestError: ``manifest.types``.
    """
    for name, found in types.items():
        column = BY_NAME.get(name)
        if column is not None and _kind(found) not in {*column.kinds, "nothing"}:
            raise ManifestError(
                f"The column {name} of {source} is of type {found}.",
                f"It must be: {column.takes}.",
                code="manifest.types",
            )


def _kind(found: Any) -> str:
    import pyarrow as pa

    kinds = pa.types
    if kinds.is_dictionary(found):
        return _kind(found.value_type)
    if kinds.is_null(found):
        return "nothing"
    if kinds.is_string(found) or kinds.is_large_string(found) or kinds.is_string_view(found):
        return "text"
    if kinds.is_integer(found):
        return "number"
    if kinds.is_timestamp(found):
        return "time"
    if kinds.is_struct(found):
        return "object"
    if kinds.is_list(found) or kinds.is_large_list(found):
        inside = _kind(found.value_type)
        return {"text": "list", "nothing": "list", "object": "objects"}.get(inside, f"list of {inside}")
    return "other"
