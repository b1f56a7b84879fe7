"""One use case, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import monotonic

import psycopg
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from vault.db.access import PgAccess
from vault.db.batches import PgBatches
from vault.db.citizens import PgConsents, PgHandIns
from vault.db.corrections import PgCorrections
from vault.db.data_requests import PgDataRequests
from vault.db.dossiers import PgDossiers
from vault.db.events import PgEvents
from vault.db.evidence import PgEvidence
from vault.db.figures import PgFigures
from vault.db.forms import PgForms
from vault.db.hand_overs import PgHandOvers
from vault.db.holds import PgHolds
from vault.db.intakes import PgIntakes
from vault.db.jobs import Carried, PgJobs, queue_app
from vault.db.keys import PgBlobKeys
from vault.db.log import PgLogRows
from vault.db.mandates import PgMandates
from vault.db.migrate import sqlalchemy_url
from vault.db.others import PgOutbox
from vault.db.outside import PgOutside
from vault.db.peer_questions import PgPeerQuestions
from vault.db.people import PgAccounts, PgHolders
from vault.db.records import PgRecords
from vault.db.rights import work_as_role
from vault.db.search import PgSearch
from vault.db.shares import PgShares
from vault.db.sign_in import PgSignIns
from vault.db.texts import PgTexts
from vault.db.ties import PgTies
from vault.db.upkeep import PgUpkeep
from vault.db.vitals import PgVitals
from vault.db.walls import Walls
from vault.db.webhooks import PgWebhooks
from vault.domain.audit import Event
from vault.domain.errors import Invalid, Unavailable
from vault.domain.people import Actor
from vault.ports import KeyService, Reach


@dataclass(frozen=True, slots=True)
class PgTx:
    """`ports.Tx`: the repositories of one connection."""

    batches: PgBatches
    hand_overs: PgHandOvers
    accounts: PgAccounts
    holders: PgHolders
    intakes: PgIntakes
    records: PgRecords
    dossiers: PgDossiers
    events: PgEvents
    search: PgSearch
    jobs: PgJobs
    log: PgLogRows
    shares: PgShares
    access: PgAccess
    sign_ins: PgSignIns
    vitals: PgVitals
    consents: PgConsents
    hand_ins: PgHandIns
    keys: PgBlobKeys
    holds: PgHolds
    corrections: PgCorrections
    forms: PgForms
    data_requests: PgDataRequests
    mandates: PgMandates
    figures: PgFigures
    evidence: PgEvidence
    webhooks: PgWebhooks
    ties: PgTies
    outbox: PgOutbox
    upkeep: PgUpkeep
    outside: PgOutside
    peer_questions: PgPeerQuestions


def _tx(
    connection: Connection,
    queue: App,
    service: KeyService | None,
    acts: list[Event] | None = None,
    carried: Carried = dict,
    *,
    walls: Walls | None = None,
    connected: bool = False,
    elsewhere: bool = False,
) -> PgTx:
    keys = PgBlobKeys(connection)
    texts = PgTexts(keys, service)
    jobs = PgJobs(connection, queue, carried)
    return PgTx(
        batches=PgBatches(connection),
        hand_overs=PgHandOvers(connection, texts),
        accounts=PgAccounts(connection),
        holders=PgHolders(connection, walls),
        intakes=PgIntakes(connection, texts),
        records=PgRecords(connection, texts),
        dossiers=PgDossiers(connection, walls),
        events=PgEvents(connection, acts),
        search=PgSearch(connection, walls),
        jobs=jobs,
        log=PgLogRows(connection),
        shares=PgShares(connection),
        access=PgAccess(connection),
        sign_ins=PgSignIns(connection, texts),
        vitals=PgVitals(connection),
        consents=PgConsents(connection),
        hand_ins=PgHandIns(connection, texts),
        keys=keys,
        holds=PgHolds(connection),
        corrections=PgCorrections(connection, texts),
        forms=PgForms(connection, texts),
        data_requests=PgDataRequests(connection, texts),
        mandates=PgMandates(connection),
        figures=PgFigures(connection),
        evidence=PgEvidence(connection),
        webhooks=PgWebhooks(connection, texts),
        ties=PgTies(connection, walls),
        outbox=PgOutbox(connection, connected=connected),
        upkeep=PgUpkeep(connection, texts, jobs),
        outside=PgOutside(connection, connected=elsewhere),
        peer_questions=PgPeerQuestions(connection),
    )


REST = 1.0
"""Seconds after which a connection that lay idle is tried before it is used."""


def _try_after_rest(engine: Engine) -> None:
    """Like `pool_pre_ping`, without its round trip for a connection that answered a moment ago.

    A database that was restarted in that moment costs the callers at hand a `DATABASE_DOWN`; SQLAlchemy then throws
    away every connection made before.
    """

    @event.listens_for(engine, "checkin")
    def _laid_down(_: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _taken_up(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        if monotonic() - record.info.get("idle_since", monotonic()) > REST:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool makes another and comes here again


_NOBODY_WAITS_FOR_EVER = {
    # A process that stands still, or a machine that is gone, must not keep its rows locked: the server ends a
    # transaction in which nothing is asked for two minutes, and both sides find out about a dead line.
    "options": "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=120000 -c timezone=UTC"
    " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


@contextmanager
def _ours() -> Iterator[None]:
    """Vendor errors become ours here and nowhere else.

    `Unavailable` (`DATABASE_DOWN`) when the database does not answer or gives no connection, `Invalid`
    (`DATA_REFUSED`) for text that it cannot hold: a NUL, half of a surrogate pair.
    """
    try:
        yield
    except (DataError, UnicodeEncodeError) as error:
        raise Invalid("DATA_REFUSED") from error
    except (ConnectorException, PoolTimeoutError, psycopg.OperationalError) as error:  # the last: past SQLAlchemy
        raise Unavailable("DATABASE_DOWN") from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, OperationalError):
            raise Unavailable("DATABASE_DOWN") from error
        raise


class PostgresUnitOfWork:
    """`ports.UnitOfWork`: commits at the end of the block, rolls back on any exception."""

    def __init__(
        self,
        database_url: str,
        *,
        pool_size: int = 10,
        seen: Callable[[Event], None] = lambda _: None,
        carried: Carried = dict,
        key_service: KeyService | None = None,
        connected: bool = False,
        elsewhere: bool = False,
    ) -> None:
        """`seen` is told of every event once its transaction is over; `carried` gives what a job takes along.

        `connected`: there is a national store, for which acts leave letters in the outbox; `elsewhere`: papers
        can be looked for in it or in other vaults.
        """
        self._connected = connected
        self._elsewhere = elsewhere
        self._service = key_service
        self._engine = create_engine(
            sqlalchemy_url(database_url),
            pool_size=pool_size,
            pool_timeout=10,
            connect_args={"connect_timeout": 5, **_NOBODY_WAITS_FOR_EVER},
        )
        _try_after_rest(self._engine)
        work_as_role(self._engine)
        self._glancing = self._engine.execution_options(isolation_level="AUTOCOMMIT")  # of the same pool
        self._queue = queue_app(database_url)
        self._seen = seen
        self._carried = carried

    @property
    def engine(self) -> Engine:
        """What the connections come from."""
        return self._engine

    def over(self, connection: Connection) -> PgTx:
        """The repositories over a connection of this engine whose transaction somebody else ends."""
        return _tx(connection, self._queue, self._service, connected=True, elsewhere=True)

    def acting(self, actor: Actor) -> WalledUnitOfWork:
        """The same database as this actor may see it."""
        return WalledUnitOfWork(self, actor)

    def begin(self, reach: Reach = Reach.OWN) -> AbstractContextManager[PgTx]:
        """One transaction as the owner of the tables, for whom there are no walls: worker, commands, sequencer."""
        del reach
        return self.transaction(None)

    @contextmanager
    def glance(self) -> Iterator[PgTx]:
        """Without a transaction: the connection commits by itself."""
        with _ours(), self._glancing.connect() as connection:
            yield _tx(connection, self._queue, self._service)

    @contextmanager
    def transaction(self, walls: Walls | None) -> Iterator[PgTx]:
        """One transaction, inside walls if there are any."""
        with _ours():
            acts: list[Event] = []
            with self._engine.begin() as connection:
                if walls is not None:
                    walls = walls.over(connection)
                    walls.raise_()
                yield _tx(
                    connection,
                    self._queue,
                    self._service,
                    acts,
                    self._carried,
                    walls=walls,
                    connected=self._connected,
                    elsewhere=self._elsewhere,
                )
            for act in acts:
                self._seen(act)

    def ping(self) -> None:
        """Raise `Unavailable` unless the database answers."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise Unavailable("DATABASE_DOWN") from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


class WalledUnitOfWork:
    """`ports.UnitOfWork` of one actor: the role that owns nothing, on the actor's side of every wall."""

    def __init__(self, whole: PostgresUnitOfWork, actor: Actor) -> None:
        self._whole = whole
        self._actor = actor

    def begin(self, reach: Reach = Reach.OWN) -> AbstractContextManager[PgTx]:
        """One transaction; whatever it asks, rows beyond `reach` are not there."""
        return self._whole.transaction(Walls.of(self._actor, reach))

    def glance(self) -> AbstractContextManager[PgTx]:
        """Walls stand in a transaction only: the same as `begin`."""
        return self.begin()
