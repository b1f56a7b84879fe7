"""The agency's seal from a PKCS#12 file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography import x509

import signing
from vault.domain.errors import Invalid, Unavailable
from vault.keys.evidence import Fetch, evidence_of, nothing_fetched
from vault.ports import Clock, SealedPaper


def at_once(_: bytes, now: datetime) -> datetime:
    """When a seal is first asked for whose key answers at once: now."""
    return now


class FileSealingDesk:
    """`ports.SealingDesk`: seals at B-LTA, and hands out nothing that its own validation does not accept."""

    def __init__(
        self,
        sealer: signing.Sealer,
        *,
        system_name: str,
        agency_name: str,
        trust: signing.Trust,
        timestamper: signing.Timestamper,
        evidence: signing.Evidence,
        clock: Clock,
        fetch: Callable[[], Fetch] = lambda: nothing_fetched,
        first_asked: Callable[[bytes, datetime], datetime] = at_once,
    ) -> None:
        self._sealer = sealer
        self._system_name = system_name
        self._agency_name = agency_name
        self._trust = trust
        self._timestamper = timestamper
        self._evidence = evidence
        self._clock = clock
        self._fetch = fetch
        self._first_asked = first_asked

    @property
    def system_name(self) -> str:
        """Name of this system."""
        return self._system_name

    @property
    def is_development(self) -> bool:
        """Whether the seal is a development key."""
        return self._sealer.is_development

    @property
    def agency_name(self) -> str:
        """Whose seal it is."""
        return self._agency_name

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the seal."""
        return self._sealer.certificate

    @property
    def expires(self) -> datetime:
        """When its certificate ends."""
        return self._sealer.certificate.not_valid_after_utc

    @property
    def trust(self) -> signing.Trust:
        """Roots under which signatures are validated."""
        return self._trust

    def seal(self, pdf: bytes, *, reason: str) -> SealedPaper:
        """Seal, then validate the result: a seal that would not hold is not given out."""
        try:
            sealed = signing.seal(
                pdf,
                sealer=self._sealer,
                now=self._first_asked(pdf, self._clock.now()),
                timestamper=self._timestamper,
                validation=self._evidence,
                reason=reason,
            )
        except (signing.KeyUnusableError, signing.SignerUnavailableError) as error:
            raise Unavailable("SEAL_DOWN", reason=error.code) from error
        return self._proven(sealed, self._clock.now())

    def renew(self, pdf: bytes) -> SealedPaper:
        """Lift a pending seal, or put a fresh archive time stamp over it."""
        renewed = signing.upgrade(pdf, timestamper=self._timestamper, validation=self._evidence)
        return self._proven(renewed, self._clock.now())

    def ask_the_time(self) -> datetime:
        """The time-stamp authority's time, in a token for bytes that mean nothing. `TSA_UNAVAILABLE`."""
        try:
            return signing.stamped_at(self._timestamper.timestamp(os.urandom(32)))
        except signing.TimestampUnavailableError as error:
            raise Unavailable("TSA_UNAVAILABLE") from error

    def collect(
        self, chains: Sequence[Sequence[x509.Certificate]], *, sha256: bytes, kept: signing.Evidence | None = None
    ) -> signing.Evidence:
        """Evidence for the signatures of a file that came signed."""
        return evidence_of(
            chains,
            sha256=sha256,
            kept=kept or signing.Evidence(),
            fetch=self._fetch(),
            timestamper=self._timestamper,
            trust=self._trust,
            clock=self._clock,
        )

    def close(self) -> None:
        """Let go of a device that holds the key."""
        self._sealer.close()

    def _proven(self, sealed: signing.Sealed, now: datetime) -> SealedPaper:
        self._prove(sealed.pdf, now)
        until = signing.archive_expires_at(sealed.pdf) if sealed.level is signing.Level.B_LTA else None
        return SealedPaper(sealed.pdf, sealed.level.value, sealed.pending, until)

    def _prove(self, pdf: bytes, now: datetime) -> None:
        report = signing.inspect(pdf, trust=self._trust, now=now)
        if not report.verdict.is_valid:
            raise Invalid("SEAL_NOT_VALID", verdict=report.verdict.value)


def load_certificates(pem: bytes) -> list[x509.Certificate]:
    """The seal's own certificate first, then its issuers; `KEY_UNUSABLE` for anything else."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise signing.KeyUnusableError("no certificate in PEM") from error
