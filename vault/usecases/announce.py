"""Say, in the act's own transaction, what partners' systems may want to hear of."""

from __future__ import annotations

from datetime import datetime

from vault.domain.ids import RecordCode
from vault.domain.states import RecordState
from vault.domain.webhooks import WebhookType
from vault.ports import Tx

_OF_STATE = {
    RecordState.REVOKED: WebhookType.REVOKED,
    RecordState.SUSPENDED: WebhookType.SUSPENDED,
    RecordState.ACTIVE: WebhookType.REINSTATED,
    RecordState.SUPERSEDED: WebhookType.SUPERSEDED,
}


def announce_state(tx: Tx, record: RecordCode, state: RecordState, now: datetime) -> None:
    """The record is in this state from now on."""
    tx.webhooks.announce(_OF_STATE[state], record, at=now)


def announce_sealed(tx: Tx, record: RecordCode, version: int, now: datetime) -> None:
    """A record, or a corrected version of one, was sealed."""
    tx.webhooks.announce(WebhookType.CREATED if version == 1 else WebhookType.CORRECTED, record, at=now)


def announce_result(tx: Tx, record: RecordCode, result: str, now: datetime) -> None:
    """The record became a dossier's result, under this code."""
    tx.webhooks.announce(WebhookType.RESULT, record, at=now, result=result)
