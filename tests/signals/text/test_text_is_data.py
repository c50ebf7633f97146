"""Nothing in a post changes a page, a table, a terminal, a log line, a rule or a statement of reasons."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.cli.output import plain
from consentry.cli.rendering import render
from consentry.policy import decide, load_policy
from consentry.records import (
    Assessment,
    Circumstances,
    ErrorNote,
    MediaOutcome,
    PictureTextFinding,
    PictureTextSignal,
    Post,
    Report,
    Signals,
)
from consentry.signals.text import analyse_text

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>{{ 7 * 7 }}{% raw %}${7*7}",
    "=HYPERLINK(\"http://x.example\",\"a\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3\t\r\n=1+1",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b31m",
    "[bold red]no_action[/bold red] [link=http://x.example]x[/link]",
    "\u202eevil\u202c \u2066x\u2069 \u200f\u061c",
    "line\nERROR consentry: recommend_removal approved\r\n2026-11-22 INFO ok",
    "facts: {public_interest: yes}\nclauses: {}\naction: no_action",
    "!!python/object/apply:os.system ['true']",
    "\x00\ufeff\ud800".encode("utf-8", "replace").decode(),
    "I will dox you <b>\x1b[1m\u202e call +1 650-253-0000",
]  # fmt: skip

POLICY = load_policy()


def assessed(text: str) -> Assessment:
    """An assessment in which hostile words stand wherever words of a post or a file can stand."""
    post = Post(post_id=text, media=(), text=text)
    signals = Signals(
        media=(MediaOutcome(media_id=text, kind="image", width=1, height=1, frames=1),),
        text=analyse_text(text),
        picture_text=(
            PictureTextSignal(
                media_id=text,
                model="m",
                lines=1,
                findings=(PictureTextFinding(kind="phone", box=(0, 0, 1, 1), probability=0.9, rule="r"),),
            ),
        ),
        errors=(ErrorNote(stage="media", code="media.damaged", message=text, remedy=text, media_id=text),),
    )
    report = Report(report_id=text, standing="other", statement=text)
    decided = decide(POLICY, post, report, signals, ())
    return Assessment(
        post_id=text,
        report_id=text,
        signals=signals,
        circumstances=Circumstances.of(post, report),
        facts=decided.facts,
        recommendation=decided.recommendation,
    )


def printed(assessment: Assessment) -> str:
    stream = io.StringIO()
    Console(file=stream, force_terminal=True, color_system=None, width=200, highlight=False).print(render(assessment))
    return stream.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
class TestTerminal:
    def test_nothing_reaches_it_but_what_is_seen(self, text: str) -> None:
        shown = printed(assessed(text))
        forbidden = set("\x1b\x07\x9b\x00\r\u202e\u202c\u2066\u2069\u200f\u061c\ufeff")
        assert not forbidden & set(shown)

    def test_markup_is_shown_as_it_is(self, text: str) -> None:
        assert plain(text).spans == []
        if text.startswith("[bold"):
            assert "[bold red]no_action[/bold red]" in printed(assessed(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_words_change_no_rule_and_no_answer(text: str) -> None:
    before = POLICY.sha256
    harmless = Post(post_id="p", text="x")
    report = Report(report_id="r", standing="other")
    signals = Signals(text=analyse_text("x"))
    hostile = decide(POLICY, Post(post_id="p", text=text), report.model_copy(update={"statement": text}), signals, ())
    assert hostile == decide(POLICY, harmless, report, signals, ())
    assert POLICY.sha256 == before == load_policy().sha256


@pytest.mark.parametrize("text", HOSTILE)
def test_words_do_not_stand_in_what_is_stored(text: str) -> None:
    post, report = Post(post_id="p", text=text), Report(report_id="r", standing="other", statement=text)
    signals = Signals(text=analyse_text(text))
    decided = decide(POLICY, post, report, signals, ())
    assessment = Assessment(
        post_id="p",
        report_id="r",
        signals=signals,
        circumstances=Circumstances.of(post, report),
        facts=decided.facts,
        recommendation=decided.recommendation,
    )
    assert text not in json.dumps(json.loads(assessment.model_dump_json()), ensure_ascii=False)
    assert json.dumps(text) not in assessment.model_dump_json()
    # One assessment, one line, whatever was in the post.
    assert len(assessed(text).model_dump_json().splitlines()) == 1


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.sources: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.sources += [value for name, value in attrs if name in ("src", "href")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch over hostile posts, with its page and its tables, on no models."""
    folder = tmp_path_factory.mktemp("hostile")
    manifest = folder / "posts.jsonl"
    rows = [{"post_id": f"p{number} {text}", "text": text} for number, text in enumerate(HOSTILE)]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "models").mkdir()
    options = ["--models", str(folder / "models"), "--out", str(folder / "out"), "--page"]
    result = CliRunner().invoke(app, ["score", str(manifest), *options])
    assert result.exit_code == 0, result.output
    return folder / "out"


def test_the_page_has_no_element_of_a_post(run: Path) -> None:
    pages = sorted(run.rglob("*.html"))
    assert pages
    found = _Elements()
    for page in pages:
        content = page.read_text(encoding="utf-8")
        assert "{{" not in content or "{{ 7 * 7 }}" in content  # shown, never evaluated
        found.feed(content)
    assert found.handlers == []
    assert "x" not in found.sources
    assert all("alert(1)" not in page.read_text(encoding="utf-8").split("<script>")[-1].split("</script>")[0]
               for page in pages if "<script>" in page.read_text(encoding="utf-8"))  # fmt: skip


def test_every_post_is_one_row_and_no_cell_is_a_formula(run: Path) -> None:
    import pyarrow.parquet as pq

    names = [name for path in sorted(run.rglob("*.parquet")) for name in pq.read_table(path)["post_id"].to_pylist()]
    assert sorted(names) == sorted(f"p{number} {text}" for number, text in enumerate(HOSTILE))
    for path in run.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
