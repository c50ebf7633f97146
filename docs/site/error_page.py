"""Every error code: when it comes, what to do, and what the program exits with."""

from __future__ import annotations

from itertools import groupby

from made_page import MadePage, table

from consentry.cli.errors import exit_codes, told
from consentry.error_codes import ErrorCode, error_codes

_ABOUT = """\
# Error codes

Every error of Consentry carries a stable code, one sentence of what happened and one of what to do. On the command
line:

```text
Error manifest.missing
There is no manifest at posts.csv.
→ Check the path or address.
```

What concerns one post never ends a job. It stands in `signals.errors` of the [assessment](assessment.md) and in
`error_code`, `error_message` and `error_codes` of its [row](results.md). `consentry errors CODE` prints what stands
here. In Python, `except consentry.ConsentryError as error` catches them all; `error.code`, `error.message` and
`error.remedy` are the three parts.

**Exit codes.** 0: done. 1: something in the installation must be mended. 2: wrong usage or input. 3: there were
media and none could be read. 4: more errors than `--max-errors` allows. 130: stopped, and can go on. In `consentry
policy`, 1 says that a policy is refuted or invalid.

"""


def error_pages() -> list[MadePage]:
    """The one page."""
    sections = [
        _section(error, list(codes)) for error, codes in groupby(error_codes().values(), lambda code: code.room)
    ]
    return [MadePage("reference/errors.md", "Error codes", _ABOUT + "\n".join(sections))]


def _section(room: str, codes: list[ErrorCode]) -> str:
    classes = list(dict.fromkeys(f"`{code.module}.{code.error}`" for code in codes))
    pages = list(dict.fromkeys(code.read for code in codes if code.read))
    more = f" More: {', '.join(pages)}." if pages else ""
    parts = [f"## {room}\n", f"{' and '.join(classes)}.{more}\n", _where(codes)]
    rows = [
        (
            f'<span id="{code.code}"></span>`{code.code}`{f"<br>*{code.error}*" if len(classes) > 1 else ""}',
            _exit(code),
            f"{code.when}<br>→ {code.do}",
        )
        for code in codes
    ]
    return "\n".join([*parts, table(("code", "exit", "when it comes, and what to do"), rows)])


def _where(codes: list[ErrorCode]) -> str:
    """Where codes are met; one sentence if it is the same for all."""
    said: dict[str, list[str]] = {}
    for code in codes:
        said.setdefault(told(code), []).append(f"`{code.code}`")
    if len(said) == 1:
        return f"{next(iter(said))}\n"
    most = max(said, key=lambda each: len(said[each]))
    others = [f"- {', '.join(names)}: {sentence}" for sentence, names in said.items() if sentence != most]
    return "\n".join([f"{most} But:\n", *others, ""])


def _exit(code: ErrorCode) -> str:
    return "/".join(map(str, exit_codes(code))) or "–"
