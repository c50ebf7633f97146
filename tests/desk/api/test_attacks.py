"""What somebody with an account tries: others' things, injected words, keys that are used again, addresses within."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from desk_people import Front, Person
from loopback_server import Server, content, endless, lying, redirect, serving, status
from sqlalchemy import func, select, text
from test_life import REPORT

from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.log import EntryRow
from consentry.desk.store.tables.replies import ReplyRow
from consentry.desk.vault.keys import KeyRing

PHOTO = b"\xff\xd8\xff\xe0" + b"x" * 1000
INJECTED = (
    "' OR 1=1 --",
    "'; DROP TABLE cases; --",
    '"); DELETE FROM users; --',
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "{% import os %}{{ os.popen('id').read() }}",
    "<script>alert(1)</script>",
    "%s%s%s%n",
    "\\u202e\\r\\n",
    "$(id)`id`",
)


def report(number: int = 1) -> dict[str, Any]:
    """A report of its own."""
    return {**REPORT, "report": {**REPORT["report"], "report_id": f"R-{number}"}}


def test_a_program_reaches_its_own_cases_alone(any_front: Front) -> None:
    mine, other = any_front.with_token("service"), any_front.with_token("service")
    case = mine.post("/cases", report()).json()
    post = case["posts"][0]["id"]
    own = other.post("/cases", report(2)).json()
    tried = [
        other.get(f"/cases/{case['id']}"),
        other.get(f"/cases/{case['id']}/letters"),
        other.post(f"/cases/{case['id']}/submission"),
        other.post(f"/cases/{case['id']}/appeals", {"party": "uploader", "reason": "x"}),
        other.post(f"/cases/{case['id']}/risk", {"level": 1, "text": "x"}),
        other.post(f"/cases/{case['id']}/posts/{post}/answers", {"answers": [{"name": "a", "value": "no"}]}),
        other.client.post(f"/api/v1/cases/{case['id']}/posts/{post}/media", content=PHOTO),
        other.client.post(f"/api/v1/cases/{case['id']}/references", content=PHOTO),
        other.patch(f"/cases/{case['id']}/report", {"identity": "verified"}, version='"1"'),
        other.post(f"/cases/{case['id']}/withdrawal", headers={"If-Match": '"1"'}),
        # its own case, with the other's post
        other.client.post(f"/api/v1/cases/{own['id']}/posts/{post}/media", content=PHOTO),
        other.post(f"/cases/{own['id']}/posts/{post}/answers", {"answers": [{"name": "a", "value": "no"}]}),
    ]
    nothing = other.get(f"/cases/{uuid4()}")
    for answer in tried:
        assert answer.status_code == 404, answer.text
        assert answer.json()["code"] == "desk.not_found"
    said = {**tried[0].json(), "request_id": ""}
    assert said == {**nothing.json(), "request_id": ""}  # nobody can tell whether it is there
    assert [line["id"] for line in other.get("/cases").json()["items"]] == [own["id"]]
    assert other.get("/cases", params={"report_id": "R-1"}).json()["items"] == []
    assert mine.get(f"/cases/{case['id']}").status_code == 200


def test_a_cursor_is_for_its_own_list(front: Front) -> None:
    person = front.with_token("service")
    for number in range(3):
        person.post("/cases", report(number))
    first = person.get("/cases", params={"limit": 2}).json()
    rest = person.get("/cases", params={"limit": 2, "cursor": first["next"]}).json()
    assert len({line["id"] for line in first["items"] + rest["items"]}) == 3
    assert rest["next"] is None
    reviewer = front.at_screen("senior")
    for path, more in (("/cases", {"state": "open"}), ("/queue", {})):
        answer = reviewer.get(path, params={"cursor": first["next"], **more})
        assert (answer.status_code, answer.json()["code"]) == (422, "desk.invalid_cursor")
    for forged in ("", "x", first["next"][:-2], "é", "A" * 2000, first["next"].swapcase()):
        assert person.get("/cases", params={"cursor": forged}).status_code == 422, forged


@pytest.mark.parametrize("word", INJECTED)
def test_words_stay_words(any_front: Front, word: str) -> None:
    person, reader = any_front.with_token("service"), any_front.at_screen("senior")
    said = report()
    said["report"] = {**said["report"], "report_id": word, "statement": word}
    said["posts"] = [{**said["posts"][0], "post_id": word, "words": word}]
    filed = person.post("/cases", said)
    assert filed.status_code == 201, filed.text
    person.post("/cases", report())
    shown = reader.get(f"/cases/{filed.json()['id']}").json()
    assert shown["report"]["statement"] == shown["posts"][0]["words"] == shown["posts"][0]["post_id"] == word
    for name in ("report_id", "post_id"):
        found = reader.get("/cases", params={name: word}).json()["items"]
        assert [line["id"] for line in found] == [filed.json()["id"]]
    for path, params in (("/cases", {"state": word}), ("/cases", {"source": word}), ("/queue", {"action": word})):
        assert reader.get(path, params=params).status_code == 422
    assert reader.get(f"/cases/{word}").status_code in {404, 422}
    wrong = any_front.stranger().post("/api/v1/session", json={"email": word, "password": word})
    assert wrong.status_code == 401
    with any_front.serving.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseRow)) == 2
        assert session.scalar(text("SELECT COUNT(*) FROM users")) == 2
        kept = session.scalars(select(EntryRow.details)).all()
    assert word not in str(kept)


def test_words_of_people_are_not_readable_in_the_database(front: Front) -> None:
    key = str(uuid4())
    front.with_token("service").post("/cases", report(), headers={"Idempotency-Key": key})
    front.at_screen("reviewer")
    database = front.serving.database
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = database.engine.url.database
    assert path is not None
    with open(path, "rb") as file:  # noqa: PTH123
        written = file.read()
    for word in (b"my bedroom", b"forgot to lock", key.encode(), b"four words walk"):
        assert word not in written
    assert b"R-1" in written  # ids are


def test_a_request_that_is_sent_again_is_done_once(any_front: Front) -> None:
    person, other = any_front.with_token("service"), any_front.with_token("service")
    key = {"Idempotency-Key": str(uuid4())}
    first = person.post("/cases", report(), headers=key)
    again = person.post("/cases", report(), headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    reused = person.post("/cases", report(2), headers=key)
    assert (reused.status_code, reused.json()["code"]) == (409, "desk.key_reused")
    elsewhere = person.post(f"/cases/{first.json()['id']}/submission", headers=key)
    assert elsewhere.json()["code"] == "desk.key_reused"
    # another's key of the same name is another key: nothing of the first answer comes out
    foreign = other.post("/cases", report(), headers=key)
    assert foreign.json()["code"] == "desk.duplicate"
    assert person.post("/cases", report(), headers={"Idempotency-Key": "short"}).status_code == 400
    # a request that failed was not done, so it may be tried again
    bad = {"Idempotency-Key": str(uuid4())}
    assert person.post("/cases", report(), headers=bad).json()["code"] == "desk.duplicate"
    assert person.post("/cases", report(3), headers=bad).status_code == 201
    with any_front.serving.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseRow)) == 2


def test_the_same_request_twice_at_once_is_done_once(any_front: Front) -> None:
    person = any_front.with_token("service")
    key = {"Idempotency-Key": str(uuid4())}
    answers: list[Any] = []
    begin = threading.Barrier(6)

    def ask() -> None:
        begin.wait()
        answers.append(person.post("/cases", report(), headers=key))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    with any_front.serving.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseRow)) == 1
        assert session.scalar(select(func.count()).select_from(ReplyRow)) == 1


def test_a_secret_that_is_shown_once_can_be_asked_for_again_with_its_key(front: Front) -> None:
    admin = front.at_screen("admin")
    user = front.account("service")
    key = {"Idempotency-Key": str(uuid4())}
    body = {"name": "x", "scopes": ["cases.read"], "days": 1}
    first = admin.post(f"/users/{user.id}/tokens", body, headers=key)
    again = admin.post(f"/users/{user.id}/tokens", body, headers=key)
    assert first.json()["token"] == again.json()["token"]
    [listed] = admin.get("/tokens").json()["items"]
    assert "token" not in listed
    assert first.json()["token"].startswith(listed["begins_with"])


def test_who_asks_too_often_has_to_wait(settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> None:
    front = Front(settings.model_copy(update={"requests_a_second": 0.01, "requests_at_once": 3}), sqlite_database, keys)
    person, other = front.with_token("service"), front.with_token("service")
    assert [person.get("/cases").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = person.get("/cases")
    assert refused.json()["code"] == "desk.too_many_requests"
    assert int(refused.headers["retry-after"]) > 1
    assert other.get("/cases").status_code == 200
    few = front.serving.settings.model_copy(update={"anonymous_a_second": 0.01, "anonymous_at_once": 2})
    strict = Front(few, sqlite_database, keys)
    assert [strict.stranger().get("/api/v1/cases").status_code for _ in range(3)] == [401, 401, 429]
    guess = {"email": "ana@example.org", "password": "x"}
    assert strict.stranger().post("/api/v1/session", json=guess).status_code == 429


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def fetching(front: Front) -> tuple[Person, str]:
    """A program, and where it has media fetched."""
    person = front.with_token("service")
    case = person.post("/cases", report()).json()
    return person, f"/cases/{case['id']}/posts/{case['posts'][0]['id']}/media/address"


def test_media_are_not_fetched_from_within(front: Front, server: Server) -> None:
    person, path = fetching(front)
    server.answers["/photo.jpg"] = content(PHOTO)
    hosts = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]", "0")
    for host in hosts:
        answer = person.post(path, {"address": server.url("/photo.jpg", host=host)})
        assert answer.status_code == 422, host
        assert answer.json()["code"] in {"media.private_address", "media.bad_address", "media.fetch_failed"}, host
        assert "127.0.0.1" not in answer.json()["detail"]
    for address in ("http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "https://10.0.0.1/x.jpg"):
        assert person.post(path, {"address": address}).json()["code"] == "media.private_address"
    for address in (
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://x/",
        "s3://bucket/key",
        "http://x y/",
        "http://",
    ):
        assert person.post(path, {"address": address}).status_code == 422, address
    assert server.asked.total() == 0


def test_media_that_are_fetched_are_bounded(
    settings: DeskSettings, sqlite_database: Database, keys: KeyRing, server: Server
) -> None:
    bounds = {"private_addresses": True, "upload_bytes": 100_000, "stall_seconds": 0.5, "fetch_seconds": 2.0}
    front = Front(settings.model_copy(update=bounds), sqlite_database, keys)
    person, path = fetching(front)
    server.answers |= {
        "/photo.jpg": content(PHOTO),
        "/endless.jpg": endless(server),
        "/large.jpg": content(b"\xff\xd8\xff" + b"x" * 100_000),
        "/lying.jpg": lying(10, PHOTO * 2),
        "/page.html": content(b"<html>no picture</html>"),
        "/metadata": redirect("http://169.254.169.254/latest/"),
        "/round": redirect("/round"),
        "/gone": status(404),
    }
    assert person.post(path, {"address": server.url("/photo.jpg")}).json()["name"] == "photo.jpg"
    refused = {
        "/endless.jpg": "media.too_large",
        "/large.jpg": "media.too_large",
        "/page.html": "desk.wrong_content_type",
        "/metadata": "media.private_address",
        "/round": "media.redirect",
        "/gone": "media.not_found",
    }
    for name, code in refused.items():
        assert person.post(path, {"address": server.url(name)}).json()["code"] == code, name
    kept = [file for file in (settings.data / "media").rglob("*") if file.is_file()]
    assert len(kept) == 1


def test_a_picture_that_would_fill_the_memory_is_refused_where_it_is_decoded(front: Front) -> None:
    person, reviewer = front.with_token("service"), front.at_screen("reviewer")
    case = person.post("/cases", report()).json()
    path = f"/api/v1/cases/{case['id']}/posts/{case['posts'][0]['id']}/media"
    bomb = person.client.post(path, content=png_bomb(60_000)).json()
    assert bomb["content_type"] == "image/png"
    shown = reviewer.get(f"/cases/{case['id']}/media/{bomb['id']}/rendition")
    assert shown.status_code == 422
    assert shown.json()["code"].startswith("media.too_")
    damaged = person.client.post(path, content=PHOTO).json()
    assert reviewer.get(f"/cases/{case['id']}/media/{damaged['id']}/rendition").status_code == 422
    assert front.stranger().get("/api/v1/health").status_code == 200


def png_bomb(side: int) -> bytes:
    """A grey PNG of so many pixels in each direction, in a few hundred kilobytes at most."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
