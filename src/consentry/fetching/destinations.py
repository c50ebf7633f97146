"""Which machines may be connected to: public ones, unless whoever runs the job says otherwise.

Checked is the address that a socket is about to be connected to, after names were resolved. So it does not matter how
an address is written (decimal, octal, hexadecimal, as a name), nor whether a name resolves to another one the next
time.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, Literal

Destination = Literal["public", "private", "forbidden"]

_NAT64: Final = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = ip_network("2000::/3")
_METADATA: Final = frozenset(
    map(ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
"""Where clouds tell a machine its secrets, besides link-local addresses: Azure, Alibaba, Oracle, AWS, Google."""


class PrivateAddressError(OSError):
    """A connection that may not be made. Its text is always the same: it names nobody's network."""

    def __init__(self) -> None:
        super().__init__("the address is not public")


def destination_of(address: str) -> Destination:
    """What kind of machine an IP address stands for.

    Args:
        address: As a resolved socket address has it, perhaps with a zone (``fe80::1%eth0``).

    Returns:
        ``public``; ``private`` for loopback, RFC 1918, unique local and carrier-grade NAT; ``forbidden`` for
        link-local, multicast, unspecified, reserved ones and for the metadata services of clouds. Addresses that hold
        an IPv4 address (mapped, 6to4, Teredo, NAT64) are what that is. See the registries of RFC 6890.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = _inside(found)
        if inner is not None:
            return destination_of(str(inner))
    if found in _METADATA or found.is_link_local or found.is_multicast or found.is_unspecified:
        return "forbidden"
    if isinstance(found, IPv6Address):
        if found.is_loopback or found in _UNIQUE_LOCAL:
            return "private"
        return "public" if found in _GLOBAL_UNICAST and found.is_global else "forbidden"
    if any(found in network for network in _PRIVATE):
        return "private"
    return "public" if found.is_global else "forbidden"


def literal_address(host: str) -> str | None:
    """The IP address that a host is, however written (``127.1``, ``0x7f000001``); ``None`` for a name."""
    try:
        return str(ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def may_connect(address: str, *, private: bool) -> bool:
    """Whether a socket may be connected to an IP address; ``private`` as in `FetchRules.private_addresses`."""
    kind = destination_of(address)
    return kind == "public" or (private and kind == "private")


def checked_sockets(*, private: bool) -> Callable[[tuple[Any, ...]], socket.socket]:
    """A maker of sockets for `aiohttp.TCPConnector`, which hands it what it is about to connect to.

    The maker raises `PrivateAddressError` for a destination that is not allowed.
    """

    def make(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, destination = found
        if not may_connect(destination[0], private=private):
            raise PrivateAddressError
        return socket.socket(family, kind, protocol)

    return make


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end up at."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


_UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")
_PRIVATE: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10"))
)
