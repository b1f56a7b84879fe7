"""Jobs that behave well and badly on purpose: they prove on the machine at hand that the limits hold."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_Reply = tuple[Mapping[str, Any], Sequence[bytes]]


class RefusedError(Exception):
    """Stands for an engine's error: a code and facts."""

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def echo(header: Mapping[str, Any], attachments: Sequence[bytes]) -> _Reply:
    """What came in, and where it was looked at."""
    return {**header, "pid": os.getpid(), "group": os.getpgid(0)}, attachments


def surroundings(_header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """What a job can see of the machine: limits, environment, open files, network, scratch folder."""
    Path("left-behind").write_bytes(b"x")
    return {
        "limits": {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("AS", "CORE", "NOFILE")},
        "environment": _environment(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "scratch": str(Path.cwd()),
        "temporary": tempfile.gettempdir(),
    }, ()


def refuse(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """An engine's refusal."""
    raise RefusedError(header["code"], header["facts"])


def sleep(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Hangs without using the processor."""
    time.sleep(header["seconds"])
    return {}, ()


def spin(_header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Hangs and uses the processor."""
    while True:
        pass


def allocate(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Takes memory until it is refused."""
    block = bytearray(header["bytes"])
    return {"bytes": len(block)}, ()


def crash(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Dies of a signal, as native code does on a bad pointer."""
    os.kill(os.getpid(), signal.Signals[header["signal"]])
    return {}, ()


def write(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Writes a large file into the scratch folder."""
    with Path("large").open("wb") as file:
        file.seek(header["bytes"] - 1)
        file.write(b"\0")
    return {}, ()


def offspring(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Leaves grandchildren behind; with `escape` they leave the process group too."""
    pids = [
        subprocess.Popen(
            [sys.executable, "-Ic", "import time; time.sleep(600)"], start_new_session=header["escape"]
        ).pid
        for _ in range(header["count"])
    ]
    if header.get("hang"):
        Path(header["hang"]).write_text(" ".join(map(str, pids)), encoding="ascii")
        time.sleep(600)
    return {"pids": pids}, ()


def flood(header: Mapping[str, Any], _attachments: Sequence[bytes]) -> _Reply:
    """Answers more than anybody asked for."""
    return {"text": "x" * header["text"]}, [b"x" * header["attachment"]]


def _environment() -> dict[str, str]:
    raw = Path("/proc/self/environ").read_bytes().split(b"\0")
    return dict(item.decode(errors="replace").split("=", 1) for item in raw if item)


SELFTEST: dict[str, Callable[[Mapping[str, Any], Sequence[bytes]], _Reply]] = {
    f"selftest.{job.__name__}": job
    for job in (echo, surroundings, refuse, sleep, spin, allocate, crash, write, offspring, flood)
}
