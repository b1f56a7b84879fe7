"""A process that stands still keeps nobody waiting for ever, and a sequencer that lost its turn publishes nothing."""

from __future__ import annotations

import time

import psycopg
import pytest

from tests.fakes.parts import with_other
from tests.faults.test_killed_log import add_events, one_tree
from vault.bootstrap import App, database_url
from vault.domain.errors import Unavailable
from vault.log import TransparencyLog

pytestmark = pytest.mark.service
TURN = 7_264_003
"""Of `vault.db.log`: whoever holds it is the sequencer."""


def test_the_server_ends_a_transaction_that_stands_still_and_its_rows_are_free(parts: App) -> None:
    """After two minutes; the same end is waited for here with a shorter patience, set in that one transaction."""
    with parts.uow.begin() as tx:
        ask = tx.keys._db.exec_driver_sql
        assert ask("SHOW idle_in_transaction_session_timeout").scalar_one() == "2min"
        assert ask("SHOW statement_timeout").scalar_one() == "1min"
    with pytest.raises(Unavailable, match="DATABASE_DOWN"):
        _stand_still(parts)
    with parts.uow.begin() as tx:
        tx.keys.lock("stands still")


def _stand_still(parts: App) -> None:
    with parts.uow.begin() as still:
        still.keys.lock("stands still")
        still.keys._db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 50")
        with parts.uow.begin() as other:
            other.keys.lock("stands still")  # waits for its end
        still.keys.lock("and goes on as if nothing had been")


class LosesTheTurn:
    """Files of a sequencer whose session is ended at its first tile; another one goes on where it stood."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.put_paths: list[str] = []

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        """As they are."""
        if not self.put_paths:
            self._end_turn()
            add_events(self._app, 5)
            self._app.log.advance()
        self.put_paths.append(path)
        self._app.files.put(path, data, mime=mime)

    def get(self, path: str) -> bytes | None:
        """As they are."""
        return self._app.files.get(path)

    def _end_turn(self) -> None:
        holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
        end = time.monotonic() + 60
        url = database_url(self._app.settings).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(f"SELECT pg_terminate_backend(pid) FROM ({holders}) AS turn", (TURN,))  # type: ignore[arg-type] # noqa: S608 - a sentence of ours
            while database.execute(holders, (TURN,)).fetchall():
                assert time.monotonic() < end
                time.sleep(0.01)


def test_a_sequencer_that_lost_its_turn_publishes_no_checkpoint(parts: App) -> None:
    app = with_other(parts)
    while app.log.head().size < app.log.advance():
        pass
    add_events(app, 7)
    files = LosesTheTurn(app)
    late = TransparencyLog(uow=app.uow, files=files, key=app.log._key, origin=app.log._origin, clock=app.clock)
    with pytest.raises(Unavailable, match="DATABASE_DOWN"):
        late.advance()
    assert files.put_paths
    assert "checkpoint" not in files.put_paths
    found = app.files.get("checkpoint")
    assert found is not None
    assert int(found.split(b"\n")[1]) == app.log.head().size, "what the other one published stands"
    one_tree(app)
