"""Which addresses may be connected to, however they are written."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.fetching.destinations import (
    PrivateAddressError,
    checked_sockets,
    destination_of,
    literal_address,
    may_connect,
)

PRIVATE = ("127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
           "100.127.255.255", "::1", "fc00::1", "fdff::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::c0a8:101",
           "2002:7f00:1::")  # fmt: skip
FORBIDDEN = ("0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",  # noqa: S104
             "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.0.0.192", "100.100.100.200", "168.63.129.16", "::",
             "fe80::1", "fe80::1%eth0", "ff02::1", "fec0::1", "fd00:ec2::254", "::ffff:169.254.169.254", "::127.0.0.1",
             "2001:db8::1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1")  # fmt: skip
PUBLIC = ("8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111",
          "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str) -> None:
    assert destination_of(address) == "private"
    assert not may_connect(address, private=False)
    assert may_connect(address, private=True)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden_whatever_is_allowed(address: str) -> None:
    assert destination_of(address) == "forbidden"
    assert not may_connect(address, private=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert destination_of(address) == "public"
    assert may_connect(address, private=False)


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_what_it_is(address: IPv4Address) -> None:
    alone = destination_of(str(address))
    for wrapped in (f"::ffff:{address}", str(IPv6Address((0x64FF9B << 96) + int(address))),
                    str(IPv6Address((0x2002 << 112) + (int(address) << 80) + 1))):  # fmt: skip
        assert destination_of(wrapped) == alone
    assert (alone == "public") <= address.is_global


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"),
     ("0xa9.254.0xa9fe", "169.254.169.254"), ("[::1]", "::1"), ("fe80::1%eth0", "fe80::1"), ("example.org", None),
     ("", None), ("ä.example", None)],
)  # fmt: skip
def test_literals(host: str, address: str | None) -> None:
    assert literal_address(host) == address


def test_sockets_are_made_for_what_is_allowed_only() -> None:
    destination = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    with pytest.raises(PrivateAddressError):
        checked_sockets(private=False)(destination)
    checked_sockets(private=True)(destination).close()
