"""The few Linux calls that confine a process and that Python 3.11 does not name. Linux only, like the service."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """A grandchild whose parent died becomes a child of this process instead of init, so it can be found and killed."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def leave_network() -> bool:
    """Move into an empty network namespace; False where the kernel or the container forbids it.

    Root may do so directly; others by way of a user namespace, in which they stay the same user towards files.
    """
    return any(_libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def confine(*, parent: int, memory: int, seconds: int, file_bytes: int, open_files: int) -> None:
    """Bind this process to its limits, to its own process group and to the life of `parent`."""
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)  # a set-uid program started from here gains nothing
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # SIGXCPU first, so that the reason can be told
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_NOFILE, open_files, open_files),
    ):
        _, ceiling = resource.getrlimit(what)
        bound = hard if ceiling == resource.RLIM_INFINITY else min(hard, ceiling)
        resource.setrlimit(what, (min(soft, bound), bound))


def kill_group(leader: int) -> None:
    """Kill every process of the group. The leader must not be reaped yet, or its number may be another's by now."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def kill_orphans(known: Iterable[int]) -> None:
    """Kill and reap every child of this process that is not `known`: what left its group by `setsid`."""
    keep = set(known)
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    while strangers := [pid for pid in map(int, listing.read_text().split()) if pid not in keep]:
        for pid in strangers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)  # its own children, if any, come to us now: hence the loop


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
