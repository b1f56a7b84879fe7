"""The parent's side: one zygote per process, started on first use and again whenever it has died."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vault.domain.errors import Invalid, Unavailable
from vault.sandbox import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from io import FileIO

    from vault.sandbox.limits import Limits

_LOG = logging.getLogger(__name__)
_START_SECONDS = 60.0  # importing the engines on a cold disk
_GRACE_SECONDS = 5.0  # after its deadline a job has this long to be killed and tidied away
_STOP_SECONDS = 1.0  # a zygote needs milliseconds to tidy up; one that stands still is killed
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_IN_PEACE = "EXIT 0"
_MAX_FACT = 400  # characters: facts go into messages and logs
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",  # Tesseract: one process per page is faster than four threads in one
    "OMP_NUM_THREADS": "1",  # no library may start threads at import: threads do not survive a fork
    "OPENBLAS_NUM_THREADS": "1",
}
_FILE_AFTER_FILE = {
    # glibc, mallopt(3): a child that opens one file after the other keeps the memory of the last for the next; else
    # every file's megabytes are asked of the kernel anew, which costs a fifth of opening one.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a job answered. The types inside `header` are unchecked: it comes from an untrusted process."""

    header: Mapping[str, Any]
    attachments: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    request: Mapping[str, Any]
    attachments: Sequence[bytes]
    seconds: float
    sender: str


class _ZygoteDiedError(Exception):
    """The zygote ended without a verdict on the job."""


class _ZygoteHangsError(Exception):
    """The zygote gives no verdict although the job's time is over."""


class _ChildWentError(Exception):
    """A child that was kept for the next job did not answer it."""


@dataclass(slots=True)
class _Child:
    zygote: _Zygote
    sock: socket.socket
    report: FileIO
    born: float
    sender: str = ""
    jobs: int = 0

    def close(self) -> None:
        self.sock.close()
        self.report.close()


@dataclass(slots=True)
class _Zygote:
    process: subprocess.Popen[bytes]
    control: socket.socket
    scratch: Path
    jobs: frozenset[str]
    network: bool

    def stop(self) -> None:
        self.control.close()  # end of file: it kills its children and goes
        try:
            self.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


class Sandbox:
    """Runs jobs in children of a zygote. Safe to share between threads.

    `jobs` is the module of `vault.sandbox` whose `JOBS` they are.
    `scratch` is the folder under which each job gets its own, removed afterwards (default: the system's); `environment`
    adds variables for the engines, such as `TESSDATA_PREFIX`: nothing of the parent's environment reaches a child.
    `watch` is opened around each job, once it has a place.

    Promises of `run`: it returns or raises at the latest 5 s after `seconds` (plus the wait for a free place); when it
    returns, no process of the job is alive and its scratch folder is gone.

    With `each` above one a child may be kept, until it is `keep` seconds old and for so many jobs, for the next job of
    the same `sender`: a file that takes a child over can lie about what else its own sender hands in, and about nothing
    more. Not after a job that crashed, and never for a job without a sender. It ends by itself 10 s after its last job.
    What a kept child does not answer is asked of a fresh one: a file answers for itself alone.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        jobs: str = "jobs",
        each: int = 1,
        keep: float = 5.0,
        scratch: Path | None = None,
        environment: Mapping[str, str] | None = None,
        watch: Callable[[str], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
    ) -> None:
        self._limits = limits
        self._jobs = jobs
        self._each, self._keep_seconds = each, keep  # far less than a child may live: every job has nearly all of that
        self._kept: list[_Child] = []  # the same list for ever: whoever tidies up after us has it
        self._forgotten: weakref.finalize[..., Sandbox] | None = None
        self._base = scratch
        self._environment = {**_ENVIRONMENT, **(environment or {})}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(limits.children)
        self._zygote: _Zygote | None = None
        self._owner = 0
        self._closed = False
        self._watch = watch

    def run(
        self,
        job: str,
        header: Mapping[str, Any] | None = None,
        *attachments: bytes,
        seconds: float | None = None,
        sender: str = "",
    ) -> Reply:
        """Run one job; `seconds` replaces the limit of wall time.

        Raises `Invalid` with the engine's code, `PARSER_TIMEOUT` (it took too long) or `PARSER_CRASHED` (it died, ran
        out of memory or answered nonsense; fact `reason`), `Unavailable("PARSER_BUSY")` when no place became free and
        `Unavailable("PARSER_DOWN")` when children cannot be started at all. `LookupError`: there is no such job.
        """
        allowed = self._limits.seconds if seconds is None else seconds
        asked = _Job({"job": job, "header": header or {}}, attachments, allowed, sender)
        with self._place(), self._watch(job):
            kept = self._take(sender) if seconds is None else None
            for _ in range(2 if kept is None else 3):  # a job changes nothing outside: it can simply run again
                zygote = self._running()
                child, kept = kept, None
                try:
                    return self._attempt(zygote, child, asked)
                except _ChildWentError:
                    continue
                except _ZygoteDiedError:
                    _LOG.warning("the sandbox died while %s ran", job)
                    self._drop(zygote)
                except _ZygoteHangsError as err:
                    self._drop(zygote)
                    raise Invalid("PARSER_TIMEOUT", seconds=allowed) from err
            raise Invalid("PARSER_CRASHED", reason="zygote")  # twice: it may well be the job that kills it

    def beside(self, jobs: str, *, each: int) -> Sandbox:
        """Another one with the same bounds, for the jobs of another module."""
        environment = self._environment | (_FILE_AFTER_FILE if each > 1 else {})
        return Sandbox(
            self._limits, jobs=jobs, each=each, scratch=self._base, environment=environment, watch=self._watch
        )

    def start(self) -> None:
        """Load the engines now instead of at the first job."""
        self._running()

    @property
    def has_network(self) -> bool:
        """Whether children can reach the network: the kernel or the container did not let them be cut off."""
        return self._running().network

    def close(self) -> None:
        """Stop the zygote and whatever it still runs, for good: later calls raise `Unavailable("PARSER_DOWN")`."""
        self._closed = True
        if self._zygote is not None:
            self._drop(self._zygote)
        self._take("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._limits.queue_seconds):
            raise Unavailable("PARSER_BUSY", children=self._limits.children)
        try:
            yield
        finally:
            self._places.release()

    def _attempt(self, zygote: _Zygote, kept: _Child | None, job: _Job) -> Reply:
        if job.request["job"] not in zygote.jobs:
            raise LookupError(job.request["job"])
        deadline = time.monotonic() + job.seconds + _GRACE_SECONDS
        child = kept or self._fork(zygote, job.seconds, job.sender)
        answer: tuple[dict[str, Any], tuple[bytes, ...]] | wire.WireError
        end = None
        try:
            try:
                wire.send(child.sock, job.request, job.attachments, deadline=deadline)
                answer = wire.receive(
                    child.sock,
                    max_header=self._limits.header_bytes,
                    max_total=self._limits.answer_bytes,
                    deadline=deadline,
                )
            except wire.WireError as err:
                answer = err
            if isinstance(answer, wire.WireError) or not self._keep(child, answer[0]):
                child.sock.close()  # a child that still writes hears of it now
                end = _read_verdict(child.report, deadline)
        except BaseException:
            child.close()
            raise
        if end is None:
            return _reply(answer, _IN_PEACE, job.seconds)
        child.close()
        if kept is not None and end != "TIMEOUT" and (isinstance(answer, wire.WireError) or _crashed(answer[0])):
            raise _ChildWentError
        return _reply(answer, end, job.seconds)

    def _fork(self, zygote: _Zygote, seconds: float, sender: str) -> _Child:
        ours, theirs = socket.socketpair()
        verdict, verdict_end = os.pipe()
        child = _Child(zygote, ours, os.fdopen(verdict, "rb", buffering=0), time.monotonic(), sender)
        try:
            packet = json.dumps({**self._for_child(), "seconds": seconds}).encode()
            socket.send_fds(zygote.control, [packet], [theirs.fileno(), verdict_end])
        except OSError as err:
            child.close()
            raise _ZygoteDiedError from err
        finally:
            theirs.close()
            os.close(verdict_end)
        return child

    def _take(self, sender: str) -> _Child | None:
        """A child that this sender's last job left; those that are too old for anybody are let go."""
        with self._lock:
            young = time.monotonic() - self._keep_seconds
            old = [one for one in self._kept if one.born < young or one.zygote is not self._zygote]
            kept = [one for one in self._kept if one not in old]
            found = next((one for one in reversed(kept) if sender and one.sender == sender), None)
            self._kept[:] = [one for one in kept if one is not found]
        for one in old:
            one.close()
        return found

    def _keep(self, child: _Child, header: Mapping[str, Any]) -> bool:
        """Whether it stays for the next job of its sender."""
        child.jobs += 1
        if not child.sender or _crashed(header) or child.jobs >= self._each or len(self._kept) >= self._limits.children:
            return False
        with self._lock:
            self._kept.append(child)
        return True

    def _for_child(self) -> dict[str, int]:
        limits = self._limits
        return {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
            "jobs": self._each,
        }

    def _running(self) -> _Zygote:
        with self._lock:
            if self._zygote is not None and self._owner != os.getpid():
                self._zygote.control.close()  # we are a fork: it belongs to our parent
                for one in self._kept:
                    one.close()
                self._zygote = None
                self._kept.clear()
            if self._closed:
                raise Unavailable("PARSER_DOWN")
            if self._zygote is None:
                self._zygote = self._launch()
                self._owner = os.getpid()
                if self._forgotten is not None:
                    self._forgotten.detach()
                self._forgotten = weakref.finalize(self, _tidy_after, self._owner, self._zygote, self._kept)
                self._forgotten.atexit = False  # a zygote ends by itself when nobody holds the other end
            return self._zygote

    def _drop(self, zygote: _Zygote) -> None:
        """Stop `zygote`, once, unless another thread has replaced it already."""
        with self._lock:
            if self._zygote is zygote:
                self._zygote = None
                zygote.stop()

    def _launch(self) -> _Zygote:
        if self._base is not None:
            self._base.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="vault-sandbox-", dir=self._base)).resolve()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-I", "-m", "vault.sandbox.zygote", str(theirs.fileno()), str(scratch), self._jobs],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**self._environment, "HOME": str(scratch), "TMPDIR": str(scratch)},
                cwd=scratch,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        ours.settimeout(_START_SECONDS)
        try:
            ready = json.loads(ours.recv(1 << 16) or b"{}")
        except OSError:
            ready = {}
        zygote = _Zygote(process, ours, scratch, frozenset(ready.get("jobs", ())), bool(ready.get("network")))
        if not ready:
            zygote.stop()
            raise Unavailable("PARSER_DOWN")
        return zygote


def _tidy_after(owner: int, zygote: _Zygote, kept: Sequence[_Child]) -> None:
    """What a sandbox leaves that nobody closed."""
    if os.getpid() == owner:
        for one in kept:
            one.close()
        zygote.stop()


def _crashed(header: Mapping[str, Any]) -> bool:
    """Whether the job ended by a fault of the engine, not by a word on the file."""
    error = header.get("error")
    return error is not None and (not isinstance(error, dict) or error.get("code") == "PARSER_CRASHED")


def _read_verdict(report: FileIO, deadline: float) -> str:
    """How the child ended, as the zygote tells it on the pipe: `EXIT n`, a signal's name or `TIMEOUT`."""
    ready, _, _ = select.select([report], [], [], max(0.0, deadline - time.monotonic()))
    if not ready:
        raise _ZygoteHangsError
    word = report.read(64)
    if not word:
        raise _ZygoteDiedError
    return word.decode()


def _reply(answer: tuple[dict[str, Any], tuple[bytes, ...]] | wire.WireError, end: str, seconds: float) -> Reply:
    """The answer when there is a whole one; otherwise what the zygote saw says why there is none."""
    if end == "TIMEOUT":
        raise Invalid("PARSER_TIMEOUT", seconds=seconds)
    if isinstance(answer, wire.WireError):
        reason = "too large" if isinstance(answer, wire.TooLargeError) else "answer" if end == _IN_PEACE else end
        raise Invalid("PARSER_CRASHED", reason=reason) from answer
    header, attachments = answer
    if isinstance(ok := header.get("ok"), dict):
        return Reply(ok, attachments)
    error = header.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Invalid("PARSER_CRASHED", reason="answer")
    raise Invalid(code, **_facts(error.get("facts")))


def _facts(raw: object) -> dict[str, Any]:
    """Only plain, short values pass: they end in messages, and an untrusted process wrote them."""
    if not isinstance(raw, dict):
        return {}
    return {
        name: value[:_MAX_FACT] if isinstance(value, str) else value
        for name, value in raw.items()
        if name.isidentifier() and name != "code" and isinstance(value, str | int | float | bool)
    }
