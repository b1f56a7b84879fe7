"""Ports inside a transaction for what citizens say and send: their consents, and papers they hand in by phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vault.domain.consents import Consent
from vault.domain.hand_ins import HandIn
from vault.domain.intake import Intake


class Consents(Protocol):
    """Turns of consent switches: appended, never changed."""

    def add(self, turn: Consent) -> None:
        """Append one turn."""
        ...

    def of_holders(self, holder_ids: Sequence[int], *, lock: bool = False) -> tuple[Consent, ...]:
        """Every turn of these holders, oldest first; with `lock` nobody else turns one until this transaction ends."""
        ...


class HandIns(Protocol):
    """What citizens sent by phone."""

    def add(self, sent: HandIn) -> HandIn:
        """Keep a sending, or give the one that has this account's key already. A duplicate is an answer."""
        ...

    def find(self, account_id: str, key: str) -> HandIn | None:
        """The sending with this key of this account."""
        ...

    def of_account(self, account_id: str, *, limit: int) -> tuple[tuple[HandIn, Intake], ...]:
        """An account's sendings with what became of each, newest first."""
        ...
