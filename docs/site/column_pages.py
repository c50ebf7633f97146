"""The columns of manifests and of results, and what else a job writes."""

from __future__ import annotations

from made_page import MadePage, code, fenced, table
from schema_pages import described

from consentry.batch.manifest.columns import ALL_COLUMNS
from consentry.batch.results import files
from consentry.batch.results.summary import Summary, Timing
from consentry.batch.results.table import COLUMNS, schema

_MANIFEST = """\
# The manifest

What `consentry score` reads, and every tool that scores many posts: Parquet, CSV, JSONL or YAML, one row a post.
Only `post_id` is needed. Paths are relative to the file that they stand in. A folder or a glob of media needs no
manifest: every medium is a post of its own. [The job](../batch.md) says more; `consentry score --schema` prints
this table.

"""
_EXAMPLE = """\
- post_id: a
  media: [photo.jpg, video.mp4]
  text: Look who it is
  report: {standing: depicted_person, identity: verified, consent: refused}
  references: [claimant.jpg]
  facts:
    - {name: public_figure, value: "no", source: lookup, observed_at: 2026-11-20T09:30:00Z}
"""
_RESULTS = f"""\
# The results

One row for every row of the manifest, in its order, as Parquet in `{files.SHARDS}/`. [Errors are
rows](../batch.md#errors-are-rows), too. For signals that others added there is a column `signal.NAME` or
`signal.NAME.WORD` behind these: the highest probability over the media that the signal stands by.

"""


def column_pages() -> list[MadePage]:
    """The manifest and the results."""
    manifest = table(
        ("column", "takes", "what it says"), [(code(column.name), column.takes, column.means) for column in ALL_COLUMNS]
    )
    return [
        MadePage("reference/manifest.md", "The manifest", _MANIFEST + fenced(_EXAMPLE, "yaml") + "\n" + manifest),
        MadePage("reference/results.md", "The results", _results()),
    ]


def _results() -> str:
    types = {field.name: str(field.type) for field in schema()}
    columns = table(
        ("column", "type", "what it says"),
        [(code(name), _type_of(types[name]), means or "as in the manifest") for name, means in COLUMNS.items()],
    )
    counts = {**described(Summary.__doc__ or "")[1]}
    counts["timing"] = "; ".join(
        f"`{name}`: {said.rstrip('.')}" for name, said in described(Timing.__doc__ or "")[1].items()
    )
    summary = table(
        ("key", "what"), [(code(name), counts.get(name, _COUNTED.get(name, ""))) for name in Summary().as_json()]
    )
    return f"{_RESULTS}{columns}\n## summary.json\n\n{summary}"


_COUNTED = {"media": "Images and videos of all posts.", "videos": "Videos among them."}
_TYPES = {
    "string": "text",
    "large_string": "text",
    "double": "number",
    "bool": "true or false",
    "int32": "whole number",
    "int64": "whole number",
    "list<element: string>": "list of text",
    "list<item: string>": "list of text",
}


def _type_of(arrow: str) -> str:
    return _TYPES[arrow]
