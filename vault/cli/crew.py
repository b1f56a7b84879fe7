"""Processes that seal, one file at a time each. They write beside the target; only the run itself publishes.

So a run that is killed leaves nothing half published, and one of its processes that outlives it for a moment can do no
more than leave a part file behind. A process that dies or hangs over a file costs that file, not the run.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

import signing
from vault import bootstrap
from vault.bootstrap import App
from vault.domain.errors import Conflict, Invalid, VaultError
from vault.domain.ids import digest_of

_START_SECONDS = 60.0  # importing the engines on a busy machine
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the progress bar's thread in whatever state it is


@dataclass(frozen=True, slots=True)
class Task:
    """Seal `source` for `target`, or judge what stands at `target`: an earlier run may have put it there."""

    name: str
    source: Path
    target: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """A part file that waits to be published; without `part` the target itself is the sealed file."""

    task: Task
    source: str
    sealed: str
    level: str
    pending: bool
    part: Path | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file was not sealed. An `Unavailable` says that no other file will fare better."""

    task: Task
    error: VaultError


@dataclass(slots=True)
class _Hand:
    process: BaseProcess
    link: Connection
    task: Task | None = None
    since: float = 0.0
    ready: bool = False


@dataclass(slots=True)
class Crew:
    """At most `size` processes, started when there is work; `seconds` is the longest that one file may take."""

    size: int
    seconds: float
    _hands: list[_Hand] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            _let_go(hand)

    def run(self, tasks: Iterator[Task]) -> Iterator[Done | Refused]:
        """What became of each task, in the order in which they end."""
        for task in islice(tasks, self.size):
            self._hands.append(_hired())
            _give(self._hands[-1], task)
        while busy := [hand for hand in self._hands if hand.task is not None]:
            ready = wait([hand.link for hand in busy], timeout=1.0)
            for number, hand in enumerate(self._hands):
                answer = self._look(hand, heard=hand.link in ready)
                if answer is None:
                    continue
                if isinstance(answer, Refused) and answer.error.code in {"PARSER_TIMEOUT", "PARSER_CRASHED"}:
                    _let_go(hand)
                    hand = self._hands[number] = _hired()  # noqa: PLW2901 - the next task goes to the new one
                _give(hand, next(tasks, None))
                yield answer

    def _look(self, hand: _Hand, *, heard: bool) -> Done | Refused | None:
        """What came of a process' task, if anything yet."""
        task = hand.task
        if task is None:
            return None
        if not heard:
            late = time.monotonic() - hand.since > (self.seconds if hand.ready else _START_SECONDS)
            return Refused(task, Invalid("PARSER_TIMEOUT", seconds=self.seconds)) if late else None
        try:
            answer = hand.link.recv()
        except (EOFError, OSError):
            return Refused(task, Invalid("PARSER_CRASHED", reason="sealing"))
        if isinstance(answer, Done | Refused):
            return answer
        hand.ready, hand.since = True, time.monotonic()
        return None


def part_of(target: Path, process: int) -> Path:
    """Where a process writes before the file is published."""
    return target.with_name(f".{target.name}.{process}.part")


def _hired() -> _Hand:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _let_go(hand: _Hand) -> None:
    hand.link.close()
    hand.process.kill()
    hand.process.join()


def _give(hand: _Hand, task: Task | None) -> None:
    hand.task, hand.since = task, time.monotonic()
    if task is not None:
        hand.link.send(task)


def _work(link: Connection) -> None:
    """A process of the crew: until the run closes the link or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C stops the run, and the run stops its crew
    app = bootstrap.build()
    try:
        link.send("ready")
        while True:
            link.send(_sealed(app, link.recv()))
    except (EOFError, OSError):
        return


def _sealed(app: App, task: Task) -> Done | Refused:
    try:
        data = task.source.read_bytes()
        if task.target.exists():
            return _found(app, task, data)
        paper = app.sealing.seal(data, reason=task.reason)
        part = part_of(task.target, os.getpid())
        with part.open("wb") as file:
            file.write(paper.pdf)
            file.flush()
            os.fsync(file.fileno())
    except signing.SigningError as error:
        return Refused(task, Invalid(error.code))
    except VaultError as error:
        return Refused(task, error)
    except OSError as error:
        return Refused(task, Invalid("FILE_ACCESS", file=error.filename, reason=error.strerror or str(error)))
    return Done(task, digest_of(data), digest_of(paper.pdf), paper.level, paper.pending, part)


def _found(app: App, task: Task, data: bytes) -> Done | Refused:
    """What stands at the target without a line in the journal: ours when it is the source with our valid seal."""
    sealed = task.target.read_bytes()
    report = signing.inspect(sealed, trust=app.sealing.trust, now=app.clock.now())
    serial = f"{app.sealing.certificate.serial_number:x}"
    seals = [one for one in report.signatures if one.certificate_serial == serial and one.covered_bytes > len(data)]
    if not sealed.startswith(data) or not seals or not report.verdict.is_valid:
        return Refused(task, Conflict("OUTPUT_TAKEN", file=str(task.target)))
    level = seals[-1].level
    return Done(task, digest_of(data), digest_of(sealed), level, level != signing.Level.B_LTA, None)
