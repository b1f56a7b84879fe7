"""How fast a dossier of six components is answered, and papers are found, among very many records.

An embedded PostgreSQL in a folder of its own is filled by COPY with invented records, about four a holder: first 100
thousand, then `--records`. At both sizes two callers ask the use case for dossiers whose holder has four papers that
count. Prints one JSON object as its last line:

`p50_ms`, `p95_ms`   one dossier answered by the use case at the largest set, its access event durable
`ratio_sql`          that median over bare psycopg that reads the same rows and inserts the same events, in the same run
`growth`             p95 at the largest set over p95 at 100 thousand, each the second time its dossiers are asked for
`p95_first_ms`       the first time after the server started: rows come from disk, those of a set just written do not
`http_per_s`         dossiers a second over HTTP from two web processes, this client on the same cores
`search_p95_ms`      searches by number, name and words at the largest set
`seq_scans`          large tables that some query of the program reads from end to end at the largest set: none
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing as mp
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql

from deploy.figures import last_line
from deploy.kept_set import database, log, place
from deploy.kept_set import fill as fill_up
from tests.plans import fill, seq_scans
from vault import bootstrap
from vault.bootstrap import App
from vault.config import Settings
from vault.db import dossiers, records, seeding
from vault.domain.ids import DossierCode
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.embedded.ports import answers, free_inner
from vault.ports import Account
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.open_dossier import OpenDossier, Person, open_dossier
from vault.usecases.reuse.search import SearchFor, search

SMALL = 100_000
PROCEDURE = "1.004884"
DOSSIERS = 400
CALLERS = 2
PASSWORD = "bench-mau-2026"  # noqa: S105 - of a database that lives for this run


HOME = Path(tempfile.gettempdir()) / "kho-so-bench-lookup"
"""Development keys of the bench."""


@contextmanager
def filled(folder: Path, size: int) -> Iterator[str]:
    """A database of that many records in this folder; a larger one that is kept there stays as it is."""
    with database(folder) as url:
        fill_up(url, size)
        yield url


def app_at(url: str, *, first: bool = True) -> App:
    app = bootstrap.build(Settings(home=HOME, database_url=SecretStr(url)))
    if first:  # one process makes the keys, which texts of pages are sealed under; the callers find them
        bootstrap.prepare_keys(app)
    return app


def officer_of(agency: int) -> Actor:
    code = f"H24.{agency}"
    return Actor(f"local:bench-{agency}", "Cán bộ đo", Role.OFFICER, code)


def open_dossiers(app: App, records_now: int, parties: int) -> list[str]:
    """Dossiers of holders from the whole set whose four papers all count for the procedure, and so many parties."""
    rng = random.Random(records_now)
    officer = officer_of(1)
    holders = rng.sample(range(2, records_now // seeding.RECORDS_A_HOLDER, 2), DOSSIERS)
    numbers = [seeding.holder_of(one).number for one in holders]
    codes = []
    for at, number in enumerate(numbers):
        others = tuple(Person(numbers[(at + one) % DOSSIERS]) for one in range(1, parties + 1))
        opening = OpenDossier(PROCEDURE, number, parties=others)
        opened = open_dossier(opening, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
        codes.append(str(opened.code))
    return codes


def _ask(url: str, codes: list[str], count: int, start: mp.synchronize.Barrier, out: mp.Queue[list[float]]) -> None:
    app, officer = app_at(url, first=False), officer_of(1)
    work = lambda code: answer(  # noqa: E731 - what is measured, in one place
        DossierCode(code), actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock
    )
    out.put(_timed(work, codes, count, start))
    app.close()


def _bare(url: str, codes: list[str], count: int, start: mp.synchronize.Barrier, out: mp.Queue[list[float]]) -> None:
    """The same rows, and the very events that a look left, by psycopg alone: what PostgreSQL itself costs."""
    dialect = postgresql.dialect(paramstyle="pyformat")
    one = str(dossiers.query().compile(dialect=dialect)) + " WHERE dossier.code = %(code)s"
    named = "SELECT record_id FROM record_holder WHERE holder_id"
    papers = (
        f"{records.query().compile(dialect=dialect)} WHERE record.id IN ({named} = %s) ORDER BY record.sealed_at DESC"
    )
    several = papers.replace("= %s)", "= ANY (%s))")
    event = (
        "INSERT INTO event (at, account_id, actor_name, role, agency_code, action, outcome, purpose, legal_ground,"
        " code, dossier_code, holder_id, details) VALUES (now(), 'local:bench-1', 'Cán bộ đo', 'OFFICER', 'H24.1',"
        " 'LOOKUP', 'DONE', %s, 'NĐ 309/2026/NĐ-CP Đ4 k2a', %s, %s, %s, %s)"
    )
    with psycopg.connect(url) as db:
        left = {code: _left(db, code) for code in codes}
        db.commit()  # else every turn would be a savepoint in this reading, and never be durable

        def work(code: str) -> None:
            people, rows = left[code]
            with db.transaction():
                db.execute(one, {"code": code}).fetchone()
                db.execute(*((papers, people) if len(people) == 1 else (several, [people]))).fetchall()
                if len(rows) == 1:
                    db.execute(event, rows[0])
                else:
                    db.cursor().executemany(event, rows)

        out.put(_timed(work, codes, count, start))


def _left(db: psycopg.Connection, code: str) -> tuple[list[int], list[tuple[object, ...]]]:
    """The people of a dossier, and the events that the last look at it left: one a person whose papers it showed."""
    people = "SELECT holder_id FROM dossier WHERE code = %(code)s UNION"
    people += " SELECT holder_id FROM dossier_person WHERE dossier_code = %(code)s AND NOT submits"
    told = "SELECT code, holder_id, details FROM event WHERE dossier_code = %(code)s AND at = ("
    told += "SELECT max(at) FROM event WHERE dossier_code = %(code)s AND action = 'LOOKUP') ORDER BY id"
    left = db.execute(told, {"code": code}).fetchall()
    rows = [(PROCEDURE, said, code, who, json.dumps(what)) for said, who, what in left]
    return [one for (one,) in db.execute(people, {"code": code})], rows


def _timed(work: Callable[[str], object], codes: list[str], count: int, start: mp.synchronize.Barrier) -> list[float]:
    rng = random.Random(os.getpid())
    for code in rng.sample(codes, min(60, len(codes))):
        work(code)
    start.wait()
    times = []
    for _ in range(count):
        code = rng.choice(codes)
        before = time.perf_counter()
        work(code)
        times.append((time.perf_counter() - before) * 1000)
    return times


def callers(target: Callable[..., None], url: str, codes: list[str], count: int) -> list[float]:
    """Two processes at once, as two web processes would be."""
    spawn = mp.get_context("spawn")
    start, out = spawn.Barrier(CALLERS), spawn.Queue()
    asking = [spawn.Process(target=target, args=(url, codes, count, start, out)) for _ in range(CALLERS)]
    for one in asking:
        one.start()
    times = [value for _ in asking for value in out.get(timeout=300)]
    for one in asking:
        one.join()
    return times


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def searches(app: App, records_now: int, count: int) -> tuple[float, float]:
    """p95 of searches in milliseconds, and the share whose paper is among the first ten."""
    rng = random.Random(7)
    times, found = [], 0
    for turn in range(count):
        one = seeding.record_of(rng.randint(1, records_now))
        street = one.address.split(" đường ")[1].split(",")[0]
        text = (one.number, f"{one.holder.name} {street}", one.holder.number, f"{one.holder.name} {one.number}")[
            turn % 4
        ]
        officer = officer_of(int(one.agency_code.split(".")[1]))
        asked = SearchFor(text, purpose="đo độ nhanh của tìm")
        before = time.perf_counter()
        hits = search(asked, actor=officer, uow=app.uow, clock=app.clock, braked=False)
        times.append((time.perf_counter() - before) * 1000)
        found += one.code in {hit.record.code for hit in hits}
    return quantile(times[count // 10 :], 0.95), found / count


def http_rate(url: str, app: App, codes: list[str], seconds: float) -> float:
    """Answers a second from two web processes; eight connections of one client."""
    with app.uow.begin() as tx:
        tx.accounts.add(Account(officer_of(1), "bench", hash_password(PASSWORD, salt="bench")))
    port = next(free_inner())
    command = [sys.executable, "-m", "uvicorn", "vault.web.main:create", "--factory", "--port", str(port)]
    command += ["--workers", str(CALLERS), "--log-level", "warning", "--no-access-log"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
    environment = kept | {"VAULT_DATABASE_URL": url, "VAULT_HOME": str(HOME)}
    server = subprocess.Popen(command, env=environment)
    try:
        return _load(port, codes, seconds)
    finally:
        server.terminate()
        server.wait(20)


def _load(port: int, codes: list[str], seconds: float) -> float:
    while not answers(port):
        time.sleep(0.1)
    client = http.client.HTTPConnection("127.0.0.1", port)
    said = json.dumps({"username": "bench", "password": PASSWORD})
    client.request("POST", "/api/v1/session", said, {"Content-Type": "application/json"})
    token = json.loads(client.getresponse().read())["token"]
    done: list[int] = []
    end = time.monotonic() + seconds + 1

    def work(number: int) -> None:
        rng, count, connection = random.Random(number), 0, http.client.HTTPConnection("127.0.0.1", port)
        while time.monotonic() < end:
            path = f"/api/v1/dossiers/{rng.choice(codes)}/components"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            reply = connection.getresponse()
            body = reply.read()
            if reply.status != http.client.OK:
                raise RuntimeError(body[:200])
            count += time.monotonic() > end - seconds
        done.append(count)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def measure(url: str, size: int, count: int, parties: int) -> tuple[App, list[str], list[float]]:
    app = app_at(url)
    codes = open_dossiers(app, size, parties)
    times = callers(_ask, url, codes, count)
    log(f"{size:,} records: p50 {statistics.median(times):.2f} ms, p95 {quantile(times, 0.95):.2f} ms")
    return app, codes, times


def plans_of(app: App) -> list[str]:
    with app.uow.engine.begin() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM account WHERE id = 'a-1'").scalar() is None:
            fill(connection)
    with app.uow.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("RESET ROLE")  # only the owner may
        connection.exec_driver_sql("VACUUM ANALYZE")
    return seq_scans(app)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--count", type=int, default=1500, help="dossiers asked for by each caller")
    parser.add_argument("--parties", type=int, default=0, help="other people of each dossier, each with papers")
    parser.add_argument("--searches", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=8.0, help="of load over HTTP")
    parser.add_argument("--folder", type=Path, help="where the databases lie; temporary folders without it")
    parser.add_argument("--kept", type=Path, help="a folder for the largest set that stays, to be measured again")
    parser.add_argument("--seed-only", action="store_true", help="fill the folder of --kept, going on where it ended")
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    if chosen.seed_only:
        with place(chosen.kept, chosen.folder) as folder, filled(folder, chosen.records):
            return 0
    first = min(SMALL, chosen.records)
    with place(None, chosen.folder) as folder, filled(folder, first) as url:
        app, codes, _ = measure(url, first, chosen.count, chosen.parties)
        small = callers(_ask, url, codes, chosen.count)
        app.close()
    with place(chosen.kept, chosen.folder) as folder, filled(folder, chosen.records) as url:
        app, codes, large = measure(url, chosen.records, chosen.count, chosen.parties)
        bare = callers(_bare, url, codes, chosen.count)
        again = callers(_ask, url, codes, chosen.count)
        search_p95, recall = searches(app, chosen.records, chosen.searches)
        figures = {
            "records": chosen.records,
            "p50_ms": round(statistics.median(again), 2),
            "p95_ms": round(quantile(again, 0.95), 2),
            "sql_p50_ms": round(statistics.median(bare), 2),
            "ratio_sql": round(statistics.median(again) / statistics.median(bare), 2),
            "growth": round(quantile(again, 0.95) / quantile(small, 0.95), 2),
            "p95_first_ms": round(quantile(large, 0.95), 2),
            "search_p95_ms": round(search_p95, 1),
            "search_found_share": round(recall, 3),
            "http_per_s": round(http_rate(url, app, codes, chosen.seconds)),
            "seq_scans": plans_of(app),
        }
        app.close()
    print(last_line("lookup", figures, "ratio_sql: bare psycopg, same rows and event, same run"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
