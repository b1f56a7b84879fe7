"""A process that has everything imported, and forks a child for each try: a real process to kill costs a moment.

    with forge() as workshop:
        child = workshop.fork(work, argument)     # `work(connection, argument)` runs in a process of its own
        child.kill()                              # kill -9
        child.answer(seconds=10)                  # what `work` sent or returned; `Died` when it was killed

The forge itself opens nothing (no pool, no thread), so a child begins as a fresh process does, but for its imports.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
_PRELOADED = ("tests.faults.processes",)


class DiedError(Exception):
    """The child ended without an answer."""


@dataclass
class Child:
    """A process of ours, and the line to it."""

    pid: int
    line: Connection

    def signal(self, number: signal.Signals) -> None:
        """Signal it; one that is gone stays gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`; returns when it is gone, and with it its sockets and locks."""
        self.signal(signal.SIGKILL)
        self.wait_gone()

    def wait_gone(self, seconds: float = 30) -> None:
        """Until the process is no more; its end of the line closes with it."""
        with suppress(EOFError, OSError):
            while self.line.poll(seconds):
                self.line.recv()
        self.line.close()

    def answer(self, seconds: float = 60) -> Any:
        """The next thing that it says; an exception that it raised is raised here."""
        try:
            if not self.line.poll(seconds):
                self.signal(signal.SIGUSR2)  # where it stands, into the forge's log
                raise TimeoutError(f"process {self.pid} says nothing")
            kind, said = self.line.recv()
        except (EOFError, ConnectionResetError) as error:
            raise DiedError(self.pid) from error
        if kind == "raised":
            raise said
        return said

    def say(self, what: object) -> None:
        """Tell it something."""
        self.line.send(what)


class Forge:
    """The parent's side."""

    def __init__(self, log: Path) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with log.open("ab") as output, theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.forge", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # so that all of it can be ended if it does not end by itself
            )
        self._control = ours

    def fork(self, work: Callable[..., object], *arguments: object) -> Child:
        """Run `work(line, *arguments)` in a child; what it returns is its last answer."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
        pid = int(self._control.recv(64))
        line = Connection(ours.detach())
        line.send((work, arguments))
        return Child(pid, line)

    def close(self, seconds: float = 30) -> None:
        """End it; its children are killed with it. One that does not end in so long is killed, children and all."""
        self._control.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:  # a busy machine: what was found before must still be told
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def forge(log: Path) -> Iterator[Forge]:
    """A forge that writes, with its children, to `log`."""
    found = Forge(log)
    try:
        yield found
    finally:
        found.close()


def main(control: socket.socket) -> None:
    """Fork on demand until the parent is gone."""
    for name in _PRELOADED:
        __import__(name)
    faulthandler.register(signal.SIGUSR2)
    children: set[int] = set()
    while True:
        word, fds, _, _ = socket.recv_fds(control, 64, 1)
        if not word:
            break
        pid = os.fork()
        if pid == 0:
            control.close()
            _child(fds[0])
        os.close(fds[0])
        children.add(pid)
        control.send(str(pid).encode())
        children -= _gone(children)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 20
    while (children := children - _gone(children)) and time.monotonic() < end:
        time.sleep(0.01)


def _gone(children: set[int]) -> set[int]:
    """Which of them ended; none stays a zombie whose number somebody waits for."""
    return {pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]}


def _child(descriptor: int) -> NoReturn:
    line = Connection(descriptor)
    status = 0
    try:
        work, arguments = line.recv()
        line.send(("done", work(line, *arguments)))
    except BaseException as error:  # noqa: BLE001 - whatever it was, the parent must hear of it
        traceback.print_exc()
        status = 1
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own error: can it travel?
        except Exception:  # noqa: BLE001 - then only its words travel
            error = RuntimeError(f"{type(error).__name__}: {error}")
        with suppress(OSError):
            line.send(("raised", error))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    # Children unpickle functions of `tests.…` modules: this file must be one module and not two.
    from tests.faults import forge as me

    me.main(socket.socket(fileno=int(sys.argv[1])))
