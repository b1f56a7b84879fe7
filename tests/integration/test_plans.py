"""No query without an index: every method of every repository is called on many rows, and every plan is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.counter import Counter, running
from tests.plans import a_record, fill, seq_scans, statements
from vault.db.seeding import seed

pytestmark = pytest.mark.service
RECORDS = 24_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("plans")) as found:
        url = found.app.settings.owner_database_url
        assert url is not None
        seed(url.get_secret_value(), 1, RECORDS)
        with found.app.uow.engine.begin() as connection:
            fill(connection)
        with found.app.uow.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("RESET ROLE")  # only the owner may
            connection.exec_driver_sql("VACUUM ANALYZE")
        yield found


def test_no_query_reads_a_large_table_from_end_to_end(many: Counter) -> None:
    assert len(statements(many.app)) > 60
    assert seq_scans(many.app) == []


def test_a_query_without_an_index_would_be_seen(many: Counter) -> None:
    with many.app.uow.engine.begin() as connection:
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql("DROP INDEX ix_record_holder_holder_id")
    found = seq_scans(many.app)
    assert {"records.of_holder: record_holder", "records.of_people: record_holder"} <= set(found)


def test_a_seeded_record_is_a_record(many: Counter) -> None:
    with many.app.uow.begin() as tx:
        record = a_record(tx)
    assert (record.version, record.type_code, len(record.holders)) == (1, "QSDD", 1)
