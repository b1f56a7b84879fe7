"""Our own processes: the web and the workers. They read settings as all do: environment and `service.json`."""

from __future__ import annotations

import http.client
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from vault.domain.errors import Unavailable
from vault.embedded import ports, process

_START_SECONDS = 90.0
_STOP_SECONDS = 15.0  # an upload or a page being read may end in peace


@dataclass(frozen=True, slots=True)
class Program:
    """One process of ours, by name: `web`, `worker-1`, …."""

    home: Path
    name: str
    argv: tuple[str, ...]

    @property
    def log(self) -> Path:
        """Where it writes."""
        return self.home / "log" / f"{self.name}.log"

    @property
    def note_file(self) -> Path:
        """Where its identity is kept."""
        return self.home / "run" / f"{self.name}.json"

    def note(self) -> process.Note | None:
        """Its identity while it runs."""
        return process.read_note(self.note_file)

    def ensure(self, made_from: str) -> bool:
        """Start it unless it runs with the same settings already; True when it was started."""
        if (note := self.note()) is not None:
            if note.made_from == made_from:
                return False
            self.stop()
        # Counts of all processes of this machine lie in one folder, so that each web process can tell them all.
        counts = self.home.resolve() / "run" / "metrics"
        counts.mkdir(parents=True, exist_ok=True)
        process.spawn(
            self.argv, note=self.note_file, log=self.log, made_from=made_from,
            environment={"PROMETHEUS_MULTIPROC_DIR": str(counts)},
        )  # fmt: skip
        return True

    def stop(self) -> None:
        """Ask it to end, then make it."""
        if (note := self.note()) is not None:
            process.stop(note, seconds=_STOP_SECONDS)
        self.note_file.unlink(missing_ok=True)

    def listens(self, port: int) -> bool:
        """Whether it is this very process that took the port: another service of the machine may have been faster."""
        note = self.note()
        return note is not None and process.holds(note, ports.listeners(port))

    def failed(self) -> Unavailable:
        """The error that tells where to look."""
        return Unavailable("PART_FAILED", part=self.name, log=str(self.log), last=process.last_lines(self.log))


def web(home: Path, host: str, port: int, processes: int) -> Program:
    """The web process on its port."""
    return Program(
        home,
        "web",
        (
            sys.executable, "-m", "uvicorn", "vault.web.main:create", "--factory", "--host", host, "--port", str(port),
            "--workers", str(processes), "--no-server-header", "--timeout-graceful-shutdown", "10",
        ),
    )  # fmt: skip


def worker(home: Path, number: int, jobs: int) -> Program:
    """One worker process with so many jobs at a time; it yields to the web process, for whom somebody waits."""
    vault = str(Path(sys.executable).parent / "vault")
    return Program(home, f"worker-{number}", ("/usr/bin/nice", "-n", "5", vault, "worker", "--concurrency", str(jobs)))


def national(home: Path, port: int, token: str) -> Program:
    """The national store's simulator."""
    folder = home / "national"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Program(
        home,
        "national",
        (
            sys.executable, "-m", "vault.national.simulator", "--database", str(folder.resolve() / "store.sqlite"),
            "--port", str(port), "--token", token,
        ),
    )  # fmt: skip


def await_listening(program: Program, port: int) -> bool:
    """Wait until the process listens on its port; False when it ended instead.

    Raises `Unavailable("PART_FAILED")` when time runs out.
    """
    end = time.monotonic() + _START_SECONDS
    while not program.listens(port):
        if program.note() is None:
            return False
        if time.monotonic() > end:
            raise program.failed()
        time.sleep(0.05)
    return True


def await_ready(program: Program, host: str, port: int) -> None:
    """Wait until `/readyz` answers 200: it does when the database and the object store answer the web process.

    Raises `Unavailable("PART_FAILED")` when the process ends or time runs out.
    """
    end = time.monotonic() + _START_SECONDS
    while not (program.listens(port) and ready(host, port)):
        if program.note() is None or time.monotonic() > end:
            raise program.failed()
        time.sleep(0.05)


def ready(host: str, port: int) -> bool:
    """Whether `/readyz` answers 200 now."""
    near = ports.LOOPBACK if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(near, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
