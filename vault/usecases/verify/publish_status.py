"""The published status lists: what every verifier may fetch whole, so that nobody learns who was checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from vault.domain.errors import NotFound
from vault.domain.states import RecordState
from vault.exchange import Purpose
from vault.ports import Clock, CredentialDesk, Files, Reach, Tx, UnitOfWork
from vault.usecases.digitize.confirm import PHONE_LIST, STATUS_LIST

STATUS_TYPE = "application/statuslist+cwt"
BITSTRING_TYPE = "application/vc+jwt"
PURPOSES: tuple[Purpose, ...] = ("revocation", "suspension")
_KEPT = timedelta(days=1)
"""How long places and digits of ended shares stay theirs: a status list may be believed for as long."""


def status_path(list_id: int) -> str:
    """Where a list lies in the object store."""
    return f"s/{list_id}"


def _lists(tx: Tx) -> tuple[int, ...]:
    return tuple(sorted({STATUS_LIST, PHONE_LIST, *tx.records.status_lists()}))


def status_lists(*, uow: UnitOfWork) -> tuple[int, ...]:
    """Every list that is published: of printed credentials, and of those on phones."""
    with uow.begin(Reach.SHOWN) as tx:
        return _lists(tx)


def make_status(list_id: int, *, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock) -> bytes:
    """The signed token (`application/statuslist+cwt`) as of now; `STATUS_LIST` for a list that there is not."""
    now = clock.now()  # before the states are read: the token never claims to know more than it does
    return credentials.status_token(list_id, _states(list_id, uow), now=now)


def make_bitstring(
    list_id: int, purpose: Purpose, *, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock
) -> bytes:
    """The same states for those who read W3C status lists (`application/vc+jwt`)."""
    now = clock.now()
    return credentials.bitstring(list_id, _states(list_id, uow), purpose, now=now).encode("ascii")


def published_bitstring(
    list_id: int, purpose: Purpose, *, uow: UnitOfWork, files: Files, credentials: CredentialDesk, clock: Clock
) -> bytes:
    """What is served: the published file; made on the spot before the first publication."""
    found = files.get(f"{status_path(list_id)}/w3c/{purpose}")
    if found is None and list_id not in {STATUS_LIST, PHONE_LIST}:
        raise NotFound("STATUS_LIST")
    return found or make_bitstring(list_id, purpose, uow=uow, credentials=credentials, clock=clock)


def _states(list_id: int, uow: UnitOfWork) -> Mapping[int, RecordState]:
    with uow.begin(Reach.SHOWN) as tx:
        if list_id not in _lists(tx):
            raise NotFound("STATUS_LIST")
        return tx.shares.states(list_id) if list_id == PHONE_LIST else tx.records.states(list_id)


def publish_status(*, uow: UnitOfWork, files: Files, credentials: CredentialDesk, clock: Clock) -> None:
    """Make every list anew and put it where it is served from. Safe to run again; one at a time, by the caller."""
    with uow.begin(Reach.SHOWN) as tx:
        tx.shares.free(clock.now() - _KEPT)
        lists = _lists(tx)
    for list_id in lists:
        token = make_status(list_id, uow=uow, credentials=credentials, clock=clock)
        files.put(status_path(list_id), token, mime=STATUS_TYPE)
        for purpose in PURPOSES:
            text = make_bitstring(list_id, purpose, uow=uow, credentials=credentials, clock=clock)
            files.put(f"{status_path(list_id)}/w3c/{purpose}", text, mime=BITSTRING_TYPE)


def published_status(
    list_id: int, *, uow: UnitOfWork, files: Files, credentials: CredentialDesk, clock: Clock
) -> bytes:
    """What is served: the published file, with no database behind it; made on the spot before the first publication."""
    published = files.get(status_path(list_id))
    if published is None and list_id not in {STATUS_LIST, PHONE_LIST}:
        # Of the further lists only what the worker published is served: no stranger makes the database look for one.
        raise NotFound("STATUS_LIST")
    return published or make_status(list_id, uow=uow, credentials=credentials, clock=clock)
