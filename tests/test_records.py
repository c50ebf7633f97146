"""The vocabulary: what it accepts, what it refuses, and that it survives JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from consentry import Case, Fact, Media, Post, Report, json_schema
from consentry.records import SCHEMA_VERSION, Recommendation, SaliencyMap
from consentry.records.words import LONGEST_ID, LONGEST_MEDIA_ID, LONGEST_STATEMENT, MOST_FACTS

FACT = Fact(name="is_minor", value="no", source="reviewer")


def test_a_path_stands_for_a_medium() -> None:
    post = Post(post_id="1", media=("a/photo.jpg", Path("b/clip.mp4")))  # type: ignore[arg-type]
    assert [item.media_id for item in post.media] == ["photo.jpg", "clip.mp4"]


def test_two_files_of_one_name_are_told_apart() -> None:
    post = Post(post_id="1", media=("a/x.jpg", "b/x.jpg", "c/x.jpg#2", "d/x.jpg"))  # type: ignore[arg-type]
    ids = [item.media_id for item in post.media]
    assert len(set(ids)) == 4
    assert ids[0] == "x.jpg"


def test_many_files_of_one_name_are_told_apart_in_no_time() -> None:
    names = ["x.jpg"] * 20_000 + [f"x.jpg#{number}" for number in range(20_000)]  # as if to make it count over and over
    post = Post(post_id="1", media=names)  # type: ignore[arg-type]
    assert len({item.media_id for item in post.media}) == 40_000


@given(
    st.text(st.characters(), max_size=30) | st.text(st.sampled_from("\ud83d\ude00\udce9aé"), min_size=1, max_size=30)
)
def test_any_words_and_names_can_be_written_down(text: str) -> None:
    post = Post(post_id=f"1{text}", media=(Media(media_id=f"m{text}", data=b"x"),), text=text)
    fact = Fact(name=text, value=text, source="reviewer", detail=text)
    for written in (post.post_id, post.text, post.media[0].media_id, fact.name, fact.value, fact.detail):
        written.encode()
    if not any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        assert (post.text, post.post_id, fact.detail) == (text, f"1{text}", text)


def test_names_of_files_that_are_no_text_stay_apart() -> None:
    post = Post(post_id="1", media=("caf\udce9.jpg", "caf\udcea.jpg", "/"))  # type: ignore[arg-type]
    assert [item.media_id for item in post.media] == ["caf\\udce9.jpg", "caf\\udcea.jpg", "/"]
    assert str(post.media[0].path) == "caf\udce9.jpg", "the path is the one that can be opened"


@pytest.mark.parametrize(
    "fields",
    [{}, {"path": "a.jpg", "data": b"1", "media_id": "a"}, {"data": b"1"}],
    ids=["neither", "both", "bytes without a name"],
)
def test_a_medium_has_one_source_and_a_name(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Media(**fields)  # type: ignore[arg-type]


def test_authority_is_for_representatives() -> None:
    assert Report(report_id="1", standing="authorised_representative", authority="lawyer")
    with pytest.raises(ValidationError, match="authorised_representative"):
        Report(report_id="1", standing="depicted_person", authority="lawyer")


def test_references_without_a_report_are_refused() -> None:
    with pytest.raises(ValidationError, match="belong to a report"):
        Case(post=Post(post_id="1"), references=("me.jpg",))  # type: ignore[arg-type]


def test_records_are_frozen_and_know_no_other_fields() -> None:
    post = Post(post_id="1")
    with pytest.raises(ValidationError):
        post.text = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Post(post_id="1", removed=True)  # type: ignore[call-arg]


def test_a_recommendation_always_asks_for_a_person() -> None:
    fields = {"action": "no_action", "policy": "p 1", "rule": "r", "because": "b"}
    assert Recommendation(**fields).requires_human_decision is True  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Recommendation(**fields, requires_human_decision=False)  # type: ignore[arg-type]


def test_a_saliency_map_is_a_full_grid() -> None:
    with pytest.raises(ValidationError, match="rows x columns"):
        SaliencyMap(rows=2, columns=2, values=(1, 2, 3))


@pytest.mark.parametrize(
    "make",
    [
        lambda more: Post(post_id="x" * (LONGEST_ID + more)),
        lambda more: Report(report_id="x" * (LONGEST_ID + more), standing="other"),
        lambda more: Report(report_id="1", standing="other", statement="x" * (LONGEST_STATEMENT + more)),
        lambda more: Media(media_id="x" * (LONGEST_MEDIA_ID + more), data=b"1"),
        lambda more: Case(post=Post(post_id="1"), facts=(FACT.model_copy(update={"name": "x" * (256 + more)}),)),
        lambda more: Case(post=Post(post_id="1"), facts=(FACT.model_copy(update={"value": "x" * (256 + more)}),)),
        lambda more: Case(post=Post(post_id="1"), facts=(FACT.model_copy(update={"detail": "x" * (10_000 + more)}),)),
        lambda more: Case(post=Post(post_id="1"), facts=(FACT,) * (MOST_FACTS + more)),
    ],
)
def test_words_come_to_an_end(make: Callable[[int], object]) -> None:
    assert make(0)
    with pytest.raises(ValidationError):
        make(1)


def test_the_schema_is_valid_versioned_and_closed() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["x-schema-version"] == SCHEMA_VERSION
    assert schema["additionalProperties"] is False
    assert json.dumps(schema)
