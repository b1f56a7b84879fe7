"""The version before serves on while the schema is brought up, and goes on afterwards: an upgrade needs no pause.

A fresh clone has no earlier version, so its statements stand here: `tests/golden/old_code` holds every statement of
every repository of commit 2145d6f (schema 0016), as `tests/plans.py` of that commit called them, with its data. They
run on today's schema as the role that the program works as, while migrations run and behind them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from tests.fakes.ports import apart
from vault.db import upgrade
from vault.db.migrate import config_for, sqlalchemy_url
from vault.db.migrations import versions
from vault.db.rights import work_as_role
from vault.db.seeding import seed
from vault.embedded.postgres import Postgres

pytestmark = pytest.mark.service
FOLDER = Path(__file__).resolve().parents[1] / "golden" / "old_code"
BEFORE = "0016"
WALLED_LATER = {
    name: sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name))
    for name in (
        "blob_key", "correction", "form_entry", "consent", "hand_in", "hold", "batch_part", "hand_over",
        "hand_over_intake",
    )
}  # fmt: skip
"""Tables of the old version that a migration puts a wall around."""
LONGEST_WAIT = 8.0
"""Seconds that a statement of the old version may wait for a migration: the lock time-out is five."""


def value_of(told: Any) -> Any:
    """A parameter as it was given."""
    if not isinstance(told, dict):
        return told
    ((kind, value),) = told.items()
    match kind:
        case "$datetime":
            return datetime.fromisoformat(value)
        case "$date":
            return date.fromisoformat(value)
        case "$bytes":
            return bytes.fromhex(value)
        case "$list":
            return [value_of(one) for one in value]
        case _:
            return Jsonb(value)


def parameters(told: dict[str, Any]) -> Any:
    if set(told) == {"$list"}:
        return tuple(value_of(one) for one in told["$list"])
    return {name: value_of(value) for name, value in told.items()}


STATEMENTS: list[dict[str, Any]] = json.loads((FOLDER / "statements.json").read_text(encoding="utf-8"))


class Closing:
    """An engine that leaves no connection behind."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(sqlalchemy_url(url))

    def close(self) -> None:
        self.engine.dispose()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database as the version before left it, with rows in every table."""
    home = tmp_path_factory.mktemp("old")
    for name in ("log", "run"):
        (home / name).mkdir()
    server, port, password = Postgres(home), next(apart()), "ab" * 16
    server.start(port, password=password)
    url = f"postgresql://vault:{password}@127.0.0.1:{port}/vault"
    try:
        with closing(Closing(url)) as held:
            command.upgrade(config_for(held.engine), BEFORE)
        seed(url, 1, 400)
        with psycopg.connect(url) as db:
            db.execute((FOLDER / "rights.sql").read_text(encoding="utf-8"))  # type: ignore[call-overload] # the same
            db.execute((FOLDER / "fill.sql").read_text(encoding="utf-8"))  # type: ignore[call-overload] # a file of ours
        yield url
    finally:
        server.stop()


def replay(url: str) -> list[str]:
    """Every statement in its order, in one transaction that is rolled back; those that today's schema refuses."""
    refused = []
    with psycopg.connect(url) as db:  # what an identity gave is a parameter of a later statement
        db.execute("SELECT setval(pg_get_serial_sequence('holder', 'id'), (SELECT max(id) FROM holder))")
    with closing(Closing(url)) as held:
        work_as_role(held.engine)
        with held.engine.connect() as connection, connection.begin() as transaction:
            for one in STATEMENTS:
                try:
                    with connection.begin_nested():
                        connection.exec_driver_sql(one["sql"], parameters(one["with"]))
                except DBAPIError as error:
                    refused.append(f"{one['by']}: {str(error.orig).splitlines()[0]}")
            transaction.rollback()
    return refused


class Serving(threading.Thread):
    """The old version at work: its reads and writes, over and over, each in its own transaction."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.ended = threading.Event()
        self.longest = 0.0
        self.done = 0
        self.refused: set[str] = set()
        self.looked_at: list[str] = []
        self.unseen: set[str] = set()
        """Tables whose rows were gone for a moment: behind a wall that did not let the program through yet."""

    def run(self) -> None:
        mine = [one for one in STATEMENTS if one["sql"].lstrip()[:6].upper() in {"SELECT", "UPDATE"}]
        with psycopg.connect(self._url, autocommit=True) as db:
            db.execute("SET ROLE vault_app")
            self.looked_at = [one for one, query in WALLED_LATER.items() if db.execute(query).fetchone()]
            while not self.ended.is_set():
                for one in mine:
                    for table in self.looked_at:
                        if not db.execute(WALLED_LATER[table]).fetchone():
                            self.unseen.add(table)
                    begin = time.monotonic()
                    try:
                        db.execute(one["sql"], parameters(one["with"]))
                    except psycopg.Error as error:
                        self.refused.add(f"{one['by']}: {str(error).splitlines()[0]}")
                    self.longest = max(self.longest, time.monotonic() - begin)
                    self.done += 1


def test_every_old_statement_runs_on_the_old_schema(old: str) -> None:
    """Else what follows would prove nothing."""
    assert len(STATEMENTS) > 200
    assert replay(old) == []


def test_the_old_version_serves_while_the_schema_is_brought_up_and_afterwards(old: str) -> None:
    serving = Serving(old)
    serving.start()
    try:
        while not serving.done:
            time.sleep(0.05)
        upgrade(old)
        after = serving.done
        while serving.done < after + len(STATEMENTS):
            assert serving.is_alive()
            time.sleep(0.05)
    finally:
        serving.ended.set()
        serving.join()
    assert serving.refused == set()
    assert serving.looked_at
    assert serving.unseen == set()
    assert serving.longest < LONGEST_WAIT
    assert replay(old) == []


def test_every_migration_gives_up_instead_of_queueing_everybody_behind_it(old: str) -> None:
    """The time-outs hold inside each migration, whatever it says itself."""
    folder = Path(versions.__file__).parent
    numbers = sorted(one.name[:4] for one in folder.glob("[0-9]*.py"))
    assert len(numbers) >= 20
    entry = (folder.parent / "env.py").read_text(encoding="utf-8")
    assert "SET lock_timeout = '5s'" in entry
    assert "SET statement_timeout = '10min'" in entry
    assert "transaction_per_migration=True" in entry
    for one in folder.glob("[0-9]*.py"):
        text = one.read_text(encoding="utf-8")
        assert "lock_timeout" not in text, f"{one.name}: the time-outs are env.py's"
        assert "statement_timeout" not in text, one.name
    # A lock that somebody holds makes an upgrade give up within its time-out, and it changes nothing.
    with psycopg.connect(old) as holder, closing(Closing(old)) as held, held.engine.connect() as connection:
        holder.execute("LOCK TABLE record IN ACCESS SHARE MODE")
        connection.exec_driver_sql("SET lock_timeout = '1s'")
        begin = time.monotonic()
        with pytest.raises(DBAPIError, match="lock timeout"):
            connection.exec_driver_sql("ALTER TABLE record ADD COLUMN nothing text")
        assert time.monotonic() - begin < LONGEST_WAIT
