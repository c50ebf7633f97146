"""Cases written out by hand: a post, a report, signals and answers, and what should come of them.

The form is short, because people write and read it; docs/policy.md explains it, and `data/cases/` holds the golden
cases. What a case leaves out was not measured, exactly as in life: a medium without ``face:`` has no face signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from consentry.policy import case_signals
from consentry.policy.errors import PolicyError
from consentry.policy.sections import ACTIONS
from consentry.policy.written import (
    Items,
    Place,
    Table,
    Text,
    Written,
    as_table,
    as_text,
    as_words,
    check_keys,
    read_yaml,
)
from consentry.records import Action, Fact, FactSource, Post, Report, Signals

_Record = TypeVar("_Record", bound=BaseModel)
_POST_KEYS: Final = ("text", "account", "posted_at")
_REPORT_KEYS: Final = ("standing", "authority", "identity", "consent", "reported_at", "statement")
_SIGNAL_KEYS: Final = ("references", "media", "text")
_EXPECT_KEYS: Final = ("rule", "decisive", "fired", "asks", "guardrails")


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come of a case; what is ``None`` or empty is not stated.

    Attributes:
        rule: The decision line.
        decisive: Clauses among the decisive ones.
        fired: Clauses among those that fired.
        asks: Facts among the open questions.
        guardrails: How many promises step in.
    """

    action: Action
    rule: str | None = None
    decisive: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    guardrails: int = 0


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case, turned into records.

    Attributes:
        facts: Answers and look-ups.
        expected: ``None`` for a case that only asks what would come of it.
    """

    name: str
    title: str
    post: Post
    report: Report | None
    signals: Signals
    facts: tuple[Fact, ...]
    expected: Expected | None


def read_cases(path: Path) -> tuple[WrittenCase, ...]:
    """Read a file with one case, or with a list of cases.

    Raises:
        PolicyError: It cannot be read, or something in it is wrong; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The case file {path} cannot be read."
        raise PolicyError(message, "Check its path, and that it is UTF-8 text.", code="policy.not_found") from error
    return parse_cases(text, path.name)


def parse_cases(text: str, file: str = "case.yaml") -> tuple[WrittenCase, ...]:
    """Read cases that are held as text; see `read_cases`."""
    written = read_yaml(text, file)
    cases = [_read_case(item) for item in (written.items if isinstance(written, Items) else (written,))]
    for index, case in enumerate(cases):
        if case.name in (other.name for other in cases[:index]):
            message = f"the case '{case.name}' is there twice."
            raise Place(file, 1).error(message, "Rename one of them.", "policy.duplicate")
    return tuple(cases)


def _read_case(written: Written) -> WrittenCase:
    table = as_table(written, "a case")
    check_keys(table, "a case", ["case", "post"], ["title", "report", "signals", "answers", "lookups", "expect"])
    name = as_text(table.entries["case"], "'case'")
    post, media_ids = _read_post(name, table.entries["post"])
    return WrittenCase(
        name=name,
        title=_optional_text(table, "title"),
        post=post,
        report=_read_report(name, table.get("report")),
        signals=_read_signals(table.get("signals"), media_ids),
        facts=(*_read_facts(table, "answers", "reviewer"), *_read_facts(table, "lookups", "lookup")),
        expected=_read_expected(table.get("expect")),
    )


def _optional_text(table: Table, key: str) -> str:
    value = table.get(key)
    return "" if value is None else as_text(value, f"'{key}'")


def _made(record: type[_Record], place: Place, fields: Mapping[str, Any]) -> _Record:
    try:
        return record.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"'{where}' is not right: {first['msg']}." if where else f"{first['msg']}."
        raise place.error(message, "See docs/policy.md for the form of a case.", "policy.case") from error


def _read_post(name: str, written: Written) -> tuple[Post, tuple[str, ...]]:
    table = as_table(written, "'post'")
    check_keys(table, "'post'", [], ["media", *_POST_KEYS])
    media = table.get("media")
    names = () if media is None else as_words(media, "'media'")
    fields: dict[str, object] = {"post_id": name, "media": names}
    fields |= {key: as_text(table.entries[key], f"'{key}'") for key in _POST_KEYS if key in table.entries}
    post = _made(Post, table.place, fields)
    return post, tuple(item.media_id for item in post.media)


def _read_report(name: str, written: Written | None) -> Report | None:
    if written is None or (isinstance(written, Text) and written.text == "none"):
        return None
    table = as_table(written, "'report'")
    check_keys(table, "'report'", ["standing"], _REPORT_KEYS)
    fields = {key: as_text(value, f"'{key}'") for key, _, value in table}
    return _made(Report, table.place, {"report_id": name, **fields})


def _read_signals(written: Written | None, media_ids: tuple[str, ...]) -> Signals:
    if written is None:
        return Signals()
    table = as_table(written, "'signals'")
    check_keys(table, "'signals'", [], _SIGNAL_KEYS)
    return _made(Signals, table.place, case_signals.read_signals(table, media_ids))


def _read_facts(table: Table, key: str, source: FactSource) -> tuple[Fact, ...]:
    written = table.get(key)
    if written is None:
        return ()
    return tuple(
        Fact(name=name, value=as_text(value, f"'{name}'"), source=source, detail="as the case says")
        for name, _, value in as_table(written, f"'{key}'")
    )


def _read_expected(written: Written | None) -> Expected | None:
    if written is None:
        return None
    table = as_table(written, "'expect'")
    check_keys(table, "'expect'", ["action"], _EXPECT_KEYS)
    lists = {
        key: as_words(table.entries[key], f"'{key}'") for key in ("decisive", "fired", "asks") if key in table.entries
    }
    guardrails = table.get("guardrails")
    return Expected(
        action=case_signals.one_of(table.entries["action"], "'action'", ACTIONS),
        rule=_optional_text(table, "rule") or None,
        guardrails=0 if guardrails is None else case_signals.whole_number(guardrails, "'guardrails'"),
        **lists,
    )
