"""The real service for tests: embedded PostgreSQL and object store, web and worker, in a folder of their own.

One service a test session (and, under xdist, one a worker process). Everything on it goes through HTTP or the command
line, as for a user; `service.app` opens the same parts for tests that look at rows or blobs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from vault.bootstrap import SEED_ACCOUNTS, App, build
from vault.config import Settings
from vault.domain.people import Role
from vault.embedded import process

ROOT = Path(__file__).resolve().parent.parent
VAULT = ROOT / ".venv" / "bin" / "vault"
WAIT_SECONDS = 240
METRICS_TOKEN = "do-thu-2026"


@dataclass
class Service:
    """A running service."""

    home: Path
    url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment beside the usual."""
    _clients: dict[Role | None, httpx.Client] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Environment in which `vault` means this service."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - the command's environment is what is tested
        return kept | {"VAULT_HOME": str(self.home), "VAULT_METRICS_TOKEN": METRICS_TOKEN, **self.settings}

    @cached_property
    def app(self) -> App:
        """The parts behind it."""
        return build(Settings(home=self.home))

    def vault(self, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run the command line against this service."""
        return subprocess.run(
            [str(VAULT), *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=check,
            timeout=300,
        )

    def vault_json(self, *arguments: str) -> tuple[int, Mapping[str, Any]]:
        """Run with `--json`; gives the exit status and the object on the last line."""
        done = self.vault(*arguments, "--json")
        return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])

    def client(self, role: Role | None = None) -> httpx.Client:
        """A client that is signed in with the development account of a role, or a stranger's."""
        if role is None:
            if None not in self._clients:
                self._clients[None] = httpx.Client(base_url=self.url, timeout=60)
            return self._clients[None]
        if role not in self._clients:
            seed = next(one for one in SEED_ACCOUNTS if one.role is role)
            client = httpx.Client(base_url=self.url, timeout=60)
            answer = client.post("/api/v1/session", json={"username": seed.username, "password": seed.password})
            client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['token']}"
            self._clients[role] = client
        return self._clients[role]

    def wait_for_intake(self, intake_id: str, *states: str) -> Mapping[str, Any]:
        """The intake once it is in one of the states, or failed."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            intake = self.client(Role.OFFICER).get(f"/api/v1/intakes/{intake_id}").raise_for_status().json()
            if intake["state"] in {*states, "FAILED"} or intake["failure"]:
                return intake
            time.sleep(0.2)
        pytest.fail(f"intake {intake_id} did not reach {states} in {WAIT_SECONDS} s; see {self.home}/log")

    def settle(self) -> None:
        """Wait until the worker has done what tests before left to it; what comes by the clock does not count."""
        waiting = (
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND NOT args ? 'timestamp'"
            " AND (scheduled_at IS NULL OR scheduled_at < now() + interval '1 minute')"
        )
        deadline = time.monotonic() + 2 * WAIT_SECONDS
        with self._owner() as database:
            while (left := database.execute(waiting).fetchone()) != (0,):
                if time.monotonic() > deadline:
                    pytest.fail(f"{left} jobs are left after {2 * WAIT_SECONDS} s; see {self.home}/log")
                time.sleep(0.2)

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """Its processes stand still meanwhile, none of them in the middle of a job: for a few seconds."""
        self.settle()
        notes = [process.read_note(one) for one in (self.home / "run").glob("worker-*.json")]
        pids = [note.pid for note in notes if note is not None]
        assert pids
        busy = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
        deadline = time.monotonic() + WAIT_SECONDS
        with self._owner() as database:
            while True:
                _signal(pids, signal.SIGSTOP)
                if database.execute(busy).fetchone() == (0,):
                    break
                _signal(pids, signal.SIGCONT)
                assert time.monotonic() < deadline, "the worker is never idle"
                time.sleep(0.2)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def _owner(self) -> psycopg.Connection[Any]:
        url = self.app.settings.owner_database_url or self.app.settings.database_url
        assert url is not None
        return psycopg.connect(url.get_secret_value(), autocommit=True)

    def digitize(
        self, data: bytes, name: str, *, type_code: str, holders: list[Mapping[str, str]], fields: Mapping[str, str]
    ) -> str:
        """Take a paper in over HTTP to the end; gives the record code."""
        officer = self.client(Role.OFFICER)
        got = officer.post("/api/v1/intakes", files={"file": (name, data)}).raise_for_status().json()
        intake_id = got["intake"]["id"]
        assert self.wait_for_intake(intake_id, "READ", "CONFIRMED", "SEALED")["failure"] is None
        said = {"type": type_code, "holders": holders, "fields": dict(fields), "compared_with_original": True}
        officer.post(f"/api/v1/intakes/{intake_id}/confirm", json=said).raise_for_status()
        sealed = self.wait_for_intake(intake_id, "SEALED")
        assert sealed["failure"] is None
        return str(sealed["record"])


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


@contextmanager
def running(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """A service in `home`, stopped at the end."""
    found = Service(home, settings=settings or {})
    try:
        done = found.vault("up", "--json")
        if done.returncode != 0:
            pytest.fail(f"vault up: {done.stdout}\n{done.stderr}")
        found.url = json.loads(done.stdout.strip().splitlines()[-1])["url"]
        yield found
    finally:
        for client in found._clients.values():
            client.close()
        if "app" in vars(found):
            found.app.close()
        found.vault("down")
