"""What a decoder process gives up before it reads its first file: memory, files, programs and the network.

The bounds are the kernel's, so they hold for a decoder that has been taken over as well. The filter of system calls is
seccomp's (Linux, x86-64 and ARM64); elsewhere, and where the system does not admit it, the resource limits and the
rest of `media/` still stand: no decoder is ever given an address or a path.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from pathlib import Path
from typing import Final

_FORBIDDEN: Final = {
    # Names and numbers from the kernel's asm/unistd_64.h and asm-generic/unistd.h: (x86-64, ARM64).
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept4": (288, 242),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "creat": (85, None),
    "openat2": (437, 437),
    "truncate": (76, 45),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchownat": (260, 54),
    "mount": (165, 40),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
}
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_OPENAT: Final = (257, 56)
_OPEN: Final = (2, None)
_SECCOMP: Final = (317, 277)
_AUDIT_ARCHITECTURE: Final = (0xC000003E, 0xC00000B7)
_MACHINES: Final = {"x86_64": 0, "aarch64": 1}

_X32_BIT: Final = 0x40000000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_CLONE_THREAD: Final = 0x00010000
_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_MAX_OPEN_FILES: Final = 64


def limit_resources(memory: int) -> None:
    """Bound the address space to what is in use now and `memory` bytes more; no core dumps, no writing of files."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    if sys.platform == "linux":  # elsewhere a bound on the address space is not kept, or cannot be set
        _lower(resource.RLIMIT_AS, address_space() + memory)


def address_space() -> int:
    """Bytes of address space in use (Linux: proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def shut_network_and_writing() -> bool:
    """Give up, for good, sockets, other programs, other processes and everything that changes files.

    Such a call fails with "not permitted", as if by a strict administrator; the decoder lives on. Files may still be
    opened for reading, because Python loads parts of its libraries late.

    Returns:
        Whether the kernel took it.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    program = _program(machine)
    library = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return int(library.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS, header)) == 0


def _program(machine: int) -> bytes:
    """The filter as classic BPF (kernel documentation, userspace-api/seccomp_filter)."""
    forbidden = [numbers[machine] for numbers in _FORBIDDEN.values()]
    lines: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, _AUDIT_ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in forbidden:
        if number is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    # A further thread is all right, a further process is not. What clone3 is to make cannot be told from here, so it is
    # said not to exist, and the C library falls back to clone.
    lines += [
        (_EQUAL, 0, 1, _CLONE3[machine]),
        (_RETURN, 0, 0, _UNKNOWN),
        (_EQUAL, 0, 4, _CLONE[machine]),
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number, argument in ((_OPENAT[machine], 2), (_OPEN[machine], 1)):
        if number is not None:
            lines += [
                (_EQUAL, 0, 4, number),
                (_LOAD, 0, 0, 16 + 8 * argument),  # its flags; the upper half holds none
                (_ANY_BIT, 0, 1, _WRITING),
                (_RETURN, 0, 0, _REFUSE),
                (_RETURN, 0, 0, _ALLOW),
            ]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _lower(which: int, wanted: int) -> None:
    _, hard = resource.getrlimit(which)
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (bound, bound))
