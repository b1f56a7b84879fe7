"""The zygote: a process that imported the engines once and forks a confined child for each job.

Started as `python -I -m vault.sandbox.zygote CONTROL SCRATCH JOBS`; JOBS is the module of this room whose `JOBS` it
runs, CONTROL a sequenced-packet socket to the parent. Each packet carries limits as JSON and two descriptors: the job's
socket (for the child only: the zygote never sees a byte of an outside file) and a pipe on which the zygote tells how
the child ended. End of file on CONTROL means that the parent is gone: everything is killed. (PR_SET_PDEATHSIG would not
do here, it fires when the *thread* that started us ends.)

A child does as many jobs, one after the other, as its limits say: one, but for the door (`vault.sandbox.client`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from vault.sandbox import process, wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.sandbox.jobs import Job

MAX_PACKET = 4096
IDLE_SECONDS = 10.0
"""How long a child that may do more than one job waits for the next; its parent asks none of that age."""


@dataclass(slots=True)
class _Child:
    pid: int
    pidfd: int
    verdict: int
    scratch: Path
    deadline: float
    timed_out: bool = False


class Zygote:
    """The event loop: one packet in, one child out; one dead child, one verdict."""

    def __init__(self, control: socket.socket, scratch: Path, jobs: Mapping[str, Job]) -> None:
        self._control = control
        self._scratch = scratch
        self._jobs = jobs
        self._children: dict[int, _Child] = {}

    def serve(self) -> None:
        """Run until the parent closes its end."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            for fd, _ in poll.poll(self._timeout_ms()):
                if fd != self._control.fileno():
                    poll.unregister(fd)
                    self._finish(self._children.pop(fd))
                elif (child := self._start()) is not None:
                    self._children[child.pidfd] = child
                    poll.register(child.pidfd, select.POLLIN)
                else:
                    return self._stop()
            self._expire()

    def _timeout_ms(self) -> int | None:
        waiting = [child.deadline for child in self._children.values() if not child.timed_out]
        return max(0, math.ceil((min(waiting) - time.monotonic()) * 1000)) if waiting else None

    def _start(self) -> _Child | None:
        packet, fds, _, _ = socket.recv_fds(self._control, MAX_PACKET, 2)
        if not packet:
            return None
        job, verdict = fds
        limits = json.loads(packet)
        scratch = Path(tempfile.mkdtemp(prefix="job-", dir=self._scratch))
        deadline = time.monotonic() + limits["seconds"]
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            _be_child(job, self._jobs, parent=me, limits=limits, deadline=deadline, scratch=scratch)
        with contextlib.suppress(OSError):  # here too, so that the group exists whoever runs first
            os.setpgid(pid, pid)
        os.close(job)
        os.set_inheritable(verdict, False)
        return _Child(pid, os.pidfd_open(pid), verdict, scratch, deadline)

    def _expire(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline <= now and not child.timed_out:
                child.timed_out = True
                process.kill_group(child.pid)

    def _finish(self, child: _Child) -> None:
        process.kill_group(child.pid)
        _, status = os.waitpid(child.pid, 0)
        os.close(child.pidfd)
        process.kill_orphans(other.pid for other in self._children.values())
        shutil.rmtree(child.scratch, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        out_of_time = child.timed_out or code == -signal.SIGXCPU
        word = "TIMEOUT" if out_of_time else signal.Signals(-code).name if code < 0 else f"EXIT {code}"
        with contextlib.suppress(BrokenPipeError):  # the caller has gone
            os.write(child.verdict, word.encode())
        os.close(child.verdict)

    def _stop(self) -> None:
        for child in self._children.values():
            process.kill_group(child.pid)
        for child in self._children.values():
            os.waitpid(child.pid, 0)
        process.kill_orphans(())
        shutil.rmtree(self._scratch, ignore_errors=True)


def _be_child(
    job: int, jobs: Mapping[str, Job], *, parent: int, limits: dict[str, Any], deadline: float, scratch: Path
) -> NoReturn:
    """Everything after the fork. Never returns and never raises: the zygote's stack lies below."""
    status = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # native libraries write warnings about the file: nobody reads them here
            os.dup2(null, standard)
        os.set_inheritable(job, False)
        os.closerange(3, job)  # the control socket and the verdicts of other jobs, ours included
        os.closerange(job + 1, os.sysconf("SC_OPEN_MAX"))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(scratch)
        tempfile.tempdir = str(scratch)
        process.confine(
            parent=parent,
            memory=limits["memory_bytes"],
            seconds=math.ceil(limits["seconds"]) + 1,
            file_bytes=limits["file_bytes"],
            open_files=limits["open_files"],
        )
        sock = socket.socket(fileno=job)
        done = 0
        while done < limits["jobs"] and _asked(sock, first=not done):
            status, done = 1, done + 1
            status = _work(sock, jobs, deadline)
            if status:
                break
    finally:
        os._exit(status)  # no atexit, no flushing of what the zygote had buffered


def _asked(sock: socket.socket, *, first: bool) -> bool:
    """Whether there is one more job; a child that did one waits a little for the next."""
    return first or bool(select.select([sock], [], [], IDLE_SECONDS)[0] and sock.recv(1, socket.MSG_PEEK))


def _work(sock: socket.socket, jobs: Mapping[str, Job], deadline: float) -> int:
    try:
        # The parent is trusted and has its own limits: the caps here only have to be above them.
        request, attachments = wire.receive(sock, max_header=1 << 28, max_total=1 << 40, deadline=deadline)
        header, results = jobs[request["job"]](request["header"], attachments)
        wire.send(sock, {"ok": header}, results, deadline=deadline)
    except wire.WireError:
        return 1  # the caller has gone; nobody would read the reason
    except MemoryError:
        _tell(sock, {"code": "PARSER_CRASHED", "facts": {"reason": "memory"}}, deadline)
    except Exception as err:  # noqa: BLE001 - the edge of the process: every failure becomes an answer
        _tell(sock, _described(err), deadline)
    return 0


def _tell(sock: socket.socket, error: dict[str, Any], deadline: float) -> None:
    wire.send(sock, {"error": error}, (), deadline=deadline)


def _described(err: Exception) -> dict[str, Any]:
    """An engine's error by its code; anything else is a fault of ours, told by type and place, never by content."""
    code = getattr(err, "code", None)
    if isinstance(code, str):
        facts = getattr(err, "facts", None)
        if not isinstance(facts, dict):
            facts = {"detail": str(getattr(err, "detail", ""))}
        return {"code": code, "facts": facts}
    place = err.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    return {"code": "PARSER_CRASHED", "facts": {"reason": "exception", "type": type(err).__name__, "where": where}}


def main() -> None:
    """Load the engines, say so, serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    scratch = Path(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM):  # a Ctrl-C goes to the whole terminal: the parent decides, not we
        signal.signal(number, signal.SIG_IGN)
    network = not process.leave_network()
    process.adopt_orphans()
    # Not above: the namespace must be left before a library starts a thread.
    jobs = importlib.import_module(f"vault.sandbox.{sys.argv[3]}")
    jobs.warm()
    control.send(json.dumps({"jobs": sorted(jobs.JOBS), "network": network}).encode())
    gc.collect()
    gc.freeze()  # children share the pages of what is loaded here
    Zygote(control, scratch, jobs.JOBS).serve()


if __name__ == "__main__":
    main()
