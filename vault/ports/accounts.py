"""Ports of accounts and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vault.domain.people import Actor
from vault.domain.sign_in import SessionFacts, Strength


@dataclass(frozen=True, slots=True)
class Account:
    """A local account. The hash is verified at the edge that owns pass words."""

    actor: Actor
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account as whoever manages them sees it."""

    account: Account
    disabled: bool


class Accounts(Protocol):
    """Local accounts and their sessions; a session is kept as the SHA-256 of its token."""

    def by_username(self, username: str) -> Account | None:
        """The account, unless it is disabled."""
        ...

    def add(self, account: Account) -> bool:
        """Add an account; false when the name is taken (the first one stays)."""
        ...

    def guardian(self, username: str) -> tuple[str, int] | None:
        """Account and person of a guardian's account that is not shut; None for any other."""
        ...

    def kept(self) -> tuple[KeptAccount, ...]:
        """Every account by name, disabled or not, without its hash."""
        ...

    def set_password(self, username: str, password_hash: str) -> str | None:
        """Keep a new hash; the account's id, or None when there is no such name."""
        ...

    def set_disabled(self, username: str, *, disabled: bool) -> str | None:
        """Shut it or open it; the account's id, or None when there is no such name."""
        ...

    def agencies(self) -> tuple[str, ...]:
        """Codes of the agencies that have an account here."""
        ...

    def by_id(self, account_id: str) -> Account | None:
        """The account, unless it is disabled."""
        ...

    def keep(self, account: Account) -> Account | None:
        """Add or renew the account of somebody whom an identity provider vouches for; None when it is disabled here."""
        ...

    def vouched(self, holder_id: int) -> bool:
        """Whether an identity provider has vouched for this holder: they signed in with an electronic identity."""
        ...

    def open_session(
        self,
        token_hash: str,
        account_id: str,
        *,
        at: datetime,
        expires_at: datetime,
        strength: Strength = Strength.PASSWORD,
        agent: str = "",
        bound: str | None = None,
        strong_at: datetime | None = None,
    ) -> None:
        """Start a session; with `bound` it belongs to one browser (`domain.sign_in.agent_digest`).

        `strong_at` is when its person proved who they are, if it was not just now.
        """
        ...

    def session_of(self, token_hash: str, *, at: datetime) -> SessionFacts | None:
        """The session, if it lives."""
        ...

    def sessions_of(self, account_id: str, *, at: datetime) -> tuple[SessionFacts, ...]:
        """The living sessions of an account, newest first."""
        ...

    def seen(self, token_hash: str, *, at: datetime) -> None:
        """Keep that the session is in use."""
        ...

    def strengthen(self, token_hash: str, strength: Strength, *, at: datetime) -> None:
        """Keep that its person was asked again; a session never becomes weaker."""
        ...

    def end_sessions(self, account_id: str, *, only: str | None = None, but: str | None = None) -> int:
        """End the account's sessions: one by its id, all but one, or all; how many."""
        ...

    def actor_of(self, token_hash: str, *, at: datetime) -> Actor | None:
        """Who holds this session, if it lives."""
        ...

    def end_session(self, token_hash: str) -> None:
        """End a session; ending one that is not there succeeds."""
        ...
