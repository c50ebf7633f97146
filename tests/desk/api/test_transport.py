"""What is tried against a server before any route is reached: slow, endless, packed and malformed requests."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from desk_people import Front, Person
from served import read_all, served
from test_life import REPORT

from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing


@pytest.fixture
def impatient(settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> Front:
    """The application with little patience."""
    bounds = {"stall_seconds": 0.4, "upload_seconds": 1.5, "upload_bytes": 200_000, "body_bytes": 20_000}
    return Front(settings.model_copy(update=bounds), sqlite_database, keys)


def filed(front: Front) -> tuple[Person, str, str]:
    """A program with a case of its own: who, the case, the path of its media."""
    person = front.with_token("service")
    case = person.post("/cases", REPORT).json()
    return person, case["id"], f"/api/v1/cases/{case['id']}/posts/{case['posts'][0]['id']}/media"


def head_of(person: Person, path: str, *more: str) -> bytes:
    """The head of an upload."""
    token = person.client.headers["Authorization"]
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: {token}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def code_of(answer: bytes) -> tuple[int, str]:
    """The status and the problem's code."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer
    return int(head.split(b" ")[1]), str(json.loads(body)["code"])


def kept_files(front: Front) -> list[Path]:
    return [path for path in (front.serving.settings.data / "media").rglob("*") if path.is_file()]


def test_a_slow_upload_is_given_up(impatient: Front) -> None:
    person, _, path = filed(impatient)
    with served(impatient) as address, address.connect() as connection:
        connection.sendall(head_of(person, path, "Content-Length: 100000") + b"\xff\xd8\xff" + b"x" * 100)
        assert code_of(read_all(connection)) == (408, "desk.too_slow")
    assert kept_files(impatient) == []


def test_an_upload_that_drips_is_given_up(impatient: Front) -> None:
    person, _, path = filed(impatient)
    with served(impatient) as address, address.connect() as connection:
        connection.sendall(head_of(person, path, "Content-Length: 100000") + b"\xff\xd8\xff")
        with suppress(OSError):
            for _ in range(600):
                connection.sendall(b"x")
                time.sleep(0.02)
            pytest.fail("it could have gone on for ever")
    assert kept_files(impatient) == []


def test_an_endless_upload_is_cut_off(impatient: Front) -> None:
    person, _, path = filed(impatient)
    with served(impatient) as address, address.connect() as connection:
        connection.sendall(head_of(person, path, "Transfer-Encoding: chunked"))
        connection.sendall(b"4\r\n\xff\xd8\xff\xe0\r\n")
        with suppress(OSError):
            for _ in range(1_000):
                connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            pytest.fail("it could have gone on for ever")
        answer = read_all(connection)
        if answer:  # the system may have thrown it away with the connection
            assert code_of(answer) == (413, "desk.too_large")
    assert kept_files(impatient) == []


def test_a_length_that_is_too_large_is_refused_unread(impatient: Front) -> None:
    person, _, path = filed(impatient)
    with served(impatient) as address:
        for length in ("200001", "9" * 30):
            answer = address.say(head_of(person, path, f"Content-Length: {length}"))
            assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")), answer
        usual = address.say(head_of(person, "/api/v1/cases", "Content-Length: 20001"))
        assert code_of(usual) == (413, "desk.too_large")


def test_an_upload_that_breaks_off_leaves_nothing(impatient: Front) -> None:
    person, case, path = filed(impatient)
    with served(impatient) as address:
        with address.connect() as connection:
            connection.sendall(head_of(person, path, "Content-Length: 1000") + b"\xff\xd8\xff" + b"x" * 500)
            connection.shutdown(socket.SHUT_WR)
            read_all(connection)
        deadline = time.monotonic() + 10
        while kept_files(impatient) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert kept_files(impatient) == []
    assert person.get(f"/cases/{case}").json()["posts"][0]["media"] == []


def test_a_head_that_never_ends_is_hung_up_on(impatient: Front) -> None:
    with served(impatient, head_seconds=0.3) as address:
        assert address.say(b"") == b""
        assert address.say(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX: ") == b""
        with address.connect() as connection:  # nor after a first request on the same connection
            connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHo")
            assert read_all(connection).count(b"HTTP/1.1 200") == 1
        with address.connect() as connection, suppress(OSError):
            for _ in range(1_000):
                connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nX: " + b"x" * 65_536)
            pytest.fail("a head of any size was taken")
        assert b"200 OK" in address.say(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_requests_that_two_servers_would_read_differently_are_refused(impatient: Front) -> None:
    smuggled = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\n"
    with served(impatient) as address:
        for lines in (
            b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
            b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"X Y: space\r\n\r\n",
        ):
            assert address.say(smuggled + lines).startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), lines


def test_no_header_of_an_answer_can_be_written_by_a_request(front: Front) -> None:
    person, case, _ = filed(front)
    with served(front) as address:
        token = person.client.headers["Authorization"].encode()
        for line in (
            b"X-Request-Id: abc\x0dSet-Cookie: a=b",
            b"X-Request-Id: abcdefgh%0d%0aSet-Cookie: a=b",
            b"Idempotency-Key: aaaaaaaaaaaaaaaaaaaaaaaa%0d%0aSet-Cookie:a=b",
        ):
            answer = address.say(
                b"GET /api/v1/cases/" + case.encode() + b"?x=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n"
                b"Connection: close\r\nAuthorization: " + token + b"\r\n" + line + b"\r\n\r\n"
            )
            head = answer.partition(b"\r\n\r\n")[0].lower()
            assert b"set-cookie" not in head, answer
    for name in ("a\r\nSet-Cookie: x=y", "\x00", "x" * 300):
        answer = person.client.post(f"/api/v1/cases/{case}/references", params={"name": name}, content=b"\xff\xd8\xff")
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers


def test_what_is_no_medium_is_refused(front: Front) -> None:
    person, _, path = filed(front)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb", bytes(50_000_000))
    text = (b"<svg onload='x'/>", b"#EXTM3U\n", b"MZ", b"%PDF-")
    for content in (packed.getvalue(), gzip.compress(bytes(1_000_000)), *text):
        answer = person.client.post(path, content=content)
        assert (answer.status_code, answer.json()["code"]) == (415, "desk.wrong_content_type"), content[:10]
    assert person.client.post(path, content=b"").status_code == 422
    photo = b"\xff\xd8\xff" + b"x" * 100
    for encoding in ("gzip", "br", "zstd"):
        answer = person.client.post(path, content=gzip.compress(photo), headers={"Content-Encoding": encoding})
        assert answer.status_code == 415
    packed_json = gzip.compress(b'{"posts": [' + b" " * 10_000_000 + b"]}")
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = person.client.post("/api/v1/cases", content=packed_json, headers=headers)
    assert answer.status_code in {400, 415, 422}
    assert kept_files(front) == []


def test_the_server_says_what_it_thinks_of_strange_json(front: Front) -> None:
    person = front.with_token("service")
    for content in (
        b"[" * 100_000,
        b'{"posts": ' + b"9" * 10_000 + b"}",
        b'{"posts": [{"post_id": "\\ud800"}]}',
        b'{"posts": [{"post_id": "a\\u0000b"}]}',
        b"\xff\xfe",
        b'{"posts": NaN}',
        b"",
        b"null",
    ):
        answer = person.client.post("/api/v1/cases", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, (content[:20], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_names_and_paths_lead_nowhere_else(front: Front) -> None:
    person, _, path = filed(front)
    for name in ("../../../etc/passwd", "/etc/passwd", "..\\..\\x", "....//x", "%2e%2e%2f"):
        answer = person.client.post(path, params={"name": name}, content=b"\xff\xd8\xff" + name.encode())
        assert answer.status_code == 201
        assert answer.json()["name"] == name  # a label, and no path
    kept = kept_files(front)
    assert len(kept) == 5
    assert all(len(file.name) == 64 for file in kept)
    up = ("/api/v1/../../etc/passwd", "/api/v1/%2e%2e/%2e%2e/etc/passwd", "/api/v1/cases/..%2f..%2fetc", "//etc/passwd")
    for tried in up:
        assert person.client.get(tried).status_code in {404, 405, 422}
