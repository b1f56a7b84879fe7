"""A long queue of pages is drained while workers come and go: none is lost, none is read twice.

One embedded PostgreSQL and object store, the real queue, the real worker with its real use cases; the reader is told
what each page says (a real one would take hours and change nothing about the queue; a small queue with the real one is
in `bench ingest`). Papers are handed in, then workers are started, and again and again the oldest is killed (`kill -9`)
and another started. The last line is one JSON object:

`pages`, `kills`    how many there were
`lost`              pages that are not there at the end, with picture and words, and papers that are not READ
`twice`             papers that were told read more than once, and pages that lie there twice
`stuck`             jobs of them that are still waiting or in the hands of a worker that is gone
`pages_per_s`       with the told reader: what queue, store and database allow
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from deploy.figures import last_line
from tests.fakes.desk import actor_of, new_scan, received
from tests.fakes.parts import running, with_other
from tests.faults.cluster import work_quick
from tests.faults.forge import Child, Forge, forge
from tests.faults.steps import QuickEngines
from vault.bootstrap import App, database_url
from vault.db.jobs import queue_app
from vault.domain.errors import VaultError
from vault.domain.ids import Digest

PAGES = 2
"""Of each paper."""
STANDS_STILL_SECONDS = 300


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Crew:
    """Worker processes that come and go."""

    def __init__(self, app: App, workshop: Forge) -> None:
        self._app, self._workshop = app, workshop
        self._working: list[Child] = []

    def start(self) -> None:
        """One more."""
        child = self._workshop.fork(work_quick, self._app.settings)
        child.answer()
        self._working.append(child)

    def kill(self, database: psycopg.Connection) -> None:
        """`kill -9` of the oldest; the half minute that passes until others take its jobs is taken as passed."""
        self._working.pop(0).kill()
        database.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
        queue_app("").configure_task("retry_stalled", connection=database).defer(timestamp=0)

    def end(self) -> None:
        """All of them."""
        for child in self._working:
            child.kill()


def filled(app: App, papers: int) -> list[str]:
    """So many papers handed in, none of them read."""
    officer = actor_of(app)
    with ThreadPoolExecutor(4) as pool:
        return [str(one.intake.id) for one in pool.map(lambda _: received(app, officer, new_scan()), range(papers))]


def drained(crew: Crew, database: psycopg.Connection, papers: int, moments: list[int]) -> float:
    """Seconds until nobody waits any more; at each moment (papers still waiting) a worker is killed and one started."""
    began = moved = time.monotonic()
    last = papers
    while (waiting := _count(database, "SELECT count(*) FROM intake WHERE state = 'RECEIVED'")) > 0:
        if waiting != last:
            moved, last = time.monotonic(), waiting
        if time.monotonic() - moved > STANDS_STILL_SECONDS:
            log(f"it stands still with {waiting} waiting")
            break
        if moments and waiting <= moments[0]:
            moments.pop(0)
            crew.kill(database)
            crew.start()
            log(f"{waiting} papers wait; a worker was killed, another came")
        time.sleep(0.2)
    return time.monotonic() - began


def _count(database: psycopg.Connection, query: str) -> int:
    ((found,),) = database.execute(query.encode()).fetchall()
    return int(found)


def counted(app: App, database: psycopg.Connection, intakes: list[str]) -> dict[str, int]:
    """What is not as it should be, from the rows and the store."""
    read = _count(database, "SELECT count(*) FROM intake WHERE state = 'READ'")
    rows = database.execute("SELECT intake_id, page_index, preview, layout FROM intake_page").fetchall()
    pages = {(intake, index) for intake, index, _, _ in rows}
    missing = [(one, index) for one in intakes for index in range(PAGES) if (one, index) not in pages]
    with ThreadPoolExecutor(4) as pool:
        gone = [one for one in pool.map(lambda row: _opens(app, row[2]) and _opens(app, row[3]), rows) if not one]
    again = _count(
        database,
        "SELECT count(*) FROM (SELECT FROM event WHERE action = 'READ' AND outcome = 'DONE'"
        " GROUP BY details->>'intake' HAVING count(*) > 1) AS many",
    )
    stuck = _count(
        database,
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'read_intake'"
        " AND status IN ('todo', 'doing', 'failed')",
    )
    lost = len(missing) + len(gone) + len(intakes) - read
    return {"lost": lost, "twice": again + len(rows) - len(pages), "stuck": stuck}


def _opens(app: App, digest: str) -> bool:
    try:
        return bool(app.blobs.get(Digest(digest)))
    except VaultError as error:
        log(f"{digest}: {error}")
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    papers = chosen.pages // PAGES
    with tempfile.TemporaryDirectory(prefix="bench-queue-") as folder, forge(Path(folder) / "forge.log") as workshop:
        Path(folder).chmod(0o711)
        with running(Path(folder) / "home") as parts:
            app = with_other(parts, engines=QuickEngines(pages=PAGES))
            began = time.monotonic()
            intakes = filled(app, papers)
            log(f"{papers} papers handed in, in {time.monotonic() - began:.0f} s")
            moments = sorted(random.Random(chosen.seed).sample(range(1, papers), chosen.kills), reverse=True)
            crew = Crew(app, workshop)
            url = database_url(app.settings).replace("postgresql+psycopg://", "postgresql://")
            with psycopg.connect(url, autocommit=True) as database:
                for _ in range(chosen.workers):
                    crew.start()
                seconds = drained(crew, database, papers, moments)
                crew.end()
                figures: dict[str, object] = {
                    "pages": papers * PAGES,
                    "kills": chosen.kills - len(moments),
                    **counted(app, database, intakes),
                    "pages_per_s": round(papers * PAGES / seconds, 1),
                }
    print(last_line("queue", figures, "asked: 10,000 pages drain with no page lost when workers come and go"))
    return 0 if figures["lost"] == figures["twice"] == figures["stuck"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
