"""No query without an index: every method of every repository is called on a million rows, and every plan is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import psycopg
import pytest

from tests.counter import Counter, running
from tests.many import LAID, MILLION, TOLD, lay, sizes
from tests.plans import a_record, seq_scans, statements, wide_reads

pytestmark = pytest.mark.service
ROWS = MILLION * 15 // 1000
"""What a statement may be expected to read or sort: 1.5 %, two agencies of 128. 1 % is guessed of a document."""
PAGES = 3_000
"""What a statement may touch; the events fill 18,752, and fifty dossiers with what belongs to them touch 1,600."""
FEW = {"log_queue", "alembic_version", "upkeep"}
"""What waits for the log is taken at once; one row; one row a task."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    home = tmp_path_factory.mktemp("plans")
    try:
        with running(home) as found:
            url = found.app.settings.owner_database_url
            assert url is not None
            lay(url.get_secret_value())
            yield found
    finally:
        shutil.rmtree(home / "postgres", ignore_errors=True)  # 3 GB, which pytest would keep of three runs


def test_a_million_rows_lie_in_every_table_that_grows_with_the_papers(many: Counter) -> None:
    url = many.app.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value()) as db:
        counted = sizes(db)
        told = dict(db.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'").fetchall())
    ours = {table for table in counted if not table.startswith("procrastinate_")} - FEW
    assert {table for table in ours - set(TOLD) if counted[table] < 0.99 * MILLION} == set()
    assert {table for table in TOLD if counted[table] < LAID} == set()
    assert {table for table in ours if told[table] < 0.95 * MILLION} == set()  # where it counts, it does so by pages


def test_no_query_reads_a_large_table_from_end_to_end(many: Counter) -> None:
    assert len(statements(many.app)) > 60
    assert seq_scans(many.app) == []


def test_no_query_reads_or_sorts_more_than_a_share_of_a_million(many: Counter) -> None:
    assert wide_reads(many.app, rows=ROWS, pages=PAGES) == []


def test_a_query_without_an_index_would_be_seen(many: Counter) -> None:
    with many.app.uow.engine.begin() as connection:
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql("DROP INDEX ix_record_holder_holder_id, ix_event_at")
    found = seq_scans(many.app)
    assert {"records.of_holder: record_holder", "records.of_people: record_holder"} <= set(found)
    wide = wide_reads(many.app, rows=ROWS, pages=PAGES)
    assert {"records.of_people", "events.span"} <= {one.partition(":")[0] for one in wide}


def test_a_seeded_record_is_a_record(many: Counter) -> None:
    with many.app.uow.begin() as tx:
        record = a_record(tx)
    assert (record.version, record.type_code, len(record.holders)) == (1, "QSDD", 1)
