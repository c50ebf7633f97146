"""A document is run as its reader would run it: files written, commands given to a shell, Python to an interpreter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from fenced_blocks import Block, Document

_SECONDS = 900
_EXITS = re.compile(r"^(?P<command>.*?)\s+# exits (?P<code>\d+)$", re.MULTILINE)
_PIP = """\
for each; do :; done
test "$1" = install && test -e "$each/pyproject.toml" || {{ echo "mark this block: it needs an install"; exit 98; }}
exec "{python}" -m pip install --quiet --no-deps --no-build-isolation --no-index --target "{target}" --upgrade "$each"
"""
"""Packages that a document writes itself are installed for it alone; nothing else is."""
_INTERPRETER = """
import contextlib, io, json, os, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    asked, printed = json.loads(line), io.StringIO()
    os.chdir(asked["folder"])
    os.environ.update(asked["variables"])
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(asked["code"], asked["name"], "exec"), names)
        failure = ""
    except BaseException:
        failure = traceback.format_exc()
    sys.__stdout__.write(json.dumps({"printed": printed.getvalue(), "failure": failure}) + "\\n")
    sys.__stdout__.flush()
"""


class Run:
    """One document being run in a folder of its own; blocks share the folder, exported variables, and names of Python.

    Args:
        document: What is run.
        folder: Empty; the document's folder is made in it.
        repository: Where files that are given come from.
    """

    def __init__(self, document: Document, folder: Path, repository: Path) -> None:
        self._document = document
        self._state = folder / "state"
        self._here = folder / "here"
        self._printed = ""
        self._interpreter: subprocess.Popen[str] | None = None
        for each in (self._state, self._here, folder / "home", folder / "programs"):
            each.mkdir()
        _program(folder / "programs" / "consentry", f'exec "{sys.executable}" -m consentry "$@"')
        _program(folder / "programs" / "python", f'exec "{sys.executable}" "$@"')
        _program(folder / "programs" / "pip", _PIP.format(python=sys.executable, target=folder / "packages"))
        self._variables = {
            **os.environ,
            "HOME": str(folder / "home"),
            "PATH": f"{folder / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(folder / "packages"), str(repository / "src"), *_more_modules()]),
            "NO_COLOR": "1",
        }
        (self._state / "folder").write_text(str(self._here))
        (self._state / "variables").write_text("")
        for there, source in document.given.items():
            _put(repository / source, self._here / there)

    def all_blocks(self) -> None:
        """Run every block that can be run, in order.

        Raises:
            AssertionError: One fails, or prints something else than the document shows.
        """
        try:
            for block in self._document.blocks:
                if "output" in block.marks:
                    self._compare(block)
                elif block.file is not None:
                    path = self._folder() / block.file
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(block.body, encoding="utf-8")
                elif block.is_run:
                    self._printed = self._python(block) if block.language == "python" else self._shell(block)
        finally:
            if self._interpreter is not None:
                self._interpreter.communicate()

    def _folder(self) -> Path:
        return Path((self._state / "folder").read_text().strip())

    def _shell(self, block: Block) -> str:
        expected = int(block.marks.get("exits", "0"))
        commands = _EXITS.sub(r"{ \g<command>; } && exit 99 || test $? -eq \g<code>", block.body)
        script = (
            f'source "{self._state}/variables"; cd "$(cat "{self._state}/folder")"\n'
            f'trap \'code=$?; pwd > "{self._state}/folder"; export -p > "{self._state}/variables"; exit $code\' EXIT\n'
            f"set -eo pipefail\n{commands}"
        )
        done = subprocess.run(
            ["bash", "-c", script], env=self._variables, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        assert done.returncode == expected, (
            f"{self._place(block)} exits with {done.returncode}, not {expected}:\n"
            f"{block.body}\n{done.stdout}{done.stderr}"
        )
        return done.stdout + ("" if expected == 0 else done.stderr)

    def _python(self, block: Block) -> str:
        if self._interpreter is None:
            self._interpreter = subprocess.Popen(
                [sys.executable, "-W", "error", "-c", _INTERPRETER],
                env=self._variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        asked = {
            "code": block.body,
            "name": self._place(block),
            "folder": str(self._folder()),
            "variables": _exported(self._state / "variables"),
        }
        assert self._interpreter.stdin is not None
        assert self._interpreter.stdout is not None
        self._interpreter.stdin.write(json.dumps(asked) + "\n")
        self._interpreter.stdin.flush()
        answer: dict[str, Any] = json.loads(
            self._interpreter.stdout.readline() or '{"failure": "the interpreter ended"}'
        )
        assert not answer["failure"], f"{self._place(block)} fails:\n{answer['failure']}"
        return str(answer["printed"])

    def _compare(self, block: Block) -> None:
        tidied = _words if block.marks["output"] == "about" else _lines
        shown, printed = tidied(block.body), tidied(self._printed)
        pattern = ".*?".join(re.escape(part) for part in shown.split("..."))
        assert re.fullmatch(pattern, printed, re.DOTALL), (
            f"{self._place(block)} shows another output than there is.\n--- shown\n{shown}\n--- printed\n{printed}"
        )

    def _place(self, block: Block) -> str:
        return f"{self._document.path.name}, line {block.line}"


def _more_modules() -> list[str]:
    return list(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).rstrip()


def _words(text: str) -> str:
    """Text without what depends on a terminal's width and on a model's numbers: frames, bars, digits, spaces."""
    return " ".join(re.sub(r"[\d\u2500-\u259f]+", " ", text).split())


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _put(source: Path, there: Path) -> None:
    there.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, there)
    else:
        shutil.copyfile(source, there)


def _exported(file: Path) -> dict[str, str]:
    """Variables that a block of the shell has exported, of those that Consentry reads."""
    return dict(re.findall(r'^declare -x (CONSENTRY_\w+)="(.*)"$', file.read_text(), re.MULTILINE))
