"""Is a certificate good at a moment: path to a pinned root, dates, revocation, suitability.

RFC 5280; EN 319 102-1, 5.2.6. All evidence is given; nothing is fetched.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import crl, ocsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    FreshnessReqType,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from signing.validation.trust import RevocationPolicy, Trust
from signing.validation.verdicts import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DOCUMENT_SIGNING_NEVER: Final = frozenset({"server_auth", "time_stamping", "ocsp_signing", "code_signing"})
"""A certificate whose extended key usage allows only these does not sign documents."""
TLS: Final = frozenset({"server_auth", "client_auth"})
"""Together they make the certificate of a web server; the second alone is common on tokens that people sign with."""

_SOFT: Final = RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
_OLD: Final = timedelta(days=365 * 200)


def _of_any_age(rule: RevocationCheckingPolicy) -> CertRevTrustPolicy:
    return CertRevTrustPolicy(rule, freshness=_OLD, freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION)


# Evidence is usually fetched moments after the time stamp it serves, so it counts for the time before it too.
_GOOD: Final = CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True)
_UNKNOWN: Final = (
    # Evidence that has aged, or that is broken, is as good as none for "not revoked", and never a reason to doubt the
    # path. A revocation that it tells is final all the same, so each step still heeds as much of it as can be read.
    _of_any_age(RevocationCheckingPolicy(_SOFT, _SOFT)),
    _of_any_age(RevocationCheckingPolicy(_SOFT, RevocationCheckingRule.NO_CHECK)),
    CertRevTrustPolicy(NO_REVOCATION),
)


@dataclass
class Pool:
    """Certificates and revocation evidence gathered from everywhere in a file, each once."""

    certificates: dict[bytes, Any] = field(default_factory=dict)
    crls: dict[bytes, Any] = field(default_factory=dict)
    ocsps: dict[bytes, Any] = field(default_factory=dict)

    def add_certificates(self, found: Iterable[Any]) -> None:
        """Add parsed certificates."""
        for certificate in found:
            self.certificates.setdefault(bytes(certificate.dump()), certificate)

    def add_der(self, *, certificates: Iterable[bytes], crls: Iterable[bytes], ocsps: Iterable[bytes]) -> None:
        """Add DER objects; what does not parse is left out, since evidence only ever helps."""
        for store, kind, found in (
            (self.certificates, asn1_x509.Certificate, certificates),
            (self.crls, crl.CertificateList, crls),
            (self.ocsps, ocsp.OCSPResponse, ocsps),
        ):
            for der in found:
                try:
                    store.setdefault(der, kind.load(der, strict=True))
                except (ValueError, TypeError):
                    continue


@dataclass(frozen=True)
class Standing:
    """How a certificate stood at one moment. `revocation`: "good", "unknown", "no_source" or "revoked"."""

    trusted: bool
    reasons: tuple[Reason, ...]
    revocation: str


class Paths:
    """Judges certificates against one `Trust` and one `Pool`, remembering its answers."""

    def __init__(self, trust: Trust, pool: Pool) -> None:
        self._roots = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in trust.roots]
        self._root_ders = {bytes(c.dump()) for c in self._roots}
        self._helpers = [asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in trust.intermediates]
        self._policy = trust.revocation
        self._pool = pool
        self._known: dict[tuple[bytes, datetime, bool], Standing] = {}

    def standing(self, certificate: Any, moment: datetime, *, proven: bool, stamping: bool = False) -> Standing:
        """How `certificate` stood at `moment`; `proven` says that a time stamp fixes that moment.

        `stamping` asks for a time-stamp certificate (RFC 3161, 2.3) instead of one that signs documents.
        """
        key = (bytes(certificate.dump()), moment, stamping)
        if key not in self._known:
            self._known[key] = asyncio.run(self._judge(certificate, moment, proven=proven, stamping=stamping))
        return self._known[key]

    async def _judge(self, certificate: Any, moment: datetime, *, proven: bool, stamping: bool) -> Standing:
        if not self._roots:
            return Standing(trusted=False, reasons=(Reason.NO_TRUSTED_CHAIN,), revocation="unknown")
        revocation = "good"
        path: list[Any] = []
        for policy in (_GOOD, *_UNKNOWN):
            try:
                path = await self._path(certificate, moment, stamping=stamping, policy=policy)
                break
            except InsufficientRevinfoError:
                revocation = "unknown"
            except (PathError, ValidationError) as error:
                return _fallen(error, proven=proven)
        else:
            return Standing(trusted=False, reasons=(Reason.NO_TRUSTED_CHAIN,), revocation="unknown")
        if not stamping and not _signs_documents(certificate):
            return Standing(trusted=False, reasons=(Reason.CERTIFICATE_UNSUITABLE,), revocation=revocation)
        if revocation == "good":
            return Standing(trusted=True, reasons=(), revocation="good")
        if not any(_has_source(c) for c in path if bytes(c.dump()) not in self._root_ders):
            revocation = "no_source"
        missing = self._policy is RevocationPolicy.REQUIRE
        return Standing(
            trusted=not missing,
            reasons=(Reason.REVOCATION_MISSING if missing else Reason.REVOCATION_UNKNOWN,),
            revocation=revocation,
        )

    async def _path(
        self, certificate: Any, moment: datetime, *, stamping: bool, policy: CertRevTrustPolicy
    ) -> list[Any]:
        context = ValidationContext(
            trust_roots=self._roots,
            other_certs=[*self._helpers, *self._pool.certificates.values()],
            moment=moment,
            crls=list(self._pool.crls.values()),
            ocsps=list(self._pool.ocsps.values()),
            revinfo_policy=policy,
            allow_fetching=False,
        )
        validator = CertificateValidator(certificate, validation_context=context)
        wanted = {"time_stamping"} if stamping else set()
        found = await validator.async_validate_usage(set(), wanted)  # type: ignore[no-untyped-call]
        return [c for c in found if isinstance(c, asn1_x509.Certificate)]


def _fallen(error: Exception, *, proven: bool) -> Standing:
    """What a failed path means."""
    if isinstance(error, RevokedError):
        return Standing(trusted=False, reasons=(Reason.CERTIFICATE_REVOKED,), revocation="revoked")
    reason = Reason.NO_TRUSTED_CHAIN
    if isinstance(error, ExpiredError):
        reason = Reason.SIGNED_AFTER_EXPIRY if proven else Reason.EXPIRED_WITHOUT_TIMESTAMP
    elif isinstance(error, NotYetValidError):
        reason = Reason.CERTIFICATE_NOT_YET_VALID
    elif isinstance(error, DisallowedAlgorithmError):
        reason = Reason.WEAK_ALGORITHM
    elif isinstance(error, InvalidCertificateError):
        reason = Reason.CERTIFICATE_UNSUITABLE
    elif not isinstance(error, PathBuildingError | PathValidationError | PathError | ValidationError):
        raise error
    return Standing(trusted=False, reasons=(reason,), revocation="unknown")


def _signs_documents(certificate: Any) -> bool:
    """RFC 5280, 4.2.1.3 and 4.2.1.12: key usage allows signatures, extended usage is not for something else only."""
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        return False
    extended = certificate.extended_key_usage_value
    if extended is None:
        return True
    allowed = set(extended.native)
    return not (allowed <= DOCUMENT_SIGNING_NEVER or allowed == TLS)


def _has_source(certificate: Any) -> bool:
    """Whether a certificate says where its revocation status can be had (and does not waive the check)."""
    if certificate.ocsp_no_check_value is not None:
        return False
    return bool(certificate.crl_distribution_points or certificate.ocsp_urls)
