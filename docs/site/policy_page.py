"""The written form of policies and cases, from the modules that read it: inputs, and the keys of every section."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from made_page import MadePage, code, table

from consentry.policy.measuring.inputs import INPUTS, Input

_READERS = (
    "consentry.policy.language.loading",
    "consentry.policy.language.amendments",
    "consentry.policy.language.sections",
    "consentry.policy.language.deadlines",
    "consentry.policy.cases.files",
    "consentry.policy.cases.signals",
    "consentry.policy.cases.expectations",
)
_ABOUT = """\
# Policies and cases, as written

[The policy](../policy.md) explains the language; here is all that may be written, from the code that reads it.

## Inputs

What may stand after `from:` in a fact. For signals that others added there is also `signal.NAME.probability` and
`signal.NAME.WORD.probability`, each a number from 0 to 1.

"""
_KEYS = """
## Keys

What each section may hold; any other key is an error (`policy.unknown_key`), and so is the lack of one that is needed
(`policy.missing_key`).

"""


def policy_pages() -> list[MadePage]:
    """The one page."""
    inputs = table(
        ("input", "value", "what it is", "source"),
        [(code(item.name), _value(item), item.about, item.source) for item in INPUTS.values()],
    )
    keys = table(("in", "needed", "may be there"), [row for name in _READERS for row in _sections(import_module(name))])
    return [MadePage("reference/policy-language.md", "Policies and cases", _ABOUT + inputs + _KEYS + keys)]


def _value(item: Input) -> str:
    if item.is_day:
        return "day"
    if item.is_number:
        return "number from 0" if item.upper > 1 else "0 to 1"
    words = [code(word) for word in item.words if word not in item.abstentions]
    abstaining = [code(word) for word in item.abstentions]
    return ", ".join(words) + (f"; abstaining: {', '.join(abstaining)}" if abstaining else "")


def _sections(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    """Every call of `check_keys`: what it checks, which keys it needs, which it knows besides."""
    for function in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body:
        named = ast.Constant("")
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "what":
                named = node.value
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check_keys":
                _, what, *lists = node.args
                needed, *others = [_evaluated(each, module) for each in lists]
                known = [key for each in others for key in each if key not in needed]
                yield (
                    _name(named if isinstance(what, ast.Name) else what),
                    ", ".join(map(code, needed)),
                    ", ".join(map(code, known)),
                )


def _evaluated(written: ast.expr, module: ModuleType) -> list[str]:
    return list(eval(compile(ast.Expression(written), module.__name__, "eval"), vars(module)))  # noqa: S307  our own source


def _name(written: ast.expr) -> str:
    """What a section is called in messages; "the fact" of some name becomes "a fact"."""
    if isinstance(written, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in written.values)
        kind = re.sub(r"^the (\w+) '…'$", r"\1", said)
        return "`remove`, `change`, `add`" if said == "'…'" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    assert isinstance(written, ast.Constant)
    return re.sub(r"^'(\w+)'$", r"`\1`", str(written.value))
