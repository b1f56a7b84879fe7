"""Brings all parts of the single-machine service up or down, whatever state the last command or crash left.

Every step is idempotent and looks at the world before it acts; a lock file lets only one command act at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vault.domain.errors import Unavailable
from vault.embedded import ports, process, program, state
from vault.embedded.objects import Objects
from vault.embedded.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOCK_SECONDS = 180.0
_ATTEMPTS = 3  # a port may be taken between choosing and listening
_DEFAULT_POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the settings say, `service.json` included; whatever differs from that file was given from outside."""

    home: Path
    database_url: str | None
    s3_endpoint: str | None
    http_host: str
    http_port: int
    web_processes: int
    workers: int
    worker_jobs: int
    with_national: bool | None = None
    """Whether the national store's simulator runs too; None: as last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one part is. `given`: it belongs to somebody else, a URL of it stands in the environment."""

    part: str
    up: bool
    given: bool
    address: str
    pid: int | None
    log: str | None


class Supervisor:
    """Start, stop and look at the parts of one home."""

    def __init__(self, plan: Plan, say: Callable[[str], None] = lambda _: None) -> None:
        self._plan = plan
        self._say = say
        self._postgres = Postgres(plan.home)
        self._objects = Objects(plan.home)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home's lock: two `vault up` at once do the work once. Raises `Unavailable("SERVICE_BUSY")`."""
        self._plan.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._plan.home / "lock").open("w") as file:
            end = time.monotonic() + _LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as err:
                    if time.monotonic() > end:
                        raise Unavailable("SERVICE_BUSY") from err
                    time.sleep(0.1)
            yield

    def start_stores(self) -> None:
        """PostgreSQL and the object store, both at once, and `service.json`.

        The web process is started with them: it loads its libraries meanwhile and is ready when they are. Settings, and
        so the plan, must be read anew afterwards: they take ports and passwords from the file.
        """
        kept = state.load(self._plan.home)
        postgres, objects = self._embedded(kept)
        kept = self._choose_national(self._choose_ports(self._own_passwords(kept) if postgres else kept))
        state.save(self._plan.home, kept, postgres=postgres, objects=objects)
        for web in self._webs(kept):
            self._ensure(web, kept)
        with ThreadPoolExecutor(2) as pool:
            database = pool.submit(self._start_postgres, kept) if postgres else None
            store = pool.submit(self._start_objects, kept) if objects else None
            moved = kept.with_ports(
                postgres_port=database.result() if database else kept.postgres_port,
                s3_port=store.result() if store else kept.s3_port,
            )
        save = functools.partial(state.save, self._plan.home, postgres=postgres, objects=objects)
        if moved != kept:
            save(moved)
        self._settle_web(moved, save)

    def start_program(self) -> None:
        """The web process and the workers; waits until the web answers and the workers live.

        A process that was started with other settings is started anew.
        """
        kept = state.load(self._plan.home)
        webs, workers = self._webs(kept), self._workers()
        for surplus in self._surplus_workers():
            surplus.stop()
        for part in (*self._national(kept), *webs, *workers):
            self._ensure(part, kept)
        for web in webs:
            program.await_ready(web, self._plan.http_host, self._port(kept))
        for worker in workers:
            if worker.note() is None:
                raise worker.failed()

    def stop(self) -> None:
        """Everything that belongs to this home: first ours, then the stores."""
        web = program.web(self._plan.home, "", 0, 1)
        national = program.national(self._plan.home, 0, "")
        with ThreadPoolExecutor() as pool:
            self._say("stopping web and workers")
            list(pool.map(program.Program.stop, (web, national, *self._workers(), *self._surplus_workers())))
            self._say("stopping PostgreSQL and the object store")
            list(pool.map(lambda part: part.stop(), (self._postgres, self._objects)))
        self._clear_counts()

    def _clear_counts(self) -> None:
        """The counts of processes that are gone: kept for ever, each start would leave a file more to read."""
        for file in (self._plan.home / "run" / "metrics").glob("*.db"):
            file.unlink(missing_ok=True)

    def health(self) -> tuple[Health, ...]:
        """Each part as it is now. Starts nothing and waits for nobody longer than a few seconds."""
        kept = state.load(self._plan.home)
        postgres, objects = self._embedded(kept)
        port = self._port(kept)
        address = f"http://{self._plan.http_host}:{port}"
        return (
            self._store_health("postgres", self._postgres, self._plan.database_url, embedded=postgres),
            self._store_health("objects", self._objects, self._plan.s3_endpoint, embedded=objects),
            *(_program_health(web, address, up=self._serves(web, port)) for web in self._webs(kept)),
            *(_program_health(worker, "", up=worker.note() is not None) for worker in self._workers()),
            *(_program_health(one, kept.national_url, up=one.note() is not None) for one in self._national(kept)),
        )

    def _serves(self, web: program.Program, port: int) -> bool:
        return web.listens(port) and program.ready(self._plan.http_host, port)

    def _embedded(self, kept: state.State) -> tuple[bool, bool]:
        """Whether the database and the object store are ours: no URL was given, or the one we wrote ourselves."""
        return (
            # An earlier version wrote the owner's.
            self._plan.database_url in {None, kept.database_url, kept.owner_database_url},
            self._plan.s3_endpoint in {None, kept.s3_endpoint},
        )

    def _port(self, kept: state.State) -> int:
        return kept.http_port or self._plan.http_port

    def _webs(self, kept: state.State) -> tuple[program.Program, ...]:
        """The one web program, or none when no web process is wanted on this machine."""
        plan = self._plan
        many = plan.web_processes
        return (program.web(plan.home, plan.http_host, self._port(kept), many),) if many else ()

    def _national(self, kept: state.State) -> tuple[program.Program, ...]:
        """The simulator, if one is wanted."""
        port = kept.national_port
        return (program.national(self._plan.home, port, kept.national_token),) if port else ()

    def _ensure(self, part: program.Program, kept: state.State) -> None:
        if part.ensure(self._made_from(kept)):
            self._say(f"starting {part.name}")

    def _own_passwords(self, kept: state.State) -> state.State:
        """One for each role, given when the server starts: a running one knows those of its start."""
        if self._postgres.running_on() is not None:
            return kept
        own = kept.with_passwords_of_their_own()
        self._plan = replace(self._plan, database_url=own.database_url if self._plan.database_url else None)
        return own

    def _choose_ports(self, kept: state.State) -> state.State:
        inner = ports.free_inner({kept.postgres_port, kept.s3_port})
        kept = kept.with_ports(postgres_port=kept.postgres_port or next(inner), s3_port=kept.s3_port or next(inner))
        return self._choose_web_port(kept)

    def _choose_national(self, kept: state.State) -> state.State:
        if self._plan.with_national is None:
            return kept
        if not self._plan.with_national:
            program.national(self._plan.home, 0, "").stop()
            return kept.with_ports(national_port=0)
        taken = {kept.postgres_port, kept.s3_port}
        return kept.with_ports(national_port=kept.national_port or next(ports.free_inner(taken)))

    def _choose_web_port(self, kept: state.State) -> state.State:
        """The port of last time as long as it is free: QR credentials printed here name it.

        A port given by environment is never moved: what stands before this machine counts on it.
        """
        host = self._plan.http_host
        given = kept.http_port_given or self._plan.http_port not in {0, kept.http_port}
        wanted = self._plan.http_port or kept.http_port
        unused = not self._plan.web_processes and not given  # whoever has it meanwhile, nothing of ours collides
        running = program.web(self._plan.home, "", 0, 1).note() is not None
        if wanted and (unused or running or ports.is_free(wanted, host)):
            return replace(kept, http_port=wanted, http_port_given=given)
        if given:
            raise Unavailable("PORT_TAKEN", port=wanted)
        chosen = ports.free_web(host)
        if wanted:
            self._say(f"port {wanted} is taken: the web moves to {chosen}; QR credentials issued so far name {wanted}")
        return replace(kept, http_port=chosen)

    def _settle_web(self, kept: state.State, save: Callable[[state.State], None]) -> None:
        """Wait until the web process has its port; when another service was faster, it gets another one."""
        for attempt in range(_ATTEMPTS):
            port = self._port(kept)
            lost = [web for web in self._webs(kept) if not program.await_listening(web, port)]
            if not lost:
                return
            taken = not ports.is_free(port, self._plan.http_host)
            if kept.http_port_given or not taken or attempt + 1 == _ATTEMPTS:
                raise lost[0].failed()
            kept = replace(kept, http_port=ports.free_web(self._plan.http_host))
            self._say(f"port {port} was taken meanwhile: the web moves to {kept.http_port}")
            save(kept)  # before it starts: it reads there what its papers are to name
            for web in self._webs(kept):
                self._ensure(web, kept)

    def _start_postgres(self, kept: state.State) -> int:
        """The port it runs on, started or not."""
        if (port := self._postgres.running_on()) is not None:
            return port
        self._say("starting PostgreSQL")
        self._postgres.stop()
        return _on_a_free_port(
            kept.postgres_port,
            lambda port: self._postgres.start(
                port,
                password=kept.postgres_password,
                program_password=kept.program_password,
                backup_password=kept.backup_password,
            ),
        )

    def _start_objects(self, kept: state.State) -> int:
        """The same for the object store."""
        if (port := self._objects.running_on()) is not None:
            return port
        self._say("starting the object store")
        self._objects.stop()
        return _on_a_free_port(
            kept.s3_port,
            lambda port: self._objects.start(
                port, access_key=kept.s3_access_key, secret_key=kept.s3_secret_key, store_key=kept.store_key
            ),
        )

    def _workers(self) -> tuple[program.Program, ...]:
        return tuple(
            program.worker(self._plan.home, number + 1, self._plan.worker_jobs) for number in range(self._plan.workers)
        )

    def _surplus_workers(self) -> tuple[program.Program, ...]:
        """Workers of an earlier start with a higher count."""
        wanted = {worker.name for worker in self._workers()}
        found = (path.stem for path in (self._plan.home / "run").glob("worker-*.json"))
        return tuple(
            program.worker(self._plan.home, int(name.removeprefix("worker-")), 1)
            for name in found
            if name not in wanted
        )

    def _made_from(self, kept: state.State) -> str:
        """Digest of what our processes read at their start: they are started anew when it changes."""
        postgres, objects = self._embedded(kept)
        facts = [
            kept.database_url if postgres else self._plan.database_url,
            kept.settings(postgres=False, objects=objects) if objects else self._plan.s3_endpoint,
            self._plan.http_host, self._port(kept), self._plan.web_processes, self._plan.worker_jobs,
            kept.national_port,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def _store_health(self, part: str, store: Postgres | Objects, url: str | None, *, embedded: bool) -> Health:
        if not embedded and url is not None:
            host, port = _host_and_port(url)
            return Health(
                part=part, up=ports.answers(port, host), given=True, address=f"{host}:{port}", pid=None, log=None
            )
        port_now = store.running_on()
        note = process.read_note(store.note)
        return Health(
            part=part,
            up=port_now is not None,
            given=False,
            address=f"{ports.LOOPBACK}:{port_now}" if port_now else "",
            pid=note.pid if note else None,
            log=str(store.log),
        )


def _on_a_free_port(first: int, start: Callable[[int], None]) -> int:
    """Start a server on `first`, or elsewhere when that port was taken meanwhile; the port it runs on."""
    port = first
    for attempt in range(_ATTEMPTS):
        if not ports.is_free(port):
            port = next(ports.free_inner({first}))
        try:
            start(port)
        except Unavailable:
            if attempt + 1 == _ATTEMPTS or ports.is_free(port):  # not the port's fault: again would not help
                raise
        else:
            return port
    raise Unavailable("PORT_TAKEN", port=port)


def _program_health(part: program.Program, address: str, *, up: bool) -> Health:
    note = part.note()
    return Health(
        part=part.name, up=up, given=False, address=address, pid=note.pid if note else None, log=str(part.log)
    )


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url if "//" in url else f"//{url}")
    return parts.hostname or ports.LOOPBACK, parts.port or _DEFAULT_POSTGRES_PORT
