"""What the kernel is told to refuse, for both machines; that it does so is tested in test_containment.py."""

from __future__ import annotations

import errno
import os
import resource
import struct
import sys

import pytest

from consentry.media import confinement

MACHINES = {"x86_64": 0, "aarch64": 1}
ALLOWED, REFUSED, UNKNOWN = "allowed", "refused", "unknown"


def decided(machine: int, number: int, arguments: tuple[int, ...] = (), architecture: int | None = None) -> str:
    """The filter's answer to a system call, worked out as the kernel does it (Linux, filter.rst and seccomp.h)."""
    program = confinement._program(machine)
    lines = [struct.unpack("=HBBI", program[start : start + 8]) for start in range(0, len(program), 8)]
    found = confinement._AUDIT_ARCHITECTURE[machine] if architecture is None else architecture
    call = struct.pack("<IIQ6Q", number, found, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        match code:
            case confinement._LOAD:
                (accumulator,) = struct.unpack_from("<I", call, value)
            case confinement._EQUAL:
                at += if_true if accumulator == value else if_false
            case confinement._AT_LEAST:
                at += if_true if accumulator >= value else if_false
            case confinement._ANY_BIT:
                at += if_true if accumulator & value else if_false
            case confinement._RETURN:
                return {0x7FFF0000: ALLOWED, 0x50000 | errno.EPERM: REFUSED, 0x50000 | errno.ENOSYS: UNKNOWN}[value]
            case _:
                pytest.fail(f"no such instruction: {code:#x}")


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_what_is_refused_and_what_is_not(machine: int) -> None:
    for name, numbers in confinement._FORBIDDEN.items():
        number = numbers[machine]
        if number is not None:
            assert decided(machine, number) == REFUSED, name
    read, write, exit_group, mmap = [(0, 63), (1, 64), (231, 94), (9, 222)]
    for call in (read, write, exit_group, mmap):
        assert decided(machine, call[machine]) == ALLOWED
    openat = confinement._OPENAT[machine]
    assert decided(machine, openat, (0, 0, os.O_RDONLY | os.O_CLOEXEC)) == ALLOWED
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT, os.O_RDONLY | os.O_TRUNC):
        assert decided(machine, openat, (0, 0, flags)) == REFUSED
    clone = confinement._CLONE[machine]
    assert decided(machine, clone, (0x3D0F00,)) == ALLOWED  # what pthread_create asks for
    assert decided(machine, clone, (17,)) == REFUSED  # what fork asks for
    assert decided(machine, confinement._CLONE3[machine]) == UNKNOWN
    assert decided(machine, 0, architecture=0x40000003) == REFUSED  # 32-bit calls have other numbers


def test_the_calls_that_only_x86_64_has() -> None:
    assert decided(0, 2, (0, os.O_RDONLY)) == ALLOWED
    assert decided(0, 2, (0, os.O_WRONLY)) == REFUSED
    assert decided(0, 0x40000000 + 41) == REFUSED  # the x32 way round


def test_other_systems_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement.platform, "machine", lambda: "riscv64")
    assert confinement.shut_network_and_writing() is False


class Library:
    """The C library of a kernel that takes the filter, or one of the two calls, or none."""

    def __init__(self, prctl: int, syscall: int) -> None:
        self.answers = {"prctl": prctl, "syscall": syscall}

    def prctl(self, *_: object) -> int:
        return self.answers["prctl"]

    def syscall(self, *_: object) -> int:
        return self.answers["syscall"]


@pytest.mark.parametrize(("prctl", "syscall", "taken"), [(0, 0, True), (0, -1, False), (-1, 0, False)])
def test_a_kernel_that_takes_no_filter_is_said(
    monkeypatch: pytest.MonkeyPatch, prctl: int, syscall: int, taken: bool
) -> None:
    monkeypatch.setattr(confinement.sys, "platform", "linux")
    monkeypatch.setattr(confinement.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(confinement.ctypes, "CDLL", lambda *_, **__: Library(prctl, syscall))
    assert confinement.shut_network_and_writing() is taken


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_limits_are_only_ever_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = {resource.RLIMIT_NOFILE: 10, resource.RLIMIT_AS: resource.RLIM_INFINITY}
    lowered: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(confinement.resource, "getrlimit", lambda which: (5, hard.get(which, 1000)))
    monkeypatch.setattr(confinement.resource, "setrlimit", lowered.__setitem__)
    confinement.limit_resources(1 << 20)
    assert lowered[resource.RLIMIT_NOFILE] == (10, 10)
    assert lowered[resource.RLIMIT_CORE] == (0, 0)
    assert lowered[resource.RLIMIT_FSIZE] == (0, 0)
    assert lowered[resource.RLIMIT_AS][0] == pytest.approx(confinement.address_space() + (1 << 20), rel=0.05)
