"""The mix of a province against very many records: look-ups 60 %, reads 20, verifies 15, uploads 5, all over HTTP.

An embedded PostgreSQL is filled by COPY with `--records` invented records (with `--kept`: those that are missing); some
real papers are digitised besides: their files and QR are what is read and verified. Two web processes answer; one
worker reads what is uploaded meanwhile.
Clients ask as fast as they are answered, from the same cores. The last line is one JSON object:

`rate_per_s`              requests answered a second
`p95_ms_lookup`, `_read`, `_verify`, `_upload`   per kind, as the client sees it
`errors`                  answers that are not 2xx, and connections that broke
`rss_growth_mb`           resident memory of the web processes, the last fifth of the run over the second fifth
`pages_waiting`           uploads that nobody has read yet at the end: one worker reads about one page a second
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.figures import last_line
from deploy.kept_set import database, fill, log, place
from tests.fakes.desk import HOLDER, actor_of, record_of
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import HOST, settings_of, with_other
from tests.golden.specimens import as_jpeg, draw
from vault import bootstrap
from vault.bootstrap import SEED_ACCOUNTS, App
from vault.db import seeding
from vault.domain.people import Role
from vault.embedded import Plan, Supervisor
from vault.embedded.ports import answers, free_inner
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

BIN = Path(sys.executable).parent
PROCEDURE = "1.004884"
WEBS, DOSSIERS, PAPERS = 2, 200, 8
MIX = {"lookup": 60, "read": 20, "verify": 15, "upload": 5}
OK = range(200, 300)


# --- the service -----------------------------------------------------------------------------------------------------
@contextmanager
def seeded(home: Path, records: int) -> Iterator[App]:
    """The parts, with so many records in them and nothing of an earlier run."""
    with database(home) as url:
        fill(url, records)
    for part in ("objects", "keys"):  # belonged to rows that are gone
        shutil.rmtree(home / part, ignore_errors=True)
    plan = Plan(
        home=home, database_url=None, s3_endpoint=None, http_host="127.0.0.1", http_port=0, web_processes=0, workers=0,
        worker_jobs=1,
    )  # fmt: skip
    supervisor = Supervisor(plan)
    with supervisor.locked():
        supervisor.start_stores()
    app = None
    try:
        bootstrap.prepare(settings_of(home))
        app = bootstrap.build(settings_of(home))
        yield app
    finally:
        if app is not None:
            app.close()
        supervisor.stop()


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, int]]:
    """Two web processes behind one port, and a worker that yields to them; the port and the first process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
    environment = kept | {"VAULT_HOME": str(home), "VAULT_PUBLIC_HOST": HOST}
    port = next(free_inner())
    command = [sys.executable, "-m", "uvicorn", "vault.web.main:create", "--factory", "--port", str(port)]
    command += ["--workers", str(WEBS), "--log-level", "warning", "--no-access-log"]
    with (home / "log" / "bench-load.log").open("ab") as output:
        web = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        working = ["/usr/bin/nice", "-n", "10", str(BIN / "vault"), "worker", "--concurrency", "1"]
        worker = subprocess.Popen(working, env=environment, stdout=output, stderr=output)
    try:
        while not answers(port):
            time.sleep(0.1)
        yield port, web.pid
    finally:
        for process in (web, worker):
            process.send_signal(signal.SIGTERM)
        for process in (web, worker):
            process.wait(60)


def resident_mb(root: int) -> float:
    """Memory of a process and those it started; pages of a library count in each that maps them.

    Children that open a file come and go and have limits of their own: the sandbox is left out.
    """
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(after[1]), []).append(int(stat.parent.name))
    found, queue = 0, [root]
    while queue:
        pid = queue.pop()
        with suppress(OSError):
            if b"vault.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes():
                continue
            queue += parents.get(pid, [])
            found += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return found * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- the mix ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Stock:
    """What is asked for."""

    dossiers: tuple[str, ...]
    records: tuple[str, ...]
    credentials: tuple[str, ...]
    page: bytes


def stock_of(app: App, records: int) -> Stock:
    officer, rng = actor_of(app), random.Random(records)
    told = with_other(app, engines=ToldEngines())
    codes = [record_of(told, officer) for _ in range(PAPERS)]
    opened = [HOLDER.number]  # the ground on which the officer looks at these papers
    opened += [
        seeding.holder_of(number).number
        for number in rng.sample(range(2, records // seeding.RECORDS_A_HOLDER, 2), DOSSIERS)
    ]
    dossiers = [
        open_dossier(
            OpenDossier(PROCEDURE, number), actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock
        ).code
        for number in opened
    ]
    with app.uow.begin() as tx:
        credentials = tuple(tx.records.get(code).credential for code in codes)
    return Stock(tuple(dossiers[1:]), tuple(codes), credentials, as_jpeg(draw("GPXD", seed=5), 1))


@dataclass
class Tally:
    """What a client found, by kind."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in MIX})
    errors: int = 0
    first_error: str = ""


class Client:
    """One connection that asks on and on."""

    def __init__(self, port: int, number: int, token: str, stock: Stock) -> None:
        self._port, self._token, self._stock = port, token, stock
        self._rng = random.Random(number)
        self._sent, self._number = 0, number
        self.tally = Tally()

    def run(self, until: float) -> None:
        """Until this moment of the monotonic clock."""
        kinds, weights = list(MIX), list(MIX.values())
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while time.monotonic() < until:
            (kind,) = self._rng.choices(kinds, weights)
            method, path, body, headers = self._request(kind)
            before = time.perf_counter()
            try:
                connection.request(method, path, body, headers | {"Authorization": f"Bearer {self._token}"})
                answer = connection.getresponse()
                text = answer.read()
                good = answer.status in OK
            except (OSError, http.client.HTTPException) as error:
                good, text = False, repr(error).encode()
                connection.close()
            self.tally.milliseconds[kind].append((time.perf_counter() - before) * 1000)
            if not good:
                self.tally.errors += 1
                self.tally.first_error = self.tally.first_error or f"{kind}: {text[:200].decode(errors='replace')}"

    def _request(self, kind: str) -> tuple[str, str, bytes | None, dict[str, str]]:
        stock, rng = self._stock, self._rng
        if kind == "lookup":
            return "GET", f"/api/v1/dossiers/{rng.choice(stock.dossiers)}/components", None, {}
        if kind == "read":
            copy = rng.choice(("SEALED", "ORIGINAL", "PREVIEW"))
            return "GET", f"/api/v1/records/{rng.choice(stock.records)}/files/{copy}", None, {}
        if kind == "verify":
            body = json.dumps({"text": rng.choice(stock.credentials)}).encode()
            return "POST", "/api/v1/verify/text", body, {"Content-Type": "application/json"}
        self._sent += 1
        mark = f"{self._number:03d}{self._sent:05d}".encode()
        page = stock.page[:2] + b"\xff\xfe\x00\x0a" + mark + stock.page[2:]
        head = b'--ranh\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        return "POST", "/api/v1/intakes", head + page + b"\r\n--ranh--\r\n", {
            "Content-Type": "multipart/form-data; boundary=ranh"
        }  # fmt: skip


def signed_in(port: int) -> str:
    seed = next(one for one in SEED_ACCOUNTS if one.role is Role.OFFICER)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    said = json.dumps({"username": seed.username, "password": seed.password})
    connection.request("POST", "/api/v1/session", said, {"Content-Type": "application/json"})
    return str(json.loads(connection.getresponse().read())["token"])


def load(port: int, root: int, stock: Stock, *, clients: int, seconds: float) -> tuple[list[Tally], float, list[float]]:
    """The tallies, how long it took, and the memory of the web processes every half second."""
    token = signed_in(port)
    asking = [Client(port, number, token, stock) for number in range(clients)]
    begin = time.monotonic()
    threads = [threading.Thread(target=one.run, args=(begin + seconds,)) for one in asking]
    for thread in threads:
        thread.start()
    memory = []
    while any(thread.is_alive() for thread in threads):
        memory.append(resident_mb(root))
        time.sleep(0.5)
    for thread in threads:
        thread.join()
    return [one.tally for one in asking], time.monotonic() - begin, memory


def growth(memory: list[float]) -> float:
    """The median of the last fifth over that of the second: in the first pools, caches and sandboxes still fill."""
    fifth = max(1, len(memory) // 5)
    return statistics.median(memory[-fifth:]) - statistics.median(memory[fifth : 2 * fifth])


def p95(times: list[float]) -> float:
    return round(sorted(times)[int(len(times) * 0.95)], 1) if times else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--clients", type=int, default=8, help="connections that ask at once")
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder without it")
    parser.add_argument("--kept", type=Path, help="a home that stays; `bench lookup --kept` and this one share it")
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    with place(chosen.kept, chosen.folder) as home, seeded(home, chosen.records) as app:
        stock = stock_of(app, chosen.records)
        with serving(home) as (port, root):
            load(port, root, stock, clients=chosen.clients, seconds=5)  # warms caches and sandboxes
            tallies, took, memory = load(port, root, stock, clients=chosen.clients, seconds=chosen.minutes * 60)
        with app.uow.engine.connect() as db:
            waiting = db.exec_driver_sql("SELECT count(*) FROM intake WHERE state = 'RECEIVED'").scalar_one()
    every: Callable[[str], list[float]] = lambda kind: [ms for one in tallies for ms in one.milliseconds[kind]]  # noqa: E731 - one expression, named
    errors = sum(one.errors for one in tallies)
    if errors:
        log(next(one.first_error for one in tallies if one.first_error))
    figures = {
        "records": chosen.records,
        "minutes": chosen.minutes,
        "rate_per_s": round(sum(len(every(kind)) for kind in MIX) / took, 1),
        **{f"p95_ms_{kind}": p95(every(kind)) for kind in MIX},
        "errors": errors,
        "rss_growth_mb": round(growth(memory), 1),
        "rss_mb": round(memory[-1], 1),
        "pages_waiting": waiting,
    }
    print(last_line("load", figures, "asked: rate held, errors 0, memory flat over 10 minutes, at 10 million records"))
    return 0 if errors == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
