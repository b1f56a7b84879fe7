"""Look at a PDF and say what its signatures are worth. Never raises for a bad file.

Time follows EN 319 102-1, 5.6: the newest document time stamp is judged at `now`, everything under it at its time.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.development import DEVELOPMENT_POLICY
from signing.evidence import Evidence, existence_digest
from signing.timestamps import LOCAL_TSA_POLICY
from signing.validation import structure
from signing.validation.chain import Paths, Pool, Standing
from signing.validation.chains import Chain, chains_to_roots
from signing.validation.changes import Change, History
from signing.validation.cmsdata import SignedParts, Token, read_signature, read_token
from signing.validation.describing import described
from signing.validation.hidden import hidden_content
from signing.validation.item import Item, certified, claimed_time, safely
from signing.validation.objects import entry, items
from signing.validation.reading import Reader
from signing.validation.report import Report, iso
from signing.validation.verdicts import Reason, ordered, verdict_of

if TYPE_CHECKING:
    from datetime import datetime

    from signing.validation.trust import Trust

MAX_SIGNATURES: Final = 500
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
MAX_STORE_ITEMS: Final = 2_000

_BYTE_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*\d")
_PADES: Final = "/ETSI.CAdES.detached"
_PKCS7: Final = "/adbe.pkcs7.detached"
_STAMP: Final = "/ETSI.RFC3161"
_DATES: Final = {
    Reason.SIGNED_AFTER_EXPIRY: Reason.TIMESTAMP_EXPIRED,
    Reason.EXPIRED_WITHOUT_TIMESTAMP: Reason.TIMESTAMP_EXPIRED,
}
_REVOCATION_OPEN: Final = {Reason.REVOCATION_UNKNOWN, Reason.REVOCATION_MISSING}


def inspect(
    pdf: bytes,
    *,
    trust: Trust,
    now: datetime,
    evidence: Evidence | None = None,
    password: str | None = None,
) -> Report:
    """Report on every signature of `pdf` as seen at `now` (aware).

    `evidence` is what intake collected and kept beside the file. Whatever goes wrong inside becomes INCONCLUSIVE.

    >>> inspect(b"hello", trust=Trust.nothing(), now=datetime(2026, 1, 1, tzinfo=UTC)).verdict
    <Verdict.INCONCLUSIVE: 'INCONCLUSIVE'>
    """
    look = _Look(pdf, trust, now, evidence or Evidence(), password)
    try:
        look.run()
    except Exception as error:  # noqa: BLE001 - the promise: any fault at all is "not conclusive", never a crash or VALID
        look.reasons.add(Reason.BROKEN_STRUCTURE)
        look.details.append(f"{type(error).__name__}: {error}"[:300])
    return look.report()


def chains_of(pdf: bytes, *, trust: Trust, now: datetime, password: str | None = None) -> tuple[Chain, ...]:
    """The certificate chains, up to pinned roots, of all who signed or stamped `pdf`. Never raises for a bad file.

    Each is what `collect_evidence` takes; a signer whose chain leads to no pinned root has none.
    """
    look = _Look(pdf, trust, now, Evidence(), password)
    with suppress(Exception):
        look.run()
    parts = [item.parts for item in look.items if item.parts is not None and not item.remnant]
    tokens = [item.token for item in look.items if item.token is not None]
    tokens += [token for one in parts for token in one.tokens]
    ends = [*(one.certificate for one in parts), *(one.certificate for one in tokens)]
    return chains_to_roots(ends, list(look.pool.certificates.values()), trust)


def chain_of_token(token: bytes, *, trust: Trust) -> Chain:
    """The chain of the authority that gave out an RFC 3161 token; empty when it leads to no pinned root."""
    try:
        read, _ = read_token(cms.ContentInfo.load(token, strict=True)["content"], lambda _: b"")
        return next(iter(chains_to_roots([read.certificate], list(read.certificates), trust)), ())
    except Exception:  # noqa: BLE001 - a token that cannot be read has no chain
        return ()


class _Look:
    """One inspection; collects reasons and items as it goes, so that a fault half-way loses nothing."""

    def __init__(self, pdf: bytes, trust: Trust, now: datetime, evidence: Evidence, password: str | None) -> None:
        self.pdf = pdf
        self.now = now
        self.password = password
        self.reasons: set[Reason] = set()
        self.details: list[str] = []
        self.items: list[Item] = []
        self.pool = Pool()
        self.pool.add_der(certificates=evidence.certificates, crls=evidence.crls, ocsps=evidence.ocsps)
        self.kept = evidence.tokens
        self.proofs: list[Token] = []
        self.paths = Paths(trust, self.pool)
        self.has_store = False

    def run(self) -> None:
        self.reasons |= set(structure.surface_faults(self.pdf))
        reader = self._reader()
        if reader is None:
            return
        self._gather(reader)
        self._judge_hybrid(reader)
        self._read_store(reader)
        self._judge_time()
        self._judge_changes(reader)
        if self.items and not self.reasons & {Reason.BROKEN_STRUCTURE}:
            self.reasons |= hidden_content(reader, self.pdf)

    def _reader(self) -> Any:
        """A strict reader; a lenient one, with the fault noted, when the file is broken; None when it is locked."""
        try:
            reader = Reader(BytesIO(self.pdf))
        except Exception as error:  # noqa: BLE001 - as in inspect
            self.reasons.add(Reason.BROKEN_STRUCTURE)
            self.details.append(f"{type(error).__name__}: {error}"[:300])
            if not _BYTE_RANGE.search(self.pdf):
                return None
            reader = Reader(BytesIO(self.pdf), strict=False)
        if reader.security_handler is not None and not self._unlocked(reader):
            self.reasons.add(Reason.PASSWORD_PROTECTED)
            return None
        return reader

    def _unlocked(self, reader: Any) -> bool:
        try:
            reader.decrypt(self.password or "")
            return bool(reader.security_handler.is_authenticated())
        except Exception as error:  # noqa: BLE001 - as in inspect
            self.details.append(f"{type(error).__name__}: {error}"[:300])
            return False

    def _gather(self, reader: Any) -> None:
        """Find every signature, check its range and its cryptography."""
        seen: set[Any] = set()
        for name, value, sig_field in enumerate_sig_fields(reader, filled_status=True):
            reference = value.reference if isinstance(value, generic.IndirectObject) else id(value)
            if reference in seen:
                self.details.append(f"{name}: a second field shows the same signature")
                self.reasons.add(Reason.BYTE_RANGE_ABNORMAL)
                continue
            seen.add(reference)
            if len(self.items) >= MAX_SIGNATURES:
                self.reasons.add(Reason.TOO_MANY_SIGNATURES)
                break
            item = Item(str(name), sig_field.get_object())
            self.items.append(item)
            try:
                self._read(item, reader)
            except Exception as error:  # noqa: BLE001 - as in inspect
                item.reasons.add(Reason.SIGNATURE_UNREADABLE)
                self.details.append(f"{name}: {type(error).__name__}: {error}"[:300])
        self.items.sort(key=lambda i: i.end)
        if len(_BYTE_RANGE.findall(self.pdf)) > len(self.items):
            self._gather_remnants(reader, {ref for ref in seen if not isinstance(ref, int)})

    def _judge_hybrid(self, reader: Any) -> None:
        """Two tables in one section may disagree.

        Common word processors write such files, so what was so before the first signature is a warning; a section
        like this after it is never accepted.
        """
        xrefs = reader.xrefs
        if not xrefs.hybrid_xrefs_present:
            return
        hybrid = {XRefSectionType.HYBRID_MAIN, XRefSectionType.HYBRID_STREAM}
        sections = [xrefs.get_xref_container_info(n) for n in range(xrefs.total_revisions)]
        newest = max(s.declared_startxref for s in sections if s.xref_section_type in hybrid)
        first = min((item.end for item in self.items if item.range is not None), default=0)
        self.reasons.add(Reason.HYBRID_BEFORE_SIGNING if newest < first else Reason.HYBRID_FILE)

    def _read(self, item: Item, reader: Any) -> None:
        dictionary = item.field["/V"]
        item.subfilter = str(entry(dictionary, "/SubFilter") or "")
        embedded = item.embedded = EmbeddedPdfSignature(reader, item.field, item.name)
        contents = embedded.pkcs7_content
        found = structure.checked_range(self.pdf, _plain(embedded.byte_range), contents)
        if isinstance(found, Reason):
            item.reasons.add(found)
            if found is Reason.BYTE_RANGE_BEYOND_FILE:
                return
        else:
            item.range = found
        if not structure.padded_with_zeros_only(contents):
            item.reasons.add(Reason.BYTE_RANGE_ABNORMAL)
        if item.subfilter == _STAMP:
            item.token, item.token_digest = read_token(embedded.signed_data, embedded.compute_digest)
            if not item.token.intact:
                item.reasons.add(Reason.DIGEST_MISMATCH)
            if item.token.weak:
                item.reasons.add(Reason.WEAK_ALGORITHM)
            self.pool.add_certificates((item.token.certificate, *item.token.certificates))
        elif item.subfilter in {_PADES, _PKCS7}:
            self._read_parts(item)
        else:
            item.reasons.add(Reason.UNSUPPORTED_FORMAT)

    def _read_parts(self, item: Item) -> None:
        signed = item.embedded.signed_data
        if signed["encap_content_info"]["content"].native is not None:
            # ISO 32000-2, 12.8.3.3.1: no data shall be encapsulated; what it says could differ from what is shown.
            item.reasons.add(Reason.UNSUPPORTED_FORMAT)
        parts = item.parts = read_signature(signed, item.embedded.compute_digest())
        if item.subfilter == _PADES and not signed["signer_infos"][0]["signed_attrs"]:
            # EN 319 142-1, 6.3: without signed attributes nothing says what kind of content was signed.
            item.reasons.add(Reason.UNSUPPORTED_FORMAT)
        item.reasons |= set(parts.reasons)
        if item.subfilter == _PKCS7 or not parts.has_certificate_attribute:
            item.reasons.add(Reason.NOT_PADES)
        self.pool.add_certificates((parts.certificate, *parts.certificates))
        for token in parts.tokens:
            self.pool.add_certificates((token.certificate, *token.certificates))
        self.pool.add_der(certificates=(), crls=parts.crls, ocsps=parts.ocsps)

    def _gather_remnants(self, reader: Any, linked: set[Any]) -> None:
        """Signature dictionaries that no form field shows any more: left by tools that rewrote a signed file."""
        xrefs = reader.xrefs
        refs = {r for number in range(xrefs.total_revisions) for r in xrefs.explicit_refs_in_revision(number)}
        for ref in sorted(refs - linked, key=lambda r: r.idnum):
            try:
                value = reader.get_object(ref)
            except misc.PdfError:
                continue
            if not isinstance(value, generic.DictionaryObject) or "/ByteRange" not in value:
                continue
            if "/Contents" not in value or len(self.items) >= MAX_SIGNATURES:
                continue
            numbers = [int(n) for n in items(entry(value, "/ByteRange")) if isinstance(n, int)]
            beyond = sum(numbers[-2:]) > len(self.pdf)
            item = Item(f"object {ref.idnum}", value, remnant=True, subfilter=str(entry(value, "/SubFilter") or ""))
            item.reasons.add(Reason.BYTE_RANGE_BEYOND_FILE if beyond else Reason.SIGNATURE_NOT_LINKED)
            item.parts = safely(partial(_remnant_parts, value), default=None)
            self.items.append(item)

    def _read_store(self, reader: Any) -> None:
        """The document security store (EN 319 142-1, 5.4.2)."""
        store = entry(reader.root, "/DSS")
        if store is None:
            return
        held: dict[str, list[bytes]] = {}
        for key in ("/Certs", "/CRLs", "/OCSPs"):
            found = items(entry(store, key))[:MAX_STORE_ITEMS]
            held[key] = [data for stream in found if (data := _stream_data(stream)) is not None]
        self.has_store = bool(held["/CRLs"] or held["/OCSPs"])
        self.pool.add_der(certificates=held["/Certs"], crls=held["/CRLs"], ocsps=held["/OCSPs"])

    def _judge_time(self) -> None:
        """From the newest document time stamp back: each trusted one moves the moment of judgement to its own time."""
        control = self._judge_kept(self.now)
        for item in sorted(self.items, key=lambda i: i.end, reverse=True):
            if item.token is not None:
                self._judge_stamp(item, item.token, control)
                if item.trusted and item.sound:
                    control = min(control, item.token.generated_at)
            elif item.parts is not None and not item.remnant:
                self._judge_signature(item, item.parts, control)

    def _judge_kept(self, control: datetime) -> datetime:
        """The tokens kept beside the file, newest first: each that is trusted moves the moment to its own time.

        One that is broken, or over something else, proves nothing, and neither do those under it.
        """
        digest = hashlib.sha256(self.pdf).digest()
        for count in reversed(range(len(self.kept))):
            try:
                signed = cms.ContentInfo.load(self.kept[count], strict=True)["content"]
                over = existence_digest(digest, self.kept[:count])
                token, _ = read_token(signed, partial(_sha256_only, over))
            except Exception as error:  # noqa: BLE001 - as in inspect
                self.details.append(f"kept time stamp {count + 1}: {type(error).__name__}: {error}"[:300])
                break
            self.pool.add_certificates((token.certificate, *token.certificates))
            if not token.intact or token.weak or not self._stamp_standing(token, control).trusted:
                self.details.append(f"kept time stamp {count + 1} proves nothing")
                break
            control = min(control, token.generated_at)
            self.proofs.append(token)
        return control

    def _stamp_standing(self, token: Token, control: datetime) -> Standing:
        """A token counts when its authority was good at its time and is still inside its dates at `control`."""
        then = self.paths.standing(token.certificate, token.generated_at, proven=True, stamping=True)
        later = self.paths.standing(token.certificate, control, proven=True, stamping=True)
        reasons = [*then.reasons, *(r for r in later.reasons if r not in _REVOCATION_OPEN)]
        reasons = [_DATES.get(r, r) for r in reasons]
        if token.generated_at > self.now + CLOCK_TOLERANCE:
            reasons.append(Reason.TIMESTAMP_IN_FUTURE)
        trusted = all(r is Reason.REVOCATION_UNKNOWN for r in reasons)
        return Standing(trusted=trusted, reasons=tuple(dict.fromkeys(reasons)), revocation=then.revocation)

    def _judge_stamp(self, item: Item, token: Token, control: datetime) -> None:
        standing = self._stamp_standing(token, control)
        item.trusted, item.revocation = standing.trusted, standing.revocation
        item.reasons |= set(standing.reasons)
        item.signed_at, item.proven_by = token.generated_at, token
        if token.policy == LOCAL_TSA_POLICY:
            item.reasons.add(Reason.LOCAL_TIMESTAMP)

    def _judge_signature(self, item: Item, parts: SignedParts, control: datetime) -> None:
        proof: Token | None = None
        reasons: set[Reason] = set()
        for token in sorted(parts.tokens, key=lambda t: t.generated_at):
            standing = self._stamp_standing(token, control)
            if standing.trusted and not token.weak:
                proof = token
                reasons |= set(standing.reasons)
                break
            reasons |= set(standing.reasons) & {Reason.TIMESTAMP_EXPIRED, Reason.TIMESTAMP_IN_FUTURE}
            reasons.add(Reason.TIMESTAMP_UNTRUSTED)
        if proof is not None:
            reasons -= {Reason.TIMESTAMP_UNTRUSTED, Reason.TIMESTAMP_EXPIRED}
        archive = self._archive_stamp(item)
        if archive is not None and (proof is None or archive.generated_at < proof.generated_at):
            proof, reasons = archive, reasons - {Reason.TIMESTAMP_UNTRUSTED, Reason.TIMESTAMP_EXPIRED}
        if parts.bad_tokens and proof is None:
            reasons.add(Reason.TIMESTAMP_INVALID)
        moment = proof.generated_at if proof else self.now
        standing = self.paths.standing(parts.certificate, moment, proven=proof is not None)
        item.trusted, item.revocation = standing.trusted, standing.revocation
        item.reasons |= reasons | set(standing.reasons)
        item.proven_by = proof
        item.signed_at = proof.generated_at if proof else claimed_time(item)
        if proof is None:
            item.reasons.add(Reason.TIME_BY_SIGNER_CLOCK)
        elif parts.certificate.not_valid_after < self.now:
            item.reasons.add(Reason.CERTIFICATE_SINCE_EXPIRED)
        if proof is not None and proof.policy == LOCAL_TSA_POLICY:
            item.reasons.add(Reason.LOCAL_TIMESTAMP)
        if _names_policy(parts.certificate, DEVELOPMENT_POLICY.dotted_string):
            item.reasons.add(Reason.DEVELOPMENT_CERTIFICATE)

    def _archive_stamp(self, item: Item) -> Token | None:
        """The oldest trusted time stamp over a signature: inside the file, or kept beside it."""
        over = [i for i in self.items if i.token is not None and i.trusted and i.sound and i.end > item.end]
        tokens = [*(i.token for i in over if i.token), *self.proofs]
        return min(tokens, key=lambda t: t.generated_at, default=None)

    def _judge_changes(self, reader: Any) -> None:
        real = [item for item in self.items if not item.remnant]
        ranged = [item for item in real if item.range is not None]
        if not ranged:
            return
        history = History(reader)
        newest = ranged[-1]
        newest.whole = structure.is_whole(self.pdf, newest.end)
        signed = [item for item in ranged if item.token is None]
        # Anybody can have a file time-stamped, so a time stamp vouches for nothing: what follows the last signature is
        # judged as if nobody had signed it.
        last = signed[-1] if signed else newest
        if not structure.is_whole(self.pdf, last.end):
            fault = self._beyond_evidence(reader, history, last, ranged)
            if fault:
                self.details.append(f"{last.name}: {fault}")
                self.reasons.add(Reason.UNSIGNED_CHANGE)
                newest.reasons.add(Reason.UNSIGNED_CHANGE)
                last.reasons.add(Reason.UNSIGNED_CHANGE)
            if not newest.whole:
                newest.changes = Change.OTHER if fault else Change.EVIDENCE
        if len(signed) > 1 and structure.hides_objects(reader, self.pdf, signed[0].end):
            self.details.append(f"{signed[0].name}: objects that no table names lie after it")
            signed[0].reasons.add(Reason.FORBIDDEN_CHANGE)
        for item in ranged[:-1]:
            self._judge_later(reader, history, item)

    def _beyond_evidence(self, reader: Any, history: History, item: Item, ranged: list[Item]) -> str:
        """What follows `item` besides validation data; "" for nothing."""
        stamps = frozenset(other.name for other in ranged if other.token is not None and other.end > item.end)
        try:
            if item.embedded.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_REVISION:
                return "it does not cover its revision"
            structure.require_accounted_tail(reader, self.pdf, item.end)
            return history.adds_only_evidence(_last_revision(reader, item.end), stamps)
        except Exception as error:  # noqa: BLE001 - as in inspect
            return f"{type(error).__name__}: {error}"[:300]

    def _judge_later(self, reader: Any, history: History, item: Item) -> None:
        """What the revisions after an older signature did."""
        if item.embedded.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_REVISION:
            item.reasons.add(Reason.BYTE_RANGE_ABNORMAL)
            return
        steps = history.after(_last_revision(reader, item.end))
        item.changes = max((step.change for step in steps), default=Change.NONE)
        if item.changes is Change.OTHER:
            item.reasons.add(Reason.FORBIDDEN_CHANGE)
            self.details += [f"{item.name}: {step.detail}" for step in steps if step.detail][:5]
        if item.changes is Change.FORM:
            item.reasons.add(Reason.FORM_FILLED_LATER)
        visible = any(step.new_visible_signatures for step in steps)
        if visible:
            item.reasons.add(Reason.VISIBLE_SIGNATURE_LATER)
        permission = certified(item)
        if permission == 1 and item.changes > Change.EVIDENCE:
            item.reasons.add(Reason.CERTIFICATION_BROKEN)
        elif permission and visible:
            item.reasons.add(Reason.FIELD_ADDED_AFTER_CERTIFICATION)
        lock = item.embedded.fieldmdp
        if lock is not None and any(lock.is_locked(name) for step in steps for name in step.changed_fields):
            item.reasons.add(Reason.LOCKED_FIELD_CHANGED)

    def report(self) -> Report:
        real = [item for item in self.items if not item.remnant]
        reasons = set(self.reasons)
        for item in real or self.items:
            reasons |= item.reasons
        if real and len(real) < len(self.items):
            reasons.add(Reason.BROKEN_REMNANT)
        if not reasons and not self.items:
            reasons.add(Reason.NO_SIGNATURE)
        if real and all(item.token is not None or item.subfilter == _STAMP for item in real):
            # A time stamp says that the file existed then; nobody has put a name under it.
            reasons.add(Reason.NO_SIGNATURE)
        return Report(
            verdict=verdict_of(reasons),
            reasons=ordered(reasons),
            signatures=tuple(
                described(number, item, self.items, has_store=self.has_store)
                for number, item in enumerate(self.items, start=1)
            ),
            checked_at=iso(self.now),
            sha256=hashlib.sha256(self.pdf).hexdigest(),
            details=tuple(self.details[:50]),
        )


def _remnant_parts(dictionary: Any) -> SignedParts:
    """Who had signed, read from what is left; it says nothing about any bytes."""
    signed = cms.ContentInfo.load(bytes(dictionary.raw_get("/Contents").original_bytes))["content"]
    return read_signature(signed, b"")


def _last_revision(reader: Any, end: int) -> int:
    """The newest revision whose cross-reference section lies before `end`."""
    xrefs = reader.xrefs
    return max(n for n in range(xrefs.total_revisions) if xrefs.get_startxref_for_revision(n) < end)


def _sha256_only(digest: bytes, algorithm: str) -> bytes:
    if algorithm != "sha256":
        raise ValueError("a kept time stamp is over a SHA-256")
    return digest


def _plain(byte_range: Any) -> list[Any] | None:
    """A parsed /ByteRange as a list of Python numbers; None when it is no array of direct numbers."""
    if not isinstance(byte_range, generic.ArrayObject):
        return None
    return [int(n) if isinstance(n, generic.NumberObject) else None for n in byte_range]


def _stream_data(stream: Any) -> bytes | None:
    try:
        return bytes(stream.data)
    except (misc.PdfError, AttributeError, ValueError, TypeError):
        return None


def _names_policy(certificate: Any, oid: str) -> bool:
    policies = certificate.certificate_policies_value
    return policies is not None and any(p["policy_identifier"].dotted == oid for p in policies)
