"""Checks on why a record is believed, and on what it may be used for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vault.domain.agencies import level1_of
from vault.domain.catalogue import ComponentForm
from vault.domain.reasons import ReasonCode, Severity
from vault.domain.reuse.decision import Finding
from vault.domain.states import SignatureEvidence, SignerMatch, Source, TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.domain.reuse.context import Context

NATIONWIDE = "VN"
_PARTS = re.compile(r"[,;\s]+")
_SIGNATURES = {
    SignatureEvidence.BROKEN: ReasonCode.SIGNATURE_BROKEN,
    SignatureEvidence.NOT_ENOUGH_EVIDENCE: ReasonCode.SIGNATURE_EVIDENCE,
    SignatureEvidence.VALID_WITH_WARNING: ReasonCode.SIGNATURE_WARNING,
}
_SIGNERS = {
    SignerMatch.PART_OF_ISSUER: ReasonCode.SIGNER_NOT_ISSUER,
    SignerMatch.NOT_THEN: ReasonCode.SIGNER_NOT_ISSUER,
    SignerMatch.OTHER_ORGANISATION: ReasonCode.SIGNER_NOT_ISSUER,
    SignerMatch.PERSON_ONLY: ReasonCode.SIGNER_NOT_ISSUER,
    SignerMatch.ISSUER_NO_AGENCY: ReasonCode.SIGNER_ORGANISATION_UNKNOWN,
    SignerMatch.UNKNOWN: ReasonCode.SIGNER_ORGANISATION_UNKNOWN,
}


def trust(ctx: Context) -> Iterator[Finding]:
    """Signature, comparison, conversion mark, trust level. A connected database's answer has none of these."""
    if ctx.is_data:
        return
    offered, wanted = ctx.candidate, ctx.component.min_trust
    if offered.signature in _SIGNATURES:
        yield Finding(_SIGNATURES[offered.signature])
    if offered.signer in _SIGNERS:
        # Who signed is not known, so the officer who compared the paper answers for it; who is known to be another
        # than the issuer stays something to look at, whatever the copy was compared with.
        known = _SIGNERS[offered.signer] is ReasonCode.SIGNER_NOT_ISSUER
        weight = Severity.INFO if offered.compared_with_original and not known else None
        issuer = (("issuer", offered.issuer_as_printed or offered.issuer_code or "…"),)
        yield Finding(_SIGNERS[offered.signer], issuer, severity=weight)
    if offered.signature is SignatureEvidence.NONE and TrustLevel.L2 <= offered.trust <= TrustLevel.L4:
        yield Finding(ReasonCode.SIGNATURE_MISSING)
    if offered.trust <= TrustLevel.L2 and not offered.compared_with_original:
        yield Finding(ReasonCode.NOT_COMPARED)
    if offered.trust is TrustLevel.L2 and not offered.conversion_mark:
        yield Finding(ReasonCode.NO_CONVERSION_MARK)
    if ctx.component.form is not ComponentForm.FORM and offered.trust < wanted and wanted >= TrustLevel.L2:
        liftable = wanted is TrustLevel.L2
        weight = Severity.CHECK if liftable else Severity.BLOCK
        facts = (("trust", offered.trust.name), ("wanted", wanted.name))
        yield Finding(ReasonCode.TRUST_TOO_LOW, facts, severity=weight)


def scope(ctx: Context) -> Iterator[Finding]:
    """The territory a paper is good for, mergers followed, against the agency that handles the dossier."""
    text = (ctx.candidate.scope or "").strip()
    if not text or text.upper() == NATIONWIDE:
        return
    places = [part for part in _PARTS.split(text) if part]
    directory, here = ctx.catalogue.directory, ctx.dossier.agency_code
    if any(directory.same_territory(place, here, ctx.today) for place in places):
        return
    known = level1_of(here) is not None and all(directory.find(level1_of(place)) is not None for place in places)
    if known and directory.find(level1_of(here)) is not None:
        yield Finding(ReasonCode.OUT_OF_SCOPE, (("scope", text),))
    else:
        yield Finding(ReasonCode.SCOPE_NOT_UNDERSTOOD, (("scope", text),))


def purpose(ctx: Context) -> Iterator[Finding]:
    """A paper issued for one purpose serves only that purpose."""
    if ctx.type is None or not ctx.type.purposes:
        return
    procedure = ctx.catalogue.find_procedure(ctx.dossier.procedure_code, ctx.today)
    wanted = ctx.type.purpose_of(ctx.dossier.purpose or (procedure.purpose if procedure else None))
    printed = ctx.type.purpose_of(ctx.candidate.purpose)
    if wanted is None or printed is None:
        yield Finding(ReasonCode.PURPOSE_UNKNOWN)
    elif wanted != printed:
        yield Finding(ReasonCode.PURPOSE_MISMATCH, (("purpose", ctx.candidate.purpose or ""),))


def consent(ctx: Context) -> Iterator[Finding]:
    """A kept paper that is no result of a procedure is reused with the person's consent; handing it in is consent."""
    kept = ctx.candidate.source in {Source.THIS_VAULT, Source.NATIONAL_STORE, Source.OTHER_VAULT}
    other_paper = ctx.type is not None and not ctx.type.results
    if kept and (ctx.component.consent or other_paper) and not ctx.candidate.consent:
        yield Finding(ReasonCode.NO_CONSENT)
