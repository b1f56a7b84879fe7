"""The embedded PostgreSQL and object store for real: started, started again, killed, moved, replaced by a URL."""

from __future__ import annotations

import dataclasses
import errno
import http.client
import io
import itertools
import json
import os
import signal
import socket
import stat
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from minio import Minio

from tests.fakes.ports import apart
from vault.domain.errors import Unavailable
from vault.embedded import Plan, Supervisor, process, program
from vault.embedded.objects import Objects
from vault.embedded.ports import answers, free_inner, is_free

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PARTS = ("master", "volume", "filer", "s3")
pytestmark = pytest.mark.service


def settings(home: Path) -> dict[str, Any]:
    file = home / "service.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def supervisor(home: Path, **given: Any) -> Supervisor:
    """As `vault up` makes it: the plan is what the settings say."""
    read = settings(home)
    plan = Plan(
        home=home,
        database_url=read.get("database_url"),
        s3_endpoint=read.get("s3_endpoint"),
        http_host="127.0.0.1",
        http_port=read.get("http_port", 0),
        web_processes=0,
        workers=0,
        worker_jobs=1,
    )
    return Supervisor(dataclasses.replace(plan, **given))


def start(home: Path, **given: Any) -> dict[str, Any]:
    with supervisor(home, **given).locked():
        supervisor(home, **given).start_stores()  # planned anew: whoever held the lock may have moved a port
        return settings(home)


def pids(home: Path) -> tuple[int | None, ...]:
    return tuple(part.pid for part in supervisor(home).health()[:2])


def query(home: Path, sql: str) -> Any:
    with psycopg.connect(settings(home)["owner_database_url"]) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def store(home: Path) -> Minio:
    read = settings(home)
    return Minio(read["s3_endpoint"], read["s3_access_key"], read["s3_secret_key"], secure=False)


def put(home: Path, name: str, content: bytes) -> None:
    client = store(home)
    if not client.bucket_exists("vault"):
        client.make_bucket("vault")
    client.put_object("vault", name, io.BytesIO(content), len(content))


def get(home: Path, name: str) -> bytes:
    response = store(home).get_object("vault", name)
    try:
        return response.read()
    finally:
        response.close()
        response.release_conn()


def kill_all(home: Path) -> None:
    for name in ("postgres", "objects"):
        note = process.read_note(home / "run" / f"{name}.json")
        assert note is not None
        os.kill(note.pid, signal.SIGKILL)
        os.waitpid(note.pid, 0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("embedded") / ".vault"
    try:
        begin = time.perf_counter()
        start(folder)
        sys.stdout.write(f"first start {time.perf_counter() - begin:.1f} s\n")
        yield folder
    finally:  # also when the start failed half way
        supervisor(folder).stop()


def test_the_database_is_made_for_vietnamese_and_its_role_is_no_superuser(home: Path) -> None:
    query(home, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    query(home, "CREATE EXTENSION IF NOT EXISTS unaccent")
    assert query(home, "SELECT lower('ĐẶNG THỊ ƯỚC'), similarity('Đặng', 'Đặng')") == ("đặng thị ước", 1.0)
    assert query(home, "SELECT rolsuper, current_user FROM pg_roles WHERE rolname = current_user") == (False, "vault")
    assert query(home, "SHOW fsync") == ("on",)
    assert query(home, "SHOW listen_addresses") == ("127.0.0.1",)


def test_a_wrong_password_and_the_superuser_stay_outside(home: Path) -> None:
    url = settings(home)["owner_database_url"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace("vault:", "vault:x"))
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(url.replace("vault:", "postgres:"))


def test_blobs_are_reached_by_s3_with_the_keys_and_by_no_other_door(home: Path) -> None:
    put(home, "a/b", b"x" * 1000)
    assert get(home, "a/b") == b"x" * 1000
    ports = json.loads((home / "objects" / "ports.json").read_text())
    for name in ("s3", "filer", "volume"):
        connection = http.client.HTTPConnection("127.0.0.1", ports[name], timeout=5)
        connection.request("GET", "/buckets/vault/a/b")
        assert connection.getresponse().status in {401, 403}, name
        connection.close()


def test_secrets_are_for_their_owner_only(home: Path) -> None:
    for path in (home / "service.json", home / "objects" / "s3.json", home / "objects" / "security.toml"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "service.json").stat().st_mode) == 0o600
    command = Path(f"/proc/{pids(home)[1]}/cmdline").read_bytes()
    assert settings(home)["s3_secret_key"].encode() not in command


def test_starting_again_changes_nothing_and_takes_no_time(home: Path) -> None:
    before, settings_before = pids(home), settings(home)
    times = []
    for _ in range(5):  # a burst of other work on the machine does not fail it; a wait stays
        begin = time.perf_counter()
        start(home)
        times.append(time.perf_counter() - begin)
        if times[-1] < 1:
            break
    assert min(times) < 1
    assert (pids(home), settings(home)) == (before, settings_before)


def test_everything_survives_kill_nine(home: Path) -> None:
    query(home, "CREATE TABLE kept AS SELECT 42 AS answer")
    put(home, "kept", b"y" * 5_000_000)
    before = settings(home)
    kill_all(home)
    assert [part.up for part in supervisor(home).health()[:2]] == [False, False]
    begin = time.perf_counter()
    assert start(home) == before
    sys.stdout.write(f"start after kill -9 {time.perf_counter() - begin:.1f} s\n")
    assert query(home, "SELECT answer FROM kept") == (42,)
    assert get(home, "kept") == b"y" * 5_000_000


def test_a_stale_note_never_names_a_stranger(home: Path) -> None:
    kill_all(home)
    for name in ("postgres", "objects"):  # the numbers live again as another process: ourselves
        note = home / "run" / f"{name}.json"
        note.write_text(json.dumps({**json.loads(note.read_text()), "pid": os.getpid()}), encoding="utf-8")
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n", encoding="utf-8")
    assert [part.up for part in supervisor(home).health()[:2]] == [False, False]
    start(home)
    assert [part.up for part in supervisor(home).health()[:2]] == [True, True]
    assert os.getpid() not in pids(home)


def test_a_port_that_was_taken_meanwhile_is_replaced(home: Path) -> None:
    query(home, "CREATE TABLE IF NOT EXISTS moved AS SELECT 7 AS n")
    put(home, "moved", b"z")
    before = settings(home)
    supervisor(home).stop()
    with socket.socket() as one, socket.socket() as two:
        for thief, part in ((one, "postgres_port"), (two, "s3_port")):
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", before["embedded"][part]))
            thief.listen()
        after = start(home)
    assert after["database_url"] != before["database_url"]
    assert after["s3_endpoint"] != before["s3_endpoint"]
    assert after["http_port"] == before["http_port"]
    assert query(home, "SELECT n FROM moved") == (7,)
    assert get(home, "moved") == b"z"


def test_an_inner_port_that_was_taken_while_the_store_started_is_replaced(tmp_path: Path) -> None:
    """Two services that start at once may choose the same: the store that lost one of its ports takes others."""
    asked: list[Collection[int]] = []

    def chosen(taken: Collection[int]) -> Iterator[int]:
        asked.append(taken)
        return itertools.chain([lost] if len(asked) == 1 else [], free_inner(taken))

    keys = {"access_key": "a" * 20, "secret_key": "b" * 48, "store_key": "c" * 48}
    for folder in ("log", "run"):
        (tmp_path / folder).mkdir()
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        lost, port = thief.getsockname()[1], next(apart())
        store = Objects(tmp_path, chosen)
        try:
            store.start(port, **keys)
            assert store.running_on() == port
            assert len(asked) == 2
            assert lost not in json.loads((store.folder / "ports.json").read_text()).values()
        finally:
            store.stop()


def test_two_at_once_start_everything_once(home: Path) -> None:
    supervisor(home).stop()
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: start(home), range(3)))
    assert results[0] == results[1] == results[2]
    assert [part.up for part in supervisor(home).health()[:2]] == [True, True]
    starts = (home / "log" / "objects.log").read_text(errors="replace").count("Start Seaweed S3 API Server")
    supervisor(home).stop()
    start(home)
    assert (home / "log" / "objects.log").read_text(errors="replace").count("Start Seaweed S3 API Server") == starts + 1


def test_stop_leaves_nothing_behind(home: Path) -> None:
    ports = json.loads((home / "objects" / "ports.json").read_text())
    running = [pid for pid in pids(home) if pid]
    begin = time.perf_counter()
    supervisor(home).stop()
    took = time.perf_counter() - begin
    sys.stdout.write(f"stop {took:.1f} s\n")
    assert not any(Path(f"/proc/{pid}").exists() for pid in running)
    assert all(is_free(port) for port in ports.values())
    # Its own four only: a store that was killed elsewhere leaves its sockets in /tmp, and numbers of ports come again.
    sockets = [Path(f"/tmp/seaweedfs-{part}-grpc-{ports[f'{part}.grpc']}.sock") for part in PARTS]  # noqa: S108 - not our choice
    assert not any(path.exists() for path in sockets)
    assert list((home / "run").iterdir()) == []
    supervisor(home).stop()  # again: nothing to do
    for _ in range(3):  # a burst of other work on the machine does not fail it; a part that is waited for does
        start(home)
        if took < 6:
            break
        begin = time.perf_counter()
        supervisor(home).stop()
        took = time.perf_counter() - begin
    assert took < 6


def test_the_roles_of_an_earlier_version_get_a_password_each(home: Path) -> None:
    supervisor(home).stop()
    read = settings(home)
    one = read["embedded"]["postgres_password"]
    for name in ("program_password", "backup_password"):  # as a version wrote it that gave all three roles one
        own = read["embedded"].pop(name)
        read = json.loads(json.dumps(read).replace(own, one))
    (home / "service.json").write_text(json.dumps(read), encoding="utf-8")
    read = start(home)
    urls = {name: read[name] for name in ("database_url", "owner_database_url", "backup_database_url")}
    assert len({urlsplit(url).password for url in urls.values()}) == 3
    for name, url in urls.items():
        psycopg.connect(url).close()
        if name != "owner_database_url":
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url.replace(str(urlsplit(url).password), one))


def test_a_server_given_by_url_is_not_started(tmp_path: Path) -> None:
    folder = tmp_path / ".vault"
    ports = apart()
    given = {
        "database_url": f"postgresql://u:p@127.0.0.1:{next(ports)}/x", "s3_endpoint": f"127.0.0.1:{next(ports)}"
    }  # fmt: skip
    read = start(folder, **given)
    assert "database_url" not in read
    assert "s3_endpoint" not in read
    assert not (folder / "postgres").exists()
    assert not (folder / "objects").exists()
    parts = supervisor(folder, **given).health()[:2]
    assert [(part.given, part.up) for part in parts] == [(True, False)] * 2


def test_a_web_port_given_by_environment_is_never_moved(tmp_path: Path) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        port = thief.getsockname()[1]
        with pytest.raises(Unavailable, match="PORT_TAKEN"):
            start(tmp_path / ".vault", http_port=port)


def test_a_broken_service_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text('{"http_port": 1', encoding="utf-8")
    with pytest.raises(Unavailable, match="SERVICE_FILE_BROKEN"):
        Supervisor(
            Plan(
                home=tmp_path, database_url=None, s3_endpoint=None, http_host="127.0.0.1", http_port=0,
                web_processes=0, workers=0,
        worker_jobs=1,
            )
        ).start_stores()  # fmt: skip
    assert (tmp_path / "service.json").read_text() == '{"http_port": 1'


def test_a_program_runs_once_restarts_for_other_settings_and_tells_why_it_died(tmp_path: Path) -> None:
    part = program.Program(tmp_path, "part", (sys.executable, "-c", "import time; time.sleep(60)"))
    assert part.ensure("one")
    first = part.note()
    assert not part.ensure("one")
    assert part.note() == first
    assert part.ensure("two")
    assert part.note() != first
    part.stop()
    assert part.note() is None
    dying = program.Program(tmp_path, "dying", (sys.executable, "-c", "raise SystemExit('no such table')"))
    dying.ensure("one")
    with pytest.raises(Unavailable, match="no such table"):
        program.await_ready(dying, "127.0.0.1", next(apart()))


def test_another_service_on_the_port_is_never_taken_for_ours(tmp_path: Path) -> None:
    port = next(apart())
    late = program.Program(tmp_path, "late", (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)))
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        late.ensure("one")
        assert not program.await_listening(late, port)
        assert answers(port), "somebody answers there, but it is not ours"
        with pytest.raises(Unavailable, match="Address already in use"):
            program.await_ready(late, "127.0.0.1", port)
    late.ensure("one")
    assert program.await_listening(late, port)
    late.stop()


def test_a_web_whose_port_was_taken_while_it_started_gets_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two services that start at once choose the same free port: the slower must not give out the other's address."""
    monkeypatch.setenv("VAULT_HOME", str(home))  # the web process reads it
    before, stranger = settings(home)["http_port"], socket.socket()
    note = home / "run" / "web.json"

    def take() -> None:
        while not note.exists():  # the process was started and has yet to load the program
            time.sleep(0.001)
        try:
            stranger.bind(("127.0.0.1", before))
            stranger.listen()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # taken by a service of another test process: as good a thief
                raise

    thief = threading.Thread(target=take)
    thief.start()
    try:
        after = start(home, web_processes=1)["http_port"]
        thief.join()
        assert after != before
        assert program.web(home, "127.0.0.1", after, 1).listens(after)
        told = (home / "service.json").stat().st_mtime_ns
        assert told <= note.stat().st_mtime_ns, "the port was written down before the process that reads it started"
    finally:
        stranger.close()
        program.web(home, "", 0, 1).stop()
