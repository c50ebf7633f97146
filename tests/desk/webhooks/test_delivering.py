"""Events on their way to real receivers: slow ones, endless ones, ones that lie, break off or send us elsewhere."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from desk_office import Office, new_office
from loopback_server import Server, content, head, in_turn, lying, redirect, serving, status
from sqlalchemy import select

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.webhooks import DeliveryRow, EndpointRow
from consentry.desk.webhooks.delivering import Sending, Spreading
from consentry.desk.webhooks.endpoints import add_endpoint, deliveries, exchange_secret, remove_endpoint, replay
from consentry.desk.webhooks.schedule import WAITS
from consentry.desk.webhooks.signing import signature
from consentry.desk.work.loop import Worker
from consentry.desk.work.outbox import record_event
from consentry.fetching.sending import send

ADMIN = Actor(uuid4(), "user", frozenset({"admin"}))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def at_loopback(address: str, tmp_path: Path) -> Iterator[Office]:
    """An office that may send to loopback, and does not wait long."""
    office = new_office(address, tmp_path, private_addresses=True, webhook_seconds=0.5)
    yield office
    office.database.close()


def worker_of(office: Office) -> Worker:
    handlers = {
        "deliver": Spreading(office.clock),
        "send": Sending(office.database, office.settings, office.keys, office.clock),
    }
    return Worker(office.database, office.settings, handlers, clock=office.clock)


def added(office: Office, address: str, *kinds: str) -> tuple[EndpointRow, str]:
    with office.at(ADMIN) as desk:
        return add_endpoint(desk, address, "the platform", kinds)


def happens(office: Office, kind: str = "case.decided", **data: Any) -> None:
    with office.at(SYSTEM) as desk:
        record_event(desk.session, office.clock, kind, uuid4(), data)


def all_deliveries(office: Office) -> list[DeliveryRow]:
    with office.looking(ADMIN) as desk:
        return list(desk.session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))


def test_a_message_is_signed_and_sent_once(at_loopback: Office, server: Server) -> None:
    received = []

    def receive(connection: Any, said: str) -> None:
        length = int(re.search(r"content-length: (\d+)", said.lower())[1])  # type: ignore[index]
        body = said.partition("\r\n\r\n")[2].encode()
        while len(body) < length:
            body += connection.recv(4096)
        received.append((said.partition("\r\n\r\n")[0], body))
        connection.sendall(head(204))

    server.answers["/hook"] = receive
    _, secret = added(at_loopback, server.url("/hook"), "case.decided")
    happens(at_loopback, decision_id="d-1")
    happens(at_loopback, "case.filed")
    worker_of(at_loopback).run_all()
    [(headers, body)] = received
    given = dict(line.split(": ", 1) for line in headers.lower().splitlines()[1:])
    told = json.loads(body)
    assert told["type"] == "case.decided"
    assert told["data"]["decision_id"] == "d-1"
    plain = dict(line.split(": ", 1) for line in headers.splitlines()[1:])
    sent_at = at_loopback.clock()
    assert int(given["webhook-timestamp"]) == int(sent_at.timestamp())
    signed = next(value for name, value in plain.items() if name.lower() == "webhook-signature")
    assert signed == signature(secret, given["webhook-id"], sent_at, body)
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 1, 204)
    worker_of(at_loopback).run_all()
    assert server.asked["/hook"] == 1


def test_what_is_not_taken_is_sent_again_with_the_same_id(at_loopback: Office, server: Server) -> None:
    server.answers["/hook"] = in_turn(status(500), status(503, Retry_After=120), status(200))
    added(at_loopback, server.url("/hook"))
    happens(at_loopback)
    worker = worker_of(at_loopback)
    worker.run_all()
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts, delivery.status, delivery.trouble) == ("waiting", 1, 500, "status")
    assert delivery.next_at is not None
    assert WAITS[0] <= delivery.next_at - at_loopback.clock() <= WAITS[0] * 1.2
    worker.run_all()
    assert server.asked["/hook"] == 1  # not before it is due
    at_loopback.clock.pass_(seconds=7)
    worker.run_all()
    at_loopback.clock.pass_(minutes=7)
    worker.run_all()
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 3, 200)
    ids = {re.search(r"webhook-id: (\S+)", said.lower())[1] for said in server.heads}  # type: ignore[index]
    assert len(ids) == 1
    times = {re.search(r"webhook-timestamp: (\d+)", said.lower())[1] for said in server.heads}  # type: ignore[index]
    assert len(times) == 3  # each attempt is signed anew, so that receivers can refuse old ones


def test_it_is_given_up_in_the_end_and_can_be_sent_again(at_loopback: Office, server: Server) -> None:
    server.answers["/hook"] = status(500)
    endpoint, _ = added(at_loopback, server.url("/hook"))
    happens(at_loopback)
    worker = worker_of(at_loopback)
    for _ in range(len(WAITS) + 3):
        worker.run_all()
        at_loopback.clock.pass_(days=2)
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts, delivery.next_at) == ("given_up", len(WAITS) + 1, None)
    server.answers["/hook"] = status(200)
    with at_loopback.at(ADMIN) as desk:
        replay(desk, endpoint.id, delivery.id)
    worker.run_all()
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts) == ("delivered", 1)


def test_gone_pauses_the_webhook(at_loopback: Office, server: Server) -> None:
    server.answers["/hook"] = status(410)
    endpoint, _ = added(at_loopback, server.url("/hook"))
    happens(at_loopback)
    happens(at_loopback)
    worker_of(at_loopback).run_all()
    assert {delivery.state for delivery in all_deliveries(at_loopback)} == {"given_up"}
    with at_loopback.looking(ADMIN) as desk:
        assert desk.session.get_one(EndpointRow, endpoint.id).paused_at is not None
    happens(at_loopback)
    worker_of(at_loopback).run_all()
    assert len(all_deliveries(at_loopback)) == 2


def test_both_secrets_sign_while_one_is_exchanged(at_loopback: Office, server: Server) -> None:
    server.answers["/hook"] = status(200)
    endpoint, _ = added(at_loopback, server.url("/hook"))
    with at_loopback.at(ADMIN) as desk:
        new = exchange_secret(desk, desk.session.merge(endpoint))
    assert new.startswith("whsec_")
    for wait, signatures in ((timedelta(hours=1), 2), (timedelta(hours=25), 1)):
        at_loopback.clock.at += wait
        happens(at_loopback)
        worker_of(at_loopback).run_all()
        said = re.search(r"webhook-signature: (.+)\r\n", server.heads[-1], re.IGNORECASE)
        assert said is not None
        assert len(said[1].split(" ")) == signatures


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (lambda connection, _: connection.recv(1), "slow"),
        (lambda connection, _: connection.close(), "unreachable"),
        (lambda connection, _: connection.sendall(b"SMTP ready\r\n\r\n"), "no_http"),
        (lambda connection, _: [connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100) for _ in range(500)], None),
        (redirect("http://169.254.169.254/latest/meta-data/"), "status"),
        (redirect("http://example.org/"), "status"),
    ],
)
def test_receivers_that_misbehave_cost_an_attempt(
    at_loopback: Office, server: Server, answer: Any, trouble: str | None
) -> None:
    server.answers["/hook"] = answer
    added(at_loopback, server.url("/hook"))
    happens(at_loopback)
    worker_of(at_loopback).run_all()
    [delivery] = all_deliveries(at_loopback)
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    if trouble is not None:
        assert delivery.trouble == trouble
    assert server.asked.total() == 1  # redirects are not followed


def test_an_endless_or_lying_answer_is_taken_for_its_head(server: Server) -> None:
    def endless(connection: Any, _: str) -> None:
        connection.sendall(head(200))
        while True:
            connection.sendall(b"x" * 65536)

    server.answers["/endless"] = endless
    server.answers["/lying"] = lying(10_000_000, b"short")
    server.answers["/packed"] = content(b"\x1f\x8bno gzip", Content_Encoding="gzip")
    for path in ("/endless", "/lying", "/packed"):
        sent = send(server.url(path), b"{}", {}, private=True, total_seconds=5)
        assert sent.taken, path
        assert len(sent.answer) <= 1024


def test_nothing_is_sent_to_private_addresses(server: Server) -> None:
    loopback = ("127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0")
    for host in loopback:
        sent = send(server.url("/", host=host), b"{}", {}, private=False, total_seconds=5)
        assert sent.trouble in {"private_address", "unreachable"}, host
    for address in ("http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"):
        assert send(address, b"{}", {}, private=True, total_seconds=5).trouble == "private_address", address
    assert server.asked.total() == 0


def test_a_name_that_leads_to_us_is_found_when_the_socket_is_made(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = socket.getaddrinfo

    def rebound(host: str, *more: Any, **named: Any) -> Any:
        return really("127.0.0.1" if host == "rebind.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    assert send(server.url("/", host="rebind.example"), b"{}", {}, private=True, total_seconds=5).status == 404
    assert send(server.url("/", host="rebind.example"), b"{}", {}, private=False).trouble == "private_address"
    assert server.asked.total() == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_which_addresses_are_taken(office: Office) -> None:
    for address, code in (
        ("http://10.0.0.7/hook", "desk.private_address"),
        ("https://127.1/hook", "desk.private_address"),
        ("https://localhost/hook", "desk.private_address"),
        ("http://example.org/hook", "desk.input"),
        ("https://user:secret@example.org/hook", "desk.input"),
        ("ftp://example.org/hook", "desk.input"),
        ("https://example.org:99999/hook", "desk.input"),
    ):
        with pytest.raises(DeskError) as error:
            added(office, address)
        assert error.value.code == code, address
    endpoint, _ = added(office, "https://example.org/hook")
    with office.at(ADMIN) as desk:
        assert desk.keys.open(desk.session, endpoint.id, "webhook_endpoints.secret", endpoint.secret, "webhook")
        remove_endpoint(desk, desk.session.get_one(EndpointRow, endpoint.id))
    happens(office)
    worker_of(office).run_all()
    assert all_deliveries(office) == []


def test_deliveries_page_by_page(at_loopback: Office, server: Server) -> None:
    server.answers["/hook"] = status(200)
    endpoint, _ = added(at_loopback, server.url("/hook"))
    for _ in range(5):
        happens(at_loopback)
    worker_of(at_loopback).run_all()
    with at_loopback.looking(ADMIN) as desk:
        first = deliveries(desk, endpoint.id, limit=3)
        rest = deliveries(desk, endpoint.id, limit=3, after=first[-1].id)
        assert deliveries(desk, endpoint.id, state="given_up") == []
    assert len({row.id for row in [*first, *rest]}) == 5
