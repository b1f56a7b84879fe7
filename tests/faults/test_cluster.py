"""The many-machine shape, for real: two webs, three workers, PostgreSQL with a replica, three volume servers.

One cluster for the whole file. Each test leaves every part running, and ends with the assertion of `whole`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy.journeys import Journeys, papers
from tests.fakes.engines import scan
from tests.fakes.faults import Faults
from tests.faults import cluster as shape
from tests.faults.cluster import VOLUMES, WEBS, WORKERS, Cluster, wait_until
from tests.faults.forge import Forge
from tests.faults.kills import calls_of, moments, struck
from tests.faults.steps import Stage, stage_over
from tests.faults.table import BY_NAME
from tests.faults.whole import assert_whole
from vault.bootstrap import SEED_ACCOUNTS
from vault.db.jobs import queue_app
from vault.domain.ids import Digest
from vault.domain.people import Role

pytestmark = pytest.mark.service
SEED = 20_260_902
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}
SCANS = itertools.count(5_000_000)
STORES = ("postgres", "s3", "filer", "volume-1")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, workshop: Forge) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("cluster") / "c"
    with shape.running(home, workshop) as found:
        for name in ("web-0", "web-1", "worker-0"):
            found.start(name, quick=False)
        found.sign_in(Role.OFFICER)
        found.sign_in(Role.CITIZEN)
        yield found


@pytest.fixture
def workers(cluster: Cluster) -> None:
    """Three of them."""
    for name in (f"worker-{one}" for one in range(WORKERS)):
        if name not in cluster.children:
            cluster.start(name)


@pytest.fixture
def no_workers(cluster: Cluster) -> None:
    """The test does their steps itself."""
    for name in [name for name in cluster.children if name.startswith("worker")]:
        cluster.kill(name)


@pytest.fixture(scope="module")
def stage(cluster: Cluster) -> Stage:
    return stage_over(cluster.app, Faults())


class InTurn(httpx.BaseTransport):
    """Each request goes to the other web."""

    def __init__(self, cluster: Cluster) -> None:
        self._ports = itertools.cycle([cluster.ports[f"web-{one}"] for one in range(WEBS)])
        self._inner = httpx.HTTPTransport()
        self.asked: Counter[int] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there."""
        port = next(self._ports)
        self.asked[port] += 1
        request.url = request.url.copy_with(port=port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close its connections."""
        self._inner.close()


def sealed_paper(cluster: Cluster, *, first: int = 0) -> str:
    """A paper from the scan to its record, each request to the other web; gives the code."""
    number = next(SCANS)
    got = cluster.ask("POST", "/api/v1/intakes", first=first, files={"file": ("a.png", scan(number))})
    intake_id = got.raise_for_status().json()["intake"]["id"]
    cluster.wait_for(intake_id, "READ")
    said = {"type": "GPXD", "holders": [HOLDER], "fields": {"number": f"{number}/GPXD"}, "compared_with_original": True}
    path = f"/api/v1/intakes/{intake_id}/confirm"
    cluster.ask("POST", path, first=first + 1, json=said).raise_for_status()
    return str(cluster.wait_for(intake_id, "SEALED")["record"])


def time_passes(cluster: Cluster) -> None:
    """A worker that is gone gave no sign of life for half a minute, and somebody looks for its jobs."""
    with psycopg.connect(cluster.database_url("postgres")) as db:
        db.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
        queue_app("").configure_task("retry_stalled", connection=db).defer(timestamp=0)


def drained(cluster: Cluster) -> bool:
    """Whether no paper is on its way."""
    on_their_way = "SELECT count(*) FROM intake WHERE state IN ('RECEIVED', 'CONFIRMED')"
    jobs = (
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
        " OR status = 'todo' AND scheduled_at IS NULL AND queueing_lock IS NULL"
    )
    return cluster.query(on_their_way) == cluster.query(jobs) == [(0,)]


# --- the shape -------------------------------------------------------------------------------------------------------
def test_the_five_journeys_run_through_both_webs_while_workers_come_and_go(cluster: Cluster) -> None:
    drawn: Future[Any] = Future()
    drawn.set_result(papers(7))
    sign_ins = {one.role.value: (one.username, one.password) for one in SEED_ACCOUNTS}
    transport = InTurn(cluster)
    with httpx.Client(base_url="http://127.0.0.1/api/v1", transport=transport, timeout=60) as http:
        journeys = Journeys(http, drawn, sign_ins)
        for journey, name, work in journeys.steps():
            assert work(), f"{journey}: {name}"
            if name.startswith("confirmed"):  # sealed: two come, and one goes in peace
                for other in ("worker-1", "worker-2"):
                    cluster.start(other)
                cluster.children["worker-0"].signal(signal.SIGTERM)
                cluster.children.pop("worker-0").wait_gone()
    assert len(transport.asked) == WEBS
    assert min(transport.asked.values()) > 10
    wait_until(lambda: drained(cluster), "the searchable copies are made")
    cluster.start("worker-0")
    assert_whole(cluster.app, drained=True)


@pytest.mark.usefixtures("workers")
def test_the_replica_catches_up_and_is_read_only(cluster: Cluster) -> None:
    cluster.kill("replica")
    code = sealed_paper(cluster)
    cluster.start("replica")
    ((here,),) = cluster.query("SELECT pg_current_wal_flush_lsn()::text")
    caught_up = f"SELECT pg_last_wal_replay_lsn() >= '{here}'::pg_lsn"
    wait_until(lambda: cluster.query(caught_up, "replica") == [(True,)], "the replica has replayed it")
    for table in ("record", "event", "blob_key", "log_leaf"):
        counted = f"SELECT count(*) FROM {table} WHERE xmin IS NOT NULL"  # noqa: S608 - names of ours
        assert cluster.query(counted, "replica")[0][0] <= cluster.query(counted)[0][0]
    assert cluster.query(f"SELECT state FROM record WHERE code = '{code}'", "replica") == [("ACTIVE",)]  # noqa: S608 - a code of ours
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        cluster.query("DELETE FROM holder", "replica")


@pytest.mark.usefixtures("workers")
def test_every_file_is_on_two_volume_servers_so_that_any_one_may_be_lost(cluster: Cluster) -> None:
    digests = [Digest(row[0]) for row in cluster.query("SELECT DISTINCT original FROM intake")]
    for one in range(VOLUMES):
        cluster.kill(f"volume-{one}")
        assert [digest for digest in digests if not cluster.app.blobs.get(digest)] == []
        code = sealed_paper(cluster, first=one)  # and papers still come in
        got = cluster.ask("GET", f"/api/v1/records/{code}/files/SEALED", first=one)
        assert got.raise_for_status().content.startswith(b"%PDF")
        cluster.start(f"volume-{one}")
        digests.append(Digest(cluster.query(f"SELECT original FROM record WHERE code = '{code}'")[0][0]))  # noqa: S608 - a code of ours
    assert_whole(cluster.app, drained=True)


# --- kill -9 of every part, in the steps ------------------------------------------------------------------------------
@pytest.mark.usefixtures("no_workers")
@pytest.mark.parametrize("name", ["receive", "read", "seal", "attach", "redeem", "revoke"])
def test_any_part_killed_in_the_middle_of_a_step_costs_nothing(cluster: Cluster, stage: Stage, name: str) -> None:
    rng, step = random.Random(f"{SEED}/{name}"), BY_NAME[name]
    every = moments(calls_of(stage, step), "wait")
    for victim in STORES:
        struck(cluster, stage, step, rng.choice(every), victim)


@pytest.mark.usefixtures("workers")
def test_after_the_kills_everything_is_whole_and_the_workers_work_on(cluster: Cluster) -> None:
    """Regression: a worker ended when its database was away, and nothing on a single machine started it again."""
    workers = {name: child.pid for name, child in cluster.children.items() if name.startswith("worker")}
    cluster.restart("postgres")
    sealed_paper(cluster)
    assert {name: cluster.children[name].pid for name in workers} == workers
    for pid in workers.values():
        assert Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    assert_whole(cluster.app)


# --- all at once -----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("workers")
def test_papers_come_through_while_everything_is_killed_at_random(cluster: Cluster) -> None:
    rng, over = random.Random(SEED), threading.Event()
    parts = ["web-0", "web-1", "worker-0", "worker-1", "worker-2", "postgres", "s3", "filer", "volume-0", "volume-2"]
    rng.shuffle(parts)

    def kills() -> None:
        for part in parts:
            if over.wait(rng.random() * 0.6):
                return
            cluster.restart(part)

    def clock() -> None:
        while not over.wait(2):
            with suppress(psycopg.Error):
                time_passes(cluster)

    with ThreadPoolExecutor(6) as pool:
        killing, ticking = pool.submit(kills), pool.submit(clock)
        codes = list(pool.map(lambda number: sealed_paper(cluster, first=number), range(8)))
        over.set()
        killing.result()
        ticking.result()
    assert len(set(codes)) == len(codes)
    time_passes(cluster)
    wait_until(lambda: drained(cluster), "every paper came through")
    assert_whole(cluster.app, drained=True, told=f"killed in this order: {parts}")


# --- the same request, a thousand times at once -----------------------------------------------------------------------
async def at_once(cluster: Cluster, requests: list[bytes]) -> Counter[int]:
    """Every request on a connection of its own, all but its last byte; then the last bytes. Gives the statuses."""

    async def opened(number: int, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", cluster.ports[f"web-{number % WEBS}"])
        writer.write(request[:-1])
        await writer.drain()
        return reader, writer

    lines = await asyncio.gather(*(opened(number, one) for number, one in enumerate(requests)))
    for (_, writer), request in zip(lines, requests, strict=True):
        writer.write(request[-1:])
    statuses: Counter[int] = Counter()
    for reader, writer in lines:
        head = await asyncio.wait_for(reader.readline(), 120)
        statuses[int(head.split()[1])] += 1
        writer.close()
    return statuses


def request_of(cluster: Cluster, path: str, body: object) -> bytes:
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {cluster.tokens[Role.OFFICER]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + data


@pytest.mark.usefixtures("workers")
def test_the_same_request_a_thousand_times_at_once_is_done_once(cluster: Cluster) -> None:
    code = sealed_paper(cluster)
    opened = cluster.ask("POST", "/api/v1/dossiers", json={"procedure": "1.004194", "holder": HOLDER["number"]})
    dossier = opened.raise_for_status().json()["code"]
    request = request_of(
        cluster,
        f"/api/v1/dossiers/{dossier}/attach",
        {"component": "1.004194.TP02", "record": code, "checked": "đã xem"},
    )
    assert asyncio.run(at_once(cluster, [request] * 1000)) == {HTTPStatus.OK: 1000}
    told = "SELECT count(*) FROM event WHERE action = 'ATTACH' AND outcome = 'DONE' AND dossier_code = "
    assert cluster.query(f"{told}'{dossier}'") == [(1,)]
    ended = request_of(cluster, f"/api/v1/records/{code}/state", {"state": "REVOKED", "reason": "cấp sai"})
    assert asyncio.run(at_once(cluster, [ended] * 100)) == {HTTPStatus.OK: 100}
    told = "SELECT count(*) FROM event WHERE action = 'CHANGE_STATE' AND record_code = "
    assert cluster.query(f"{told}'{code}'") == [(1,)]
    assert_whole(cluster.app)


# --- a worker that hangs ----------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("workers")
def test_a_worker_that_hangs_in_the_middle_of_a_seal_is_left_behind_and_may_wake_up(cluster: Cluster) -> None:
    for name in ("worker-1", "worker-2"):
        cluster.kill(name)
    intake_id, row = hung_at(cluster, "worker-0")
    hanging = cluster.children.pop("worker-0")
    for name in ("worker-1", "worker-2"):
        cluster.start(name)
    time_passes(cluster)
    row()  # the hanging worker's session now holds the row: nobody may wait for it for ever
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    wait_until(lambda: cluster.query(f"{ended} AND query LIKE '%intake%'"), "its session is found")
    sealed = cluster.wait_for(intake_id, "SEALED")
    hanging.signal(signal.SIGCONT)
    time.sleep(1)
    assert cluster.query(f"SELECT record_code FROM intake WHERE id = '{intake_id}'") == [(sealed["record"],)]  # noqa: S608 - a code of ours
    hanging.kill()
    cluster.start("worker-0")
    time_passes(cluster)
    wait_until(lambda: drained(cluster), "nothing is on its way")
    assert_whole(cluster.app, drained=True)


def hung_at(cluster: Cluster, worker: str) -> tuple[str, Callable[[], None]]:
    """A paper whose seal this worker has begun, standing still at its last transaction; and what lets the row go."""
    number = next(SCANS)
    got = cluster.ask("POST", "/api/v1/intakes", files={"file": ("a.png", scan(number))}).raise_for_status().json()
    intake_id = got["intake"]["id"]
    cluster.wait_for(intake_id, "READ")
    said = {"type": "GPXD", "holders": [HOLDER], "fields": {"number": f"{number}/GPXD"}, "compared_with_original": True}
    cluster.kill(worker)
    cluster.ask("POST", f"/api/v1/intakes/{intake_id}/confirm", json=said).raise_for_status()
    db = psycopg.connect(cluster.database_url("postgres"))
    db.execute("SELECT FROM intake WHERE id = %s FOR UPDATE", (intake_id,))
    cluster.start(worker)
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%intake%'"
    wait_until(lambda: cluster.query(waits) != [(0,)], "the worker is at its last transaction")
    cluster.children[worker].signal(signal.SIGSTOP)
    return intake_id, db.close


# --- no room on the disk ----------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("workers")
def test_a_full_disk_loses_nothing_that_was_answered(cluster: Cluster) -> None:
    if not cluster.own_disk:
        pytest.skip("only root may make a small disk of its own")
    code = sealed_paper(cluster)
    filler = cluster.fill_disk()
    answers: Counter[int] = Counter()
    try:
        token = {"Authorization": f"Bearer {cluster.tokens[Role.OFFICER]}"}
        for turn in range(30):
            url = f"http://127.0.0.1:{cluster.ports[f'web-{turn % WEBS}']}/api/v1/intakes"
            body = scan(next(SCANS)) + os.urandom(200_000)
            with suppress(httpx.HTTPError):
                answers[httpx.post(url, headers=token, files={"file": ("a.png", body)}, timeout=30).status_code] += 1
            if answers[503]:
                break
    finally:
        Path(filler).unlink()
    assert set(answers) <= {202, 503}, answers
    assert answers[503], "the disk was full"
    # The runbook's words: a filer that met a full disk writes nothing more until it is started anew.
    cluster.restart("filer")
    for name in ("postgres", "s3", "master", "volume-0", "volume-1", "volume-2", "replica"):
        if not cluster.servers[name].ready():
            cluster.restart(name)
    assert sealed_paper(cluster) != code
    time_passes(cluster)
    wait_until(lambda: drained(cluster), "nothing is on its way")
    assert_whole(cluster.app, drained=True)
