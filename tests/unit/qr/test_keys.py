"""Keys, thumbprints and signatures."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

import qr
from qr import cose
from qr.errors import EncodingError

PASSWORD = b"ban mau"


def _pem(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSWORD),
    )


def test_thumbprint_of_the_rfc() -> None:
    """RFC 9679 section 6: the thumbprint covers kty, crv, x and y only."""
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    thumbprint = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
    assert cose.thumbprint(x, y).hex() == thumbprint
    assert qr.thumbprint_kid(cose.public_key(x, y)).hex() == thumbprint[:16]


def test_a_key_survives_its_file() -> None:
    key = qr.SigningKey.generate()
    pem = key.to_pem(PASSWORD)
    assert b"ENCRYPTED" in pem
    again = qr.SigningKey.from_pem(pem, PASSWORD)
    assert again.coordinates == key.coordinates
    assert cose.verify_es256(key.public, again.sign(b"text"), b"text")
    assert not cose.verify_es256(key.public, again.sign(b"text"), b"Text")


def test_a_public_key_survives_its_file() -> None:
    key = qr.SigningKey.generate()
    assert qr.thumbprint_kid(qr.public_key_from_pem(qr.public_key_to_pem(key.public))) == key.kid


@pytest.mark.parametrize(
    ("pem", "password", "code"),
    [
        (qr.SigningKey.generate().to_pem(PASSWORD), b"wrong", "KEY_FILE"),
        (b"", PASSWORD, "KEY_FILE"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", PASSWORD, "KEY_FILE"),
        (_pem(ec.generate_private_key(ec.SECP384R1())), PASSWORD, "KEY_CURVE"),
        (_pem(ed25519.Ed25519PrivateKey.generate()), PASSWORD, "KEY_CURVE"),
    ],
)
def test_other_files_are_refused(pem: bytes, password: bytes, code: str) -> None:
    with pytest.raises(qr.KeyFileError) as refused:
        qr.SigningKey.from_pem(pem, password)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("private", "code"),
    [(ec.generate_private_key(ec.SECP384R1()), "KEY_CURVE"), (ed25519.Ed25519PrivateKey.generate(), "KEY_CURVE")],
)
def test_other_public_keys_are_refused(
    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, code: str
) -> None:
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(qr.KeyFileError) as refused:
        qr.public_key_from_pem(pem)
    assert refused.value.code == code
    with pytest.raises(qr.KeyFileError):
        qr.public_key_from_pem(b"no key")


def test_a_key_is_never_written_in_clear() -> None:
    with pytest.raises(qr.KeyFileError):
        qr.SigningKey.generate().to_pem(b"")


def test_deterministic_signatures_repeat() -> None:
    private = ec.derive_private_key(12345, ec.SECP256R1())
    key = qr.SigningKey(private, deterministic=True)
    assert key.sign(b"x") == key.sign(b"x")
    assert qr.SigningKey(private).sign(b"x") != qr.SigningKey(private).sign(b"x")


def test_raw_and_der_signatures_convert() -> None:
    raw = qr.SigningKey.generate().sign(b"x")
    assert cose.raw_from_der(cose.der_from_raw(raw)) == raw
    small = bytes(31) + b"\1" + bytes(31) + b"\2"
    assert cose.raw_from_der(cose.der_from_raw(small)) == small
    for broken in (b"", b"\x30\x00", cose.der_from_raw(raw) + b"\0"):
        with pytest.raises(EncodingError):
            cose.raw_from_der(broken)


def test_points_off_the_curve_are_no_keys() -> None:
    x, y = qr.SigningKey.generate().coordinates
    assert cose.is_on_curve(x, y)
    assert not cose.is_on_curve(y, x)
    for pair in ((x, x), (bytes(32), bytes(32)), (x, y[:31]), (b"\xff" * 32, y)):
        with pytest.raises(EncodingError) as refused:
            cose.public_key(*pair)
        assert refused.value.code == "KEY_POINT"


def test_an_empty_protected_map_is_signed_as_no_bytes() -> None:
    """RFC 9052 section 3, the trap of the working group's sign-pass-01."""
    assert cose.sig_structure(b"\xa0", b"", b"x").hex() == "846a5369676e61747572653140404178"
