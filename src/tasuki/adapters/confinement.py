# SPDX-License-Identifier: MIT
"""Giving up rights: a process that reads strangers' bytes keeps standard input and output, memory and time, no more.

Each step says whether it took hold here; what does not is said to whoever started the process. Linux has all of them;
elsewhere the limits alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Final

_NO_NEW_PRIVILEGES = 38
_SET_SECCOMP = 22
_FILTER = 2
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_FIRST_OTHER = 3

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # the call fails with EPERM

_ARCHITECTURES: Final[Mapping[str, tuple[int, Mapping[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0,
            "write": 1,
            "close": 3,
            "fstat": 5,
            "lseek": 8,
            "mmap": 9,
            "mprotect": 10,
            "munmap": 11,
            "brk": 12,
            "rt_sigaction": 13,
            "rt_sigprocmask": 14,
            "rt_sigreturn": 15,
            "mremap": 25,
            "madvise": 28,
            "getpid": 39,
            "exit": 60,
            "sigaltstack": 131,
            "gettid": 186,
            "futex": 202,
            "clock_gettime": 228,
            "exit_group": 231,
            "newfstatat": 262,
            "getrandom": 318,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "close": 57,
            "lseek": 62,
            "read": 63,
            "write": 64,
            "newfstatat": 79,
            "fstat": 80,
            "exit": 93,
            "exit_group": 94,
            "futex": 98,
            "clock_gettime": 113,
            "sigaltstack": 132,
            "rt_sigaction": 134,
            "rt_sigprocmask": 135,
            "rt_sigreturn": 139,
            "getpid": 172,
            "gettid": 178,
            "brk": 214,
            "munmap": 215,
            "mremap": 216,
            "mmap": 222,
            "mprotect": 226,
            "madvise": 233,
            "getrandom": 278,
        },
    ),
}
"""The calls that are left, by architecture: reading, writing, memory, random numbers and the end; none opens anything.

Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""


def confine(memory: int, seconds: int) -> dict[str, bool]:
    """Give up everything but standard input and output, `memory` bytes and `seconds` of time; say what took hold."""
    os.closerange(_FIRST_OTHER, os.sysconf("SC_OPEN_MAX"))
    steps: dict[str, Callable[[], bool]] = {
        "limits": lambda: _limits(memory, seconds),
        "no-network": _leave_network,
        "no-new-privileges": lambda: _control(_NO_NEW_PRIVILEGES, 1),
        "few-calls": _filter_calls,
    }
    return {name: _tried(step) for name, step in steps.items()}


def _tried(step: Callable[[], bool]) -> bool:
    try:
        return step()
    except (OSError, ValueError, AttributeError):
        return False


def _limits(memory: int, seconds: int) -> bool:
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _FIRST_OTHER),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))
    return True


def _leave_network() -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    return any(library.unshare(what) == 0 for what in (_NEW_USER | _NEW_NETWORK, _NEW_NETWORK))


def _control(option: int, value: int, program: object = 0) -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    return bool(library.prctl(option, ctypes.c_ulong(value), program, 0, 0) == 0)


def _filter_calls() -> bool:
    """Have the kernel refuse every call that is not in the list.

    Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or sys.platform != "linux":
        return False
    architecture, calls = known
    program = _program(architecture, sorted(calls.values()))
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    return _control(_SET_SECCOMP, _FILTER, header)


def _program(architecture: int, calls: list[int]) -> list[bytes]:
    """Return a program for the kernel: the right architecture, then one comparison for each call that is left."""
    load, equal, give = 0x20, 0x15, 0x06
    number, machine = 0, 4
    body = [_step(equal, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    return [
        _step(load, 0, 0, machine),
        _step(equal, 1, 0, architecture),
        _step(give, 0, 0, _REFUSE),
        _step(load, 0, 0, number),
        *body,
        _step(give, 0, 0, _REFUSE),
        _step(give, 0, 0, _ALLOW),
    ]


def _step(code: int, yes: int, no: int, value: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
