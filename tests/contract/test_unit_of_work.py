"""Row, job and event commit together or not at all; nobody sees them before, and no job can start before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text

from tests.fakes.engines import scan
from vault.bootstrap import App
from vault.db import PostgresUnitOfWork
from vault.domain.audit import Event
from vault.domain.errors import Invalid, NotFound, Unavailable
from vault.domain.ids import digest_of
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState
from vault.domain.people import SYSTEM, Action
from vault.ports import Tx

pytestmark = pytest.mark.service
NOW = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
NUMBERS = itertools.count(1)


def intake() -> Intake:
    number = next(NUMBERS)
    return Intake(
        id=IntakeId(f"uow-{number}"),
        state=IntakeState.RECEIVED,
        original=digest_of(scan(number) + b"unit of work"),
        filename="a.png",
        mime="image/png",
        size=1,
        channel=Channel.API,
        agency_code="H24.900",
        received_by="local:canbo",
        received_at=NOW,
        page_count=1,
    )


@pytest.fixture
def outside(parts: App) -> Iterator[psycopg.Connection]:
    """Somebody else's connection."""
    url = parts.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value(), autocommit=True) as connection:
        yield connection


def seen(outside: psycopg.Connection, intake_id: str) -> tuple[int, int, int]:
    """How many rows, jobs and events of this intake anybody else can see."""
    row = outside.execute(
        "SELECT (SELECT count(*) FROM intake WHERE id = %(id)s),"
        " (SELECT count(*) FROM procrastinate_jobs WHERE args->>'intake_id' = %(id)s),"
        " (SELECT count(*) FROM event WHERE details->>'intake' = %(id)s)",
        {"id": intake_id},
    ).fetchone()
    assert row is not None
    return row


def write(tx: Tx, paper: Intake) -> None:
    tx.intakes.add(paper)
    tx.jobs.read(paper.id)
    tx.events.add(Event(NOW, SYSTEM, Action.RECEIVE, details={"intake": paper.id}))


def test_everything_is_seen_after_the_commit_and_nothing_before(parts: App, outside: psycopg.Connection) -> None:
    paper = intake()
    with parts.uow.begin() as tx:
        write(tx, paper)
        assert tx.intakes.get(paper.id).state is IntakeState.RECEIVED
        assert seen(outside, paper.id) == (0, 0, 0)
    assert seen(outside, paper.id) == (1, 1, 1)


@pytest.mark.parametrize("error", [RuntimeError, NotFound, KeyboardInterrupt])
def test_any_exception_takes_everything_back(
    parts: App, outside: psycopg.Connection, error: type[BaseException]
) -> None:
    paper = intake()

    def doomed() -> None:
        with parts.uow.begin() as tx:
            write(tx, paper)
            raise error("X")

    with pytest.raises(error):
        doomed()
    assert seen(outside, paper.id) == (0, 0, 0)


def test_a_statement_that_fails_takes_everything_back(parts: App, outside: psycopg.Connection) -> None:
    paper = intake()

    def doomed() -> None:
        with parts.uow.begin() as tx:
            write(tx, paper)
            tx.intakes.set_state(paper.id, IntakeState.FAILED, failure="a\x00b")

    with pytest.raises(Invalid) as caught:
        doomed()
    assert caught.value.code == "DATA_REFUSED"
    assert seen(outside, paper.id) == (0, 0, 0)


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "a\x00b"])
def test_text_that_no_database_holds_is_refused_wherever_it_stands(parts: App, odd: str) -> None:
    for write_odd in (
        lambda tx: tx.accounts.by_username(odd),
        lambda tx: tx.intakes.get(IntakeId(odd)),
        lambda tx: tx.events.add(Event(NOW, SYSTEM, Action.READ, details={"odd": odd})),
        lambda tx: tx.events.add(Event(NOW, SYSTEM, Action.READ, purpose=odd)),
    ):
        with pytest.raises(Invalid) as caught, parts.uow.begin() as tx:
            write_odd(tx)
        assert caught.value.code == "DATA_REFUSED"


def test_a_connection_that_broke_is_a_part_that_is_down_and_the_next_one_works(
    parts: App, outside: psycopg.Connection
) -> None:
    paper = intake()

    def doomed() -> None:
        with parts.uow.begin() as tx:
            write(tx, paper)
            own = tx.intakes._db.execute(text("SELECT pg_backend_pid()")).scalar_one()
            outside.execute("SELECT pg_terminate_backend(%s)", (own,))
            tx.jobs.seal(paper.id)

    with pytest.raises(Unavailable) as caught:
        doomed()
    assert caught.value.code == "DATABASE_DOWN"
    assert seen(outside, paper.id) == (0, 0, 0)
    with parts.uow.begin() as tx:
        write(tx, paper)
    assert seen(outside, paper.id) == (1, 1, 1)


def test_no_connection_left_is_a_part_that_is_down(parts: App) -> None:
    url = parts.settings.owner_database_url
    assert url is not None
    small = PostgresUnitOfWork(url.get_secret_value(), pool_size=1)
    small._engine.pool._max_overflow = 0
    small._engine.pool._timeout = 0.1
    try:
        with small.begin(), pytest.raises(Unavailable) as caught, small.begin():
            pass
        assert caught.value.code == "DATABASE_DOWN"
    finally:
        small.close()


def test_a_database_that_is_not_there_is_a_part_that_is_down() -> None:
    nowhere = PostgresUnitOfWork("postgresql://vault:x@127.0.0.1:1/vault")
    try:
        with pytest.raises(Unavailable) as caught, nowhere.begin():
            pass
        with pytest.raises(Unavailable):
            nowhere.ping()
        assert caught.value.code == "DATABASE_DOWN"
    finally:
        nowhere.close()


def test_a_worker_is_seen_while_its_heart_beats(parts: App, outside: psycopg.Connection) -> None:
    def seen_now() -> bool:
        with parts.uow.begin() as tx:
            return tx.jobs.worker_seen()

    assert not seen_now()
    outside.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')")
    assert not seen_now()
    outside.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert seen_now()
    outside.execute("DELETE FROM procrastinate_workers")
