"""One CMS object taken apart: who signed, what exactly, does the value fit, which tokens hang on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import cms, core, tsp  # type: ignore[import-untyped]
from pyhanko.sign.general import (
    NonexistentAttributeError,
    extract_signer_info,
    find_cms_attribute_iter,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_self_reported_ts,
    validate_sig_integrity,
)
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from signing.validation.verdicts import Reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

WEAK_DIGESTS: Final = frozenset({"md2", "md5", "sha1"})
FIXED_DIGEST: Final = frozenset({"ed25519", "ed448"})
"""Algorithms that go with one digest only (RFC 8419, 3.1); others may mix, as some government tools do."""
_COMBINATIONS: Final = CMSAlgorithmUsagePolicy.lift_policy(DisallowWeakAlgorithmsPolicy())  # type: ignore[no-untyped-call]
WEAK_IMPRINTS: Final = frozenset({"md2", "md5"})
MIN_KEY_BITS: Final = {"rsa": 2048, "rsassa_pss": 2048, "dsa": 2048, "ec": 256}
MAX_TOKENS: Final = 32


@dataclass(frozen=True)
class Token:
    """An RFC 3161 token: its time, its authority's certificate, and whether it is over the right bytes and intact."""

    generated_at: datetime
    certificate: Any
    certificates: tuple[Any, ...]
    policy: str
    intact: bool
    weak: bool


@dataclass(frozen=True)
class SignedParts:
    """A signature value checked against the bytes it signs. `reasons` holds cryptographic faults only."""

    certificate: Any
    certificates: tuple[Any, ...]
    digest_algorithm: str
    signature_algorithm: str
    has_certificate_attribute: bool
    policy: str
    signing_time: datetime | None
    tokens: tuple[Token, ...]
    bad_tokens: int
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    reasons: tuple[Reason, ...]


def read_signature(signed: Any, digest: bytes) -> SignedParts:
    """Check a detached signature over content with this digest. Raises pyHanko's and asn1crypto's errors."""
    info = extract_signer_info(signed)
    found = extract_certs_for_validation(signed)
    intact, valid = validate_sig_integrity(info, found.signer_cert, "data", digest)
    reasons = _faults(info, found.signer_cert, intact=intact, valid=valid)
    attributes = info["signed_attrs"]
    tokens, bad = _tokens(info)
    crls, ocsps = _archived(attributes)
    return SignedParts(
        certificate=found.signer_cert,
        certificates=tuple(found.other_certs),
        digest_algorithm=_name(info["digest_algorithm"]),
        signature_algorithm=_name(info["signature_algorithm"]),
        has_certificate_attribute=any(
            len(_all(attributes, name)) > 0 for name in ("signing_certificate_v2", "signing_certificate")
        ),
        policy=_policy(attributes),
        signing_time=extract_self_reported_ts(info),
        tokens=tokens,
        bad_tokens=bad,
        crls=crls + tuple(_own_crls(signed)),
        ocsps=ocsps,
        reasons=reasons,
    )


def read_token(signed: Any, digest_of: Callable[[str], bytes]) -> tuple[Token, str]:
    """Check a time-stamp token; `digest_of` gives the stamped bytes' digest by algorithm. Also its own digest's name.

    Raises pyHanko's and asn1crypto's errors for what is no token.
    """
    info = extract_signer_info(signed)
    found = extract_certs_for_validation(signed)
    content = signed["encap_content_info"]["content"]
    if not isinstance(content, core.ParsableOctetString) or not isinstance(content.parsed, tsp.TSTInfo):
        raise TypeError("no TSTInfo inside")
    stamp = content.parsed
    own = _name(info["digest_algorithm"])
    intact, valid = validate_sig_integrity(
        info, found.signer_cert, "tst_info", hashlib.new(own, bytes(content)).digest()
    )
    imprint = stamp["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    fits = bytes(imprint["hashed_message"].native) == digest_of(algorithm)
    token = Token(
        generated_at=stamp["gen_time"].native,
        certificate=found.signer_cert,
        certificates=tuple(found.other_certs),
        policy=stamp["policy"].native,
        intact=intact and valid and fits,
        weak=_is_weak(info, found.signer_cert) or algorithm in WEAK_IMPRINTS,
    )
    return token, own


def _faults(info: Any, certificate: Any, *, intact: bool, valid: bool) -> tuple[Reason, ...]:
    reasons = []
    if not intact:
        reasons.append(Reason.DIGEST_MISMATCH)
    algorithm = _name(info["signature_algorithm"])
    if not valid:
        unknown = algorithm[0].isdigit()
        reasons.append(Reason.UNSUPPORTED_FORMAT if unknown else Reason.SIGNATURE_MISMATCH)
    elif algorithm in FIXED_DIGEST and not _COMBINATIONS.digest_combination_allowed(
        info["signature_algorithm"], info["digest_algorithm"], None
    ):
        reasons.append(Reason.WEAK_ALGORITHM)
    if _is_weak(info, certificate):
        reasons.append(Reason.WEAK_ALGORITHM)
    return tuple(dict.fromkeys(reasons))


def _is_weak(info: Any, certificate: Any) -> bool:
    """Whether any part of a signature rests on a broken digest or a short key (ETSI TS 119 312, clauses 5 to 8).

    The digest over the content and the one inside the signature algorithm are stated apart, and both count: a value
    over SHA-1 of attributes that hold a SHA-256 is as weak as SHA-1.
    """
    key = certificate.public_key
    if key.algorithm in MIN_KEY_BITS and key.bit_size < MIN_KEY_BITS[key.algorithm]:
        return True
    try:
        inside = str(info["signature_algorithm"].hash_algo)
    except (ValueError, KeyError, TypeError):  # EdDSA and bare RSA name none: the content's digest is the one
        inside = ""
    return bool({inside, _name(info["digest_algorithm"])} & WEAK_DIGESTS)


def _tokens(info: Any) -> tuple[tuple[Token, ...], int]:
    """Signature time stamps that can be read, and how many cannot. They are unsigned: anybody may have put them."""
    signature = info["signature"].native
    tokens: list[Token] = []
    bad = 0
    for value in _all(info["unsigned_attrs"], "signature_time_stamp_token")[:MAX_TOKENS]:
        try:
            token, _ = read_token(value["content"], lambda name: hashlib.new(name, signature).digest())
        except Exception:  # noqa: BLE001 - a broken token surfaces in types beyond counting; it proves nothing
            bad += 1
            continue
        if token.intact:
            tokens.append(token)
        else:
            bad += 1
    return tuple(tokens), bad


def _archived(attributes: Any) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """CRLs and OCSP responses of Adobe's signed revocation attribute (ISO 32000-2, 12.8.3.3.2)."""
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for archive in _all(attributes, "adobe_revocation_info_archival"):
        crls += [bytes(item.dump()) for item in archive["crl"] or ()]
        ocsps += [bytes(item.dump()) for item in archive["ocsp"] or ()]
    return tuple(crls), tuple(ocsps)


def _own_crls(signed: Any) -> list[bytes]:
    held = signed["crls"]
    if not isinstance(held, cms.RevocationInfoChoices):
        return []
    return [bytes(choice.chosen.dump()) for choice in held if choice.name == ""]


def _all(attributes: Any, name: str) -> list[Any]:
    if attributes is core.VOID or not attributes:
        return []
    try:
        return list(find_cms_attribute_iter(attributes, name))
    except NonexistentAttributeError:
        return []


def _policy(attributes: Any) -> str:
    try:
        found = find_unique_cms_attribute(attributes, "signature_policy_identifier")
        return str(found.chosen["sig_policy_id"].native)
    except (KeyError, ValueError, TypeError, AttributeError):
        return ""


def _name(algorithm: Any) -> str:
    native = algorithm["algorithm"].native
    return str(native).lower()
