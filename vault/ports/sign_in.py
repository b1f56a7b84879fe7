"""Ports of the sign-in: what is kept about it in rows, passkeys, and identity providers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from vault.domain.people import Role
from vault.domain.sign_in import Limit, Strength


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """One-time passwords of an account: they count once `confirmed_at` says that the app was set up."""

    secret: bytes
    confirmed_at: datetime | None
    last_step: int | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential of an account."""

    credential_id: bytes
    account_id: str
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


TYPED = "typed"
"""Entry of a step's data: what a person had typed when they were asked to prove who sits there."""


class SignIns(Protocol):
    """What a sign-in needs to remember."""

    def second_factor(self, account_id: str, *, lock: bool = False) -> SecondFactor | None:
        """The account's second factor, confirmed or not. With `lock`, one caller at a time judges a password."""
        ...

    def set_second_factor(self, account_id: str, factor: SecondFactor | None) -> None:
        """Keep it, or forget it together with the recovery codes."""
        ...

    def seal_old(self, *, limit: int) -> int:
        """Seal secrets of one-time passwords that were written before they were sealed; how many were."""
        ...

    def used_step(self, account_id: str, step: int) -> None:
        """The one-time password of this step, and of every earlier one, counts no more."""
        ...

    def set_recovery_codes(self, account_id: str, digests: Collection[str]) -> None:
        """Keep these in the place of the old ones."""
        ...

    def use_recovery_code(self, account_id: str, digest: str) -> bool:
        """Use one up; of any number of callers at once, one succeeds."""
        ...

    def recovery_codes_left(self, account_id: str) -> int:
        """How many are left."""
        ...

    def passkeys(self, account_id: str) -> tuple[Passkey, ...]:
        """The account's passkeys."""
        ...

    def passkey(self, credential_id: bytes) -> Passkey | None:
        """The passkey with this id, unless its account is disabled; locked until the transaction ends."""
        ...

    def add_passkey(self, passkey: Passkey) -> bool:
        """Add; false when somebody has it already."""
        ...

    def used_passkey(self, credential_id: bytes, *, sign_count: int, at: datetime) -> None:
        """Keep the counter of the authenticator."""
        ...

    def drop_passkey(self, account_id: str, credential_id: bytes) -> bool:
        """Forget one's own; false when there is none."""
        ...

    def begin_step(
        self,
        step_hash: str,
        kind: str,
        *,
        account_id: str | None,
        data: Mapping[str, Any],
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Remember a step of a sign-in under the digest of its token.

        The entry `TYPED` of `data` lies sealed under the account's key: it may say anything about anybody.
        """
        ...

    def step(
        self, step_hash: str, kind: str, *, at: datetime, take: bool
    ) -> tuple[str | None, Mapping[str, Any]] | None:
        """A living step; with `take` it is used up, by one caller only."""
        ...

    def tries(self, limit: Limit, caller: str, *, at: datetime) -> int:
        """How often the caller tried in the window of now."""
        ...

    def forgiven(self, limit: Limit, caller: str, *, at: datetime) -> None:
        """Take one try off again."""
        ...

    def tried(self, limit: Limit, caller: str, *, at: datetime) -> int:
        """Count one try; how many it are now. Counts of several web processes are one count."""
        ...


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """An authenticator's answer that was verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_verified: bool


class PasskeyDesk(Protocol):
    """WebAuthn: what the browser is asked, and the judgement of its answer (`PASSKEY_WRONG`)."""

    def registration(
        self, *, challenge: bytes, host: str, account_id: str, name: str, known: Sequence[bytes]
    ) -> Mapping[str, Any]:
        """Options for `navigator.credentials.create`."""
        ...

    def registered(self, answer: Mapping[str, Any], *, challenge: bytes, host: str, origin: str) -> PasskeyProof:
        """Verify the answer to a registration."""
        ...

    def authentication(self, *, challenge: bytes, host: str, known: Sequence[bytes]) -> Mapping[str, Any]:
        """Options for `navigator.credentials.get`."""
        ...

    def authenticated(
        self, answer: Mapping[str, Any], passkey: Passkey, *, challenge: bytes, host: str, origin: str
    ) -> PasskeyProof:
        """Verify the answer to a sign-in against the stored key."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an identity provider vouches for. Officers have role and agency, citizens number and level."""

    provider: str
    subject: str
    name: str
    role: Role
    agency_code: str | None
    number: str | None
    level: int | None
    strength: Strength
    proved_at: datetime | None = None
    """When they last showed there who they are; None when the provider does not say."""


class IdentityDesk(Protocol):
    """The identity providers that this deployment trusts (OpenID Connect Core 1.0 with PKCE, RFC 7636)."""

    def names(self) -> Mapping[str, str]:
        """Provider by name, with the words of its button."""
        ...

    def address(
        self,
        provider: str,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        max_age: timedelta,
        again: bool = False,
    ) -> str:
        """Where the browser goes. `IDP_UNKNOWN`; `IDP_DOWN` when the provider does not answer.

        Whoever proved longer ago than `max_age` who they are is asked again there; with `again` everybody is.
        """
        ...

    def identity(
        self,
        provider: str,
        answer: Mapping[str, str],
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        max_age: timedelta,
        now: datetime,
    ) -> Identity:
        """Who came back. `IDP_REFUSED`: the provider said no; `IDP_TOKEN`: its answer is not to be believed."""
        ...
