"""`kill -9` while a paper is being sealed: the next worker finds the job, and the record exists once."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

import psycopg
import pytest

from tests.fakes.engines import scan
from tests.service import Service
from vault.domain.audit import Outcome
from vault.domain.people import Action, Role
from vault.embedded import process

pytestmark = pytest.mark.service
FIRST_SCAN = 10_000_000
ATTEMPTS = 6
FOUND_AGAIN_SECONDS = 300
"""A worker is given up after 30 s without a heartbeat, and that is looked for every 15 s."""


@dataclass
class Worker:
    """The worker process of a service, and the jobs that it has in hand."""

    service: Service
    database: psycopg.Connection

    def pids(self) -> list[int]:
        """Its processes by their notes."""
        notes = [process.read_note(note) for note in (self.service.home / "run").glob("worker-*.json")]
        return [note.pid for note in notes if note is not None]

    def signal(self, number: signal.Signals) -> None:
        """Signal them all."""
        for pid in self.pids():
            os.kill(pid, number)

    def holds(self, intake_id: str) -> bool:
        """Whether a seal of this paper is being done right now."""
        row = self.database.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'seal_intake' AND status = 'doing' AND args->>'intake_id' = %s",
            (intake_id,),
        ).fetchone()
        return row == (1,)


def confirmed(service: Service, number: int) -> str:
    officer = service.client(Role.OFFICER)
    got = officer.post("/api/v1/intakes", files={"file": ("a.png", scan(number))}).raise_for_status().json()
    intake_id = str(got["intake"]["id"])
    assert service.wait_for_intake(intake_id, "READ")["failure"] is None
    said = {
        "type": "GPXD",
        "holders": [{"number": "031090000004", "name": "LÊ THỊ THỬ"}],
        "fields": {"number": f"{number}/GPXD"},
        "compared_with_original": True,
    }
    officer.post(f"/api/v1/intakes/{intake_id}/confirm", json=said).raise_for_status()
    return intake_id


def caught_sealing(service: Service, worker: Worker) -> str:
    """A paper whose seal the worker has begun and not finished; the worker stands still."""
    for number in range(FIRST_SCAN, FIRST_SCAN + ATTEMPTS):
        intake_id = confirmed(service, number)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not worker.holds(intake_id):
            with service.app.uow.begin() as tx:
                if tx.intakes.get(intake_id).record:  # type: ignore[arg-type] # an id as it was told
                    break
        worker.signal(signal.SIGSTOP)
        # Its job is in hand still, and no longer for the sake of the queue alone: nothing of the record is kept yet.
        with service.app.uow.begin() as tx:
            kept = tx.intakes.get(intake_id).record  # type: ignore[arg-type] # an id as it was told
        if worker.holds(intake_id) and kept is None:
            return intake_id
        worker.signal(signal.SIGCONT)
    pytest.fail(f"the worker was quicker {ATTEMPTS} times")


def test_a_worker_killed_in_the_middle_of_a_seal_leaves_one_record(service: Service) -> None:
    url = service.app.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value(), autocommit=True) as database:
        worker = Worker(service, database)
        intake_id = caught_sealing(service, worker)
        killed = worker.pids()
        worker.signal(signal.SIGKILL)
        officer = service.client(Role.OFFICER)
        seen = officer.get(f"/api/v1/intakes/{intake_id}").json()
        assert (seen["state"], seen["record"]) == ("CONFIRMED", None)
        status, told = service.vault_json("up")
        assert (status, told["up"]) == (0, True)
        assert set(worker.pids()).isdisjoint(killed)
        deadline = time.monotonic() + FOUND_AGAIN_SECONDS
        while seen["state"] != "SEALED":
            assert time.monotonic() < deadline, seen
            assert seen["failure"] is None
            time.sleep(0.5)
            seen = officer.get(f"/api/v1/intakes/{intake_id}").json()
    with service.app.uow.begin() as tx:
        record = tx.records.get(seen["record"])
        assert [one.code for one in tx.records.of_blob(record.original)] == [record.code]
        assert len(tx.events.list(record=record.code, action=Action.SEAL, outcome=Outcome.DONE, limit=10)) == 1
    sealed = officer.get(f"/api/v1/records/{record.code}/files/SEALED").raise_for_status().content
    checked = service.client().post("/api/v1/verify/file", files={"file": ("s.pdf", sealed)}).json()
    assert (checked["verdict"], checked["record"]) == ("VALID", record.code)
