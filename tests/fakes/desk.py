"""The officer's steps as plain calls over given parts, for tests that prepare one step to try the next."""

from __future__ import annotations

import itertools
import os

from tests.fakes.engines import scan
from vault.bootstrap import SEED_ACCOUNTS, App
from vault.domain.ids import RecordCode
from vault.domain.intake import Channel, Intake, IntakeId, NamedHolder
from vault.domain.people import Actor, Role
from vault.usecases.digitize.confirm import Confirm, confirm
from vault.usecases.digitize.read import read
from vault.usecases.digitize.receive import Receive, Received, receive
from vault.usecases.digitize.seal import seal

HOLDER = NamedHolder("031090000001", "NGUYỄN VĂN MẪU")
_NUMBERS = itertools.count(1)


def new_scan() -> bytes:
    """A scan that nobody has handed in yet, in this process or in another one over the same stores."""
    return scan(os.getpid() << 32 | next(_NUMBERS))


def actor_of(app: App, role: Role = Role.OFFICER) -> Actor:
    """Who signs in with the development account of a role."""
    username = next(one.username for one in SEED_ACCOUNTS if one.role is role)
    with app.uow.begin() as tx:
        account = tx.accounts.by_username(username)
    assert account is not None
    return account.actor


def received(app: App, actor: Actor, data: bytes) -> Received:
    """Hand it in."""
    return receive(
        Receive(data, "scan.png", Channel.API),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )


def be_read(app: App, intake_id: IntakeId) -> None:
    """What the worker does first."""
    read(
        intake_id,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        credentials=app.credentials,
        templates=(),
        clock=app.clock,
    )


def word(intake_id: IntakeId, *, holder: NamedHolder = HOLDER, **other: object) -> Confirm:
    """An officer's word on a building permit."""
    values = {"number": "12/GPXD", "issued_on": "2026-10-01", "issuer": "UBND phường Mẫu"}
    return Confirm(
        intake_id,
        "GPXD",
        (holder,),
        {**values, **{name: str(value) for name, value in other.items()}},
        compared_with_original=True,
    )


def confirmed(app: App, actor: Actor, what: Confirm) -> Intake:
    """The officer says so."""
    return confirm(what, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock, ids=app.ids)


def be_sealed(app: App, intake_id: IntakeId) -> RecordCode | None:
    """What the worker does last."""
    return seal(
        intake_id,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        credentials=app.credentials,
        catalogue=app.catalogue,
        clock=app.clock,
    )


def record_of(
    app: App, actor: Actor, data: bytes | None = None, *, holder: NamedHolder = HOLDER, **other: object
) -> RecordCode:
    """All of it: a paper handed in, read, confirmed and sealed."""
    intake_id = received(app, actor, data or new_scan()).intake.id
    be_read(app, intake_id)
    confirmed(app, actor, word(intake_id, holder=holder, **other))
    code = be_sealed(app, intake_id)
    assert code is not None
    return code
