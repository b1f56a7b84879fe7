"""What a child of the forge does: one step up to the moment of a blow, the log's sequencer, a web, a worker."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Literal, NoReturn

import uvicorn

from tests.fakes.faults import Faults, When
from tests.fakes.parts import with_other
from tests.faults.steps import QuickEngines, Stage, stage_over
from tests.faults.table import BY_NAME
from vault.bootstrap import App, build
from vault.config import Settings
from vault.web.main import create
from vault.worker.run import run

Blow = Literal["die", "wait", "raise"]


@dataclass(frozen=True)
class Moment:
    """A call of a step, by its number, and the side of it on which the blow falls.

    `die`: the process is killed there. `wait`: it stands still there until it is told to go on, so that something else
    can be killed meanwhile.
    """

    number: int
    when: When
    blow: Blow = "die"


def do_step(line: Connection, settings: Settings, name: str, thing: object, moment: Moment | None) -> tuple[str, ...]:
    """Do a step in a process of its own, up to a moment or to its end; gives the calls that it made."""

    def strike(call: str) -> None:
        if moment is not None and moment.blow == "die":
            _die()
        line.send(("waits", call))
        line.recv()

    faults = Faults(strike)
    app = build(settings)
    stage: Stage = stage_over(app, faults)
    if moment is None:
        faults.disarm()
    else:
        faults.arm(moment.number, moment.when)
    try:
        BY_NAME[name].act(stage, stage.faulty, thing)
    finally:
        app.close()
    return tuple(faults.calls)


def sequence(line: Connection, settings: Settings) -> NoReturn:
    """Bring events into the log until killed."""
    app = build(settings)
    app.log.advance()
    line.send(("ready", True))
    while True:
        app.log.advance()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()  # the signal is on its way
    raise AssertionError


def _app(settings: Settings, *, quick: bool) -> App:
    app = build(settings)
    return with_other(app, engines=QuickEngines()) if quick else app


def serve(line: Connection, settings: Settings, port: int, *, quick: bool) -> None:
    """A web process on its port, as uvicorn runs it; `quick`: its engines are told."""
    vault = _app(settings, quick=quick)
    server = uvicorn.Server(
        uvicorn.Config(create(vault), host="127.0.0.1", port=port, log_level="warning", backlog=2048)
    )

    async def served() -> None:
        await server.serve()

    line.send(("ready", port))
    asyncio.run(served())


def work(line: Connection, settings: Settings, *, concurrency: int, quick: bool) -> None:
    """A worker process, as `vault worker` runs it; a told engine has nothing to start."""
    app: Any = _app(settings, quick=quick)
    line.send(("ready", True))
    run(app, concurrency=concurrency)
