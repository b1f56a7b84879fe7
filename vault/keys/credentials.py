"""QR credentials, phone credentials, status lists and the trust list, signed with keys from files."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import qr
from vault.domain.errors import Invalid, Unavailable
from vault.domain.records import StatusSlot
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.exchange import Purpose, SdJwtClaims, issue_sd_jwt, public_jwk, status_credential
from vault.keys.ring import Use
from vault.ports import CredentialFacts, HolderProof, PublishedStatus

STATUS_TTL = timedelta(seconds=60)
"""How long anybody may rely on a list: a change is seen by every verifier on line within a minute."""
STATUS_LIFE = timedelta(hours=24)
_SALT_SIZE = 16
_VALUES = {
    RecordState.ACTIVE: qr.Status.VALID,
    RecordState.REVOKED: qr.Status.REVOKED,
    RecordState.SUSPENDED: qr.Status.SUSPENDED,
    RecordState.SUPERSEDED: qr.Status.SUPERSEDED,
}


class FileCredentialDesk:
    """`ports.CredentialDesk` for one agency on one host.

    `signer` and `trust_list` are asked whenever they are needed: a key that was rotated or revoked while the service
    runs is taken up, or put down, at once.
    """

    def __init__(
        self,
        *,
        host: str,
        former_hosts: Iterable[str] = (),
        agency_code: str,
        signer: Callable[[Use, datetime], qr.SigningKey],
        trust_list: Callable[[], bytes],
        root_public_pem: bytes,
    ) -> None:
        self._host = host
        self._hosts = frozenset({host, *former_hosts})
        self._agency_code = agency_code
        self._signer = signer
        self._trust_list = trust_list
        self._root = qr.public_key_from_pem(root_public_pem)

    @property
    def host(self) -> str:
        """The host that new credentials name."""
        return self._host

    @property
    def hosts(self) -> frozenset[str]:
        """Every host whose credentials are ours to judge."""
        return self._hosts

    def root_pem(self) -> bytes:
        """The pinned public root."""
        return qr.public_key_to_pem(self._root)

    def trust_list(self) -> bytes:
        """The signed trust list."""
        return self._trust_list()

    def trusted(self, *, now: datetime) -> qr.TrustList:
        """The keys that verifiers accept; `TRUST_LIST` when the list ran out or is not the root's."""
        try:
            return qr.verify_trust_list(self.trust_list(), root=self._root, now=now)
        except qr.TrustError as error:
            raise Unavailable("TRUST_LIST", reason=error.code) from error

    def status_uri(self, list_id: int) -> str:
        """The address that credentials and the published list name."""
        return f"https://{self._host}/s/{list_id}"

    def own_record(self, text: str, *, now: datetime) -> bytes | None:
        """The record id in a text that a key of our trust list signed, whatever its status and whenever it ends.

        A key that was revoked says nothing by itself: then the id is as good as a name to look up, and `qr.verify`
        decides with the proof from the log.
        """
        trust = self.trusted(now=now)
        try:
            parsed = qr.parse(text, hosts=self.hosts)
        except qr.CredentialError:
            return None
        entry = trust.by_kid.get(parsed.kid)
        before = None if entry is None or entry.revoked_at is None else entry.revoked_at - timedelta(seconds=1)
        outcome = qr.verify(text, hosts=self.hosts, trust=trust, status=None, now=now, logged_at=before)
        return None if outcome.claims is None else outcome.claims.record_id

    def needs_log_proof(self, text: str, *, now: datetime) -> bool:
        """Whether the key that signed a text was revoked: then only the log can say that it was signed before."""
        try:
            parsed = qr.parse(text, hosts=self.hosts)
        except qr.CredentialError:
            return False
        entry = self.trusted(now=now).by_kid.get(parsed.kid)
        return entry is not None and entry.revoked_at is not None

    def issue(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> str:
        """The text of a printed credential."""
        claims = self._claims(record_id, facts, slot=slot, at=at)
        key = self._signer("qr", at)
        return qr.issue(claims, sign=key.sign, kid=key.kid, host=self._host)

    def presentable(
        self,
        record_id: bytes,
        facts: CredentialFacts,
        *,
        slot: StatusSlot,
        holder: HolderProof,
        at: datetime,
        lifetime: timedelta,
    ) -> bytes:
        """A credential for a phone, bound to the key that it proved; the engine's code if the proof fails."""
        at = at.astimezone(UTC).replace(microsecond=0)
        key = self._signer("qr", at)
        try:
            return qr.issue_presentable(
                self._claims(record_id, facts, slot=slot, at=at),
                holder=qr.holder_key(holder.x, holder.y, nonce=holder.nonce, proof=holder.proof),
                now=at,
                salt=lambda: secrets.token_bytes(_SALT_SIZE),
                sign=key.sign,
                kid=key.kid,
                lifetime=lifetime,
            )
        except qr.CredentialError as error:
            raise Invalid(error.code) from error

    def sd_jwt(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> str:
        """The same facts as SD-JWT VC."""
        claims = self._claims(record_id, facts, slot=slot, at=at)
        shown = {
            "record_id": record_id.hex(),
            "number": facts.number,
            "issued_on": facts.issued_on and facts.issued_on.isoformat(),
            "holder_name": facts.holder_name,
            "holder_masked": facts.holder_masked,
            "original_sha256": facts.original,
        }
        key = self._signer("qr", at)
        return issue_sd_jwt(
            SdJwtClaims(
                issuer=f"https://{self._host}",
                vct=f"https://{self._host}/vct/{facts.type_code}",
                issued_at=claims.issued_at,
                expires_at=claims.expires_at,
                status_uri=claims.status.uri,
                status_index=claims.status.index,
                disclosable={name: value for name, value in shown.items() if value},
            ),
            sign=key.sign,
            kid=key.kid.hex(),
            salt=lambda: secrets.token_bytes(_SALT_SIZE),
        )

    def bitstring(self, list_id: int, states: Mapping[int, RecordState], purpose: Purpose, *, now: datetime) -> str:
        """The states as a W3C Bitstring Status List credential."""
        now = now.astimezone(UTC).replace(microsecond=0)
        key = self._signer("status", now)
        return status_credential(
            states,
            purpose,
            uri=f"{self.status_uri(list_id)}/w3c/{purpose}",
            issuer=f"https://{self._host}",
            now=now,
            ttl=STATUS_TTL,
            sign=key.sign,
            kid=key.kid.hex(),
        )

    def jwks(self, *, now: datetime) -> tuple[Mapping[str, str], ...]:
        """Keys that count for something, as JWK."""
        listed = [one for one in self.trusted(now=now).entries if one.revoked_at is None]
        return tuple(public_jwk(one.x, one.y, kid=one.kid.hex()) for one in listed)

    def status_token(self, list_id: int, states: Mapping[int, RecordState], *, now: datetime) -> bytes:
        """A signed status list in which every index not named is valid."""
        now = now.astimezone(UTC).replace(microsecond=0)
        key = self._signer("status", now)
        return qr.issue_status_token(
            qr.StatusList.of({index: int(_VALUES[state]) for index, state in states.items()}),
            uri=self.status_uri(list_id),
            issuer=self._agency_code,
            now=now,
            ttl=STATUS_TTL,
            exp=now + STATUS_LIFE,
            sign=key.sign,
            kid=key.kid,
        )

    def read_status(
        self, list_id: int, token: bytes, states: Mapping[int, RecordState], *, now: datetime
    ) -> PublishedStatus:
        """Open a published list under the trust list and compare every place with `states`."""
        try:
            found = qr.verify_status_token(token, trust=self.trusted(now=now), now=now, uri=self.status_uri(list_id))
        except qr.StatusError as error:
            return PublishedStatus(None, (), error.code)
        meant = qr.StatusList.of({place: int(_VALUES[state]) for place, state in states.items()})
        told, per_byte = found.statuses, 8 // meant.bits
        if (len(told), told.bits) != (len(meant), meant.bits):
            return PublishedStatus(None, (), "STATUS_WIDTH")
        unlike = (at for at, pair in enumerate(zip(told.packed, meant.packed, strict=True)) if pair[0] != pair[1])
        places = (place for at in unlike for place in range(at * per_byte, (at + 1) * per_byte))
        wrong = tuple(place for place in places if told[place] != meant[place])
        return PublishedStatus(found.issued_at, wrong)

    def status_signed_at(self, list_id: int, token: bytes, *, now: datetime) -> datetime | None:
        """When a published list was signed; None for one that verifiers refuse."""
        try:
            trust = self.trusted(now=now)
            return qr.verify_status_token(token, trust=trust, now=now, uri=self.status_uri(list_id)).issued_at
        except qr.StatusError:
            return None

    def _claims(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> qr.Claims:
        return qr.Claims(
            issuer=facts.issuer,
            issued_at=at.astimezone(UTC).replace(microsecond=0),
            expires_at=_end_of(facts),
            record_id=record_id,
            status=qr.StatusRef(slot.index, self.status_uri(slot.list_id)),
            type_code=facts.type_code,
            number=facts.number,
            issued_on=facts.issued_on,
            holder_name=facts.holder_name,
            holder_masked=facts.holder_masked,
            original_digest16=bytes.fromhex(facts.original)[:16],
        )


def _end_of(facts: CredentialFacts) -> datetime | None:
    """The first moment after the last day of validity, by the clock of Viet Nam."""
    if facts.expires_on is None or facts.expires_on == date.max:  # 31/12/9999 is how forms write "without term"
        return None
    return datetime.combine(facts.expires_on + timedelta(days=1), time.min, VIET_NAM).astimezone(UTC)
