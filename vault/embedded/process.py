"""Detached processes that outlive the command that started them, found again by a note with their identity.

A process number alone is no identity: it is reused. The note keeps the start time and the boot too, so a stale note
after `kill -9` or a reboot is recognised and never signals a stranger.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_POLL_SECONDS = 0.02
_LARGE_LOG = 20_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Identity of a process on this machine, and the settings it was started with (a digest, or empty)."""

    pid: int
    ticks: int
    boot: str
    made_from: str = ""

    @property
    def alive(self) -> bool:
        """Whether the very same process still runs (a zombie does not)."""
        return _identity(self.pid) == (self.ticks, self.boot)


def read_note(path: Path) -> Note | None:
    """The note of a process that is alive; None without one, or when it tells of a process that is gone."""
    try:
        note = Note(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or cut in half by a crash: the process is looked for by its port
        return None
    return note if note.alive else None


def spawn(
    argv: Sequence[str],
    *,
    note: Path,
    log: Path,
    cwd: Path | None = None,
    made_from: str = "",
    environment: Mapping[str, str] | None = None,
) -> Note:
    """Start `argv` in a session of its own, output appended to `log`, and leave a note.

    What it creates is readable by its own user only; `environment` is added to ours. A log that has grown large is set
    aside first.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    note.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the callers are the files of this package
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env={**os.environ, **environment} if environment else None,  # noqa: TID251 - handed on, not read
            start_new_session=True,
            umask=0o077,
        )
    process.returncode = 0  # it is meant to outlive us: no warning when this object goes
    ticks, boot = _identity(process.pid) or (0, "")
    written = Note(process.pid, ticks, boot, made_from)
    draft = note.with_suffix(".new")
    draft.write_text(json.dumps(asdict(written)), encoding="utf-8")
    draft.replace(note)
    return written


def stop(note: Note, *, first: signal.Signals = signal.SIGTERM, seconds: float) -> None:
    """Ask the process to end with `first`; after `seconds` kill its whole session. Returns when it is gone."""
    for number, patience in ((first, seconds), (signal.SIGKILL, 5.0)):
        if not note.alive:
            break
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(note.pid, number)
            else:
                os.kill(note.pid, number)
        wait_gone(note, patience)
    with suppress(ChildProcessError):
        os.waitpid(note.pid, os.WNOHANG)  # when it was our own child


def wait_gone(note: Note, seconds: float) -> bool:
    """Wait at most `seconds` for the end of the process."""
    end = time.monotonic() + seconds
    while note.alive:
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def holds(note: Note, sockets: Collection[str]) -> bool:
    """Whether the process has one of these sockets (`ports.listeners`) open."""
    with suppress(OSError):
        for entry in Path(f"/proc/{note.pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                if str(entry.readlink()) in sockets:
                    return note.alive
    return False


def working_in(folder: Path) -> list[int]:
    """Processes whose working directory is `folder`: how orphans of a killed PostgreSQL are found."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # gone meanwhile, or another user's
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for an error message."""
    with suppress(OSError):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    return ""


def _identity(pid: int) -> tuple[int, str] | None:
    """Start time in clock ticks since boot, and the boot (proc(5): stat fields 3, 20 and 22).

    A process whose first thread is a zombie while others still end is alive: its ports are not free yet.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" and int(fields[17]) <= 1 else (int(fields[19]), boot)
