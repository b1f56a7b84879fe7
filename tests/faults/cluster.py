"""The many-machine shape on loopback: everything that `deploy/README.md` puts on machines of its own is a process here.

Two webs, three workers, PostgreSQL with a streaming replica, and a SeaweedFS cluster: a master, three volume servers
that keep every object twice, a filer and an S3 gateway. Each can be killed (`kill -9`) and started again.

Where root may, all data lie on a small disk of their own (a tmpfs), which a test can fill.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from pydantic import SecretStr

from tests.fakes.parts import HOST
from tests.fakes.ports import apart
from tests.faults.forge import Child, Forge
from tests.faults.processes import serve, work
from vault import bootstrap
from vault.bootstrap import SEED_ACCOUNTS, App
from vault.config import Settings
from vault.domain.people import Role
from vault.embedded import objects, ports, postgres, process
from vault.embedded.postgres import Postgres

WEBS, WORKERS, VOLUMES = 2, 3, 3
PASSWORD, KEY, SECRET, STORE_KEY = "ab" * 16, "cd" * 10, "ef" * 24, "01" * 24
_START_SECONDS = 60.0
_DISK_MB = 900


def wait_until(true: Callable[[], object], what: str, seconds: float = _START_SECONDS) -> None:
    """Until it is true; a failure of the test when that takes longer."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        time.sleep(0.05)


def log_of(home: Path) -> Path:
    """Where its parts write: not on the disk that a test fills, and still there when that is gone."""
    return home.with_name(f"{home.name}-log")


@dataclass
class Server:
    """A program of others (PostgreSQL, a part of SeaweedFS) with a note of its identity."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    home: Path
    ready: Callable[[], object]

    @property
    def note(self) -> Path:
        return self.home / "run" / f"{self.name}.json"

    def spawn(self) -> None:
        """Start it; `ready` tells when it serves."""
        process.spawn(self.argv, note=self.note, log=log_of(self.home) / f"{self.name}.log", cwd=self.cwd)

    def kill(self) -> None:
        """`kill -9` of it and of the processes it started; returns when they are gone."""
        if (note := process.read_note(self.note)) is not None:
            with suppress(ProcessLookupError):
                os.killpg(note.pid, signal.SIGKILL)
            assert process.wait_gone(note, 30)
            with suppress(ChildProcessError):
                os.waitpid(note.pid, 0)
        self.note.unlink(missing_ok=True)


@dataclass
class Cluster:
    """The running shape. Parts by name: web-0, worker-0, postgres, replica, master, volume-0, filer, s3."""

    home: Path
    forge: Forge
    ports: dict[str, int]
    own_disk: bool
    servers: dict[str, Server] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)
    app: App = field(init=False)

    @property
    def settings(self) -> Settings:
        """What every process of it is told."""
        return Settings(
            home=self.home / "vault",
            public_host=HOST,
            database_url=SecretStr(self.database_url("postgres")),
            s3_endpoint=f"127.0.0.1:{self.ports['s3']}",
            s3_access_key=SecretStr(KEY),
            s3_secret_key=SecretStr(SECRET),
            undo_seconds=0,
        )

    def database_url(self, server: str) -> str:
        """Of the primary, or of the replica."""
        return f"postgresql://vault:{PASSWORD}@127.0.0.1:{self.ports[server]}/vault"

    # --- parts -------------------------------------------------------------------------------------------------------
    def kill(self, name: str) -> None:
        """`kill -9`."""
        if name in self.servers:
            self.servers[name].kill()
        else:
            self.children.pop(name).kill()

    def start(self, name: str, *, quick: bool = True) -> None:
        """Start one part; returns when it serves."""
        if name in self.servers:
            server = self.servers[name]
            if name == "postgres":
                self._primary._clear_wreck()
            server.spawn()
            wait_until(server.ready, f"{name} serves; see {log_of(self.home)}")
            return
        kind = name.partition("-")[0]
        if kind == "web":
            child = self.forge.fork(serve_quick if quick else serve_real, self.settings, self.ports[name])
        else:
            child = self.forge.fork(work_quick if quick else work_real, self.settings)
        self.children[name] = child
        child.answer()
        if kind == "web":
            wait_until(lambda: ports.answers(self.ports[name]), f"{name} serves")

    def restart(self, name: str) -> None:
        """Kill it and start it again."""
        self.kill(name)
        self.start(name)

    @property
    def _primary(self) -> Postgres:
        return Postgres(self.home / "postgres")

    # --- asking ------------------------------------------------------------------------------------------------------
    def ask(
        self,
        method: str,
        path: str,
        role: Role | None = Role.OFFICER,
        *,
        first: int = 0,
        seconds: float = 60,
        **what: Any,
    ) -> httpx.Response:
        """Ask one web and then the other, until one of them answers for good: what a balancer and a person do.

        An answer of 5xx is asked again, for a part may be down; every other answer counts.
        """
        end, number = time.monotonic() + seconds, first
        while True:
            headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}
            url = f"http://127.0.0.1:{self.ports[f'web-{number % WEBS}']}{path}"
            with suppress(httpx.HTTPError):
                answer = httpx.request(method, url, headers=headers, timeout=20, **what)
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return answer
            assert time.monotonic() < end, f"no web answers {method} {path} for good in {seconds} s"
            number += 1
            time.sleep(0.1)

    def sign_in(self, role: Role) -> None:
        """Keep a session for this role."""
        seed = next(one for one in SEED_ACCOUNTS if one.role is role)
        said = {"username": seed.username, "password": seed.password}
        self.tokens[role] = self.ask("POST", "/api/v1/session", None, json=said).raise_for_status().json()["token"]

    def wait_for(self, intake_id: str, state: str, seconds: float = 90) -> dict[str, Any]:
        """The intake once it is in this state."""
        end = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.ask("GET", f"/api/v1/intakes/{intake_id}").raise_for_status().json()
            if found["state"] == state:
                return found
            assert found["failure"] is None, found
            assert time.monotonic() < end, f"{found}: not {state} in {seconds} s"
            time.sleep(0.1)

    def query(self, statement: str, server: str = "postgres") -> list[tuple[Any, ...]]:
        """Rows, on a connection of its own."""
        with psycopg.connect(self.database_url(server), autocommit=True, connect_timeout=10) as db:
            return db.execute(statement.encode()).fetchall()

    # --- the disk ----------------------------------------------------------------------------------------------------
    def fill_disk(self) -> Path:
        """Leave no byte free; gives the file to remove."""
        filler = self.home / "filler"
        with filler.open("wb") as file, suppress(OSError):
            while True:
                os.posix_fallocate(file.fileno(), file.tell(), 1 << 16)
                file.seek(1 << 16, os.SEEK_CUR)
        return filler


def serve_quick(line: Any, settings: Settings, port: int) -> None:
    serve(line, settings, port, quick=True)


def serve_real(line: Any, settings: Settings, port: int) -> None:
    serve(line, settings, port, quick=False)


def work_quick(line: Any, settings: Settings) -> None:
    work(line, settings, concurrency=2, quick=True)


def work_real(line: Any, settings: Settings) -> None:
    work(line, settings, concurrency=2, quick=False)


# --- how it comes up -------------------------------------------------------------------------------------------------
@contextmanager
def running(home: Path, forge: Forge) -> Iterator[Cluster]:
    """The whole shape in `home`, prepared as a deployment is; gone at the end."""
    home.mkdir(parents=True, exist_ok=True)
    own_disk = os.geteuid() == 0 and _mounted(home)
    home.chmod(0o711)
    names = (
        "postgres", "replica", "master", "master.grpc", "filer", "filer.grpc", "s3", "s3.grpc",
        *(f"volume-{one}{kind}" for one in range(VOLUMES) for kind in ("", ".grpc")),
        *(f"web-{one}" for one in range(WEBS)),
    )  # fmt: skip
    free = apart()
    cluster = Cluster(home, forge, {name: next(free) for name in names}, own_disk)
    try:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(_start_databases, cluster), pool.submit(_start_objects, cluster)]:
                done.result()
        cluster.settings.home.mkdir()
        bootstrap.prepare(cluster.settings)
        cluster.app = bootstrap.build(cluster.settings)
        yield cluster
    finally:
        if "app" in vars(cluster):
            cluster.app.close()
        for child in cluster.children.values():
            child.kill()
        for server in reversed(cluster.servers.values()):
            server.kill()
        for name, port in cluster.ports.items():
            part = "volume" if name.startswith("volume") else name.removesuffix(".grpc")
            Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108 - weed's choice
        if own_disk:
            subprocess.run(["umount", "--lazy", str(home)], check=True)


def _mounted(home: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(home)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _start_databases(cluster: Cluster) -> None:
    """The primary, and a replica made from its base backup by the role that takes backups."""
    primary, port = Postgres(cluster.home / "postgres"), cluster.ports["postgres"]
    for folder in ("log", "run"):
        (primary.home / folder).mkdir(parents=True)
    primary._make_cluster()
    (primary.data / "pg_hba.conf").write_text(postgres._WHO, encoding="ascii")
    primary._make_role(PASSWORD)
    cluster.servers["postgres"] = _database(cluster, "postgres", primary.data)
    cluster.start("postgres")
    copy = cluster.home / "replica"
    copy.mkdir(mode=0o711)
    if os.geteuid() == 0:
        os.chown(copy, 65534, 65534)
    taken = subprocess.run(
        [
            *postgres._as_nobody(), str(postgres.program("pg_basebackup")), "-D", str(copy / "data"), "-R",
            "--checkpoint=fast", "--no-sync", "-X", "stream",
            "-d", f"postgresql://vault_backup:{PASSWORD}@127.0.0.1:{port}/",
        ],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert taken.returncode == 0, taken.stderr
    cluster.servers["replica"] = _database(cluster, "replica", copy / "data")
    cluster.start("replica")


def _database(cluster: Cluster, name: str, data: Path) -> Server:
    port = cluster.ports[name]
    argv = (
        *postgres._as_nobody(), str(postgres.program("postgres")), "-D", str(data), "-p", str(port),
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "timezone=UTC",
        "-c", "log_min_messages=warning", "-c", "max_wal_size=96MB", "-c", "min_wal_size=32MB",
        "-c", "max_connections=200",
    )  # fmt: skip

    def ready() -> bool:
        with suppress(psycopg.OperationalError):
            return cluster.query("SELECT 1", name) == [(1,)]
        return False

    return Server(name, argv, Path("/"), cluster.home, ready)


def _start_objects(cluster: Cluster) -> None:
    """A master, three volume servers, a filer with S3; every object lies on two of the three."""
    folder = cluster.home / "objects"
    folder.mkdir()
    store = objects.Objects(cluster.home)
    store._configure(KEY, SECRET, STORE_KEY)
    given = cluster.ports
    master = f"127.0.0.1:{given['master']}.{given['master.grpc']}"

    def weed(name: str, part: str, *flags: str, ready: Callable[[], object]) -> None:
        (folder / name).mkdir()
        argv = (
            str(objects._program()), "-logtostderr=true", part, "-ip.bind=127.0.0.1",
            *(() if part == "s3" else ("-ip=127.0.0.1",)),
            f"-port={given[name]}", f"-port.grpc={given[f'{name}.grpc']}", *flags,
        )  # fmt: skip
        cluster.servers[name] = Server(name, argv, folder, cluster.home, ready)
        cluster.servers[name].spawn()

    weed(
        "master", "master", "-mdir=master", "-peers=none", "-telemetry=false", "-defaultReplication=001",
        "-volumeSizeLimitMB=1024", ready=lambda: ports.answers(given["master"]),
    )  # fmt: skip
    for one in range(VOLUMES):
        name = f"volume-{one}"
        weed(
            name, "volume", f"-dir={name}", f"-master={master}", "-max=20", "-preStopSeconds=0", "-minFreeSpace=0",
            ready=lambda name=name: _volumes(given["master"]) and ports.answers(given[name]),
        )  # fmt: skip
    weed(
        "filer", "filer", f"-master={master}", "-defaultStoreDir=filer", "-defaultReplicaPlacement=001",
        "-localSocket=filer.sock", ready=lambda: ports.answers(given["filer"]),
    )  # fmt: skip
    wait_until(cluster.servers["filer"].ready, f"filer serves; see {log_of(cluster.home)}")
    filer = f"127.0.0.1:{given['filer']}.{given['filer.grpc']}"
    weed(
        "s3", "s3", f"-filer={filer}", "-config=s3.json", "-localSocket=s3.sock", "-port.iceberg=0", "-port.lance=0",
        ready=lambda: objects._answers(given["s3"]),
    )  # fmt: skip
    for name in ("master", *(f"volume-{one}" for one in range(VOLUMES)), "s3"):
        wait_until(cluster.servers[name].ready, f"{name} serves; see {log_of(cluster.home)}")
    wait_until(lambda: _volumes(given["master"]) == VOLUMES, "three volume servers are known")
    store._sync_every_write({name: given[name] for name in ("master", "master.grpc", "filer", "filer.grpc")})


def _volumes(port: int) -> int:
    """How many volume servers the master knows."""
    with suppress(httpx.HTTPError, KeyError, TypeError):
        told = httpx.get(f"http://127.0.0.1:{port}/dir/status", timeout=5).json()["Topology"]
        return sum(len(rack["DataNodes"] or ()) for centre in told["DataCenters"] for rack in centre["Racks"])
    return 0


def free_space(home: Path) -> int:
    """Bytes free on the disk under it."""
    return shutil.disk_usage(home).free
