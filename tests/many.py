"""A database of a million rows a table in half a minute: rows first, every index made once behind them, nothing logged.

The rows are those of `plans.sql` and a seeded set, copied with keys, numbers and people of its own. Foreign keys stand
as in the schema but believed (`NOT VALID`): what was just made is not compared with them.

Every statement is a million rows long, but for the tables in `TOLD`: these hold `LAID` rows, and the planner is told of
a million on as many pages. On so few pages reading from end to end looks cheaper than it will be, so a plan that goes
by index here goes by index there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from psycopg import Connection, connect
from psycopg.sql import SQL, Identifier

from tests.plans import rows_of
from vault.db.seeding import RECORDS_A_HOLDER, seed

MILLION = 1_000_000
SEEDED = 10_000
"""Records that are written as sealing leaves them; the others are copies of them."""
LAID = 20_000
_WHY = {
    "as many as accounts and systems, not as papers": (
        "account session passkey second_factor recovery_code mandate webhook webhook_event webhook_message"
        " online_cursor"
    ),
    "swept when they end: never a million at once": (
        "hand_over hand_over_intake share_try peer_nonce peer_question sign_in_step"
    ),
    "for one paper or dossier in many": (
        "broken_glass hold correction replaced_attachment evidence_request outside_ask outside_paper data_request"
        " ended_paper damaged_blob dossier_key"
    ),
    "a batch is many papers": "batch batch_part",
    "one a paper, a dossier or a person": "outbox hand_in form_entry notice consent",
    "one an agency and a day, or one for many leaves": "log_head dossier_serial",
}
TOLD = {table: reason for reason, tables in _WHY.items() for table in tables.split()}
"""Tables that are laid with `LAID` rows, each with the reason."""
RECORDS = """
INSERT INTO holder (id, name, created_at) OVERRIDING SYSTEM VALUE
  SELECT id + n * :holders, name, created_at FROM holder, generate_series(1, :copies) n;
INSERT INTO holder_identifier (kind, number, holder_id, is_main)
  SELECT kind, (number::bigint + n * :holders)::text, holder_id + n * :holders, is_main
  FROM holder_identifier, generate_series(1, :copies) n;
INSERT INTO holder (id, name, created_at) OVERRIDING SYSTEM VALUE
  SELECT n, 'NGƯỜI ' || n, now() FROM generate_series(:seeded * (:copies + 1) / 4 + 1, :rows) n;
INSERT INTO holder_identifier (kind, number, holder_id, is_main)
  SELECT 'PERSONAL', lpad(n::text, 12, '0'), n, true FROM generate_series(:seeded * (:copies + 1) / 4 + 1, :rows) n;
INSERT INTO record (id, code, version, state, state_changed_at, agency_code, original, original_mime, signed_original,
    credential, sealed_at, created_by)
  SELECT :key, 'c' || n || code, version, state, state_changed_at + n * interval '3 days', agency_code,
    md5(original || n), original_mime, signed_original, credential, sealed_at + n * interval '3 days', created_by
  FROM record, generate_series(1, :copies) n;
INSERT INTO record_version (record_id, version, type_code, number, issuer_code, issuer_as_printed, issued_on, fields,
    trust, evidence, compared_with_original, conversion_mark, consent, sealed, seal_level, archived_until, preview,
    page_count, created_at, created_by)
  SELECT :key, version, type_code, number, issuer_code, issuer_as_printed, issued_on, '{}', trust, evidence,
    compared_with_original, conversion_mark, consent, md5(sealed || n), seal_level,
    archived_until + n * interval '3 days', md5(preview || n), page_count, created_at + n * interval '3 days',
    created_by
  FROM record_version, generate_series(1, :copies) n;
INSERT INTO record_holder (record_id, position, holder_id, role, kind, number, name)
  SELECT :key, position, holder_id + n * :holders, role, kind, (number::bigint + n * :holders)::text, name
  FROM record_holder, generate_series(1, :copies) n;
INSERT INTO status_slot (list_id, position, record_id)
  SELECT (position + n * :seeded) >> 20, (position + n * :seeded) & 1048575, :key
  FROM status_slot, generate_series(1, :copies) n;
INSERT INTO record_search (record_id, agency_code, words, number_key, sealed_at)
  SELECT :key, agency_code, words, n || number_key, sealed_at + n * interval '3 days'
  FROM record_search, generate_series(1, :copies) n;
"""


def lay(url: str, *, rows: int = MILLION) -> None:
    """Fill an empty database of the newest schema; `url` is its owner's."""
    seed(url, 1, SEEDED)
    with connect(url, autocommit=True) as db:
        own, between = _strip(db)
    made: dict[str, list[str]] = defaultdict(list)
    for statement in (*_copies(rows), *rows_of(LAID, people=rows, many=rows, few=TOLD)):
        made[_table(statement)].append(statement)

    def make(table: str) -> None:
        with connect(url, autocommit=True) as db:
            # The workers are the two threads; a helper of PostgreSQL's own would take the other's core.
            db.execute("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 0")
            for statement in (*made[table], *own[table]):
                db.execute(statement.encode())
            db.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table)))
            if table in TOLD:
                _tell(db, table, rows)

    for tables in _order({*made, *own}):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(make, tables))
    with connect(url, autocommit=True) as db:
        for statement in between:
            db.execute(statement.encode())
        db.execute("ALTER TABLE event ENABLE TRIGGER USER")
        db.execute("SELECT setval(pg_get_serial_sequence('holder', 'id'), (SELECT max(id) FROM holder))")


def sizes(db: Connection[Any]) -> dict[str, int]:
    """Rows that really lie in each table, counted."""
    tables = [name for (name,) in db.execute(_TABLES).fetchall()]
    counted = {}
    for table in tables:
        row = db.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
        counted[table] = row[0] if row else 0
    return counted


_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_LONG = ("record_search", "event", "share", "intake", "record_version", "dossier")
"""Begun first, so that no thread is left with a long one at the end."""


def _order(tables: set[str]) -> Iterator[list[str]]:
    """What others are made of, then those, the long ones first."""
    first, last = ("record", "event"), ("replaced_attachment", "log_leaf", "log_queue")
    yield list(first)
    middle = tables - {*first, *last}
    yield sorted(middle, key=lambda table: (table not in _LONG, table))
    yield list(last)


def _copies(rows: int) -> Iterator[str]:
    words = {
        ":rows": rows,
        ":copies": rows // SEEDED - 1,
        ":holders": SEEDED // RECORDS_A_HOLDER,
        ":seeded": SEEDED,
    }
    for statement in RECORDS.split(";\n"):
        text = statement
        for word, value in words.items():
            text = text.replace(word, str(value))
        key = "id" if _table(statement) == "record" else "record_id"
        if text.strip():
            yield text.replace(":key", f"substr(sha256({key} || int4send(n)), 1, 8)")


def _table(statement: str) -> str:
    found = re.search(r"(?:INSERT INTO|DELETE FROM) (\w+)", statement)
    return found[1] if found else ""


def _strip(db: Connection[Any]) -> tuple[dict[str, list[str]], list[str]]:
    """Drop indexes and foreign keys, and let nothing be logged; gives what makes them again: by table, and between."""
    own: dict[str, list[str]] = defaultdict(list)
    between = []
    constraints = db.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint
        WHERE contype IN ('p', 'u', 'f') AND connamespace = 'public'::regnamespace ORDER BY contype <> 'f'
        """
    ).fetchall()
    for table, name, definition, kind in constraints:
        db.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
        again = f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        if kind == "f":
            between.append(f"{again} NOT VALID")
        else:
            own[table].append(again)
    for table, name, definition in db.execute(
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    ).fetchall():
        db.execute(SQL("DROP INDEX {}").format(Identifier(name)))
        own[table].append(definition)
    for (table,) in db.execute(_TABLES).fetchall():
        # Nobody counts again behind us what the planner was told.
        db.execute(SQL("ALTER TABLE {} SET (autovacuum_enabled = false)").format(Identifier(table)))
        db.execute(SQL("ALTER TABLE {} SET UNLOGGED").format(Identifier(table)))
    db.execute("ALTER TABLE event DISABLE TRIGGER USER")
    return own, between


def _tell(db: Connection[Any], table: str, rows: int) -> None:
    db.execute(
        """
        SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text, 'relpages', relpages,
            'reltuples', %s::real, 'relallvisible', relallvisible)
        FROM pg_class WHERE relname = %s AND relnamespace = 'public'::regnamespace
        """,
        (rows, table),
    )
