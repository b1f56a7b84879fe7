"""How fast papers come in, against the bare object store, and how the queue of their pages is worked off.

One embedded PostgreSQL and object store. First the same 1 MB PDFs are put by the bare minio client and taken in by the
program, in turns so that both meet the same machine. Then a queue of scanned pages is read by one worker and by two,
while workers are killed and others come.

How many at once matters: the store works more for each object when few come together, and what waits for a child or a
commit leaves a core idle. On two idle cores the ratio was 0.57 by 4 threads, 0.59 by 8 and 0.62 by 16.

What is compared: `Minio.put_object` of the vendor's client as it comes, and the use case `receive` that page, API and
command line share, both in this process, by as many threads at once (`--threads`, `threads`), with PDFs of the same
size, into the same bucket, over plain HTTP. `receive` answers when the file was opened in its child, lies encrypted in
the bucket, and its row, job and event are committed. The same over HTTP, which adds two web processes, their session,
walls and form, is the second figure. A stretch (`--count`, `files`) is long enough for what starting costs, such as
children that are kept for 256 files of a sender, to weigh what it weighs for somebody who feeds a scanner; which of the
ways goes first changes from round to round, and each ratio is the median of the rounds' own. The last line is one JSON
object:

`ratio_minio_client`   papers a second taken in by `receive`, over objects a second put by the bare client
`ratio_http`           papers a second taken in over HTTP, over the same
`ratio_unexamined`     `receive` without the child process that opens each file before it is taken in, over the same
`ratio_least`, `_most` the rounds of `ratio_minio_client` that were the worst and the best
`load_1m`              what else the machine was doing (1 to 2 on two cores is this bench itself)
`pages_per_s_1`, `_2`  pages read a second by one worker process and by two, one page at a time each
`drained`, `lost`, `twice`   pages of the queue that workers were killed and started over: all read, each once
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from minio import Minio
from PIL import Image

import ocr
from deploy.figures import last_line
from tests.fakes.desk import actor_of
from tests.fakes.parts import HOST, running, with_other
from tests.golden.specimens import as_jpeg, draw
from vault.bootstrap import SEED_ACCOUNTS, App, database_url
from vault.db.jobs import queue_app
from vault.domain.intake import Channel
from vault.domain.people import Actor, Role
from vault.embedded.ports import answers, free_inner
from vault.usecases.digitize.receive import Receive, receive

BIN = Path(sys.executable).parent
MEGABYTE = 1_000_000
WEBS = 2
DEADLINE_SECONDS = 900


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def one_megabyte() -> bytes:
    """A scanned page of grain as PDF, about a megabyte of JPEG: what a sheet at 200 dpi takes at most."""
    page = Image.effect_noise((1654, 2339), 40)
    for quality in range(60, 4, -4):
        target = io.BytesIO()
        page.save(target, "PDF", resolution=200, quality=quality)
        if target.tell() <= MEGABYTE:
            break
    return target.getvalue()


def papers(first: int, count: int, body: bytes) -> list[bytes]:
    """So many different ones: a comment behind the end of the file tells them apart."""
    return [body + f"%{first + number:011d}\n".encode() for number in range(count)]


def rate(work: Callable[[bytes], object], files: Sequence[bytes], threads: int) -> float:
    """Files a second."""
    with ThreadPoolExecutor(threads) as pool:
        begin = time.perf_counter()
        for _ in pool.map(work, files):
            pass
        return len(files) / (time.perf_counter() - begin)


def bare(app: App, home: Path) -> Callable[[bytes], object]:
    """The vendor's client and nothing else."""
    where = json.loads((home / "service.json").read_text(encoding="utf-8"))
    client = Minio(
        where["s3_endpoint"],
        access_key=where["s3_access_key"],
        secret_key=where["s3_secret_key"],
        secure=False,
        region=app.settings.s3_region,
    )
    bucket = app.settings.s3_bucket
    return lambda data: client.put_object(bucket, f"bench/{data[-12:-1].decode()}", io.BytesIO(data), len(data))


class Unexamined:
    """Engines that believe every file to be a page of PDF: what is left is digest, encryption, store, rows and job."""

    def examine(self, data: bytes, **_: object) -> ocr.Probe:
        """One page."""
        del data
        return ocr.Probe("pdf", "application/pdf", pages=1, encrypted=False, page_sizes=((595.0, 842.0),))


def taken_in(app: App, officer: Actor) -> Callable[[bytes], object]:
    """The use case that the page, the API and the command line share."""
    return lambda data: receive(
        Receive(data, "scan.pdf", Channel.API),
        actor=officer,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
    return kept | {"VAULT_HOME": str(home), "VAULT_PUBLIC_HOST": HOST}


@contextmanager
def web(home: Path) -> Iterator[str]:
    """Two web processes behind one port."""
    port = next(free_inner())
    command = [sys.executable, "-m", "uvicorn", "vault.web.main:create", "--factory", "--port", str(port)]
    command += ["--workers", str(WEBS), "--log-level", "warning", "--no-access-log"]
    with (home / "log" / "bench-web.log").open("ab") as output:
        server = subprocess.Popen(command, env=environment(home), stdout=output, stderr=output)
    try:
        while not answers(port):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def over_http(url: str) -> Callable[[bytes], object]:
    seed = next(one for one in SEED_ACCOUNTS if one.role is Role.OFFICER)
    client = httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_connections=16))
    said = {"username": seed.username, "password": seed.password}
    token = client.post("/api/v1/session", json=said).raise_for_status().json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return lambda data: client.post("/api/v1/intakes", files={"file": ("scan.pdf", data)}).raise_for_status()


def compare(app: App, home: Path, *, rounds: int, count: int, threads: int) -> dict[str, float]:
    """Rates by turns: the medians, and those of what each way reached of the bare client's rate in its own round."""
    body, officer = one_megabyte(), actor_of(app)
    app.engines.start()
    found: dict[str, list[float]] = {"minio": [], "receive": [], "http": [], "unexamined": []}
    with web(home) as url:
        ways = {
            "minio": bare(app, home),
            "receive": taken_in(app, officer),
            "http": over_http(url),
            "unexamined": taken_in(with_other(app, engines=Unexamined()), officer),
        }
        for number in range(-1, rounds):  # the first round warms pools, sandboxes and volumes
            turn = list(enumerate(ways.items()))
            for place, (name, work) in turn if number % 2 else reversed(turn):
                many = count if number >= 0 else max(8, count // 4)
                got = rate(work, papers(1_000_000 * place + 10_000 * (number + 1), many, body), threads)
                if number >= 0:
                    found[name].append(got)
                    log(f"{name}: {got:.1f} a second")
    with app.uow.engine.begin() as db:  # nobody has to read these
        db.exec_driver_sql("RESET ROLE")
        db.exec_driver_sql("DELETE FROM procrastinate_jobs")
    shares = {
        name: [one / base for one, base in zip(rates, found["minio"], strict=True)] for name, rates in found.items()
    }
    return {
        "ratio_minio_client": round(statistics.median(shares["receive"]), 3),
        "ratio_least": round(min(shares["receive"]), 3),
        "ratio_most": round(max(shares["receive"]), 3),
        "ratio_http": round(statistics.median(shares["http"]), 3),
        "ratio_unexamined": round(statistics.median(shares["unexamined"]), 3),
        "ingest_per_s": round(statistics.median(found["receive"]), 1),
        "http_per_s": round(statistics.median(found["http"]), 1),
        "minio_per_s": round(statistics.median(found["minio"]), 1),
        "threads": threads,
        "files": count,
        "load_1m": round(os.getloadavg()[0], 1),
    }


# --- the queue -------------------------------------------------------------------------------------------------------
class Workers:
    """Worker processes of the service, which read one page at a time each."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """One more."""
        command = [str(BIN / "vault"), "worker", "--concurrency", "1"]
        with (self._home / "log" / "bench-worker.log").open("ab") as output:
            self.running.append(subprocess.Popen(command, env=environment(self._home), stdout=output, stderr=output))

    def kill(self) -> None:
        """`kill -9` of the oldest."""
        worker = self.running.pop(0)
        worker.kill()
        worker.wait()

    def stop(self) -> None:
        """All of them, in peace."""
        for worker in self.running:
            worker.send_signal(signal.SIGTERM)
        for worker in self.running:
            worker.wait(60)
        self.running.clear()


def queued(app: App, first: int, count: int, page: bytes) -> list[str]:
    """So many pages to read: the same specimen, told apart by a comment in the JPEG."""
    work = taken_in(app, actor_of(app))
    marks = [f"{first + number:08d}".encode() for number in range(count)]
    files = [page[:2] + b"\xff\xfe\x00\x0a" + mark + page[2:] for mark in marks]
    with ThreadPoolExecutor(2) as pool:
        return [received.intake.id for received in pool.map(work, files)]  # type: ignore[attr-defined] # what receive gives


def counted(db: psycopg.Connection, table: str, condition: str, intakes: Sequence[str]) -> int:
    """Rows about these papers."""
    query = f"SELECT count(*) FROM {table} WHERE {condition} = ANY(%s)"  # noqa: S608 - words of this file
    ((found,),) = db.execute(query.encode(), (list(intakes),)).fetchall()
    return int(found)


def drain(url: str, intakes: Sequence[str], meanwhile: Callable[[int], None] = lambda _: None) -> float:
    """Pages a second, from the first that was read to the last."""
    began = time.monotonic()
    first, rest = began, len(intakes)
    with psycopg.connect(url, autocommit=True) as db:
        while (now := counted(db, "intake", "state = 'RECEIVED' AND id", intakes)) > 0:
            if rest == len(intakes) > now:
                first, rest = time.monotonic(), now
            meanwhile(now)
            if time.monotonic() - began > DEADLINE_SECONDS:
                raise TimeoutError(f"{now} pages left")
            time.sleep(0.05)
    return rest / (time.monotonic() - first)


def come_and_go(url: str, workers: Workers, total: int, rng: random.Random) -> Callable[[int], None]:
    """Kill the older of two workers, and start another, at three moments of the queue."""
    moments = sorted(rng.sample(range(1, total), min(3, total - 1)), reverse=True)

    def meanwhile(now: int) -> None:
        if moments and now <= moments[0]:
            moments.pop(0)
            workers.kill()
            workers.start()
            with psycopg.connect(url) as db:  # half a minute passes for whoever was killed
                db.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
                queue_app("").configure_task("retry_stalled", connection=db).defer(timestamp=0)

    return meanwhile


def queue_figures(app: App, home: Path, pages: int) -> dict[str, float]:
    url, workers, page = database_url(app.settings), Workers(home), as_jpeg(draw("GPXD", seed=5), 1)
    figures: dict[str, float] = {}
    for many in (1, 2):
        intakes = queued(app, many * 100_000, pages, page)
        for _ in range(many):
            workers.start()
        figures[f"pages_per_s_{many}"] = drain(url, intakes)
        log(f"{many} workers: {figures[f'pages_per_s_{many}']:.2f} pages a second")
        workers.stop()
    intakes = queued(app, 900_000, pages, page)
    for _ in range(2):
        workers.start()
    drain(url, intakes, come_and_go(url, workers, pages, random.Random(9)))
    workers.stop()
    with psycopg.connect(url) as db:
        read = counted(db, "intake", "state = 'READ' AND id", intakes)
        told = counted(db, "event", "action = 'READ' AND outcome = 'DONE' AND details->>'intake'", intakes)
    return figures | {"drained": read, "lost": len(intakes) - read, "twice": told - read}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=160, help="papers a round")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=16, help="at once; a web process answers 40")
    parser.add_argument("--pages", type=int, default=24, help="in each queue; 10,000 is what was asked, an hour or two")
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder, running(Path(folder)) as app:
        rates = compare(app, Path(folder), rounds=chosen.rounds, count=chosen.count, threads=chosen.threads)
        queue = queue_figures(app, Path(folder), chosen.pages)
    figures = rates | {name: round(value, 2) for name, value in queue.items()}
    print(
        last_line("ingest", figures, "minio_per_s: put_object of the bare client, same bytes, threads, bucket and run")
    )
    return 0 if not queue["lost"] and not queue["twice"] else 1


if __name__ == "__main__":
    sys.exit(main())
