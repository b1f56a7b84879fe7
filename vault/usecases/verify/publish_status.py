"""The published status list: what every verifier may fetch whole, so that nobody learns who was checked."""

from __future__ import annotations

from vault.domain.errors import NotFound
from vault.ports import Clock, CredentialDesk, UnitOfWork
from vault.usecases.digitize.confirm import STATUS_LIST


def publish_status(list_id: int, *, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock) -> bytes:
    """The signed token (`application/statuslist+cwt`) as of now."""
    if list_id != STATUS_LIST:
        raise NotFound("STATUS_LIST")
    with uow.begin() as tx:
        states = tx.records.states(list_id)
    return credentials.status_token(list_id, states, now=clock.now())
