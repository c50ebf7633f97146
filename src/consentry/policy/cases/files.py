"""Cases written out by hand: a post, a report, signals and answers, and what should come of them.

The form is short, because people write and read it; docs/policy.md explains it, and `data/cases/` holds the golden
cases. What a case leaves out was not measured, exactly as in life: a medium without ``face:`` has no face signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from consentry.policy.cases import signals as case_signals
from consentry.policy.cases.expectations import Expected, read_expected, unmet
from consentry.policy.deciding.recommending import decide
from consentry.policy.deciding.reported import check_number_of_posts
from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError
from consentry.policy.language.written import (
    Items,
    Place,
    Table,
    Text,
    Written,
    as_items,
    as_table,
    as_text,
    as_words,
    check_keys,
    read_yaml,
)
from consentry.records import (
    Assessment,
    Circumstances,
    Fact,
    FactSource,
    Post,
    Report,
    Signals,
)

__all__ = ["Expected", "WrittenCase", "as_assessment", "parse_cases", "read_cases", "unmet"]

_Record = TypeVar("_Record", bound=BaseModel)
_POST_KEYS: Final = ("text", "account", "posted_at")
_REPORT_KEYS: Final = (
    "standing",
    "authority",
    "identity",
    "consent",
    "reported_at",
    "statement",
    "window_days",
    "reports_by_reporter",
    "rejected_reports_by_reporter",
    "reports_against_account",
)
_SIGNAL_KEYS: Final = ("references", "media", "text", "extra")
_OF_A_POST: Final = ("signals", "answers", "lookups", "expect")


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case, turned into records.

    Attributes:
        policy: The policy that it is written for, as `load_policy` takes it; empty for the one used by default.
        report_name: The case that it belongs to: its own name, unless it is one of several posts of one report.
        facts: Answers and look-ups.
        expected: ``None`` for a case that only asks what would come of it.
    """

    name: str
    title: str
    policy: str
    report_name: str
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
    cases = [
        case for item in (written.items if isinstance(written, Items) else (written,)) for case in _read_entry(item)
    ]
    for index, case in enumerate(cases):
        if case.name in (other.name for other in cases[:index]):
            message = f"the case '{case.name}' is there twice."
            raise Place(file, 1).error(message, "Rename one of them.", "policy.duplicate")
    return tuple(cases)


def _read_entry(written: Written) -> Iterator[WrittenCase]:
    """One case; or, with ``posts:``, one for each of the posts that a single report names."""
    table = as_table(written, "a case")
    posts = table.get("posts")
    if posts is None:
        check_keys(table, "a case", ["case", "post"], ["title", "policy", "report", *_OF_A_POST])
        name = as_text(table.entries["case"], "'case'")
        yield _read_case(table, table, name, name)
        return
    check_keys(table, "a case with several posts", ["case", "posts"], ["title", "policy", "report"])
    name = as_text(table.entries["case"], "'case'")
    entries = [as_table(item, "one of the posts") for item in as_items(posts, "'posts'").items]
    names = [f"{name}/{number}" for number in range(1, len(entries) + 1)]
    try:
        check_number_of_posts(name, names)
    except PolicyError as error:
        raise posts.place.error(error.message, error.remedy, error.code) from error
    for entry, each in zip(entries, names, strict=True):
        check_keys(entry, "one of the posts", ["post"], _OF_A_POST)
        yield _read_case(table, entry, each, name)


def _read_case(table: Table, entry: Table, name: str, report_name: str) -> WrittenCase:
    post, media_ids = _read_post(name, entry.entries["post"])
    return WrittenCase(
        name=name,
        title=_optional_text(table, "title"),
        policy=_optional_text(table, "policy"),
        report_name=report_name,
        post=post,
        report=_read_report(report_name, table.get("report")),
        signals=_read_signals(entry.get("signals"), media_ids),
        facts=(*_read_facts(entry, "answers", "reviewer"), *_read_facts(entry, "lookups", "lookup")),
        expected=read_expected(entry.get("expect")),
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


def as_assessment(policy: Policy, case: WrittenCase) -> Assessment:
    """A written case, decided, in the form in which results are stored and replayed."""
    decided = decide(policy, case.post, case.report, case.signals, case.facts)
    return Assessment(
        post_id=case.post.post_id,
        report_id=case.report.report_id if case.report else None,
        signals=case.signals,
        circumstances=Circumstances.of(case.post, case.report, case.facts),
        facts=decided.facts,
        recommendation=decided.recommendation,
        components=(policy.digest,),
    )
