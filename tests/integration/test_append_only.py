"""The program works as a role that cannot change the past, whatever it is told; what is exported proves itself."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import DBAPIError

from tests.fakes import desk
from tests.fakes.parts import with_other
from vault.bootstrap import App
from vault.db import PostgresUnitOfWork
from vault.domain.audit import Event
from vault.domain.people import Action
from vault.log import parse_proof
from vault.usecases.oversee.export_events import export_events

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def events(parts: App) -> App:
    with parts.uow.begin() as tx:
        for number in range(5):
            details = {"number": number}
            tx.events.add(Event(parts.clock.now(), desk.actor_of(parts), Action.OVERSEE, details=details))
    while parts.log.head().size < parts.log.advance():
        pass
    return parts


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET purpose = 'khác'",
        "DELETE FROM event",
        "TRUNCATE event CASCADE",
        "UPDATE log_leaf SET salt = ''",
        "DELETE FROM log_leaf",
        "DELETE FROM log_head",
        "UPDATE log_head SET size = size + 1",
        "DELETE FROM ended_paper",
        "UPDATE ended_paper SET paper = ''",
        "DELETE FROM replaced_attachment",
        "UPDATE replaced_attachment SET replaced = '{}', record_code = ''",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TRIGGER event_no_change ON event",
        "DROP TABLE log_leaf",
        "CREATE OR REPLACE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT NULL::record'",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER ROLE vault_app SUPERUSER",
    ],
)
def test_the_program_cannot_change_what_happened(events: App, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught, events.uow.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    told = str(caught.value.orig)
    assert "permission denied" in told or "must be owner" in told


def test_the_program_works_as_that_role(events: App) -> None:
    with events.uow.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == "vault_app"
        owned = "SELECT count(*) FROM pg_tables WHERE tableowner = 'vault_app'"
        assert connection.exec_driver_sql(owned).scalar_one() == 0


@pytest.mark.parametrize("way", ["RESET ROLE", "SET ROLE NONE", "SET SESSION AUTHORIZATION DEFAULT", "DISCARD ALL"])
def test_no_statement_gives_a_session_of_the_program_more(events: App, way: str) -> None:
    """Not even one of an attacker's own: the program signs in as a role that owns nothing and is no owner's member."""
    with events.uow.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(way)
        assert connection.exec_driver_sql("SELECT current_user, session_user").one() == ("vault_app", "vault_app")
        for more in ("SET ROLE vault", "SET ROLE postgres", "SET SESSION AUTHORIZATION vault", "DELETE FROM event"):
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.exec_driver_sql(more)
        with pytest.raises(DBAPIError, match="must be owner"):
            connection.exec_driver_sql("DROP POLICY wall ON record")


def test_the_doctor_tells_who_signs_in_as_the_owner(events: App) -> None:
    assert events.looks.database_role() == ("vault_app", True, True)
    owner = events.settings.owner_database_url
    assert owner is not None
    of_before = with_other(events, uow=PostgresUnitOfWork(owner.get_secret_value()))
    try:
        assert of_before.looks.database_role() == ("vault_app", True, False), "takes the role, and could give it back"
    finally:
        of_before.uow.close()


def test_an_export_holds_every_event_with_what_proves_it(events: App) -> None:
    lines = [json.loads(line) for line in export_events(uow=events.uow, log=events.log)]
    assert len(lines) == events.log.head().size
    assert [line["place"] for line in lines] == list(range(len(lines)))
    newest = lines[-1]
    assert newest["event"]["action"]
    leaf = {"c": newest["commitment"], "p": newest["place"], "r": newest["event"]["record"]}
    # Who has the export and the published log needs nothing else: the commitment is the leaf's.
    proof = parse_proof(events.log.proof_of(newest["place"]).text)
    assert json.loads(proof.entry) == leaf
