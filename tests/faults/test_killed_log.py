"""The sequencer is killed at any moment, and any of its calls fails: the log never forks and loses nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from tests.fakes import desk
from tests.fakes.faults import Faults, When
from tests.fakes.parts import with_other
from vault.bootstrap import App
from vault.domain.audit import Event
from vault.domain.errors import Unavailable
from vault.domain.people import Action
from vault.log import TransparencyLog, open_note
from vault.log.tiles import TileNodes
from vault.log.tree import check_consistency, consistency_proof

pytestmark = pytest.mark.service
ROOT = Path(__file__).resolve().parents[2]
KILLS = 12
CHILD = """
import sys
from pathlib import Path
from tests.fakes.parts import settings_of
from vault import bootstrap
app = bootstrap.build(settings_of(Path(sys.argv[1])))
app.log.advance()
print("ready", flush=True)
while True:
    app.log.advance()
"""


def add_events(app: App, count: int) -> None:
    with app.uow.begin() as tx:
        for number in range(count):
            event = Event(app.clock.now(), desk.actor_of(app), Action.OVERSEE, details={"number": number})
            tx.events.add(event)


def heads_of(app: App) -> Mapping[int, bytes]:
    """Every checkpoint that was ever signed: size and root."""
    key, origin = app.log._key.public_key(), app.log._origin
    with app.uow.engine.connect() as connection:
        notes = connection.exec_driver_sql("SELECT checkpoint FROM log_head ORDER BY size").scalars().all()
    return {head.size: head.root for head in (open_note(note, name=origin, key=key) for note in notes)}


def one_tree(app: App) -> None:
    """Each checkpoint is the beginning of the next one, and everything agrees."""
    heads = sorted(heads_of(app).items())
    for (old, old_root), (new, new_root) in pairwise(heads):
        proof = consistency_proof(old, new, TileNodes(new, app.files.get))
        check_consistency(old, new, old_root, new_root, proof)
    assert app.log.fsck() == ()


def test_killed_at_any_moment_it_never_forks(parts: App) -> None:
    rng = random.Random(7)
    published = b""
    for _ in range(KILLS):
        command = [sys.executable, "-c", CHILD, str(parts.settings.home)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            for _ in range(rng.randint(1, 5)):
                add_events(parts, rng.randint(1, 300))
            time.sleep(rng.random() * 0.15)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
        found = parts.files.get("checkpoint") or b""
        sizes = [int(one.split(b"\n")[1]) if one else 0 for one in (published, found)]
        assert sizes == sorted(sizes), "what is published never goes back"
        published = found
    while parts.log.head().size < parts.log.advance():
        pass
    one_tree(parts)
    with parts.uow.engine.connect() as connection:
        counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM log_leaf)"
        events, leaves = connection.exec_driver_sql(counts).one()
    assert events == leaves == parts.log.head().size


def test_every_call_of_the_sequencer_fails_once(parts: App) -> None:
    app = with_other(parts)
    faults = Faults()

    def log() -> TransparencyLog:
        return TransparencyLog(
            uow=faults.unit_of_work(app.uow),
            files=faults.around(app.files, "files"),
            key=app.log._key,
            origin=app.log._origin,
            clock=app.clock,
        )

    add_events(app, 300)
    faults.disarm()
    log().advance()
    calls = tuple(faults.calls)
    assert len(calls) > 12
    for number in range(len(calls)):
        for when in get_args(When):
            add_events(app, 270)
            faults.arm(number, when)
            try:
                log().advance()
            except Unavailable:
                assert faults.struck
            faults.disarm()
            size = log().advance()
            assert app.log.head().size == size
            found = app.files.get("checkpoint")
            assert found is not None
            assert int(found.split(b"\n")[1]) == size, "a crash between signing and publishing is mended"
    one_tree(app)
