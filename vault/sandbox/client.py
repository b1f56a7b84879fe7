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
_MAX_FACT = 400  # characters: facts go into messages and logs
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",  # Tesseract: one process per page is faster than four threads in one
    "OMP_NUM_THREADS": "1",  # no library may start threads at import: threads do not survive a fork
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a job answered. The types inside `header` are unchecked: it comes from an untrusted process."""

    header: Mapping[str, Any]
    attachments: tuple[bytes, ...]


class _ZygoteDiedError(Exception):
    """The zygote ended without a verdict on the job."""


class _ZygoteHangsError(Exception):
    """The zygote gives no verdict although the job's time is over."""


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
    """Runs jobs of `vault.sandbox.jobs.JOBS` in children of a zygote. Safe to share between threads.

    `scratch` is the folder under which each job gets its own, removed afterwards (default: the system's); `environment`
    adds variables for the engines, such as `TESSDATA_PREFIX`: nothing of the parent's environment reaches a child.
    `watch` is opened around each job, once it has a place.

    Promises of `run`: it returns or raises at the latest 5 s after `seconds` (plus the wait for a free place); when it
    returns, no process of the job is alive and its scratch folder is gone.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        scratch: Path | None = None,
        environment: Mapping[str, str] | None = None,
        watch: Callable[[str], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
    ) -> None:
        self._limits = limits
        self._base = scratch
        self._environment = {**_ENVIRONMENT, **(environment or {})}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(limits.children)
        self._zygote: _Zygote | None = None
        self._owner = 0
        self._closed = False
        self._watch = watch

    def run(
        self, job: str, header: Mapping[str, Any] | None = None, *attachments: bytes, seconds: float | None = None
    ) -> Reply:
        """Run one job; `seconds` replaces the limit of wall time.

        Raises `Invalid` with the engine's code, `PARSER_TIMEOUT` (it took too long) or `PARSER_CRASHED` (it died, ran
        out of memory or answered nonsense; fact `reason`), `Unavailable("PARSER_BUSY")` when no place became free and
        `Unavailable("PARSER_DOWN")` when children cannot be started at all. `LookupError`: there is no such job.
        """
        allowed = self._limits.seconds if seconds is None else seconds
        request = {"job": job, "header": header or {}}
        with self._place(), self._watch(job):
            for _ in range(2):  # a job changes nothing outside, so when the zygote was killed it can simply run again
                zygote = self._running()
                try:
                    return self._attempt(zygote, request, attachments, allowed)
                except _ZygoteDiedError:
                    _LOG.warning("the sandbox died while %s ran", job)
                    self._drop(zygote)
                except _ZygoteHangsError as err:
                    self._drop(zygote)
                    raise Invalid("PARSER_TIMEOUT", seconds=allowed) from err
            raise Invalid("PARSER_CRASHED", reason="zygote")  # twice: it may well be the job that kills it

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

    def _attempt(
        self, zygote: _Zygote, request: Mapping[str, Any], attachments: Sequence[bytes], seconds: float
    ) -> Reply:
        if request["job"] not in zygote.jobs:
            raise LookupError(request["job"])
        deadline = time.monotonic() + seconds + _GRACE_SECONDS
        ours, theirs = socket.socketpair()
        verdict, verdict_end = os.pipe()
        with ours, os.fdopen(verdict, "rb", buffering=0) as report:
            try:
                packet = json.dumps({**self._for_child(), "seconds": seconds}).encode()
                socket.send_fds(zygote.control, [packet], [theirs.fileno(), verdict_end])
            except OSError as err:
                raise _ZygoteDiedError from err
            finally:
                theirs.close()
                os.close(verdict_end)
            answer: tuple[dict[str, Any], tuple[bytes, ...]] | wire.WireError
            try:
                wire.send(ours, request, attachments, deadline=deadline)
                answer = wire.receive(
                    ours,
                    max_header=self._limits.header_bytes,
                    max_total=self._limits.answer_bytes,
                    deadline=deadline,
                )
            except wire.WireError as err:
                answer = err
            ours.close()  # a child that still writes hears of it now
            end = _read_verdict(report, deadline)
        return _reply(answer, end, seconds)

    def _for_child(self) -> dict[str, int]:
        limits = self._limits
        return {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
        }

    def _running(self) -> _Zygote:
        with self._lock:
            if self._zygote is not None and self._owner != os.getpid():
                self._zygote.control.close()  # we are a fork: it belongs to our parent
                self._zygote = None
            if self._closed:
                raise Unavailable("PARSER_DOWN")
            if self._zygote is None:
                self._zygote = self._launch()
                self._owner = os.getpid()
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
                [sys.executable, "-I", "-m", "vault.sandbox.zygote", str(theirs.fileno()), str(scratch)],
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
        reason = "too large" if isinstance(answer, wire.TooLargeError) else "answer" if end == "EXIT 0" else end
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
