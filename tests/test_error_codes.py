"""``error_codes.yaml`` lists every code of the source, nothing else, and says of each what is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from consentry.error_codes import ErrorCode, codes_like, error_codes
from consentry.errors import ConsentryError
from consentry.media.errors import ERROR_CODES, NOTE_CODES
from consentry.records import ErrorNote

LIST = "src/consentry/error_codes.yaml"
CODE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


@dataclass(frozen=True)
class Carried:
    """A code as it stands in the source.

    Attributes:
        by: The class or function that it is handed to.
    """

    code: str
    by: str
    place: str


def codes_in(tree: ast.Module, file: str, carriers: dict[str, int]) -> Iterator[Carried | str]:
    """Codes of one module; a text instead, where one is put together and cannot be found by searching for it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if "default_code" in _targets(line):
                    yield from _texts(line.value, node.name, file)
        elif isinstance(node, ast.FunctionDef):
            for default in (
                [*node.args.defaults, *filter(None, node.args.kw_defaults)] if "code" in _names(node) else ()
            ):
                yield from _texts(default, node.name, file)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            tables = [name for name in _targets(node) if name.endswith("_CODES") and isinstance(node.value, ast.Dict)]
            if {"code", "CODE"} & set(_targets(node)) or tables:
                yield from _texts(node.value, "", file)
        elif isinstance(node, ast.Call):
            by = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = carriers.get(by, len(node.args))
            given = [keyword.value for keyword in node.keywords if keyword.arg in {"code", "error_code"}]
            for value in [*node.args[place : place + 1], *given]:
                yield from _texts(value, by, file)


def carriers_in(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions and records of one module that take a code, with its place among their arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and "code" in _names(node):
            names = [name for name in _names(node, keywords=False) if name not in {"self", "cls"}]
            if "code" in names:
                yield node.name, names.index("code")
        elif isinstance(node, ast.ClassDef):
            fields = [line.target.id for line in node.body if isinstance(line, ast.AnnAssign) and _targets(line)]
            if "code" in fields:
                yield node.name, fields.index("code")


def _texts(value: ast.expr, by: str, file: str) -> Iterator[Carried | str]:
    for node in ast.walk(value):
        if isinstance(node, ast.JoinedStr) and CODE.fullmatch(_filled(node)):
            yield f"{file}:{node.lineno} puts a code together; write it out, so that a search finds it"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield Carried(node.value, by, f"{file}:{node.lineno}")


def _filled(written: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in written.values)


def _targets(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _names(node: ast.FunctionDef, *, keywords: bool = True) -> list[str]:
    found = [*node.args.posonlyargs, *node.args.args, *(node.args.kwonlyargs if keywords else ())]
    return [argument.arg for argument in found]


@pytest.fixture(scope="module")
def carried(repository: Path) -> list[Carried]:
    root = repository / "src"
    trees = {str(path.relative_to(root)): ast.parse(path.read_text("utf-8")) for path in sorted(root.rglob("*.py"))}
    carriers = dict(pair for tree in trees.values() for pair in carriers_in(tree))
    found = [each for file, tree in trees.items() for each in codes_in(tree, file, carriers)]
    put_together = [each for each in found if isinstance(each, str)]
    assert not put_together, "\n".join(put_together)
    return [each for each in found if isinstance(each, Carried)]


def lines_to_add(missing: list[Carried]) -> str:
    """What whoever added a code has to write, and where."""
    families = {each.room: each.error for each in reversed(list(error_codes().values()))}
    said = []
    for each in missing:
        family = each.by if each.by.endswith("Error") else families.get(each.code.partition(".")[0], "the class")
        said.append(
            f"{each.place} has the code {each.code!r}, which {LIST} does not list. Add below `{family}:`, `codes:`\n"
            f"    {each.code}:\n      when: <when it comes, in one sentence.>\n      do: <what to do about it.>"
        )
    return "\n".join(said)


def test_every_code_of_the_source_is_listed(carried: list[Carried]) -> None:
    missing = {each.code: each for each in carried if each.code not in error_codes()}
    assert not missing, lines_to_add(list(missing.values()))


def test_every_listed_code_is_in_the_source(carried: list[Carried]) -> None:
    gone = sorted(set(error_codes()) - {each.code for each in carried})
    assert not gone, f"Take out of {LIST}, since nothing carries them any more: {', '.join(gone)}"


def test_every_code_is_listed_under_the_class_that_carries_it(carried: list[Carried]) -> None:
    wrong = []
    for code in error_codes().values():
        classes = {each.by for each in carried if each.code == code.code and each.by.endswith(("Error", "ErrorNote"))}
        if classes and code.error not in classes:
            wrong.append(f"{LIST}: {code.code} is carried by {', '.join(sorted(classes))}, not by {code.error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", error_codes().values(), ids=lambda code: code.code)
def test_what_is_said_of_a_code_is_whole(code: ErrorCode, repository: Path) -> None:
    found = getattr(import_module(code.module), code.error)
    assert found is ErrorNote or issubclass(found, ConsentryError)
    assert code.shown
    assert code.when[0].isupper()
    assert code.when.endswith(".")
    assert code.do[0].isupper()
    assert code.do.endswith(".")
    assert not code.read or (repository / code.read).is_file()


def test_codes_of_one_class_stand_in_the_order_of_the_alphabet(repository: Path) -> None:
    families = re.split(r"(?m)^\w+:$", (repository / LIST).read_text("utf-8"))
    for family in families:
        written = re.findall(r"(?m)^    ([a-z_]+\.[a-z_]+):$", family)
        assert written == sorted(written)


def test_a_code_or_a_room_is_found_by_its_name() -> None:
    assert [each.code for each in codes_like("media.damaged")] == ["media.damaged"]
    assert {each.room for each in codes_like("job")} == {"job"}
    assert codes_like("nothing") == ()


def test_the_search_finds_every_way_to_write_a_code() -> None:
    tree = ast.parse(
        "class A(ConsentryError):\n    default_code = 'a.one'\n"
        "class S:\n    name: str\n    code: str\n"
        "def place(message, code='a.two'): ...\n"
        "raise A('', '', code='a.three')\n"
        "place('', 'a.four')\n"
        "S('', 'a.five')\n"
        "code = 'a.six' if x else 'a.seven'\n"
        "A('', '', code='a.eight' if x else error.code)\n"
        "A('', '', code=f'a.{x}')\n"
        "OUR_CODES = {'nine': 'a.nine'}\n"
        "code = f' [{x}]'\n"
    )
    found = list(codes_in(tree, "a.py", dict(carriers_in(tree))))
    numbers = {each.code for each in found if isinstance(each, Carried)}
    assert numbers == {f"a.{name}" for name in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")}
    assert [each for each in found if isinstance(each, str)] == [
        "a.py:12 puts a code together; write it out, so that a search finds it"
    ]


def test_what_decoders_may_say_is_listed() -> None:
    assert {code for code in ERROR_CODES | NOTE_CODES if error_codes()[code].error != "MediaError"} == set()
    assert {code for code in NOTE_CODES if "row" in error_codes()[code].shown} == set()
