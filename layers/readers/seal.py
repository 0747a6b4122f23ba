"""What a process gives up for good before it touches a stranger's file: memory, time, the network, other programs.

Everything here is asked of the system and goes as far as the system goes: memory and time on any POSIX system, the
network and other programs on Linux (seccomp, x86-64 and ARM), files outside the folders named on Linux 5.13 or newer
(Landlock). Nothing here needs rights of its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_X32 = 0x40000000  # a second door to the same calls on x86-64
# linux/audit.h, and the numbers of socket, socketpair, connect, execve, execveat, ptrace
_CALLS = {
    "x86_64": (0xC000003E, (41, 53, 42, 59, 322, 101)),
    "aarch64": (0xC00000B7, (198, 199, 203, 221, 281, 117)),
}
# linux/landlock.h (the call numbers are the same on every machine), first version: what may be done below a folder
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _PATH_BENEATH = 444, 445, 446, 1
_READ, _EVERYTHING = 0b1101, 0b1111111111111  # execute (to map a library), read a file, read a folder; all 13 rights


@dataclass(frozen=True)
class Limits:
    """How much a reader may use: bytes beyond what the process has, and seconds of processor time."""

    memory_bytes: int
    cpu_s: int


def seal(limits: Limits, *, readable: Iterable[Path], writable: Path) -> None:
    """Give up everything but reading below `readable` and writing below `writable`, within the limits, for good.

    Threads that run already keep what they have, so it is for a process that was just forked. Raises OSError where a
    limit is refused; what this system cannot give up at all is left as it is.
    """
    _limit(limits)
    if sys.platform != "linux":
        return
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return
    _confine_files(system, readable, writable)
    _refuse_calls(system)


def _limit(limits: Limits) -> None:
    import resource

    with suppress(OSError, ValueError):  # how much is mapped already is only told on Linux
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        total = pages * resource.getpagesize() + limits.memory_bytes
        _lower(resource.RLIMIT_AS, total)
    _lower(resource.RLIMIT_CPU, limits.cpu_s)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, hard))


def _refuse_calls(system: ctypes.CDLL) -> None:
    """Have the system answer "not allowed" to sockets and to starting programs."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return
    machine, calls = known
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, len(calls) - at + 1, 0, call) for at, call in enumerate(calls)]
    steps += [(_AT_LEAST, 1, 0, _X32), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    system.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def _confine_files(system: ctypes.CDLL, readable: Iterable[Path], writable: Path) -> None:
    """Have the system refuse every file that is not below one of these folders."""
    handled = struct.pack("=Q", _EVERYTHING)
    ruleset = system.syscall(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if ruleset < 0:
        return
    try:
        for path, rights in [*((path, _READ) for path in readable), (writable, _EVERYTHING)]:
            _allow(system, ruleset, path, rights)
        system.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(system: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    with suppress(FileNotFoundError):
        hold = os.open(path, os.O_PATH)
        try:
            system.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, hold), 0)
        finally:
            os.close(hold)
