"""The fences a worker puts around itself, in an order that cannot be taken back. Linux only; no library but libc.

Every step raises OSError where the kernel refuses it: a worker without all its fences never reads a job.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Mapping
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 1, 38, 22, 2
_SIGKILL = 9
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # the same on every architecture
_LANDLOCK_CREATE_RULESET_VERSION = 1
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # rights on files by Landlock's version: the lowest so many bits
_ALL_FILE_RIGHTS, _ALL_NET_RIGHTS, _ALL_SCOPES = 16, 2, 2


def leave_uid(uid: int) -> None:
    """Becomes the user ``uid`` for good, with no group and no capability. Only root can."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def die_with_parent(parent: int) -> None:
    """Asks the kernel to kill this process when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:
        raise OSError("the parent is gone")


def forbid_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def landlock_version() -> int:
    """0 where the kernel has no Landlock."""
    return max(0, int(_LIBC.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)))


def forbid_files(version: int) -> None:
    """Landlock with no rule: no file can be opened, made, renamed or removed from here on; open ones stay."""
    rights = (1 << _FILE_RIGHTS.get(version, _ALL_FILE_RIGHTS)) - 1
    net = (1 << _ALL_NET_RIGHTS) - 1 if version >= 4 else 0
    scopes = (1 << _ALL_SCOPES) - 1 if version >= 6 else 0
    fields = [rights, *([net] if version >= 4 else []), *([scopes] if version >= 6 else [])]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _LIBC.syscall(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        raise _error("landlock_create_ruleset")
    if _LIBC.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0:
        raise _error("landlock_restrict_self")
    os.close(ruleset)


def limit_resources(limits: Mapping[str, Any]) -> None:
    """``limits`` are those of ``resource``, by name, each with its soft and hard value."""
    for name, (soft, hard) in limits.items():
        resource.setrlimit(getattr(resource, name), (soft, hard))


def forbid_system_calls(program: bytes) -> None:
    """Installs a seccomp filter, a BPF program of eight bytes an instruction. The last fence: it forbids the others."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    given = Program(len(program) // 8, program)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(given))


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    if _LIBC.prctl(ctypes.c_int(option), *padded) != 0:
        raise _error(f"prctl {option}")


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)} (Linux {platform.release()})")
