"""Backup by PostgreSQL's own tools over its replication protocol: `pg_receivewal`, `pg_basebackup`, `pg_verifybackup`.

They work with the embedded server and with any other one that lets a role replicate, so one way of backup serves both.
A replication slot keeps what was not taken yet with the server; `max_slot_wal_keep_size` bounds it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from vault.domain.errors import Unavailable
from vault.embedded.postgres import program
from vault.ports.archive import Streamed

SLOT = "kho_so"
_RECEIVE_SECONDS = 3600
_BASE_SECONDS = 24 * 3600
_SEGMENT_NAME = 24  # hexadecimal digits: timeline, log, segment


class PostgresTools:
    """`ports.archive.DatabaseCopier`. `url` is of a role that may replicate and connect to the database it names."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        self._environment = {
            "PGHOST": parts.hostname or "127.0.0.1",
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),  # not in the arguments, which every process may read
        }
        self._url = url
        self._folder = folder

    def stream(self) -> Streamed:
        """Close the server's current segment and receive everything up to there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        segments = self._segments()
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as db:
                is_new = self._keep_slot(db) or not segments
                until, last, end = self._up_to_now(db)
        except psycopg.Error as error:
            raise Unavailable("BACKUP_DATABASE", reason=str(error).strip()) from error
        if not (self._folder / last).exists():
            self._run("pg_receivewal", f"--directory={self._folder}", f"--slot={SLOT}", f"--endpos={end}", "--no-loop")
        return Streamed(self._segments(), until, is_new)

    def _keep_slot(self, db: psycopg.Connection) -> bool:
        """Whether the slot had to be made; one that the server gave up because it kept too much is made anew."""
        row = db.execute("SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", (SLOT,)).fetchone()
        if row is not None and row[0] != "lost":
            return False
        if row is not None:
            db.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
        for old in self._folder.iterdir():
            old.unlink()  # it does not go on from there
        db.execute("SELECT pg_create_physical_replication_slot(%s, true)", (SLOT,))
        return True

    @staticmethod
    def _up_to_now(db: psycopg.Connection) -> tuple[datetime, str, str]:
        """The moment, the last segment that has everything committed before it, and its last byte."""
        (until,) = db.execute("SELECT clock_timestamp()").fetchone() or (None,)
        row = db.execute("""
            WITH size AS (SELECT setting::bigint AS bytes FROM pg_settings WHERE name = 'wal_segment_size'),
                 now AS (SELECT pg_switch_wal() - '0/0'::pg_lsn AS at),
                 last AS (SELECT ceil(at / bytes) * bytes - 1 AS byte FROM now, size)
            SELECT pg_walfile_name('0/0'::pg_lsn + byte), ('0/0'::pg_lsn + byte)::text FROM last
        """).fetchone()
        if until is None or row is None:
            raise Unavailable("BACKUP_DATABASE", reason="no answer")
        return until, row[0], row[1]

    def done(self, streamed: Streamed) -> None:
        """The newest segment stays: `pg_receivewal` goes on behind it."""
        whole = [one for one in streamed.segments if len(one.name) == _SEGMENT_NAME]
        for one in whole[:-1]:
            one.unlink(missing_ok=True)

    def _segments(self) -> Sequence[Path]:
        """Complete segments and histories of timelines, in order."""
        return sorted(
            one for one in self._folder.iterdir() if len(one.name) == _SEGMENT_NAME or one.suffix == ".history"
        )

    def base(self, folder: Path) -> Sequence[Path]:
        """With the log that it needs to be consistent, so that it could stand alone."""
        self._run(
            "pg_basebackup", f"--pgdata={folder}", "--format=tar", "--gzip", "--compress=1", "--wal-method=stream",
            "--checkpoint=fast", "--label=kho-so", "--no-password", seconds=_BASE_SECONDS,
        )  # fmt: skip
        return sorted(folder.iterdir())

    def waits(self) -> int | None:
        """Bytes of log that the server keeps for the slot; None without a slot."""
        query = "SELECT pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots WHERE slot_name = %s"
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as db:
                row = db.execute(query, (SLOT,)).fetchone()
        except psycopg.Error as error:
            raise Unavailable("BACKUP_DATABASE", reason=str(error).strip()) from error
        return None if row is None or row[0] is None else int(row[0])

    def _run(self, name: str, *arguments: str, seconds: int = _RECEIVE_SECONDS) -> None:
        run_tool(name, *arguments, environment=self._environment, seconds=seconds)


def run_tool(name: str, *arguments: str, environment: dict[str, str], seconds: int) -> None:
    """Run one of PostgreSQL's programs; `BACKUP_DATABASE` with its last words when it fails."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "VAULT_"))}  # noqa: TID251 - handed on without our secrets, not read
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - the wheel's own programs
            [str(program(name)), *arguments], capture_output=True, text=True, check=False, timeout=seconds,
            env=inherited | environment,
        )  # fmt: skip
        if done.returncode == 0:
            return
        raise Unavailable("BACKUP_DATABASE", reason=f"{name}: {done.stderr.strip()[-400:]}")
    raise Unavailable("BACKUP_DATABASE", reason=f"{name}: no end after {seconds} s")
