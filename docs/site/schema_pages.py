"""The JSON Schemas of what goes in and what comes out, as tables that people can read."""

from __future__ import annotations

import re
from collections import deque
from inspect import cleandoc
from typing import Any

from made_page import MadePage, code, table

from consentry.records import Case, json_schema

_ATTRIBUTE = re.compile(r"^ {4}(\w+): ", re.MULTILINE)


def schema_pages() -> list[MadePage]:
    """The assessment, and the case that is assessed."""
    assessment = json_schema()
    about_assessment = (
        "What `Assessor.assess` returns, what `consentry assess --json` prints, and what stands in the column "
        f"`assessment` of results: version {assessment['x-schema-version']} of the schema that "
        "[`consentry schema`](commands/schema.md) prints. Records refuse fields that are not listed here. Boxes are "
        "fractions of the upright picture, `[left, top, right, bottom]`; times in a video are seconds from its start; "
        "probabilities are calibrated and lie between 0 and 1."
    )
    about_case = (
        "What is assessed: a post, a report, reference photos, answers. `consentry schema --input` prints this schema. "
        "A [manifest](manifest.md) holds the same in columns, a row a case."
    )
    return [
        MadePage("reference/assessment.md", "The assessment", _page("The assessment", about_assessment, assessment)),
        MadePage("reference/case.md", "The case", _page("The case", about_case, Case.model_json_schema())),
    ]


def _page(title: str, about: str, schema: dict[str, Any]) -> str:
    definitions: dict[str, Any] = {schema["title"]: schema, **schema.get("$defs", {})}
    parts = [f"# {title}\n\n{about}\n"]
    waiting, seen = deque([schema["title"]]), set()
    while waiting:
        name = waiting.popleft()
        if name in seen:
            continue
        seen.add(name)
        parts.append(_record(name, definitions[name]))
        waiting.extend(re.findall(r"#/\$defs/(\w+)", str(definitions[name].get("properties", {}))))
    return "\n".join(parts)


def _record(name: str, schema: dict[str, Any]) -> str:
    words, meanings = described(schema.get("description", ""))
    rows = []
    for field, kind in schema.get("properties", {}).items():
        needed = field in schema.get("required", ())
        meaning = meanings.get(field, "")
        default = kind.get("default")
        if not needed and default not in (None, [], {}, ""):
            meaning += f" [default: {str(default).lower() if isinstance(default, bool) else default}]"
        rows.append((f"`{field}`{' (needed)' if needed else ''}", _type(kind), meaning))
    return f"## {name}\n\n{words}\n\n" + (table(("field", "type", "what"), rows) if rows else "")


def described(text: str) -> tuple[str, dict[str, str]]:
    """The words of a docstring, and what its section of attributes says of each."""
    words, _, listed = cleandoc(text).partition("Attributes:\n")
    pieces = _ATTRIBUTE.split(listed)
    meanings = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return _plain(words), {name: _plain(meaning) for name, meaning in meanings.items()}


def _plain(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.replace("``", "`").strip().split("\n\n"))


def _type(schema: dict[str, Any]) -> str:
    """A type in words, with links to the records of the same page."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return code(str(schema["const"]).lower())
    if "enum" in schema:
        return ", ".join(code(str(word)) for word in schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        kinds = [_type(each) for each in choices if each.get("type") != "null"]
        return " or ".join([*kinds, *(["null"] if len(kinds) < len(choices) else [])])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(_type(each) for each in schema['prefixItems'])}]"
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"object of {_type(inner)}" if isinstance(inner, dict) else "object"
    return _simple(schema)


def _simple(schema: dict[str, Any]) -> str:
    kind = {"integer": "whole number", "string": "text", "boolean": "true or false"}.get(
        str(schema.get("type", "anything")), str(schema.get("type", "anything"))
    )
    kind = {"date-time": "moment", "date": "day", "path": "path", "binary": "bytes"}.get(schema.get("format", ""), kind)
    bounds = [
        f"{words} {schema[key]:g}"
        for key, words in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "above"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "below"),
            ("minLength", "length at least"),
            ("maxLength", "length at most"),
        )
        if key in schema
    ]
    if bounds == ["at least 0", "at most 1"]:
        bounds = ["0 to 1"]
    return f"{kind}, {', '.join(bounds)}" if bounds else kind
