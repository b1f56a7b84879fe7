"""Large sets of invented records, by COPY: for benchmarks and for tests that read query plans. Never for a real vault.

About four records a holder; every record has one holder, one version, a status slot and a search entry, as a sealed
paper leaves them. One number gives one record, so a set of a million begins with the set of a hundred thousand. Blobs
are named, not stored. Indexes and foreign keys of the large tables are dropped before the copy and made again after.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from psycopg import Connection, sql

from vault.domain.ids import record_code
from vault.domain.search import entry_of, values_of

RECORDS_A_HOLDER = 4
AGENCIES = 128
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_TYPES = ("KS", "CT07", "HC", "CHUKY", "GPXD", "QSDD", "KH", "XNTTHN")
_FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
)
_MIDDLE = (
    "Văn", "Thị", "Đức", "Hữu", "Quốc", "Minh", "Thành", "Công", "Xuân", "Đình", "Thị Thanh", "Thị Ngọc", "Thị Hoà",
    "Thùy", "Thuý", "Khánh", "Bảo", "Gia", "Hoàng", "Quang",
)  # fmt: skip
_GIVEN = (
    "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hùng", "Hưng", "Khải", "Kiên", "Lâm", "Long",
    "Mạnh", "Nghĩa", "Phong", "Phúc", "Quân", "Sơn", "Tài", "Thắng", "Toàn", "Tuấn", "Tùng", "Vinh", "Ánh", "Châu",
    "Dung", "Hà", "Hạnh", "Hoa", "Hoà", "Huệ", "Hương", "Lan", "Loan", "Mai", "Nga", "Nhung", "Oanh", "Phượng",
    "Quỳnh", "Thảo", "Thủy", "Thuỷ", "Trang", "Tuyết", "Vân", "Yến", "Đào", "Đông", "Hoè", "Quý", "Thọ", "Uyên",
)  # fmt: skip
_STREETS = (
    "Lý Thường Kiệt", "Trần Hưng Đạo", "Nguyễn Trãi", "Lê Lợi", "Quang Trung", "Hai Bà Trưng", "Điện Biên Phủ",
    "Phan Bội Châu", "Hùng Vương", "Tôn Đức Thắng", "Bạch Đằng", "Đoàn Thị Điểm", "Hoà Bình", "Đống Đa", "Thuỵ Khuê",
)  # fmt: skip
_WARDS = (
    "An Mẫu",
    "Hoà Mẫu",
    "Tân Mẫu",
    "Phước Mẫu",
    "Đông Mẫu",
    "Thịnh Mẫu",
    "Thuỷ Mẫu",
    "Quý Mẫu",
    "Đức Mẫu",
    "Hoè Mẫu",
)


@dataclass(frozen=True, slots=True)
class SeededHolder:
    """An invented person of the set."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class SeededRecord:
    """An invented record of the set."""

    id: int
    key: bytes
    holder: SeededHolder
    type_code: str
    number: str
    issuer: str
    issued_on: date
    address: str
    agency_code: str

    @property
    def code(self) -> str:
        """Its look-up code."""
        return record_code(self.key)

    @property
    def fields(self) -> dict[str, str]:
        """What stands on it."""
        return {
            "number": self.number,
            "holder_name": self.holder.name,
            "holder_id": self.holder.number,
            "address": self.address,
            "issuer": self.issuer,
            "issued_on": self.issued_on.isoformat(),
        }


@lru_cache(maxsize=4)
def holder_of(number: int) -> SeededHolder:
    """The invented person with this number, from 1."""
    rng = random.Random(f"holder/{number}")  # noqa: S311 - seeded data
    name = f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)}"
    # Numbers of the real layout whose province no person was ever born in.
    return SeededHolder(number, f"099{number % 4}{number // 1_000_000 % 100:02d}{number % 1_000_000:06d}", name.upper())


def record_of(number: int) -> SeededRecord:
    """The invented record with this number, from 1."""
    rng = random.Random(f"record/{number}")  # noqa: S311 - seeded data
    holder = holder_of((number - 1) // RECORDS_A_HOLDER + 1)
    ward = rng.choice(_WARDS)
    issued_on = date(2015, 1, 1) + timedelta(days=rng.randrange(3900))
    kind = _TYPES[(number - 1) % RECORDS_A_HOLDER + RECORDS_A_HOLDER * (holder.id % 2)]
    key = hashlib.sha256(f"record/{number}".encode()).digest()[:8]
    address = f"số {rng.randint(1, 420)} đường {rng.choice(_STREETS)}, phường {ward}"
    serial = f"{number % 100_000}/{issued_on.year}/{kind.replace('_', '')}"
    issuer = f"UBND phường {ward}, thành phố Hải Phòng"
    agency = f"H24.{holder.id % AGENCIES + 1}"
    return SeededRecord(number, key, holder, kind, serial, issuer, issued_on, address, agency)


def _digest(word: str, number: int) -> str:
    return hashlib.sha256(f"{word}/{number}".encode()).hexdigest()


def _at(number: int) -> datetime:
    return _EPOCH + timedelta(seconds=number * 11)


def _rows(one: SeededRecord) -> dict[str, tuple[Any, ...]]:
    at = _at(one.id)
    names, agency = (one.holder.name, one.holder.number), one.agency_code
    values = values_of(one.fields)
    entry = entry_of(agency_code=agency, number=one.number, names=names, values=values, text="")
    fields = json.dumps(one.fields, ensure_ascii=False)
    credential = "VNQ1:" + _digest("credential", one.id).upper() * 5
    return {
        "record": (
            one.key, one.code, 1, "ACTIVE", at, agency, _digest("original", one.id), "image/jpeg", False, credential,
            at, "seed",
        ),
        "record_version": (
            one.key, 1, one.type_code, one.number, "H24", one.issuer, one.issued_on, fields, 2, "VALID", True, True,
            True, _digest("sealed", one.id), "B-LTA", at + timedelta(days=4000), _digest("preview", one.id), 1, at,
            "seed",
        ),
        "record_holder": (one.key, 0, one.holder.id, "SUBJECT", "PERSONAL", one.holder.number, one.holder.name),
        "status_slot": (one.id >> 20, one.id & 0xFFFFF, one.key),
        "record_search": (one.key, agency, entry.words, entry.number_key, at),
    }  # fmt: skip


_COLUMNS = {
    "record": (
        "id", "code", "version", "state", "state_changed_at", "agency_code", "original", "original_mime",
        "signed_original", "credential", "sealed_at", "created_by",
    ),
    "record_version": (
        "record_id", "version", "type_code", "number", "issuer_code", "issuer_as_printed", "issued_on", "fields",
        "trust", "evidence", "compared_with_original", "conversion_mark", "consent", "sealed", "seal_level",
        "archived_until", "preview", "page_count", "created_at", "created_by",
    ),
    "record_holder": ("record_id", "position", "holder_id", "role", "kind", "number", "name"),
    "status_slot": ("list_id", "position", "record_id"),
    "record_search": ("record_id", "agency_code", "words", "number_key", "sealed_at"),
}  # fmt: skip
_HOLDERS = {
    "holder": ("id", "name", "created_at"),
    "holder_identifier": ("kind", "number", "holder_id", "is_main"),
}
_CHUNK = 20_000


_DROPPED = "CREATE TABLE IF NOT EXISTS seeding.dropped (rank int, position int, statement text)"
"""Of its own schema, which is no part of ours: what is to be made again, kept where a cut leaves it."""


def seed(
    database_url: str, first: int, last: int, *, told: Callable[[int], None] = lambda _: None, chunk: int = _CHUNK
) -> None:
    """Add the records with numbers from `first` to `last`, and their holders. `told` hears the last number copied.

    The set must hold the records before `first` already, and nothing else. Cut off at any point it is called again
    with what is missing, be it nothing: `first` = `last` + 1 makes the indexes again that a cut left out.
    """
    with Connection.connect(database_url, autocommit=True) as db:
        tables = (*_HOLDERS, *_COLUMNS)
        db.execute("CREATE SCHEMA IF NOT EXISTS seeding")
        db.execute(_DROPPED)
        if last - first >= chunk:
            _drop_indexes(db, tables)
        numbers = iter(range(first, last + 1))
        while part := list(islice(numbers, chunk)):
            with db.transaction():
                _copy_chunk(db, [record_of(number) for number in part])
            told(part[-1])
        _make_indexes(db)
        db.execute("SELECT setval(pg_get_serial_sequence('holder', 'id'), (SELECT max(id) FROM holder))")
        for table in tables:
            db.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _copy_chunk(db: Connection[Any], records: Sequence[SeededRecord]) -> None:
    new = [one.holder for one in records if (one.id - 1) % RECORDS_A_HOLDER == 0]
    _copy(db, "holder", _HOLDERS["holder"], ((one.id, one.name, _EPOCH) for one in new))
    numbers = (("PERSONAL", one.number, one.id, True) for one in new)
    _copy(db, "holder_identifier", _HOLDERS["holder_identifier"], numbers)
    rows = [_rows(one) for one in records]
    for table, columns in _COLUMNS.items():
        _copy(db, table, columns, (row[table] for row in rows))


def _copy(db: Connection[Any], table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    # The identity column of holders is given: a seeded record must know its holder without asking.
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _make_indexes(db: Connection[Any]) -> None:
    """Make what was dropped, each at once with the note that it is there again: primary keys, others, foreign keys."""
    rows = db.execute("SELECT statement FROM seeding.dropped ORDER BY rank, position").fetchall()
    for (statement,) in rows:
        with db.transaction():
            db.execute(statement.encode())
            db.execute("DELETE FROM seeding.dropped WHERE statement = %s", (statement,))


def _drop_indexes(db: Connection[Any], tables: Sequence[str]) -> None:
    """Drop indexes and foreign keys of the tables, and note in the same transaction how they are made again."""
    with db.transaction():
        for rank, statements in enumerate(_without_indexes(db, tables)):
            for position, statement in enumerate(statements):
                told = (rank, position, statement.decode())
                db.execute("INSERT INTO seeding.dropped VALUES (%s, %s, %s)", told)


def _without_indexes(db: Connection[Any], tables: Sequence[str]) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Drop indexes and foreign keys of the tables; gives what makes them again: keys, plain indexes, foreign keys."""
    constraints = db.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint
        WHERE contype IN ('p', 'u', 'f') AND (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s))
        ORDER BY contype = 'f', contype = 'u'
        """,
        (list(tables), list(tables)),
    ).fetchall()
    plain = db.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND tablename = ANY(%s)
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
        """,
        (list(tables),),
    ).fetchall()
    for table, name, _, _ in reversed(constraints):
        db.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name)))
    for name, _ in plain:
        db.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    again = [
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        .format(sql.Identifier(table), sql.Identifier(name), sql.SQL(definition))
        .as_bytes(db)
        for table, name, definition, _ in constraints
    ]
    keys = [one for one, row in zip(again, constraints, strict=True) if row[3] != b"f" and row[3] != "f"]
    foreign = [one for one in again if one not in keys]
    return keys, [definition.encode() for _, definition in plain], foreign
