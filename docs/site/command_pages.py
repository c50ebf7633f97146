"""The command line as pages: every command with its arguments, options and examples, read from typer's own registry."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import typer
from made_page import MadePage, code, fenced, table
from typer.models import ArgumentInfo, DefaultPlaceholder

from consentry.cli.app import app

_EXAMPLE = re.compile(r"consentry( |$)")


def command_pages() -> list[MadePage]:
    """One page for the program, one for each command and each group of commands."""
    pages = []
    for info in app.registered_commands:
        assert info.callback is not None
        pages.append(_page(f"consentry {info.name}", [_section(f"consentry {info.name}", info.callback)]))
    for group in app.registered_groups:
        name = f"consentry {_given(group.name)}"
        sections = [_section(full, function) for full, function in _functions(name, group.typer_instance)]
        pages.append(_page(name, sections, _help_of(group.typer_instance)))
    rows = [(f"[`consentry {page.title}`]({page.title}.md)", _first_sentence(page.text)) for page in pages]
    overview = "\n".join(
        [
            "# The command line\n",
            str(_given(app.info.help)).replace("Start with: ", "Start with:\n\n    "),
            "",
            table(("command", "what it does"), rows),
            f"{_given(app.info.epilog)}\n",
            "`--help` after any command says what stands here, `consentry --version` the version, and "
            "`consentry --install-completion` lets the shell complete commands and options.",
        ]
    )
    return [MadePage("reference/commands/index.md", "The command line", overview), *pages]


def every_command() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The full name of every command, with the function that it runs."""
    for info in app.registered_commands:
        assert info.callback is not None
        yield f"consentry {info.name}", info.callback
    for group in app.registered_groups:
        yield from _functions(f"consentry {_given(group.name)}", group.typer_instance)


def _functions(name: str, group: typer.Typer | None) -> Iterator[tuple[str, Callable[..., Any]]]:
    assert group is not None
    for info in group.registered_commands:
        assert info.callback is not None
        yield f"{name} {info.name or info.callback.__name__.rstrip('_').replace('_', '-')}", info.callback
    for inner in group.registered_groups:
        yield from _functions(f"{name} {_given(inner.name)}", inner.typer_instance)


def _page(name: str, sections: list[str], about: str = "") -> MadePage:
    title = name.removeprefix("consentry ")
    if about:
        text = f"# {name}\n\n{about}\n\n" + "\n".join(sections)
    else:
        text = sections[0].replace(f"## {name}\n", f"# {name}\n", 1)
    return MadePage(f"reference/commands/{title}.md", title, text)


def _section(name: str, function: Callable[..., Any]) -> str:
    paragraphs = re.split(r"\n\n+", inspect.cleandoc(function.__doc__ or ""))
    examples = [paragraph for paragraph in paragraphs if _EXAMPLE.match(paragraph)]
    words = [" ".join(paragraph.split()) for paragraph in paragraphs if not _EXAMPLE.match(paragraph)]
    parameters = list(_parameters(function))
    arguments = [each for each in parameters if each.is_argument]
    options = [each for each in parameters if not each.is_argument]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *(each.names.strip("`") for each in arguments)])
    parts = [f"## {name}\n", "\n\n".join(words), "", fenced(usage, "text")]
    if examples:
        parts.append(fenced("\n".join(examples), "sh"))
    if arguments:
        parts.append(table(("argument", "what"), [(each.names, each.what) for each in arguments]))
    if options:
        parts.append(table(("option", "what"), [(each.names, each.what) for each in options]))
    return "\n".join(parts)


class _Parameter:
    """An argument or an option, in words."""

    def __init__(self, name: str, annotation: Any, default: Any) -> None:
        kind, about = get_args(annotation)[:2]
        self.is_argument = isinstance(about, ArgumentInfo)
        if get_origin(kind) in (UnionType, Union):
            (kind,) = (each for each in get_args(kind) if each is not NoneType)
        repeated = get_origin(kind) is list
        kind = get_args(kind)[0] if repeated else kind
        needed = default is inspect.Parameter.empty
        self.what = about.help or ""
        if self.is_argument:
            shown = about.metavar or name.upper()
            self.names = code(shown if needed or shown.startswith("[") else f"[{shown}]")
            return
        declared = [about.default] if isinstance(about.default, str) else []  # typer's own reading of Annotated
        declared += about.param_decls or ()
        declared = declared or [f"--{name.replace('_', '-')}"]
        value = "" if kind is bool else about.metavar or _words_of(kind)
        self.names = ", ".join(code(each.replace("/", "` / `")) for each in declared) + (f" *{value}*" if value else "")
        shown_default = default.value if isinstance(default, Enum) else default
        if needed:
            self.what += " Needed."
        elif not (shown_default is None or shown_default is False or shown_default == "" or "[default: " in self.what):
            self.what += f" [default: {shown_default}]"


def _parameters(function: Callable[..., Any]) -> Iterator[_Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if hints[name] is not typer.Context:
            yield _Parameter(name, hints[name], parameter.default)


def _words_of(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(each.value for each in kind)
    return {"Path": "path", "str": "text", "int": "whole number", "float": "number", "datetime": "day"}.get(
        kind.__name__, kind.__name__
    )


def _help_of(group: typer.Typer | None) -> str:
    assert group is not None
    parts = [_given(group.info.help), _given(group.info.epilog)]
    return "\n\n".join(" ".join(str(part).split()) for part in parts if part)


def _given(value: Any) -> Any:
    return value.value if isinstance(value, DefaultPlaceholder) else value


def _first_sentence(text: str) -> str:
    body = text.partition("\n\n")[2].lstrip()
    return re.split(r"(?<=[.])\s", body, maxsplit=1)[0].partition("\n")[0]
