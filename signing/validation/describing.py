"""A judged signature put into the words of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from signing.validation.changes import is_visible
from signing.validation.item import Item, certified, claimed_time, safely, stated_reason
from signing.validation.report import DOCUMENT_TIMESTAMP, PKCS7, SignatureReport, iso
from signing.validation.verdicts import Reason, ordered

STAMP = "/ETSI.RFC3161"
_IDENTIFIERS = ("user_id", "serial_number", "organization_identifier")


def described(number: int, item: Item, items: Sequence[Item], *, has_store: bool) -> SignatureReport:
    """One signature of the report; `items` are all signatures of the file, `has_store` says that evidence is inside."""
    blank = _blank(item, number)
    certificate = item.parts.certificate if item.parts else item.token.certificate if item.token else None
    if certificate is None:
        return blank
    proven = item.proven_by is not None
    return replace(
        blank,
        level=_level(item, items, has_store=has_store),
        signer=_subject(certificate, "common_name") or certificate.subject.human_friendly,
        organisation=_subject(certificate, "organization_name"),
        issuer=certificate.issuer.human_friendly,
        policy=item.parts.policy if item.parts else "",
        signed_at=iso(item.signed_at),
        claimed_at=iso(claimed_time(item)) if item.parts else "",
        time_source="timestamp" if proven else "signer_clock",
        timestamp_authority=_subject(item.proven_by.certificate, "common_name") if item.proven_by else "",
        intact=item.sound and not item.remnant,
        trusted=item.trusted,
        covers_whole_file=item.whole,
        covered_bytes=item.end,
        changes_after=item.changes.name.lower(),
        certified=certified(item),
        certificate_serial=f"{certificate.serial_number:x}",
        not_before=iso(certificate.not_valid_before),
        not_after=iso(certificate.not_valid_after),
        digest_algorithm=item.parts.digest_algorithm if item.parts else item.token_digest,
        signature_algorithm=item.parts.signature_algorithm if item.parts else "",
        revocation=item.revocation,
        units=_subjects(certificate, "organizational_unit_name"),
        locality=_subject(certificate, "locality_name"),
        stated_reason=stated_reason(item),
        stamped_then=item.parts is not None and any(one is item.proven_by for one in item.parts.tokens),
        identifiers=tuple(one for name in _IDENTIFIERS for one in _subjects(certificate, name)),
    )


def _level(item: Item, items: Sequence[Item], *, has_store: bool) -> str:
    if item.token is not None:
        return DOCUMENT_TIMESTAMP
    if item.parts is None or Reason.NOT_PADES in item.reasons:
        return PKCS7
    archived = any(i.token is not None and i.sound and i.end > item.end for i in items)
    if has_store and archived:
        return "B-LTA"
    if item.parts.tokens or archived:
        return "B-LT" if has_store else "B-T"
    return "B-B"


def _blank(item: Item, number: int) -> SignatureReport:
    """What can be said of a signature that could not be read."""
    return SignatureReport(
        field=item.name,
        kind="remnant" if item.remnant else "timestamp" if item.subfilter == STAMP else "signature",
        level="",
        signer="",
        organisation="",
        issuer="",
        policy="",
        signed_at="",
        claimed_at="",
        time_source="signer_clock",
        timestamp_authority="",
        intact=False,
        trusted=False,
        covers_whole_file=False,
        covered_bytes=item.end,
        revision=number,
        changes_after="none",
        certified=0,
        visible=safely(lambda: is_visible(item.field), default=False),
        certificate_serial="",
        not_before="",
        not_after="",
        digest_algorithm="",
        signature_algorithm="",
        revocation="unknown",
        subfilter=item.subfilter.lstrip("/"),
        reasons=ordered(item.reasons),
    )


def _subject(certificate: Any, name: str) -> str:
    return next(iter(_subjects(certificate, name)), "")


def _subjects(certificate: Any, name: str) -> tuple[str, ...]:
    value = certificate.subject.native.get(name, [])
    return tuple(str(one) for one in (value if isinstance(value, list) else [value]))
