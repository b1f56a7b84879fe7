"""What the worker does with jobs that wait for a part or that lost their worker, and with lists that run out."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.jobs import Job, Status

from vault.bootstrap import App, SystemClock, SystemIds, prepare_keys
from vault.config import Settings
from vault.domain.errors import Unavailable
from vault.domain.intake import IntakeState
from vault.worker.run import MOST_STARTS, WaitForPart, after_stall, renew_keys


def _job(attempts: int, task: str = "read", **arguments: Any) -> Job:
    return Job(
        id=7,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name=task,
        task_kwargs=arguments,
        attempts=attempts,
    )


@dataclass
class _Jobs:
    """Remembers what was asked of the queue."""

    asked: list[tuple[str, object]] = field(default_factory=list)

    async def retry_job(self, job: Job) -> None:
        self.asked.append(("retry", job.id))

    async def finish_job(self, job: Job, *, status: Status, delete_job: bool) -> None:
        assert not delete_job
        self.asked.append((status.value, job.id))


class _Intakes:
    def __init__(self) -> None:
        self.failure: str | None = None

    def get(self, _id: str, *, lock: bool) -> SimpleNamespace:
        assert lock
        return SimpleNamespace(state=IntakeState.RECEIVED, agency_code="H24.900")

    def set_state(self, _id: str, state: IntakeState, *, failure: str) -> None:
        assert state is IntakeState.FAILED
        self.failure = failure


def _after_stall(job: Job) -> tuple[list[tuple[str, object]], str | None]:
    jobs, intakes = _Jobs(), _Intakes()
    tx = SimpleNamespace(intakes=intakes, events=SimpleNamespace(add=lambda _: None))
    app = SimpleNamespace(uow=SimpleNamespace(begin=lambda: nullcontext(tx)), clock=SystemClock())
    asyncio.run(after_stall(job, jobs=jobs, app=app))  # type: ignore[arg-type]
    return jobs.asked, intakes.failure


def test_a_job_that_lost_its_worker_runs_again() -> None:
    assert _after_stall(_job(MOST_STARTS - 1, intake_id="x")) == ([("retry", 7)], None)


def test_a_paper_that_keeps_ending_workers_is_given_up() -> None:
    assert _after_stall(_job(MOST_STARTS, intake_id="x")) == ([("failed", 7)], "INTERNAL_ERROR")


def test_a_copy_that_keeps_ending_workers_takes_nothing_back_from_its_paper() -> None:
    assert _after_stall(_job(MOST_STARTS, task="make_searchable", intake_id="x")) == ([("failed", 7)], None)


def test_a_job_of_no_paper_always_runs_again() -> None:
    assert _after_stall(_job(50, timestamp=1)) == ([("retry", 7)], None)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (3, 16), (10, 600), (100_000, 600)])
def test_a_part_that_is_down_is_waited_for_without_end(attempts: int, seconds: int) -> None:
    before = SystemClock().now()
    decision = WaitForPart().get_retry_decision(exception=Unavailable("DATABASE_DOWN"), job=_job(attempts))
    after = SystemClock().now()
    assert decision is not None
    assert decision.retry_at is not None
    assert before <= decision.retry_at - timedelta(seconds=seconds) <= after


def test_what_will_not_change_is_not_tried_again() -> None:
    assert WaitForPart().get_retry_decision(exception=ValueError(), job=_job(0)) is None


class _Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(days=61)


def test_lists_that_run_out_are_signed_anew(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, public_host="kho.example.vn")
    prepare_keys(App(settings, SystemClock(), SystemIds()))
    later = App(settings, _Later(), SystemIds())
    stale = later.sealing
    crls = [path.read_bytes() for path in sorted((tmp_path / "keys" / "development").glob("crl?"))]
    with pytest.raises(Unavailable, match="TRUST_LIST"):
        later.credentials.trusted(now=later.clock.now())
    renew_keys(later)
    assert later.credentials.trusted(now=later.clock.now()).version == 2
    assert [path.read_bytes() for path in sorted((tmp_path / "keys" / "development").glob("crl?"))] != crls
    assert later.sealing is not stale
