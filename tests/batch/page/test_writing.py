"""The page of a run: one file, no scripts, foreign words as words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from small_jobs import without_models, write_picture, write_rows

from consentry.batch import Options, run_job
from consentry.records.words import LONGEST_DETAIL, LONGEST_ID, LONGEST_STATEMENT

FOREIGN = "<script>alert('x')</script><img src=https://example.org/x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    write_picture(folder / "p.jpg")
    rows: list[object] = [
        {"post_id": FOREIGN, "media": ["p.jpg"], "text": FOREIGN},
        {"post_id": "gone", "media": ["<b>gone</b>.jpg"]},
        {"post_id": "gone"},
    ]
    manifest = write_rows(folder / "posts.jsonl", rows)
    run_job(manifest, folder / "out", without_models(folder / "none"), Options(page=True))
    assert not list((folder / "out").glob(".*.tmp"))
    return (folder / "out/index.html").read_text(encoding="utf-8")


def test_every_case_is_there_with_its_picture(page: str) -> None:
    assert page.count("<article") == 2, "the row that came twice is no case"
    assert page.count("data:image/") == 1


def test_it_is_self_contained_and_runs_nothing(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    names = {name for name, _ in tags.found}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form"}
    for name, attributes in tags.found:
        assert not [key for key in attributes if key.startswith("on")], name
        assert (attributes.get("src") or "data:").startswith("data:"), name
    assert not re.search(r"@import|url\((?!['\"]?data:)", page)


def test_foreign_words_stay_words(page: str) -> None:
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>gone</b>" not in page


@pytest.mark.parametrize(("place", "cases", "pictures"), [("_draw_frames", 3, 2), ("draw_case", 2, 2)])
def test_a_case_that_cannot_be_drawn_keeps_no_other_from_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
    cases: int,
    pictures: int,
) -> None:
    from consentry.batch.page import drawn
    from consentry.batch.page import writing as page

    rows = []
    for name in ("good", "bad", "fine"):
        write_picture(tmp_path / f"{name}.jpg")
        rows.append({"post_id": name, "media": [f"{name}.jpg"]})
    module = page if place == "draw_case" else drawn
    sound = getattr(module, place)

    def draw(first: Any, *rest: Any) -> Any:
        named = first.post.post_id if place == "draw_case" else first.media_id
        if named.startswith("bad"):
            raise KeyError("her words")
        return sound(first, *rest)

    monkeypatch.setattr(module, place, draw)
    manifest = write_rows(tmp_path / "posts.jsonl", rows)
    run_job(manifest, tmp_path / "out", without_models(tmp_path / "none"), Options(page=True))
    drawn_page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert (drawn_page.count("<article"), drawn_page.count("data:image/")) == (cases, pictures)
    assert "The page, post bad: A defect of Consentry (KeyError) kept a case from being drawn." in caplog.text


def test_of_a_post_with_many_media_some_are_drawn(tmp_path: Path) -> None:
    from consentry.batch.page.drawn import MOST_MEDIA

    write_picture(tmp_path / "p.jpg")
    manifest = write_rows(tmp_path / "posts.jsonl", [{"post_id": "many", "media": ["p.jpg"] * 70}])
    run_job(manifest, tmp_path / "out", without_models(tmp_path / "none"), Options(page=True))
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert page.count("data:image/") == MOST_MEDIA
    assert "20 of 70 media, those most worth a look." in page
    assert 'alt="p.jpg#20 ' in page
    assert "p.jpg#21" not in page
    assert "p.jpg#10 and 60 more" in page


def test_the_plots_count_what_became_of_the_rows(page: str) -> None:
    assert 'class="plot bars"' in page
    assert "no case" in page


def test_words_without_end_do_not_make_a_page_without_end(tmp_path: Path) -> None:
    assessor = without_models(tmp_path / "none")
    asked = next(fact for fact in assessor.policy.facts if fact.measured is None)
    report = {"standing": "other", "report_id": "r" * LONGEST_ID, "statement": "said " * (LONGEST_STATEMENT // 5)}
    answer = {"name": asked.name, "value": asked.words[0], "source": "reviewer", "detail": "d" * LONGEST_DETAIL}
    rows = [
        {"post_id": "p" * LONGEST_ID, "text": "cake " * 200_000, "report": report, "facts": [answer]},
        {"post_id": "gone", "media": ["g" * 250 + ".jpg"]},
        {"post_id": "q" * 5_000_000},
    ]
    manifest = write_rows(tmp_path / "posts.jsonl", rows)
    summary = run_job(manifest, tmp_path / "out", assessor, Options(page=True))
    assert (summary.assessed, summary.rejected) == (2, 1)
    assert summary.error_codes["text.too_long"] == 1
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert len(page) < 100_000
    assert "995,000 more characters" in page
    assert "95,000 more characters" in page
    assert "9,500 more characters" in page
    assert "text.too_long" in page
