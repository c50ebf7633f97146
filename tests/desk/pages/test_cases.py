"""A case on its page: from the queue to the decision and after."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from desk_people import Front, Person
from hypothesis import given
from hypothesis import strategies as st
from test_attacks import report

from consentry.desk.pages.post import pieces
from consentry.records import TextFinding

MARKUP = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}'<b>"


@pytest.fixture
def case(any_front: Front) -> str:
    return assessed(any_front)


def assessed(front: Front, **said: Any) -> str:
    filed = front.with_token("service").post("/cases", {**report(), **said})
    assert filed.status_code == 201, filed.text
    case_id: str = filed.json()["id"]
    front.assess(case_id)
    return case_id


def form(person: Person, path: str, data: dict[str, Any] | None = None, *, inside: bool = False) -> Any:
    headers = {"HX-Request": "true"} if inside else {}
    return person.client.post(path, data=data or {}, headers=headers, follow_redirects=False)


def words_of(page: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def post_of(person: Person, case: str) -> str:
    found: str = person.get(f"/cases/{case}").json()["posts"][0]["id"]
    return found


def decide(person: Person, case: str, action: str, clause: str = "media_without_permission") -> Any:
    post = post_of(person, case)
    version = person.get(f"/cases/{case}").json()["version"]
    data = {
        f"action.{post}": action, f"clause.{post}": clause, "reason": f"Because of {action}.", "version": str(version)
    }  # fmt: skip
    return form(person, f"/cases/{case}/decisions", data)


def test_from_the_queue_to_a_decision_and_its_letters(any_front: Front, case: str) -> None:
    rosa, ravi = any_front.at_screen("reviewer"), any_front.at_screen("reviewer")
    queue = rosa.client.get("/queue")
    assert f"/cases/{case}" in queue.text
    assert "the person depicted" in words_of(queue)
    took = form(rosa, "/queue/next")
    assert took.headers["location"] == f"/cases/{case}"
    page = rosa.client.get(f"/cases/{case}")
    assert "A recommendation by twitter-private-media" in words_of(page)
    assert "Does the media show nudity" in words_of(page)
    assert 'name="action.' in page.text
    other = ravi.client.get(f"/cases/{case}")
    assert 'name="action.' not in other.text, "who does not have the case does not decide it"
    renewed = form(rosa, f"/cases/{case}/lease", inside=True)
    assert "yours until" in renewed.text
    assert form(ravi, f"/cases/{case}/lease", inside=True).status_code == 409

    post = post_of(rosa, case)
    no = {"fact.intimate_media": "no", "fact.apparent_minor": "no"}
    answered = form(rosa, f"/cases/{case}/posts/{post}/answers", no, inside=True)
    assert answered.status_code == 200
    assert "Answered." in words_of(answered)
    assert "<html" not in answered.text, "only what changed comes back"
    harass = form(rosa, f"/cases/{case}/posts/{post}/answers", {"fact.identity": "verified"}, inside=True)
    assert "recommendation was Ask for proof and is" in words_of(harass)

    assert decide(rosa, case, "recommend_restrict").headers["location"] == f"/cases/{case}"
    assert "Because of recommend_restrict." in words_of(rosa.client.get(f"/cases/{case}"))


def test_a_second_opinion_is_blind(any_front: Front, case: str) -> None:
    rosa, ravi, sam = (any_front.at_screen(role) for role in ("reviewer", "reviewer", "senior"))
    form(rosa, f"/cases/{case}/taking")
    decide(rosa, case, "recommend_removal")
    for page in (ravi.client.get(f"/cases/{case}"), ravi.client.get("/queue")):
        said = words_of(page)
        assert "Because of recommend_removal." not in said
        assert "second" not in said
        assert rosa.client.headers["X-CSRF-Token"] not in page.text
    form(ravi, f"/cases/{case}/taking")
    assert "Because of recommend_removal." not in words_of(ravi.client.get(f"/cases/{case}"))
    decide(ravi, case, "no_action")
    form(sam, f"/cases/{case}/taking")
    settled = sam.client.get(f"/cases/{case}")
    assert {"Because of recommend_removal.", "Because of no_action."} <= set(
        re.findall(r"Because of \w+\.", settled.text)
    )
    decide(sam, case, "recommend_removal")
    done = sam.client.get(f"/cases/{case}")
    assert "Statement of reasons" in done.text
    letter = re.search(rf"/cases/{case}/letters/[0-9a-f-]+", done.text)
    assert letter is not None
    file = sam.client.get(letter[0])
    assert file.headers["content-disposition"].startswith("attachment")
    ida = any_front.at_screen("intake")
    appealed = form(ida, f"/cases/{case}/appeals", {"party": "uploader", "reason": "I had her consent."})
    assert appealed.status_code == 303
    assert "appeal" in words_of(any_front.at_screen("reviewer").client.get("/queue"))


def test_the_log_does_not_tell_a_second_person_either(any_front: Front, case: str) -> None:
    rosa, both, auditor = (
        any_front.at_screen(*roles) for roles in (["reviewer"], ["reviewer", "auditor"], ["auditor"])
    )
    form(rosa, f"/cases/{case}/taking")
    decide(rosa, case, "recommend_removal")

    def acts(person: Person) -> set[str]:
        shown = person.get("/audit/entries", params={"limit": 100}).json()
        assert ("case.decide" in person.client.get("/log").text) == any(
            e["act"] == "case.decide" for e in shown["items"]
        )
        return {entry["act"] for entry in shown["items"] if entry["subject_id"] == case}

    assert "case.decide" in acts(auditor)
    assert "case.decide" not in acts(both)
    assert "case.file" in acts(both)
    form(both, f"/cases/{case}/taking")
    decide(both, case, "recommend_removal")
    assert "case.decide" in acts(both)


def test_what_was_seen_before_somebody_else_changed_it_is_not_acted_on(any_front: Front, case: str) -> None:
    rosa = any_front.at_screen("reviewer")
    form(rosa, f"/cases/{case}/taking")
    post, old = post_of(rosa, case), rosa.get(f"/cases/{case}").json()["version"]
    form(rosa, f"/cases/{case}/notes", {"text": "Called her."})
    stale = {"version": str(old), f"action.{post}": "no_action", f"clause.{post}": "x", "reason": "x"}
    answer = form(rosa, f"/cases/{case}/decisions", stale, inside=True)
    assert answer.status_code == 412
    assert answer.headers["hx-retarget"] == "#messages"
    assert "desk.version" in answer.text


def test_what_cannot_be_used_is_said_as_a_sentence(any_front: Front, case: str) -> None:
    sam = any_front.at_screen("senior")
    form(sam, f"/cases/{case}/taking")
    post = post_of(sam, case)
    for path, data in (
        ("notes", {"text": " "}),
        ("risk", {"level": "9", "text": "x"}),
        ("decisions", {f"action.{post}": "burn", "reason": "x", "version": "1"}),
        ("decisions", {f"action.{post}": "no_action", "reason": "x", "version": "one"}),
        ("decisions", {f"action.{post}": "no_action", f"date.{post}": "yesterday", "reason": "x"}),
        (f"posts/{post}/answers", {}),
        (f"posts/{post}/answers", {"fact.no_such_fact": "yes"}),
        ("routing", {"team": "press", "reason": "x"}),
        ("appeals", {"party": "neighbour", "reason": "x"}),
    ):
        answer = form(sam, f"/cases/{case}/{path}", data, inside=True)
        assert answer.status_code == 422, (path, answer.status_code)
        assert "<strong>" in answer.text
    whole = sam.client.get("/cases/not-an-id")
    assert whole.status_code == 422
    assert "Back to the start" in whole.text


def test_leaving_asks_for_no_reason_and_handing_over_shows_nothing(any_front: Front, case: str) -> None:
    rosa = any_front.at_screen("reviewer")
    form(rosa, f"/cases/{case}/taking")
    assert form(rosa, f"/cases/{case}/leaving").headers["location"] == "/queue"
    assert rosa.get(f"/cases/{case}").json()["state"] == "open"
    version = str(rosa.get(f"/cases/{case}").json()["version"])
    over = form(
        rosa, f"/cases/{case}/routing", {"team": "child_safety", "reason": "A minor, I think.", "version": version}
    )
    assert over.headers["location"] == "/queue"
    assert "Nothing waits" in rosa.client.get("/queue").text
    sam = any_front.at_screen("senior")
    assert "handed over by mistake" in words_of(sam.client.get(f"/cases/{case}"))
    assert form(sam, f"/cases/{case}/return", {"reason": "She is 34."}).status_code == 303
    assert f"/cases/{case}" in rosa.client.get("/queue").text


def test_words_of_others_are_never_markup(any_front: Front) -> None:
    said = report()
    said["report"] = {**said["report"], "report_id": "R-9", "statement": MARKUP}
    said["posts"] = [{**said["posts"][0], "post_id": MARKUP, "words": MARKUP}]
    case = assessed(any_front, **said)
    sam = any_front.at_screen("senior")
    form(sam, f"/cases/{case}/taking")
    form(sam, f"/cases/{case}/notes", {"text": MARKUP})
    form(sam, f"/cases/{case}/risk", {"level": "2", "text": MARKUP})
    post = post_of(sam, case)
    form(sam, f"/cases/{case}/posts/{post}/answers", {"fact.intent_to_harass": "yes", "detail": MARKUP})
    page = sam.client.get(f"/cases/{case}")
    assert page.status_code == 200
    assert MARKUP not in page.text
    for harm in ("<script>alert", "<img src=x", "49'"):
        assert harm not in page.text
    assert unescape(page.text).count(MARKUP) >= 4


def test_a_look_behind_the_blur_is_logged_with_its_reason(any_front: Front, case: str) -> None:
    rosa = any_front.at_screen("reviewer")
    page = rosa.client.get(f"/cases/{case}")
    assert "show=faces" not in page.text
    medium = "00000000-0000-7000-8000-000000000000"
    refused = form(rosa, f"/cases/{case}/media/{medium}/looks", {"what": "faces", "reason": "curiosity"}, inside=True)
    assert refused.status_code == 422
    gone = form(rosa, f"/cases/{case}/media/{medium}/looks", {"what": "faces", "reason": "minor"}, inside=True)
    assert gone.status_code == 404


def test_numbers_and_the_log_have_pages(any_front: Front, case: str) -> None:
    auditor = any_front.at_screen("auditor")
    overview = words_of(auditor.client.get("/overview?weeks=4"))
    assert "1 open" in overview
    assert "case.file" in words_of(auditor.client.get("/log"))
    verdict = form(auditor, "/log/verification", inside=True)
    assert "entries are as they were written" in words_of(verdict)
    assert "auditor" in words_of(auditor.client.get("/account"))
    assert any_front.at_screen("reviewer").client.get(f"/cases/{case}").status_code == 200


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=5))
def test_pieces_are_the_words(words: str, ends: list[tuple[int, int]]) -> None:
    findings = [TextFinding(kind="phone", start=min(pair), end=max(pair), probability=0.9, rule="a/b") for pair in ends]
    cut = list(pieces(words, findings))
    assert "".join(piece.text for piece in cut) == words
    assert all(piece.text for piece in cut) or not words
    place = 0
    for piece in cut:
        around = {each for each in findings if each.start <= place and place + len(piece.text) <= each.end}
        assert {each for each in piece.findings if each.start < each.end} == {e for e in around if e.start < e.end}
        place += len(piece.text)
