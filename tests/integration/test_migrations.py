"""The migrations make exactly the schema that the code describes, once, whoever starts them; events are for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine

from vault.bootstrap import App
from vault.db import tables, upgrade
from vault.db.migrate import sqlalchemy_url

pytestmark = pytest.mark.service


@pytest.fixture
def empty(parts: App, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty schema in the same database."""
    url = parts.settings.owner_database_url
    assert url is not None
    base = url.get_secret_value()
    name = f"empty_{abs(hash(request.node.name)) % 10**8}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        yield f"{base}?options=-csearch_path%3D{name}"
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def differences(url: str) -> list[object]:
    def ours(name: str | None, kind: str, _: object) -> bool:
        return not (kind == "table" and name is not None and name.startswith("procrastinate_"))

    engine = create_engine(sqlalchemy_url(url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"compare_type": True, "compare_server_default": True, "include_name": ours},
            )
            found = compare_metadata(context, tables.metadata)
    finally:
        engine.dispose()
    kept = {"alembic_version"}
    return [one for one in found if not (one[0] == "remove_table" and one[1].name in kept)]


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    return {row[0] for row in rows}


def test_upgrade_makes_the_schema_that_the_code_describes(empty: str) -> None:
    upgrade(empty)
    assert differences(empty) == []
    assert names(empty) >= set(tables.metadata.tables) | {"procrastinate_jobs", "alembic_version"}


def test_a_difference_would_be_seen(empty: str) -> None:
    upgrade(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("ALTER TABLE intake DROP COLUMN hint_type")
    assert [one[0] for one in differences(empty)] == ["add_column"]


def test_upgrading_again_changes_nothing(empty: str) -> None:
    upgrade(empty)
    before = names(empty)
    upgrade(empty)
    assert (names(empty), differences(empty)) == (before, [])


def test_four_upgrades_at_once_are_one(empty: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, [empty] * 4))
    assert differences(empty) == []
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET code = 'X'",
        "UPDATE event SET at = now() WHERE false OR id > 0",
        "DELETE FROM event",
        "TRUNCATE event",
        "TRUNCATE event CASCADE",
    ],
)
def test_audit_events_cannot_be_changed_or_taken_away(parts: App, statement: str) -> None:
    url = parts.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value()) as connection:
        connection.execute(
            "INSERT INTO event (at, account_id, actor_name, role, action, outcome, details)"
            " VALUES (now(), 'x', 'X', 'SYSTEM', 'READ', 'DONE', '{}')"
        )
        # A table that others refer to is not emptied either way.
        with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.FeatureNotSupported)):
            connection.execute(statement)  # type: ignore[call-overload] # a table of statements
        connection.rollback()
