"""Selective disclosure against the draft's own examples, in Python and in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import qr
from qr import cbor, cose, sd_cwt
from tests.unit.qr.twin import ask

LIMIT = 4000
OPEN = {"max_size": LIMIT, "redactions": True}


def _message(data: bytes) -> cose.Sign1:
    outer = cbor.decode(data, max_size=LIMIT, redactions=True)
    assert isinstance(outer, cbor.Tagged)
    assert outer.tag == 18
    return cose.read_sign1(outer.value, max_size=LIMIT, redactions=True)


def _mapping(data: bytes) -> dict[cbor.Key, cbor.Value]:
    value = cbor.decode(data, max_size=LIMIT, redactions=True)
    assert isinstance(value, dict)
    return value


def _entries(message: cose.Sign1) -> list[Any]:
    entries = message.unprotected[17]
    assert isinstance(entries, list)
    return entries


def _restored(message: cose.Sign1) -> dict[cbor.Key, cbor.Value]:
    """What the entries show; the browser must say the same."""
    entries = _entries(message)
    claims = sd_cwt.restore(_mapping(message.payload), entries)
    request = {"op": "sd", "data": message.payload.hex(), "disclosures": [entry.hex() for entry in entries]}
    assert ask([request]) == [{"ok": cbor.encode(claims).hex()}]
    return claims


def _issuer_key(vectors: Path) -> ec.EllipticCurvePublicKey:
    pem = (vectors / "sd-cwt" / "issuer_privkey.pem").read_bytes()
    private = serialization.load_pem_private_key(pem, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.public_key()


def _es384(message: cose.Sign1, key: ec.EllipticCurvePublicKey) -> None:
    """The draft's issuer signs with ES384, which this engine does not speak: only its Sig_structure is tried."""
    r, s = message.signature[:48], message.signature[48:]
    der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    key.verify(der, message.to_be_signed(b""), ec.ECDSA(hashes.SHA384()))


def _read(vectors: Path, name: str) -> bytes:
    return (vectors / "sd-cwt" / "examples" / f"{name}.cbor").read_bytes()


@pytest.mark.needs_vectors
@pytest.mark.parametrize("name", ["issuer_cwt", "nested_issuer_cwt", "decoy"])
def test_the_issued_examples_open_wholly(vectors: Path, name: str) -> None:
    message = _message(_read(vectors, name))
    _es384(message, _issuer_key(vectors))
    claims = _restored(message)
    assert (claims[1], claims[4], claims[6]) == ("https://issuer.example", 1725330600, 1725244200)
    assert cbor.encode(_mapping(message.payload)) == message.payload


@pytest.mark.needs_vectors
def test_the_first_example_shows_every_claim(vectors: Path) -> None:
    claims = _restored(_message(_read(vectors, "issuer_cwt")))
    assert claims[501] == "ABCD-123456"
    assert claims[502] == [1549560720, 1612560720, 1674004740]
    assert claims[503] == {"country": "us", "region": "ca", "postal_code": "94188"}


@pytest.mark.needs_vectors
def test_decoys_show_nothing(vectors: Path) -> None:
    claims = _restored(_message(_read(vectors, "decoy")))
    assert claims[98] == ["fr"]
    assert claims[500] is True
    assert len(claims) == 8


@pytest.mark.needs_vectors
@pytest.mark.parametrize("name", ["kbt", "nested_kbt"])
def test_the_key_bound_examples_hold(vectors: Path, name: str) -> None:
    """The holder's signature is ES256, over the credential inside the protected header; fewer claims come out."""
    binding = _message(_read(vectors, name))
    assert binding.protected[16] == 294
    inner = binding.protected[13]
    assert isinstance(inner, cbor.Tagged)
    credential = cose.read_sign1(inner.value, max_size=LIMIT, redactions=True)
    _es384(credential, _issuer_key(vectors))
    claims: Any = _restored(credential)
    holder = claims[8][1]
    key = cose.public_key(holder[-2], holder[-3])
    assert cose.verify_es256(key, binding.signature, binding.to_be_signed(b""))
    bound = _mapping(binding.payload)
    assert bound[3] == "https://verifier.example/app"
    if name == "kbt":
        assert claims[502] == [1549560720, 1674004740]
        assert claims[503] == {"country": "us", "region": "ca"}


@pytest.mark.needs_vectors
def test_their_holder_in_our_verifier_is_another_profile(vectors: Path) -> None:
    """The example is refused for what it is (ES384), not by accident of decoding."""
    from qr import base32  # noqa: PLC0415 - its only use

    text = "https://h.example/p#" + base32.encode(_read(vectors, "kbt"))
    from tests.golden.qr.world import NOW, trust_list  # noqa: PLC0415 - as above

    outcome = qr.verify_presentation(
        text, hosts=["h.example"], trust=trust_list(), status=None, now=NOW, audience="x", nonce=None
    )
    assert outcome.reasons == (qr.Verdict.MALFORMED, qr.Reason.WRONG_ALGORITHM)


def test_redacting_and_restoring_are_inverse() -> None:
    salts = iter(range(99))
    claims: dict[cbor.Key, cbor.Value] = {1: "issuer", 2: "subject", 500: True, 501: "secret"}
    payload, entries = sd_cwt.redact(claims, {2, 501}, salt=lambda: next(salts).to_bytes(16, "big"))
    assert set(payload) == {1, 500, cbor.Simple.REDACTED_KEYS}
    assert sd_cwt.restore(payload, entries) == claims
    assert sd_cwt.restore(payload, entries[1:]) == {1: "issuer", 500: True, 501: "secret"}
    assert sd_cwt.restore(payload, []) == {1: "issuer", 500: True}
    assert sd_cwt.redact(claims, set(), salt=bytes) == (claims, [])
