"""The counter for tests: a real PostgreSQL, the web application in this process, and records that were never scanned.

No object store and no worker: what happens at the counter needs neither. Everybody is invented.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from tests.fakes.blobs import MemoryBlobs
from tests.fakes.http import Client, stranger
from tests.fakes.ports import apart
from vault import bootstrap
from vault.bootstrap import App
from vault.config import Settings
from vault.db import upgrade
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.ids import RecordCode, digest_of, record_code
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.domain.records import Record, StatusSlot
from vault.domain.states import RecordState, SignatureEvidence, TrustLevel
from vault.embedded.postgres import Postgres
from vault.ports import Account, Tx

AGENCY = "H24.900"
OTHER_AGENCY = "H24.901"
PASSWORD = "mau-2026"
AN = ("031090999001", "NGUYỄN VĂN AN")


@dataclass
class Counter:
    """The parts, and quick ways to what tests need."""

    app: App
    ids: Iterator[int]

    @cached_property
    def officer(self) -> Actor:
        """An officer of `AGENCY`."""
        return self.account("can-bo", AGENCY)

    @cached_property
    def other(self) -> Actor:
        """An officer of `OTHER_AGENCY`."""
        return self.account("can-bo-khac", OTHER_AGENCY)

    def account(self, username: str, agency: str | None, role: Role = Role.OFFICER) -> Actor:
        """An account with the pass word `PASSWORD`; the actor behind it."""
        actor = Actor(f"local:{username}", f"Người {username}", role, agency)
        with self.app.uow.begin() as tx:
            tx.accounts.add(Account(actor, username, hash_password(PASSWORD, salt=username)))
        return actor

    def client(self, username: str = "can-bo", agency: str | None = AGENCY) -> Client:
        """Signed in over HTTP."""
        self.account(username, agency)
        return stranger(self.app).signed_in(username, PASSWORD)

    def record(self, type_code: str, *people: tuple[str, str], agency: str = AGENCY, **facts: Any) -> Record:
        """A sealed record that names the people; `facts` replace any field of the record; `within` a transaction."""
        number = next(self.ids)
        key = number.to_bytes(8, "big")
        roles = facts.pop("roles", (HolderRole.SUBJECT,) * len(people))
        links = tuple(_link(*one, role) for one, role in zip(people, roles, strict=True))
        fields: Mapping[str, str] = facts.pop("fields", {})
        now = self.app.clock.now()
        record = Record(
            id=key,
            code=record_code(key),
            version=1,
            type_code=type_code,
            result_code=None,
            number=f"{number}/2024",
            abstract=None,
            issuer_code="H24",
            issuer_as_printed="UBND phường Mẫu, thành phố Hải Phòng",
            issued_on=date(2024, 5, 6),
            valid_until=None,
            scope=None,
            purpose=None,
            holders=links,
            fields=MappingProxyType(dict(fields)),
            trust=TrustLevel.L2,
            state=RecordState.ACTIVE,
            superseded_by=None,
            evidence=SignatureEvidence.VALID,
            compared_with_original=True,
            conversion_mark=True,
            consent=True,
            original=digest_of(key),
            original_mime="image/png",
            sealed=digest_of(b"sealed" + key),
            seal_level="B-LTA",
            archived_until=None,
            signed_original=False,
            preview=digest_of(b"preview" + key),
            page_count=1,
            credential=f"VNQ1:{key.hex()}",
            status=StatusSlot(1, number),
            agency_code=agency,
            sealed_at=now,
            created_by="test",
        )
        within: Tx | None = facts.pop("within", None)
        record = replace(record, **facts)
        with nullcontext(within) if within else self.app.uow.begin() as tx:
            tx.records.reserve_status(record.id, number, list_id=1)
            ids = [tx.holders.ensure(HolderId(link.kind, link.number or ""), link.name, at=now) for link in links]
            tx.records.add(record, intake_id=None, holder_ids=ids)
        return record

    def change(self, code: RecordCode, state: RecordState) -> None:
        """Change a record's state behind everybody's back."""
        with self.app.uow.begin() as tx:
            tx.records.set_state(code, state, superseded_by=None, at=self.app.clock.now())


def _link(number: str, name: str, role: HolderRole) -> HolderLink:
    parsed = HolderId.parse(number)
    return HolderLink(role, parsed.kind, parsed.number, name)


@contextmanager
def running(home: Path, **settings: Any) -> Iterator[Counter]:
    """The counter over a database in `home`, stopped at the end; `settings` beside the ones it needs."""
    server = Postgres(home)
    for folder in ("log", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    port, password = next(apart()), "ab" * 16
    server.start(port, password=password)
    url = f"postgresql://vault:{password}@127.0.0.1:{port}/vault"
    passphrase = SecretStr("mau")
    app = bootstrap.build(
        Settings(
            home=home,
            database_url=SecretStr(url),
            owner_database_url=SecretStr(url),
            public_host="kho.example.vn",
            key_passphrase=passphrase,
            **settings,
        )
    )
    # The composition root makes each part on first use and keeps it here.
    app.__dict__["blobs"] = MemoryBlobs()
    try:
        upgrade(url)
        app.wrapping.add(at=app.clock.now())
        yield Counter(app, itertools.count(1))
    finally:
        app.close()
        server.stop()
