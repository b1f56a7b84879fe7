"""Many records that are whole: rows by COPY, each with a file under a key of its own and the event of its sealing.

For proofs about many papers at once (backup, healing), where the way of each single paper is not what is looked at.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg

from vault.bootstrap import App
from vault.db.seeding import record_of, seed
from vault.domain.intake import IntakeId

_THREADS = 8


def content(number: int) -> bytes:
    """The bytes of a record's file, for every use of it: its own, and known again from the number alone."""
    return f"BẢN MẪU {number}\n".encode() * 40


def fill(app: App, count: int) -> None:
    """So many whole records into a vault that holds no others."""
    url = app.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value()) as db:  # the set numbers its holders from 1
        db.execute("UPDATE account SET holder_id = NULL")
        db.execute("DELETE FROM holder_identifier")
        db.execute("DELETE FROM holder")
    seed(url.get_secret_value(), 1, count)

    def store(number: int) -> tuple[str, bytes]:
        one = record_of(number)
        paper = IntakeId(one.code)
        digest = app.blobs.put(content(number), mime="application/pdf", paper=paper, agency=one.agency_code)
        return digest, one.key

    with ThreadPoolExecutor(_THREADS) as pool:
        rows = list(pool.map(store, range(1, count + 1)))
    with psycopg.connect(url.get_secret_value()) as db, db.cursor() as cursor:
        cursor.executemany("UPDATE record SET original = %s WHERE id = %s", rows)
        both = [(digest, digest, key) for digest, key in rows]
        cursor.executemany("UPDATE record_version SET sealed = %s, preview = %s WHERE record_id = %s", both)
        cursor.execute(
            "INSERT INTO event (at, account_id, actor_name, role, agency_code, action, outcome, record_code, version,"
            " details) SELECT sealed_at, 'system', 'Kho số', 'SYSTEM', agency_code, 'SEAL', 'DONE', code, 1, '{}'"
            " FROM record"
        )


def lost(app: App, count: int) -> list[int]:
    """Numbers of the records whose rows or files do not come back as they were made."""
    with app.uow.begin() as tx:
        known = {number: tx.records.find(record_of(number).code) for number in range(1, count + 1)}

    def whole(number: int) -> bool:
        record = known[number]
        if record is None:
            return False
        return record.original == record.sealed == record.preview and app.blobs.get(record.sealed) == content(number)

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = dict(zip(known, pool.map(whole, known), strict=True))
    return [number for number, good in answers.items() if not good]
