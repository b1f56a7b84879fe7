"""A large set of invented records: cut off while it is made it goes on, whole; and no other home is taken for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from deploy import kept_set
from tests.counter import AGENCY, Counter, running
from vault.db.seeding import seed

pytestmark = pytest.mark.service
_SCHEMA = """
    SELECT tablename || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
"""


class Cut(Exception):  # noqa: N818 - no error: the plug was pulled
    """The plug is pulled."""


@pytest.fixture
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("seeding")) as found:
        yield found


def at(number: int) -> Callable[[int], None]:
    """Cut off once so many are copied."""

    def told(last: int) -> None:
        if last == number:
            raise Cut

    return told


def test_a_home_that_is_no_set_is_refused_and_one_that_was_cut_off_becomes_whole(counter: Counter) -> None:
    counter.account("ai-do", AGENCY)
    secret = counter.app.settings.owner_database_url
    assert secret is not None
    url = secret.get_secret_value()

    def asked(query: str) -> set[str]:
        with psycopg.connect(url) as db:
            return {str(row[0]) for row in db.execute(query)}

    whole = asked(_SCHEMA)
    with pytest.raises(SystemExit, match="no set of a benchmark"):
        kept_set.fill(url, 100)
    assert "ai-do" in asked("SELECT username FROM account"), "nothing was taken away"
    with pytest.raises(Cut):
        seed(url, 1, 120, told=at(80), chunk=40)
    assert len(asked(_SCHEMA)) < len(whole), "it copies without indexes"
    seed(url, 81, 120, chunk=40)
    assert asked(_SCHEMA) == whole
    with pytest.raises(Cut):  # all are copied, and the indexes are still to be made
        seed(url, 121, 200, told=at(200), chunk=40)
    assert len(asked(_SCHEMA)) < len(whole)
    seed(url, 201, 200)
    assert asked(_SCHEMA) == whole
    assert asked("SELECT count(*) FROM record") == {"200"}
