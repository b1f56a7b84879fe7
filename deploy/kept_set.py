"""A set of invented records that stays between runs: `bench lookup --kept DIR` and `bench load --kept DIR` share it.

Each run begins with the records as they were seeded. What an earlier run left (dossiers, events, papers of its own, the
rows that reading plans needs) is taken away first: a log whose tiles lie in another store could not go on from there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from vault.db import seeding, upgrade
from vault.db.tables import metadata
from vault.embedded.ports import free_inner
from vault.embedded.postgres import Postgres

SEEDED = ("holder", "holder_identifier", "record", "record_version", "record_holder", "status_slot", "record_search")
"""Tables whose rows `seeding` makes; the others are empty in a set as it was seeded."""
_QUEUE = ("procrastinate_jobs", "procrastinate_workers")
_OF_A_RUN = "SELECT id FROM record WHERE intake_id IS NOT NULL"


def log(text: str) -> None:
    """Say how far it is."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def place(kept: Path | None, parent: Path | None) -> Iterator[Path]:
    """The home of the parts: a temporary folder in `parent`, or the one that is kept."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        kept.chmod(0o711)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@contextmanager
def database(home: Path) -> Iterator[str]:
    """PostgreSQL alone, in this home; its URL."""
    server = Postgres(home)
    for folder in ("log", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    port, password = next(free_inner()), "ab" * 16
    server.start(port, password=password)
    try:
        yield f"postgresql://vault:{password}@127.0.0.1:{port}/vault"
    finally:
        server.stop()


def fill(url: str, size: int) -> None:
    """Bring the database to `size` records and nothing else, migrated; a larger set keeps its records.

    Raises `SystemExit` for a database that holds anything else than such a set.
    """
    upgrade(url)
    _as_seeded(url)
    with psycopg.connect(url) as db:
        row = db.execute("SELECT count(*) FROM record").fetchone()
    begin = 1 + (row[0] if row else 0)
    started = time.monotonic()
    # Also when all are there: a run that was cut while it made the indexes again left some out.
    seeding.seed(url, begin, max(size, begin - 1), told=lambda n: n % 500_000 or log(f"  {n:,}"))
    if begin <= size:
        log(f"{size - begin + 1:,} records in {time.monotonic() - started:.0f} s")


def _as_seeded(url: str) -> None:
    """Take away what a run left."""
    others = [table.name for table in reversed(metadata.sorted_tables) if table.name not in SEEDED]
    with psycopg.connect(url) as db:
        if db.execute("SELECT 1 FROM account LIMIT 1").fetchone() is None:
            return
        first = (seeding.record_of(1).code,)
        if db.execute("SELECT 1 FROM record WHERE code = %s AND created_by = 'seed'", first).fetchone() is None:
            raise SystemExit("this home is no set of a benchmark: name another folder with --kept")
        log("taking away what an earlier run left")
        db.execute("ALTER TABLE event DISABLE TRIGGER USER")
        papers = [row[0] for row in db.execute(_OF_A_RUN)]
        db.execute("UPDATE record SET intake_id = NULL WHERE id = ANY(%s)", (papers,))  # intakes go before papers
        for table in (*others, *_QUEUE):
            db.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table in ("record_search", "status_slot", "record_holder", "record_version"):
            db.execute(sql.SQL("DELETE FROM {} WHERE record_id = ANY(%s)").format(sql.Identifier(table)), (papers,))
        db.execute("DELETE FROM record WHERE id = ANY(%s)", (papers,))
        row = db.execute("SELECT max(holder_id) FROM record_holder").fetchone()
        for table, column in (("holder_identifier", "holder_id"), ("holder", "id")):
            named = sql.SQL("DELETE FROM {} WHERE {} > %s").format(sql.Identifier(table), sql.Identifier(column))
            db.execute(named, row)
        db.execute("ALTER TABLE event ENABLE TRIGGER USER")
        for table in others:  # numbers begin anew too: what is filled in to read plans counts on it
            if "id" in metadata.tables[table].columns:
                db.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 1, false)", (table,))
    with psycopg.connect(url, autocommit=True) as db:
        for table in others:
            db.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
