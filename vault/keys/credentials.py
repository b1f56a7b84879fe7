"""QR credentials, status lists and the trust list, signed with keys from files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import qr
from vault.domain.errors import Unavailable
from vault.domain.records import StatusSlot
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.ports import CredentialFacts

STATUS_TTL = timedelta(minutes=5)
STATUS_LIFE = timedelta(hours=24)
_VALUES = {
    RecordState.ACTIVE: qr.Status.VALID,
    RecordState.REVOKED: qr.Status.REVOKED,
    RecordState.SUSPENDED: qr.Status.SUSPENDED,
    RecordState.SUPERSEDED: qr.Status.SUPERSEDED,
}


class FileCredentialDesk:
    """`ports.CredentialDesk` for one agency on one host."""

    def __init__(
        self,
        *,
        host: str,
        agency_code: str,
        signer: qr.SigningKey,
        status_signer: qr.SigningKey,
        trust_list: bytes,
        root_public_pem: bytes,
    ) -> None:
        self._host = host
        self._agency_code = agency_code
        self._signer = signer
        self._status_signer = status_signer
        self._trust_list = trust_list
        self._root = qr.public_key_from_pem(root_public_pem)

    @property
    def host(self) -> str:
        """The host that new credentials name."""
        return self._host

    @property
    def hosts(self) -> frozenset[str]:
        """Every host whose credentials are ours to judge."""
        return frozenset({self._host})

    def root_pem(self) -> bytes:
        """The pinned public root."""
        return qr.public_key_to_pem(self._root)

    def trust_list(self) -> bytes:
        """The signed trust list."""
        return self._trust_list

    def trusted(self, *, now: datetime) -> qr.TrustList:
        """The keys that verifiers accept; `TRUST_LIST` when the list ran out or is not the root's."""
        try:
            return qr.verify_trust_list(self._trust_list, root=self._root, now=now)
        except qr.TrustError as error:
            raise Unavailable("TRUST_LIST", reason=error.code) from error

    def status_uri(self, list_id: int) -> str:
        """The address that credentials and the published list name."""
        return f"https://{self._host}/s/{list_id}"

    def own_record(self, text: str, *, now: datetime) -> bytes | None:
        """The record id in a credential that a key of our trust list signed, whatever its status."""
        outcome = qr.verify(text, hosts=self.hosts, trust=self.trusted(now=now), status=None, now=now)
        return None if outcome.claims is None else outcome.claims.record_id

    def issue(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> str:
        """The text of a printed credential."""
        claims = qr.Claims(
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
        return qr.issue(claims, sign=self._signer.sign, kid=self._signer.kid, host=self._host)

    def status_token(self, list_id: int, states: Mapping[int, RecordState], *, now: datetime) -> bytes:
        """A signed status list in which every index not named is valid."""
        now = now.astimezone(UTC).replace(microsecond=0)
        return qr.issue_status_token(
            qr.StatusList.of({index: int(_VALUES[state]) for index, state in states.items()}),
            uri=self.status_uri(list_id),
            issuer=self._agency_code,
            now=now,
            ttl=STATUS_TTL,
            exp=now + STATUS_LIFE,
            sign=self._status_signer.sign,
            kid=self._status_signer.kid,
        )


def _end_of(facts: CredentialFacts) -> datetime | None:
    """The first moment after the last day of validity, by the clock of Viet Nam."""
    if facts.expires_on is None or facts.expires_on == date.max:  # 31/12/9999 is how forms write "without term"
        return None
    return datetime.combine(facts.expires_on + timedelta(days=1), time.min, VIET_NAM).astimezone(UTC)
