"""Fetching over HTTP from a real server that is slow, endless, lying, or sends us elsewhere."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from loopback_server import (
    Server,
    after,
    bomb,
    content,
    dropping,
    endless,
    in_turn,
    lying,
    redirect,
    resetting,
    serving,
    slow_head,
    status,
)

from consentry.fetching.downloading import Downloader
from consentry.fetching.not_fetched import NotFetchedError
from consentry.fetching.rules import FetchRules

MOST = 1_000_000
RULES = FetchRules(private_addresses=True, first_wait=0.01, connect_seconds=5, stall_seconds=20, total_seconds=60)
HASTY = replace(RULES, connect_seconds=0.2, stall_seconds=0.2)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def fetched(address: str, rules: FetchRules = RULES, most: int = MOST) -> bytes:
    target = io.BytesIO(b"what was there before")
    with Downloader(rules) as downloads:
        downloads.download(address, target, name="it.jpg", most=most)
    return target.getvalue()


def failure(address: str, rules: FetchRules = RULES) -> NotFetchedError:
    with pytest.raises(NotFetchedError) as failed:
        fetched(address, rules)
    for secret in ("SECRET", "127.0.0.1", "localhost", "/a"):
        assert secret not in failed.value.message + failed.value.remedy
    assert "it.jpg" in failed.value.message
    return failed.value


def test_content(server: Server) -> None:
    server.answers["/a.jpg"] = content(b"12345")
    server.answers["/none.jpg"] = content(b"")
    assert fetched(server.url("/a.jpg")) == b"12345"
    assert fetched(server.url("/a.jpg", host="localhost")) == b"12345"
    assert fetched(server.url("/none.jpg")) == b""
    assert "consentry/" in server.heads[0]
    assert "Accept-Encoding: identity" in server.heads[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"])
def test_loopback_is_refused_unless_it_is_allowed(server: Server, host: str) -> None:
    assert failure(server.url("/a.jpg?SECRET", host=host), FetchRules()).what == "private_address"
    assert not server.heads


def test_clouds_secrets_are_never_asked_for(server: Server) -> None:
    server.answers["/a"] = redirect("http://169.254.169.254/latest/meta-data/")
    assert failure("http://169.254.169.254/latest/").what == "private_address"
    assert failure("http://[fe80::1]/").what == "private_address"
    assert failure(server.url("/a")).what == "private_address"


def test_redirects_are_followed_a_few_times(server: Server) -> None:
    server.answers["/a"] = content(b"x")
    for number in range(6):
        server.answers[f"/{number}"] = redirect("/a" if number == 0 else f"/{number - 1}?x=%2F", code=307)
    server.answers["/loop"] = redirect(server.url("/loop"))
    assert fetched(server.url("/4")) == b"x"
    assert failure(server.url("/5")).what == "redirect"
    assert failure(server.url("/loop")).what == "redirect"
    assert server.asked["/loop"] == RULES.redirects + 1


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "s3://bucket/x", "ftp://h/x", "data:image/png;base64,AA", "http://[bad/"]
)
def test_redirects_to_anything_else_are_not(server: Server, to: str) -> None:
    server.answers["/a"] = redirect(to)
    assert failure(server.url("/a")).what == "redirect"
    assert server.asked["/a"] == 1


def test_a_password_goes_to_its_own_server_alone(server: Server) -> None:
    with serving() as other:
        other.answers["/b"] = content(b"x")
        server.answers["/a"] = redirect("/again")
        server.answers["/again"] = redirect(other.url("/b", user="thief:SECRET@"))
        assert fetched(server.url("/a", user="u:SECRET@")) == b"x"
        assert ["Authorization: Basic" in said for said in server.heads] == [True, True]
        assert "Authorization" not in other.heads[0]


def test_a_signature_arrives_as_it_was_written(server: Server) -> None:
    server.answers["/a%2Fb"] = server.answers["/%C3%A4%20b"] = content(b"x")
    fetched(server.url("/a%2Fb?X-Amz-Credential=k%2F1&s=a+b%3D%3d#part"))
    fetched(server.url("/ä b"))
    assert list(server.asked) == ["/a%2Fb?X-Amz-Credential=k%2F1&s=a+b%3D%3d", "/%C3%A4%20b"]


@pytest.mark.parametrize("address", ["http://", "http://h:99999/", "http://[::1", "http:///x", "http://a..b/"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(NotFetchedError) as failed:
        fetched(address)
    assert failed.value.what in {"bad_address", "fetch_failed"}


def test_too_many_bytes(server: Server) -> None:
    server.answers["/honest"] = content(b"x" * (MOST + 1))
    server.answers["/endless"] = endless(server)
    server.answers["/promises"] = lying(MOST + 1, b"")
    server.answers["/exact"] = content(b"x" * MOST)
    for path in ("/honest", "/endless", "/promises"):
        assert failure(server.url(path)).what == "too_large"
        assert server.asked[path] == 1, "it will not be smaller the next time"
    assert len(fetched(server.url("/exact"))) == MOST


def test_a_length_that_is_not_true(server: Server) -> None:
    server.answers["/less"] = lying(1000, b"x" * 10)
    server.answers["/more"] = lying(3, b"12345")
    broken = failure(server.url("/less"))
    assert (broken.what, server.asked["/less"]) == ("fetch_failed", RULES.attempts)
    assert failure(server.url("/more")).what == "fetch_failed"
    assert server.asked["/more"] == 1


def test_what_is_too_slow(server: Server) -> None:
    server.answers["/drips"] = endless(server, b"x", pause=0.01)
    server.answers["/head"] = slow_head(server)
    server.answers["/silent"] = after(1.0, content(b"x"))
    for path in ("/drips", "/head", "/silent"):
        assert failure(server.url(path), replace(HASTY, attempts=2)).what == "fetch_timeout"
        assert server.asked[path] <= 2


def test_a_medium_has_so_much_time_in_all(server: Server) -> None:
    server.answers["/drips"] = endless(server, b"x" * 1000, pause=0.01)
    server.answers["/busy"] = status(503, Retry_After=20)
    hasty = replace(RULES, total_seconds=0.3, stall_bytes=1000)
    for path in ("/drips", "/busy"):
        assert failure(server.url(path), hasty).what == "fetch_timeout"
        assert server.asked[path] <= 1


@pytest.mark.parametrize("passing", [status(429, Retry_After=0), status(500), status(503, Retry_After="soon"), dropping,
                                     resetting, lying(10, b"12")])  # fmt: skip
def test_what_may_pass_is_tried_again(server: Server, passing: object) -> None:
    server.answers["/a"] = in_turn(passing, content(b"whole"))  # type: ignore[arg-type]
    assert fetched(server.url("/a")) == b"whole"
    server.answers["/b"] = passing  # type: ignore[assignment]
    assert failure(server.url("/b")).what == "fetch_failed"
    # aiohttp asks again by itself where a server hangs up without a word.
    assert server.asked["/b"] == RULES.attempts * (2 if passing is dropping else 1)


@pytest.mark.parametrize(
    ("code", "what"),
    [(404, "not_found"), (410, "not_found"), (403, "refused"), (401, "refused"), (400, "fetch_failed"),
     (204, "fetch_failed"), (304, "fetch_failed"), (501, "fetch_failed")],
)  # fmt: skip
def test_what_will_not_pass_is_not(server: Server, code: int, what: str) -> None:
    server.answers["/a"] = status(code)
    assert failure(server.url("/a?SECRET", user="u:SECRET@")).what == what
    assert server.asked["/a?SECRET"] == 1


def test_packed_content_is_unpacked_within_the_limit(server: Server) -> None:
    plain = bytes(range(256)) * 3000
    server.answers["/gz"] = content(gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]), Content_Encoding="gzip")
    server.answers["/exact"] = content(bomb(MOST), Content_Encoding="x-gzip")
    server.answers["/bomb"] = content(bomb(100 * MOST), Content_Encoding="gzip")
    server.answers["/cut"] = content(gzip.compress(plain)[:-9], Content_Encoding="gzip")
    server.answers["/false"] = content(b"not packed", Content_Encoding="gzip")
    server.answers["/br"] = content(plain, Content_Encoding="br")
    assert fetched(server.url("/gz")) == plain
    assert fetched(server.url("/exact")) == bytes(MOST)
    assert failure(server.url("/bomb")).what == "too_large"
    assert [failure(server.url(path)).what for path in ("/cut", "/false", "/br")] == ["fetch_failed"] * 3


def test_what_speaks_no_http(server: Server) -> None:
    server.answers["/a"] = lambda connection, _: connection.sendall(b"220 ftp ready\r\n\r\n")
    assert failure(server.url("/a")).what == "fetch_failed"
    server.answers["/b"] = lambda connection, _: connection.sendall(
        b"HTTP/1.1 200 So\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n"
    )
    assert failure(server.url("/b")).what == "fetch_failed"


def test_nobody_there() -> None:
    with serving() as gone:
        address = gone.url("/a")
    assert failure(address).what == "fetch_failed"
    assert failure("http://no-such-host.invalid/it").what == "fetch_failed"


def test_proxies_of_the_environment_are_left_aside(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/a"] = content(b"x")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetched(server.url("/a")) == b"x"


def test_many_at_a_time(server: Server) -> None:
    """All sixteen are under way together: each is answered only when all have asked."""
    together = threading.Barrier(16)

    def answer(connection: object, said: str) -> None:
        together.wait(20)
        content(said.split(" ")[1].encode())(connection, said)  # type: ignore[arg-type]

    server.answers.update({f"/{number}": answer for number in range(16)})
    with Downloader(RULES) as downloads, ThreadPoolExecutor(16) as threads:

        def one(number: int) -> bytes:
            target = io.BytesIO()
            downloads.download(server.url(f"/{number}"), target, name=str(number), most=MOST)
            return target.getvalue()

        assert list(threads.map(one, range(16))) == [b"/%d" % number for number in range(16)]


def test_closing_ends_what_is_under_way(server: Server) -> None:
    begun = threading.Event()

    def answer(connection: object, said: str) -> None:
        begun.set()
        endless(server, b"x", pause=0.05)(connection, said)  # type: ignore[arg-type]

    server.answers["/a"] = answer
    downloads = Downloader(RULES)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(downloads.download, server.url("/a"), io.BytesIO(), name="it", most=MOST)
        assert begun.wait(20)
        downloads.close()
        with pytest.raises(NotFetchedError, match="ended"):
            waiting.result(20)
    with pytest.raises(NotFetchedError, match="ended"):
        downloads.download(server.url("/a"), io.BytesIO(), name="it", most=MOST)


def test_https_is_checked_and_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.answers["/plain"] = content(b"plain")
    with serving(context) as secure:
        secure.answers["/a"] = content(b"secure")
        secure.answers["/down"] = redirect(server.url("/plain"))
        server.answers["/up"] = redirect(secure.url("/a", host="localhost"))
        assert failure(secure.url("/a", host="localhost")).what == "fetch_failed", "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetched(secure.url("/a", host="localhost")) == b"secure"
        assert fetched(server.url("/up")) == b"secure"
        assert failure(secure.url("/down", host="localhost")).what == "redirect"
        assert failure(secure.url("/a")).what == "fetch_failed", "the certificate is for another name"
    assert server.asked["/plain"] == 0


def _certificate(folder: Path) -> Path:
    """Of localhost, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
