"""Runs a program as another user than root: PostgreSQL refuses to be run by root, and rightly.

A launcher, `python unprivileged.py KEEP_READING PROGRAM ARGUMENTS…`, and the question when it is needed. It makes
no account and changes no folder's permissions: where the program lies in a folder that others may not pass (root's
own home), it keeps the one Linux capability that lets it read there.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

_USER = "nobody"
# Without this the kernel forgets capabilities in access(2), which PostgreSQL asks about its own binaries.
_SET_SECURE_BITS, _NO_SETUID_FIXUP = 28, 1 << 2
_AMBIENT, _AMBIENT_RAISE = 47, 2
_CAPABILITY_VERSION = 0x20080522
# Reading anywhere is enough; containers often grant only the wider one.
_READ_ANYWHERE, _ACCESS_ANYWHERE = 2, 1


def is_needed() -> bool:
    """Tell whether this process is root."""
    return os.geteuid() == 0


def owner() -> tuple[int, int]:
    """Return the user and group id that PostgreSQL's files belong to."""
    if not is_needed():
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam(_USER)
    return entry.pw_uid, entry.pw_gid


def as_owner(command: Sequence[str], *, reads: Sequence[Path]) -> list[str]:
    """Return the command line that runs `command` as `owner()`; `reads` are the paths it must reach."""
    if not is_needed():
        return list(command)
    reachable = all(_others_reach(path) for path in reads)
    return [sys.executable, "-I", __file__, "no" if reachable else "yes", *command]


def _others_reach(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _become_owner(*, keep_reading: bool) -> None:
    user, group = owner()
    libc = ctypes.CDLL(None, use_errno=True)
    if keep_reading:
        _checked(libc.prctl(_SET_SECURE_BITS, _NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    if keep_reading:
        _keep_reading(libc)


def _keep_reading(libc: ctypes.CDLL) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    data = (ctypes.c_uint32 * 6)()
    _checked(libc.capget(header, data))
    permitted = data[1]
    capability = _READ_ANYWHERE if permitted & (1 << _READ_ANYWHERE) else _ACCESS_ANYWHERE
    # Effective, permitted and inheritable of the lower 32 capabilities; the upper 32 are given up.
    kept = (ctypes.c_uint32 * 6)(*([1 << capability] * 3), 0, 0, 0)
    _checked(libc.capset(header, kept))
    _checked(libc.prctl(_AMBIENT, _AMBIENT_RAISE, capability, 0, 0))


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    _become_owner(keep_reading=sys.argv[1] == "yes")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - this program is nothing but the way to the next one
