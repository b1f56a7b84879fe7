"""SD-JWT VC is accepted by its reference implementation; the W3C list says of every index what our list says."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from vault.domain.states import RecordState
from vault.exchange.bitstring import SIZE, encoded_list, status_credential
from vault.exchange.sd_jwt import SdJwtClaims, issue_sd_jwt, public_jwk

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
SHOWN = {"number": "12/GPXD", "holder_name": "NGUYỄN VĂN MẪU", "issued_on": "2020-05-06"}


def sign(data: bytes) -> bytes:
    r, s = decode_dss_signature(KEY.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def issued(**changed: object) -> str:
    values: dict[str, object] = {
        "issuer": "https://kho.example.vn",
        "vct": "urn:kho-so:record:GPXD",
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=300),
        "status_uri": "https://kho.example.vn/s/1",
        "status_index": 4711,
        "disclosable": SHOWN,
    }
    counter = itertools.count()
    claims = SdJwtClaims(**(values | changed))  # type: ignore[arg-type]
    return issue_sd_jwt(claims, sign=sign, kid="k1", salt=lambda: next(counter).to_bytes(16, "big"))


def verified(text: str, key: ec.EllipticCurvePublicKey | None = None) -> dict[str, object]:
    numbers = (key or KEY.public_key()).public_numbers()
    jwk = public_jwk(numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"), kid="k1")
    keys: Callable[[str, dict[str, object]], JWK] = lambda _issuer, _header: JWK(**jwk)  # noqa: E731 - what the library asks for
    payload: dict[str, object] = SDJWTVerifier(text, keys).get_verified_payload()
    return payload


def test_the_reference_verifier_reads_every_claim_that_is_shown() -> None:
    payload = verified(issued())
    assert {name: payload[name] for name in SHOWN} == SHOWN
    assert payload["status"] == {"status_list": {"idx": 4711, "uri": "https://kho.example.vn/s/1"}}
    assert payload["exp"] == int((NOW + timedelta(days=300)).timestamp())


def test_what_is_kept_back_is_nowhere_in_what_is_shown() -> None:
    token, *disclosures, _ = issued().split("~")
    shown = [one for one in disclosures if b"number" in base64.urlsafe_b64decode(one + "==")]
    text = "~".join((token, *shown, ""))
    assert set(SHOWN) & set(verified(text)) == {"number"}
    plain = b"".join(base64.urlsafe_b64decode(part + "==") for part in token.split(".")[:2])
    assert "NGUYỄN".encode() not in plain


@pytest.mark.parametrize("where", range(3))
def test_another_key_or_one_changed_letter_is_refused(where: int) -> None:
    text = issued()
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(Exception, match=r".*"):
        verified(text, other)
    parts = text.split("~")[0].split(".")
    parts[where] = parts[where][:-8] + ("A" if parts[where][-8] != "A" else "B") + parts[where][-7:]
    with pytest.raises(Exception, match=r".*"):
        verified("~".join((".".join(parts), *text.split("~")[1:])))


def test_digests_do_not_tell_the_order_of_claims() -> None:
    payload = json.loads(base64.urlsafe_b64decode(issued().split(".")[1] + "=="))
    assert payload["_sd"] == sorted(payload["_sd"])


def bits(encoded: str) -> bytes:
    assert encoded[0] == "u"
    return gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=="))


def test_every_index_says_what_our_list_says() -> None:
    states = {
        0: RecordState.REVOKED, 1: RecordState.SUSPENDED, 9: RecordState.SUPERSEDED, SIZE - 1: RecordState.REVOKED,
        17: RecordState.ACTIVE,
    }  # fmt: skip
    revoked, suspended = (bits(encoded_list(states, purpose)) for purpose in ("revocation", "suspension"))
    assert len(revoked) == len(suspended) == SIZE // 8
    found = {index for index in range(SIZE) if revoked[index // 8] >> (7 - index % 8) & 1}
    assert found == {0, 9, SIZE - 1}
    assert {index for index in range(64) if suspended[index // 8] >> (7 - index % 8) & 1} == {1}


def test_the_list_is_a_signed_credential_with_an_end() -> None:
    text = status_credential(
        {3: RecordState.REVOKED}, "revocation", uri="https://kho.example.vn/s/1/w3c/revocation",
        issuer="https://kho.example.vn", now=NOW, ttl=timedelta(minutes=1), sign=sign, kid="k1",
    )  # fmt: skip
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in text.split(".")[:2])
    assert header == {"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": "k1"}
    assert payload["validUntil"] == "2026-11-27T02:01:00Z"
    assert payload["credentialSubject"]["statusPurpose"] == "revocation"
    signed, _, signature = text.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    KEY.public_key().verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
