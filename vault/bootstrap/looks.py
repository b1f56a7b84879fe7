"""What only those ask who run a deployment: what waits, what ends, how the database stands, whose clock says what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from vault.blobs import EncryptedBlobs, S3Files
from vault.config import Settings
from vault.db import (
    ROLE,
    PostgresUnitOfWork,
    Schema,
    missing_walls,
    schema_of,
    signed_in_as_owner,
    time_there,
    works_as,
)
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Unavailable
from vault.domain.vitals import Expiry, Look
from vault.keys import FileCredentialDesk, FileSealingDesk
from vault.ports import Clock
from vault.sandbox.clamd import ClamdScanner
from vault.usecases.digitize.confirm import STATUS_LIST
from vault.usecases.heal.fsck import LIST_AGE
from vault.usecases.oversee.take_vitals import take_vitals
from vault.usecases.verify.publish_status import status_path


class Parts(Protocol):
    """What is looked at of an app; each is made on first use, and may not be there."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - named by what it gives
    @property
    def clock(self) -> Clock: ...  # noqa: D102 - the same
    @property
    def uow(self) -> PostgresUnitOfWork: ...  # noqa: D102 - the same
    @property
    def blobs(self) -> EncryptedBlobs: ...  # noqa: D102 - the same
    @property
    def catalogue(self) -> Catalogue: ...  # noqa: D102 - the same
    @property
    def published(self) -> S3Files: ...  # noqa: D102 - the same
    @property
    def credentials(self) -> FileCredentialDesk: ...  # noqa: D102 - the same
    @property
    def sealing(self) -> FileSealingDesk: ...  # noqa: D102 - the same


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at the parts of one app."""

    _app: Parts

    def look(self) -> Look:
        """What waits, what runs out, and which parts answer."""
        app = self._app
        parts = {
            "database": lambda: app.uow.ping(),  # noqa: PLW0108 - making the part may fail as well
            "objects": lambda: app.blobs.ping(),  # noqa: PLW0108 - the same
        }
        working = app.catalogue.working_time
        return take_vitals(uow=app.uow, parts=parts, expiries=self._expiries, clock=app.clock, working=working)

    def _expiries(self) -> tuple[Expiry, ...]:
        now = self._app.clock.now()
        trusted = self._app.credentials.trusted(now=now)
        ends = [Expiry("trust_list", trusted.next_update), Expiry("seal_certificate", self._app.sealing.expires)]
        for use in ("qr", "status"):
            # Keys that ended stay listed for what they signed: what counts is how long one may sign.
            signing_keys = [one.not_after for one in trusted.entries if one.use == use and one.revoked_at is None]
            ends.append(Expiry(f"{use}_key", max(signing_keys, default=now)))
        with suppress(Unavailable):  # the store has a line of its own
            ends += self._status_list(now)
        return tuple(ends)

    def _status_list(self, now: datetime) -> Iterator[Expiry]:
        """One job signs all lists, so the first stands for them; one that verifiers refuse has ended just now."""
        token = self._app.published.get(status_path(STATUS_LIST))
        if token is not None:
            signed = self._app.credentials.status_signed_at(STATUS_LIST, token, now=now)
            yield Expiry("status_list", (signed or now - LIST_AGE - timedelta(seconds=1)) + LIST_AGE)

    def scanner_version(self) -> str | None:
        """What clamd says of itself; None where no clamd is named. `SCANNER_DOWN`."""
        clamd = self._app.settings.clamd
        return None if clamd is None else ClamdScanner(clamd).version()

    def walls(self) -> tuple[str, ...]:
        """What is missing below the program: the role of requests, tables whose walls are down. Empty: all stand."""
        with self._app.uow.engine.connect() as connection:
            return missing_walls(connection)

    def database_role(self) -> tuple[str, bool, bool]:
        """The role that the program works as, whether it is the one that cannot change the past, and must stay it."""
        with self._app.uow.engine.connect() as connection:
            role = works_as(connection)
            return role, role == ROLE, not signed_in_as_owner(connection)

    def schema(self) -> Schema:
        """Which edition the tables are of."""
        with self._app.uow.engine.connect() as connection:
            return schema_of(connection)

    def database_time(self) -> datetime:
        """The database server's clock."""
        with self._app.uow.engine.connect() as connection:
            return time_there(connection)
