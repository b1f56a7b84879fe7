"""`fsck`, `reconcile` and `scrub`: every fault is planted, found by its name, and mended by what is said to mend it.

A vault of its own, because a healthy one must be silent. Leftovers count when they are a day old: the clock here goes
two days ahead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tests.fakes import desk
from tests.fakes.desk import be_read, confirmed, new_scan, received, record_of, word
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import running, with_other
from tests.fakes.seals import PlainSeal
from vault.blobs import BucketKeeper, FileShards, S3Settings, S3Store
from vault.blobs.encrypted import object_name, plain_name
from vault.bootstrap import App
from vault.cli import heal
from vault.domain.ids import Digest, RecordCode, digest_of
from vault.domain.intake import IntakeId
from vault.domain.people import Actor
from vault.domain.upkeep import CURES, Cure, Fault, Problem, Task
from vault.ports import HeldKey, key_context
from vault.usecases.digitize.confirm import STATUS_LIST
from vault.usecases.heal.fsck import fsck
from vault.usecases.heal.reconcile import Swept, reconcile
from vault.usecases.heal.scrub import Scrubbed, scrub
from vault.usecases.protect.erase import Erase, erase
from vault.usecases.verify.publish_status import publish_status, status_path

pytestmark = pytest.mark.service


class Ahead:
    """Two days from now."""

    def __init__(self, app: App) -> None:
        self._app = app

    def now(self) -> datetime:
        """Ahead of the machine."""
        return self._app.clock.now() + timedelta(days=2)


@dataclass
class World:
    """A vault with papers, a copy of its bucket, and its database as its owner sees it."""

    app: App
    officer: Actor
    clock: Ahead
    keeper: BucketKeeper
    copy: S3Store
    db: psycopg.Connection
    scratch: Path

    def problems(self) -> list[Problem]:
        app = self.app
        while app.log.head().size < app.log.advance():
            pass
        publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=self.clock)
        return self.as_it_stands()

    def as_it_stands(self) -> list[Problem]:
        """Without the worker's last round."""
        app = self.app
        folder = self.scratch / str(len(list(self.scratch.iterdir())))
        folder.mkdir()
        with closing(FileShards(folder)) as names:
            return list(
                fsck(
                    uow=app.uow,
                    bucket=self.keeper,
                    names=names,
                    check_log=app.log.fsck,
                    published=app.published,
                    credentials=app.credentials,
                    clock=self.clock,
                )
            )

    def sweep(self, found: list[Problem], *, dry: bool = False) -> Swept:
        app = self.app
        return reconcile(found, uow=app.uow, blobs=app.blobs, bucket=self.keeper, clock=self.clock, dry=dry)

    def scrub(self, **words: object) -> Scrubbed:
        app = self.app
        return scrub(uow=app.uow, bucket=self.keeper, clock=app.clock, **words)  # type: ignore[arg-type]

    def errors(self) -> int:
        with self.app.uow.begin() as tx:
            return tx.vitals.read(date(2026, 1, 1)).scrub_errors

    def name_of(self, digest: Digest) -> str:
        with self.app.uow.begin() as tx:
            one = tx.keys.of(digest)[0]
        return object_name(self.app.key_service.unwrap(one.wrapped, context=key_context(one.digest, one.paper)), digest)

    def one(self, statement: str, *values: object) -> str:
        row = self.db.execute(statement, values).fetchone()  # type: ignore[call-overload] # a test's own words
        assert row is not None
        return str(row[0])

    def run(self, statement: str, *values: object) -> None:
        self.db.execute(statement, values)  # type: ignore[call-overload] # the same


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("healing")) as parts:
        app = with_other(parts, engines=ToldEngines(pages=2), sealing=PlainSeal())
        officer = desk.actor_of(app)
        for _ in range(2):
            record_of(app, officer)
        settings = app.settings
        assert settings.owner_database_url is not None
        assert settings.s3_endpoint is not None
        assert settings.s3_access_key is not None
        assert settings.s3_secret_key is not None
        copy = S3Store(
            S3Settings(
                settings.s3_endpoint,
                settings.s3_access_key.get_secret_value(),
                settings.s3_secret_key.get_secret_value(),
                "copy",
                secure=False,
                region="us-east-1",
            )
        )
        copy.prepare()
        keeper = BucketKeeper(app.store, copies={"noi-khac": copy}, keys=app.key_service)
        with psycopg.connect(settings.owner_database_url.get_secret_value(), autocommit=True) as db:
            yield World(app, officer, Ahead(app), keeper, copy, db, tmp_path_factory.mktemp("names"))


def found(problems: list[Problem]) -> set[str]:
    return {one.fault.value for one in problems}


def newest(world: World) -> RecordCode:
    return RecordCode(world.one("SELECT code FROM record WHERE erased_at IS NULL ORDER BY sealed_at DESC LIMIT 1"))


def test_a_healthy_vault_is_silent_also_with_papers_at_every_step(world: World) -> None:
    app = world.app
    received(app, world.officer, new_scan())
    be_read(app, received(app, world.officer, new_scan()).intake.id)
    half = received(app, world.officer, new_scan()).intake.id
    be_read(app, half)
    confirmed(app, world.officer, word(half))
    gone = record_of(app, world.officer)
    guard = replace(world.officer, role=type(world.officer.role).DATA_PROTECTION)
    erase(Erase(gone, "thử", "NĐ 356/2025"), actor=guard, uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert world.problems() == []
    assert world.sweep([]).mended == []


# --- faults among rows: planted, found, taken back -------------------------------------------------------------------
Undo = Callable[[], None]


def _without_version(w: World) -> Undo:
    code = newest(w)
    w.run("UPDATE record SET version = 2 WHERE code = %s", code)
    return lambda: w.run("UPDATE record SET version = 1 WHERE code = %s", code)


def _without_place(w: World) -> Undo:
    key = w.db.execute("SELECT id FROM record WHERE code = %s", (newest(w),)).fetchone()
    assert key is not None
    w.run("UPDATE status_slot SET version = 7 WHERE record_id = %s", key[0])
    return lambda: w.run("UPDATE status_slot SET version = 1 WHERE record_id = %s", key[0])


def _without_record(w: World) -> Undo:
    paper = w.one("SELECT id FROM intake WHERE state = 'READ' LIMIT 1")
    w.run("UPDATE intake SET state = 'SEALED' WHERE id = %s", paper)
    return lambda: w.run("UPDATE intake SET state = 'READ' WHERE id = %s", paper)


def _without_pages(w: World) -> Undo:
    paper = w.one("SELECT id FROM intake WHERE state = 'RECEIVED' LIMIT 1")
    w.run("UPDATE intake SET state = 'READ' WHERE id = %s", paper)
    return lambda: w.run("UPDATE intake SET state = 'RECEIVED' WHERE id = %s", paper)


def _without_sealing(w: World) -> Undo:
    """A row that came into the table without the program: its code is in no event."""
    code = newest(w)
    w.run("ALTER TABLE event DISABLE TRIGGER USER")
    w.run("UPDATE event SET record_code = 'X' WHERE record_code = %s AND action = 'SEAL'", code)
    w.run("ALTER TABLE event ENABLE TRIGGER USER")

    def undo() -> None:
        w.run("ALTER TABLE event DISABLE TRIGGER USER")
        w.run("UPDATE event SET record_code = %s WHERE record_code = 'X'", code)
        w.run("ALTER TABLE event ENABLE TRIGGER USER")

    return undo


def _text_key(w: World) -> Undo:
    paper = w.one("SELECT paper FROM blob_key k JOIN intake_page p ON p.intake_id = k.paper WHERE k.digest = 'text'")
    w.run("UPDATE blob_key SET paper = 'away' WHERE digest = 'text' AND paper = %s", paper)
    return lambda: w.run("UPDATE blob_key SET paper = %s WHERE digest = 'text' AND paper = 'away'", paper)


def _blob_key(w: World) -> Undo:
    digest = w.one("SELECT sealed FROM record_version WHERE sealed NOT LIKE 'erased%%' LIMIT 1")
    paper = w.one("SELECT paper FROM blob_key WHERE digest = %s", digest)
    w.run("UPDATE blob_key SET paper = 'other' WHERE digest = %s AND paper = %s", digest, paper)
    return lambda: w.run("UPDATE blob_key SET paper = %s WHERE digest = %s", paper, digest)


def _closed(w: World) -> Undo:
    digest = w.one("SELECT sealed FROM record_version WHERE sealed NOT LIKE 'erased%%' LIMIT 1")
    w.run("UPDATE blob_key SET key = 'file:99' WHERE digest = %s", digest)
    return lambda: w.run("UPDATE blob_key SET key = 'file:1' WHERE digest = %s", digest)


def _disagree(w: World) -> Undo:
    digest = w.one("SELECT sealed FROM record_version WHERE sealed NOT LIKE 'erased%%' LIMIT 1")
    paper = IntakeId(w.one("SELECT id FROM intake WHERE state = 'READ' LIMIT 1"))
    wrong = w.app.key_service.wrap(b"\1" * 32, agency="H24.900", context=key_context(digest, paper))
    with w.app.uow.begin() as tx:
        tx.keys.hold(digest, HeldKey(paper, wrong))
    return lambda: w.run("DELETE FROM blob_key WHERE digest = %s AND paper = %s", digest, paper)


def _log(w: World) -> Undo:
    path = "log/tile/entries/000.p/"
    name = max(w.app.store.names(path), key=lambda one: int(one.rpartition("/")[2]))
    data = w.app.store.get(name) or b""
    w.app.store.put(name, data[:-1] + bytes([data[-1] ^ 1]), mime="application/octet-stream")
    return lambda: w.app.store.put(name, data, mime="application/octet-stream")


ROWS: dict[Fault, tuple[Callable[[World], Undo], set[Fault]]] = {
    Fault.RECORD_WITHOUT_VERSION: (_without_version, {Fault.RECORD_WITHOUT_PLACE, Fault.LIST_WRONG}),
    Fault.RECORD_WITHOUT_PLACE: (_without_place, set()),
    Fault.INTAKE_WITHOUT_RECORD: (_without_record, set()),
    Fault.INTAKE_WITHOUT_PAGES: (_without_pages, set()),
    Fault.RECORD_WITHOUT_SEALING: (_without_sealing, {Fault.LOG_BROKEN}),
    Fault.TEXT_WITHOUT_KEY: (_text_key, {Fault.KEY_WITHOUT_ROW}),
    Fault.BLOB_WITHOUT_KEY: (_blob_key, {Fault.KEY_WITHOUT_ROW, Fault.KEY_CLOSED}),
    Fault.KEY_CLOSED: (_closed, set()),
    Fault.KEYS_DISAGREE: (_disagree, {Fault.KEY_WITHOUT_ROW}),
    Fault.LOG_BROKEN: (_log, set()),
}


@pytest.mark.parametrize("fault", ROWS, ids=str)
def test_a_planted_fault_is_found_by_its_name(world: World, fault: Fault) -> None:
    plant, besides = ROWS[fault]
    assert world.problems() == []
    undo = plant(world)
    try:
        seen = found(world.as_it_stands())
    finally:
        undo()
    assert fault.value in seen
    assert seen - {one.value for one in besides} == {fault.value}


def test_status_lists_that_lie_are_missing_or_old_are_named(world: World) -> None:
    app, path = world.app, status_path(STATUS_LIST)
    assert world.problems() == []
    code = newest(world)
    world.run("UPDATE record SET state = 'SUSPENDED' WHERE code = %s", code)  # long ago, as far as the row tells
    assert found(world.as_it_stands()) == {"LIST_WRONG"}
    world.run("UPDATE record SET state_changed_at = now() + interval '3 days' WHERE code = %s", code)
    assert world.as_it_stands() == [], "what changed after the list was signed is not yet in it"
    world.run("UPDATE record SET state = 'ACTIVE', state_changed_at = sealed_at WHERE code = %s", code)
    token = app.published.get(path) or b""
    app.published.put(path, token[:-1] + bytes([token[-1] ^ 1]), mime="x")
    assert found(world.as_it_stands()) == {"LIST_UNREADABLE"}
    app.store.remove(f"public/{path}")
    assert found(world.as_it_stands()) == {"LIST_MISSING"}
    publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)
    assert found(world.as_it_stands()) == {"LIST_OLD"}
    assert world.problems() == []


# --- what reconcile sweeps -------------------------------------------------------------------------------------------
def _outside_index(w: World) -> None:
    w.run("DELETE FROM record_search WHERE record_id = (SELECT id FROM record WHERE code = %s)", newest(w))


def _stuck_intake(w: World) -> None:
    w.run("DELETE FROM procrastinate_jobs WHERE task_name IN ('read_intake', 'seal_intake')")


def _stuck_batch(w: World) -> None:
    w.run(
        "INSERT INTO batch (id, state, original, filename, size, page_count, agency_code, received_by, by_name,"
        " received_at, seen) SELECT 'lo-1', 'RECEIVED', original, 'x', 1, 1, 'H24.900', 'x', 'x', now(), '[]'"
        " FROM intake WHERE state = 'READ' LIMIT 1"
    )
    digest = w.one("SELECT original FROM batch WHERE id = 'lo-1'")
    with w.app.uow.begin() as tx:
        one = tx.keys.of(digest)[0]
        key = w.app.key_service.unwrap(one.wrapped, context=key_context(one.digest, one.paper))
        mine = w.app.key_service.wrap(key, agency="H24.900", context=key_context(digest, "lo-1"))
        tx.keys.hold(digest, HeldKey(IntakeId("lo-1"), mine))


def _stuck_case(w: World) -> None:
    w.run(
        "INSERT INTO correction (id, state, record_code, version, holder_id, agency_code, opened_agency, differences,"
        " note, opened_by, opened_name, opened_at) VALUES ('vu-1', 'ACCEPTED', %s, 1, 1, 'H24.900', 'H24.900', '[]',"
        " '', 'x', 'x', now())",
        newest(w),
    )


def _dead_job(w: World) -> None:
    w.run(
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs"
        " WHERE status = 'todo')"
    )


def _stray_key(w: World) -> None:
    w.app.blobs.put(b"never became a row", mime="x", paper=IntakeId("stray"), agency="H24.900")


def _idle_key(w: World) -> None:
    paper = IntakeId(w.one("SELECT id FROM intake WHERE state = 'READ' LIMIT 1"))
    w.app.blobs.put(b"a page of a reading that was cut off", mime="x", paper=paper, agency="H24.900")


def _orphan(w: World) -> None:
    w.app.store.put("sealed/ab/" + "ab" * 32, b"KHO1", mime="x")


def _clear_orphan(w: World) -> None:
    w.app.store.put(plain_name(digest_of(b"old")), b"old", mime="x")


def _outside_log(w: World) -> None:
    w.run("ALTER TABLE event DISABLE TRIGGER USER")
    w.run(
        "INSERT INTO event (at, account_id, actor_name, role, action, outcome, details)"
        " VALUES (now(), 'x', 'X', 'SYSTEM', 'READ', 'DONE', '{}')"
    )
    w.run("ALTER TABLE event ENABLE TRIGGER USER")


SWEPT: dict[str, tuple[Fault, Callable[[World], None]]] = {
    "record outside the index": (Fault.RECORD_OUTSIDE_INDEX, _outside_index),
    "papers without a job": (Fault.INTAKE_STUCK, _stuck_intake),
    "batch without a job": (Fault.BATCH_STUCK, _stuck_batch),
    "correction without a job": (Fault.CORRECTION_STUCK, _stuck_case),
    "job of a dead worker": (Fault.JOB_WITHOUT_WORKER, _dead_job),
    "key of no paper": (Fault.KEY_WITHOUT_ROW, _stray_key),
    "key that no row needs": (Fault.KEY_WITHOUT_ROW, _idle_key),
    "object without a key": (Fault.OBJECT_WITHOUT_KEY, _orphan),
    "clear object without a row": (Fault.CLEAR_WITHOUT_ROW, _clear_orphan),
    "event outside the log": (Fault.EVENT_OUTSIDE_LOG, _outside_log),
}


LOOKED_AT_AGAIN = {
    Fault.INTAKE_STUCK, Fault.BATCH_STUCK, Fault.CORRECTION_STUCK, Fault.JOB_WITHOUT_WORKER, Fault.KEY_WITHOUT_ROW
}  # fmt: skip
"""The others are as good done twice."""


@pytest.mark.parametrize("case", SWEPT)
def test_what_is_left_over_is_swept_once_and_logged(world: World, case: str) -> None:
    fault, plant = SWEPT[case]
    plant(world)
    before = world.problems()
    assert found(before) == {fault.value}
    assert world.sweep(before, dry=True).mended == before
    assert world.problems() == before, "a dry run changes nothing"
    assert world.sweep(before).mended == before
    event = world.db.execute("SELECT details FROM event WHERE action = 'RECONCILE' ORDER BY id DESC LIMIT 1").fetchone()
    assert event == ({fault.value: len(before)},)
    assert world.problems() == []
    if fault in {
        Fault.RECORD_OUTSIDE_INDEX,
        Fault.OBJECT_WITHOUT_KEY,
        Fault.CLEAR_WITHOUT_ROW,
        Fault.EVENT_OUTSIDE_LOG,
    }:
        return
    again = world.sweep(before)
    assert (again.mended, again.gone) == ([], before), "what is mended already is left alone"


def test_every_fault_that_reconcile_is_said_to_mend_is_mended_here() -> None:
    assert {fault for fault, cure in CURES.items() if cure is Cure.RECONCILE} == {fault for fault, _ in SWEPT.values()}
    tested = set(ROWS) | {fault for fault, _ in SWEPT.values()}
    lists = {Fault.LIST_MISSING, Fault.LIST_UNREADABLE, Fault.LIST_OLD, Fault.LIST_WRONG}
    assert set(Fault) - tested - lists == {Fault.BLOB_MISSING, Fault.BLOB_DAMAGED}  # below
    assert set(CURES) == set(Fault)


def test_no_object_is_swept_while_a_wrapping_key_is_away(world: World) -> None:
    """Under a key that does not open every object looks left over: a lost key file must not empty the bucket."""
    away = world.app.keys.wrapping.rename(world.app.keys.wrapping.with_suffix(".away"))
    other = with_other(world.app)
    other.__dict__.pop("wrapping", None)
    closed = BucketKeeper(world.app.store, copies={}, keys=_Closed())
    lonely = replace(world, keeper=closed)
    try:
        seen = lonely.as_it_stands()
    finally:
        away.rename(world.app.keys.wrapping)
    assert found(seen) == {"KEY_CLOSED"}
    assert lonely.sweep(seen).mended == []


class _Closed:
    """A key service whose every key is lost."""

    def unwrap(self, *_: object, **__: object) -> bytes:
        from vault.domain.errors import Unavailable  # noqa: PLC0415 - only here

        raise Unavailable("KEY_UNWRAP", key="file:1")


# --- scrub -----------------------------------------------------------------------------------------------------------
def _copy_all(w: World) -> None:
    for name in w.app.store.names("sealed/"):
        w.copy.put(name, w.app.store.get(name) or b"", mime="application/octet-stream")


def _originals(w: World) -> list[Digest]:
    rows = w.db.execute("SELECT original FROM record WHERE erased_at IS NULL ORDER BY code LIMIT 2").fetchall()
    return [Digest(row[0]) for row in rows]


def test_a_whole_vault_is_read_through_in_turns(world: World) -> None:
    blobs = int(world.one("SELECT count(DISTINCT digest) FROM blob_key WHERE digest <> 'text'"))
    turns, seen = 0, 0
    read: list[int] = []
    world.scrub(anew=True, go_on=lambda: False)
    while True:
        left = iter([True, True, True])
        done = world.scrub(go_on=lambda left=left: next(left, False), pace=read.append)
        turns, seen = turns + 1, seen + done.blobs
        assert done.damaged == []
        if done.finished:
            break
    assert seen == blobs
    assert turns > blobs // 3
    with world.app.uow.begin() as tx:
        assert tx.upkeep.noted()[Task.SCRUB].details["whole"]
    assert sum(read) > 0


@pytest.mark.parametrize("fault", [Fault.BLOB_MISSING, Fault.BLOB_DAMAGED], ids=str)
def test_what_does_not_read_back_comes_back_from_the_copy(world: World, fault: Fault) -> None:
    _copy_all(world)
    digest = _originals(world)[0]
    name, data = world.name_of(digest), world.app.blobs.get(digest)
    if fault is Fault.BLOB_MISSING:
        world.app.store.remove(name)
        assert [(one.fault, one.what) for one in world.problems()] == [(fault, digest)]
    else:
        rotten = world.app.store.get(name) or b""
        world.app.store.put(name, rotten[:-1] + bytes([rotten[-1] ^ 1]), mime="x")
        assert world.problems() == [], "bytes are the business of scrub"
    done = world.scrub(anew=True)
    assert (done.damaged, done.healed, done.finished) == ([digest], {digest: "noi-khac"}, True)
    assert world.app.blobs.get(digest) == data
    assert world.problems() == []
    assert world.errors() == 0


def test_damage_that_no_copy_heals_stays_an_error_until_it_is_mended(world: World) -> None:
    digest = _originals(world)[1]
    name = world.name_of(digest)
    kept = world.app.store.get(name) or b""
    world.app.store.put(name, kept[:-1], mime="x")
    world.copy.put(name, b"also rotten", mime="x")
    done = world.scrub(anew=True)
    assert (done.damaged, done.healed) == ([digest], {})
    assert world.errors() == 1
    assert [(one.fault, one.what) for one in world.problems()] == [(Fault.BLOB_DAMAGED, digest)]
    world.copy.put(name, kept, mime="x")
    assert world.scrub(go_on=lambda: False).healed == {digest: "noi-khac"}, "a copy that came is asked first of all"
    assert world.problems() == []


def test_reading_is_held_to_its_rate() -> None:
    slept: list[float] = []
    pace = heal.paced(1_000_000, slept.append)
    for _ in range(3):
        pace(1_000_000)
    assert slept[-1] > 2
    quick = heal.paced(0, slept.append)
    quick(10**12)
    assert len(slept) == 3


def test_the_commands_say_it_in_json_and_by_exit_status(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_HOME", str(world.app.settings.home))
    monkeypatch.setenv("VAULT_PUBLIC_HOST", world.app.settings.public_host or "")
    app, runner = world.app, CliRunner()
    while app.log.head().size < app.log.advance():
        pass
    publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)

    told_of: dict[str, list[str]] = {}

    def said(*words: str) -> tuple[int, dict[str, object]]:
        got = runner.invoke(heal.app, [*words, "--json"])
        told_of[words[0]] = got.stderr.splitlines()
        return got.exit_code, json.loads(got.stdout.strip().splitlines()[-1])

    assert said("fsck") == (0, {"ok": True, "faults": {}, "problems": []})
    _stuck_intake(world)
    status, told = said("fsck")
    assert (status, told["faults"]) == (1, {"INTAKE_STUCK": 2})
    assert said("reconcile", "--dry-run")[1]["mended"] == 2
    assert said("reconcile")[1]["mended"] == 2
    assert said("fsck")[0] == 0
    status, told = said("scrub", "--mb-per-second", "0", "--anew")
    assert (status, told["finished"], told["lost"]) == (0, True, [])
    # How far it is stands on standard error: each part of it, and no bar, for nobody looks at a terminal here.
    parts = ("rows", "keys", "blobs", "objects", "objects in clear", "transparency log", "status lists")
    assert [one for one in told_of["fsck"] if "%" not in one] == [f"fsck: {part}" for part in parts]
    assert "fsck: objects 50%" in told_of["fsck"]
    assert "reconcile: status lists" in told_of["reconcile"]
    assert "reconcile: sweeping 50%" in told_of["reconcile"]  # one of two
    assert [one for one in told_of["scrub"] if one.startswith("scrub: blobs")]
