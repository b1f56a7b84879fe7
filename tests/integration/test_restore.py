"""Backup into two stores that stand elsewhere, then an empty machine: nothing is lost that was confirmed before.

The copies lie in an object store of their own, with data folders of their own; the machine that is backed up is thrown
away. One copy is locked by its store.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import shlex
import shutil
import subprocess
import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error

from tests import runbook
from tests.fakes import desk
from tests.fakes.desk import record_of
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import HOST, account, running, with_other
from tests.fakes.ports import apart
from tests.fakes.seals import PlainSeal
from tests.service import VAULT
from tests.whole import fill, lost
from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import Exit
from vault.cli.main import main
from vault.config import CopyStore, Settings
from vault.domain.errors import Unavailable
from vault.domain.ids import RecordCode
from vault.domain.people import Role
from vault.embedded import process
from vault.embedded.objects import Objects
from vault.embedded.postgres import Postgres, _give_to_nobody
from vault.embedded.supervisor import Plan, Supervisor
from vault.usecases.heal.back_up import BackedUp, back_up

pytestmark = pytest.mark.service
COUNT = 300
KEY, SECRET = "a" * 20, "b" * 48


@dataclass
class World:
    """What was made and thrown away, and what remembers it."""

    copies: tuple[CopyStore, ...]
    keys: Path
    rounds: list[BackedUp] = field(default_factory=list)
    codes: list[RecordCode] = field(default_factory=list)
    events: int = 0

    def environment(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told = [one.model_dump() | {"access_key": KEY, "secret_key": SECRET} for one in self.copies]
        monkeypatch.setenv("VAULT_COPIES", json.dumps(told))
        monkeypatch.setenv("VAULT_HOME", str(home))
        monkeypatch.setenv("VAULT_PUBLIC_HOST", HOST)
        monkeypatch.setenv("VAULT_PLACE", "noi-1")

    def client(self) -> Minio:
        return Minio(self.copies[0].endpoint, access_key=KEY, secret_key=SECRET, secure=False)


PARTS: list[tuple[str, float]] = []
"""What the backups told of how far they were."""


def round_of(app: App) -> BackedUp:
    return back_up(
        copies=app.backup_copies,
        database=app.database_copier,
        uow=app.uow,
        clock=app.clock,
        base_every=timedelta(hours=24),
        keep=timedelta(days=35),
        told=lambda part, share: PARTS.append((part, share)),
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A vault with hundreds of records, backed up twice, then gone."""
    elsewhere, home = Objects(tmp_path_factory.mktemp("elsewhere")), tmp_path_factory.mktemp("lost")
    port = next(apart())
    elsewhere.start(port, access_key=KEY, secret_key=SECRET, store_key="c" * 48)
    stores = [
        CopyStore(
            name=name, place=name, endpoint=f"127.0.0.1:{port}", bucket=name, secure=False, lock_days=days,
            access_key=KEY, secret_key=SECRET,
        )
        for name, days in (("noi-2", 0), ("noi-3", 1))
    ]  # fmt: skip
    found = World(tuple(stores), tmp_path_factory.mktemp("safe") / "keys")
    try:
        with running(home) as parts:
            settings = Settings(home=home, public_host=HOST, copies=found.copies, place="noi-1")
            app = with_other(parts, engines=ToldEngines(pages=1), sealing=PlainSeal(), settings=settings)
            officer = desk.actor_of(app)
            fill(app, COUNT)
            account(app, "bao-ve", Role.DATA_PROTECTION, agency=officer.agency_code)
            found.rounds.append(round_of(app))  # with a base backup; what comes now stands in the log alone
            found.codes.append(record_of(app, officer))
            found.rounds.append(round_of(app))
            found.codes.append(record_of(app, officer))
            while app.log.head().size < app.log.advance():
                pass
            found.events = app.log.head().size
            found.rounds.append(round_of(app))
            shutil.copytree(home / "keys", found.keys)
        shutil.rmtree(home)
        yield found
    finally:
        elsewhere.stop()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    status = main([*words, "--json"])
    return status, json.loads(capsys.readouterr().out.strip().splitlines()[-1])


@pytest.fixture
def empty(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty machine that was told where the copies are."""
    home = tmp_path / "new"
    world.environment(home, monkeypatch)
    monkeypatch.chdir(tmp_path)
    yield home
    plan = Plan(
        home=home, database_url=None, s3_endpoint=None, http_host="127.0.0.1", http_port=0, web_processes=0, workers=0,
        worker_jobs=1,
    )  # fmt: skip
    Supervisor(plan).stop()


def test_every_round_says_what_can_be_restored_and_what_keeps_it(world: World) -> None:
    first, second, third = world.rounds
    assert first.base is not None
    assert (second.base, third.base) == (None, None), "one base serves until it is a day old"
    assert first.until < second.until < third.until
    assert first.objects["noi-2"] == first.objects["noi-3"] >= COUNT
    assert 0 < second.objects["noi-2"] < 20, "only what is new"
    assert [one.failed for one in world.rounds] == [{}, {}, {}]
    assert first.kept_by == {"noi-2": "refused by the program", "noi-3": "object lock, 1 days"}


def test_a_backup_tells_how_far_it_is(world: World) -> None:
    del world  # made them
    out = [
        (f"{what} into {name}", share)
        for name, share in (("noi-2", 0.0), ("noi-3", 0.5))
        for what in ("files", "database")
    ]
    log = ("log of the database", 0.0)
    assert PARTS[:11] == [log, ("base backup", 0.0), *out, log, *out]


def test_the_locked_copy_cannot_be_removed_and_no_copy_is_written_over(world: World) -> None:
    client = world.client()
    names = [one.object_name or "" for one in client.list_objects("noi-3", prefix="sealed/", recursive=True)]
    version = client.stat_object("noi-3", names[0]).version_id
    with pytest.raises(S3Error):
        client.remove_object("noi-3", names[0], version_id=version)
    with closing(bootstrap.build(Settings(home=world.keys.parent, copies=world.copies))) as app:
        for copy in app.backup_copies:
            mark = next(iter(copy.names("mark/")))
            other = world.keys / "log-origin"
            assert copy.put(mark, other) is False
            target = world.keys.parent / f"mark-{copy.name}"
            copy.get(mark, target)
            assert "segment" in target.read_text(encoding="ascii")


def test_nothing_that_leaves_for_a_copy_can_be_read_there(world: World) -> None:
    """The database holds names and numbers in clear: its backups must not.

    Bytes that were sealed cannot be told from random ones, so no short word may be looked for here: four letters come
    up by chance once in some hundred runs. What gives an open file away for certain: text and segments shrink,
    archives unpack.
    """
    client = world.client()
    looked = 0
    for one in client.list_objects("noi-2", prefix="backup/", recursive=True):
        with closing(client.get_object("noi-2", one.object_name or "")) as answer:
            data = answer.read()
        magic, header, body = data.split(b"\n", 2)
        assert magic == b"KHOA1"
        assert set(json.loads(header)) == {"agency", "key", "wrapped"}
        assert not lies_open(body), one.object_name
        looked += 1
    assert looked >= 8


def lies_open(body: bytes) -> bool:
    """Whether these bytes can be read as they are: they are plain text, they shrink, or they unpack."""
    head = body[:1_000_000]
    if head.isascii() or len(zlib.compress(head, 1)) < 0.98 * len(head):
        return True
    try:
        return bool(zlib.decompressobj(wbits=31).decompress(head, 4096))
    except zlib.error:
        return False


def test_the_look_at_the_copies_would_see_an_open_file() -> None:
    segment = b"".join(f"NGUYỄN VĂN MẪU {number}".encode() for number in range(500))
    assert lies_open(segment)
    assert lies_open(gzip.compress(segment))
    assert lies_open(b'{"segment": 1}')
    assert not lies_open(os.urandom(100_000))


def test_without_the_wrapping_keys_nothing_opens(world: World, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = said(capsys, "restore")
    assert (status, told["ok"]) == (3, False)
    assert told["code"] in {"KEY_MISSING", "PASSPHRASE_MISSING"}
    shutil.copytree(world.keys, empty / "keys")
    (empty / "keys" / "wrapping.json").unlink()
    assert said(capsys, "restore")[1]["code"] == "KEY_MISSING"
    # Another deployment's key is no better than none.
    with closing(bootstrap.build(Settings(home=empty))) as app:
        app.wrapping.add(at=app.clock.now())
    assert said(capsys, "restore")[1]["code"] == "KEY_UNWRAP"
    assert not (empty / "postgres").exists()


def test_an_empty_machine_gets_everything_that_was_confirmed(
    world: World, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(world.keys, empty / "keys")
    status, told = said(capsys, "restore", "--from", "noi-3")
    assert (status, told.get("problems")) == (0, []), told
    assert told["reaches"] == world.rounds[-1].until.isoformat()
    with closing(bootstrap.build()) as app:
        assert lost(app, COUNT) == []
        with app.uow.begin() as tx:
            found = [tx.records.get(code) for code in world.codes]
        assert all(app.blobs.get(one.sealed) for one in found)
        assert app.log.fsck() == ()
        assert app.log.head().size == world.events
    with warnings.catch_warnings():  # a command leaves its connections to the end of its process, which this one is not
        warnings.simplefilter("ignore", ResourceWarning)
        _walk_the_runbook(capsys, world)
        gc.collect()
    print(f"restored {COUNT + 2} records in {told['seconds']} s")  # noqa: T201 - the figure, shown by -rP
    assert said(capsys, "restore")[1]["code"] == "RESTORE_NOT_EMPTY"
    # The new machine is backed up like the old one: on a timeline of its own, with a base of its own.
    status, told = said(capsys, "backup")
    assert (status, told["failed"], told["copies"], told["places"], told["enough"]) == (0, {}, 3, 3, True)
    _followed()


def _followed() -> None:
    """`vault backup --follow` stays, and does it again: what is confirmed meanwhile is in the next round."""
    with subprocess.Popen([VAULT, "backup", "--follow", "0.2", "--json"], stdout=subprocess.PIPE, text=True) as stays:
        assert stays.stdout is not None
        rounds = [json.loads(stays.stdout.readline()) for _ in range(3)]
        assert stays.poll() is None
        stays.terminate()
    assert [one["ok"] for one in rounds] == [True] * 3
    assert rounds[0]["until"] < rounds[1]["until"] < rounds[2]["until"]
    assert all(one["base"] is None for one in rounds), "the base of a moment ago serves"


WALKED = ("Keeping it whole", "Rotate keys", "Breach", "Year-end numbers")
"""Chapters of the runbook whose commands are run word for word on the machine that was restored."""


def _walk_the_runbook(capsys: pytest.CaptureFixture[str], world: World) -> None:
    for heading in WALKED:
        commands = runbook.of(heading)
        assert len(commands) >= 2, heading
        for command in commands:
            words = shlex.split(command.removeprefix(".venv/bin/vault ").replace("USER", "canbo"))
            status, out = main(words), capsys.readouterr().out
            # The doctor of a machine whose worker is not started yet says that, and finds nothing else that is broken.
            alone = words == ["doctor"] and status == Exit.DOWN and "1 phần hỏng" in out and "`vault worker`" in out
            assert status == 0 or alone, (command, out)
    assert Path("su-kien.jsonl").stat().st_size > 0
    status, told = said(capsys, "log", "status")
    assert (status, told["size"]) == (0, world.events)
    status, proofs = said(capsys, "log", "prove", world.codes[0])
    Path("proofs").write_text("\n".join(map(str, proofs["proofs"])), encoding="utf-8")  # type: ignore[call-overload]
    assert said(capsys, "log", "check", "proofs", "--key", str(told["key"]))[0] == 0
    assert said(capsys, "keys", "wrapping", "encrypt-old")[1]["orphans"] == 0
    status, partner = said(
        capsys, "partner", "add", "mot-cua-khac", "--agency", "H24.905", "--title", "Một cửa khác", "--as", "vanhanh"
    )
    assert status == 0, partner
    guard = ("--reason", "thử", "--as", "bao-ve")
    assert said(capsys, "hold", world.codes[0], *guard)[0] == 0
    assert said(capsys, "erase", world.codes[0], "--ground", "NĐ 356/2025 Đ16", *guard)[1]["code"] == "UNDER_HOLD"
    assert said(capsys, "hold", world.codes[0], "--lift", *guard)[1]["lifted"] == 1
    assert said(capsys, "erase", world.codes[0], "--ground", "NĐ 356/2025 Đ16", *guard)[0] == 0
    with subprocess.Popen(
        [VAULT, "witness", "w", "--name", "nhan-chung.example.vn", "--log", str(told["key"]), "--port", "0", "--json"],
        stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert json.loads(server.stdout.readline())["ok"] is True
        server.terminate()


def _serve(server: Postgres) -> int:
    """What an administrator does with a laid-out folder: lets the program in, and starts a server on it."""
    assert not (server.data / "recovery.signal").exists(), "it was replayed: any server of the version starts on it"
    (server.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n", encoding="ascii")
    _give_to_nobody(server.home / "postgres")
    port = next(apart())
    process.spawn(server._command(port), note=server.note, log=server.log, cwd=Path("/"))
    server._await(port, 60)
    return port


def test_a_server_of_ones_own_is_started_on_the_folder_and_gets_its_files(
    world: World, empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`vault restore --data FOLDER`, a PostgreSQL and an S3 store that are not ours, `vault restore --objects`.

    Regression: a folder with a moment in it (`--to`) was one that no server started on when the log ended before that.
    """
    shutil.copytree(world.keys, empty / "keys")
    server = Postgres(tmp_path / "server")
    server.data.parent.mkdir(parents=True)
    until = world.rounds[1].until.isoformat()
    status, told = said(capsys, "restore", "--data", str(server.data), "--to", until)
    assert status == 0, told
    assert not (empty / "postgres").exists(), "nothing of ours was made"
    assert said(capsys, "restore", "--data", str(server.data))[1]["code"] == "RESTORE_NOT_EMPTY"
    try:
        for name, value in {
            "DATABASE_URL": f"postgresql://vault@127.0.0.1:{_serve(server)}/vault",
            "S3_ENDPOINT": world.copies[0].endpoint,
            "S3_ACCESS_KEY": KEY,
            "S3_SECRET_KEY": SECRET,
            "S3_BUCKET": "kho-moi",
            "S3_SECURE": "false",
        }.items():
            monkeypatch.setenv(f"VAULT_{name}", value)
        status, told = said(capsys, "restore", "--objects")
        assert (status, told.get("problems")) == (0, []), told
        with closing(bootstrap.build()) as app:
            assert lost(app, COUNT) == []
            with app.uow.begin() as tx:
                assert [tx.records.find(code) is not None for code in world.codes] == [True, False]
    finally:
        server.stop()


def test_a_moment_of_before_comes_back_as_it_was(world: World, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(world.keys, empty / "keys")
    late = (datetime.fromisoformat("2100-01-01T00:00:00+00:00")).isoformat()
    assert said(capsys, "restore", "--to", late)[1]["code"] == "BACKUP_TOO_NEW"
    assert said(capsys, "restore", "--to", "2020-01-01T00:00:00Z")[1]["code"] == "BACKUP_TOO_OLD"
    assert said(capsys, "restore", "--to", "hôm qua")[1]["code"] == "TIME_WRONG"
    status, told = said(capsys, "restore", "--to", world.rounds[1].until.isoformat())
    assert (status, told.get("problems")) == (0, []), told
    with closing(bootstrap.build()) as app:
        assert lost(app, COUNT) == []
        with app.uow.begin() as tx:
            assert [tx.records.find(code) is not None for code in world.codes] == [True, False]


def test_a_backup_without_a_store_or_a_database_says_so(tmp_path: Path) -> None:
    with closing(bootstrap.build(Settings(home=tmp_path))) as app, pytest.raises(Unavailable, match="NOT_UP"):
        round_of(app)
