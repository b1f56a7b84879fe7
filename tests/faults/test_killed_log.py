"""The sequencer is killed at any moment, and any of its calls fails: the log never forks and loses nothing."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Mapping
from itertools import pairwise

import pytest

from tests.fakes.faults import Faults
from tests.fakes.parts import with_other
from tests.faults.forge import Forge
from tests.faults.kills import moments
from tests.faults.processes import sequence
from vault.bootstrap import App
from vault.domain.errors import Unavailable
from vault.log import TransparencyLog, open_note
from vault.log.tiles import TileNodes
from vault.log.tree import check_consistency, consistency_proof

pytestmark = pytest.mark.service
KILLS = 12


def add_events(app: App, count: int) -> None:
    """So many events in one transaction; the trigger gives each its turn in the log, as for any other."""
    with app.uow.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO event (at, account_id, actor_name, role, action, outcome, details)"
            " SELECT now(), 'local:canbo', 'Trần Thị Mẫu', 'OFFICER', 'OVERSEE', 'DONE',"
            " jsonb_build_object('number', n) FROM generate_series(1, %(count)s) AS n",
            {"count": count},
        )


def heads_of(app: App) -> Mapping[int, bytes]:
    """Every checkpoint that was ever signed: size and root."""
    key, origin = app.log._key.public_key(), app.log._origin
    with app.uow.engine.connect() as connection:
        notes = connection.exec_driver_sql("SELECT checkpoint FROM log_head ORDER BY size").scalars().all()
    return {head.size: head.root for head in (open_note(note, name=origin, key=key) for note in notes)}


def one_tree(app: App) -> None:
    """Each checkpoint is the beginning of the next one, and everything agrees."""
    heads, read = sorted(heads_of(app).items()), functools.cache(app.files.get)  # a tile never changes
    for (old, old_root), (new, new_root) in pairwise(heads):
        proof = consistency_proof(old, new, TileNodes(new, read))
        check_consistency(old, new, old_root, new_root, proof)
    assert app.log.fsck() == ()


def test_killed_at_any_moment_it_never_forks(parts: App, workshop: Forge) -> None:
    rng = random.Random(7)
    published = b""
    for _ in range(KILLS):
        child = workshop.fork(sequence, parts.settings)
        try:
            assert child.answer() is True
            for _ in range(rng.randint(1, 5)):
                add_events(parts, rng.randint(1, 300))
            time.sleep(rng.random() * 0.15)
        finally:
            child.kill()
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
    for moment in moments(calls, "raise"):
        add_events(app, 270)
        faults.arm(moment.number, moment.when)
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
