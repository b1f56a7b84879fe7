"""The seal's key in a file, made here and certified elsewhere: request, then install what the authority answered."""

from __future__ import annotations

from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

import signing
from vault.domain.errors import Conflict, Invalid, Unavailable
from vault.keys.folder import KeyFolder, write_private

_NEXT = "seal-next.pem"


def request_seal(folder: KeyFolder, *, agency_name: str, passphrase: bytes) -> bytes:
    """A new P-256 key that waits under the pass phrase, and a PKCS#10 request in PEM for it.

    The seal that signs now goes on until `install_seal`. `SEAL_REQUEST_OPEN` while an earlier request waits.
    """
    waiting = folder.root / _NEXT
    if waiting.exists():
        raise Conflict("SEAL_REQUEST_OPEN", file=_NEXT)
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = serialization.BestAvailableEncryption(passphrase)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    write_private(waiting, private)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, agency_name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, agency_name[:64]),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def install_seal(folder: KeyFolder, certificates: bytes, *, passphrase: bytes) -> x509.Certificate:
    """Let the requested key seal from now on, under the authority's certificate (PEM: its own first, then issuers).

    The container of the seal before stays beside it. `SEAL_REQUEST_NONE`, `SEAL_CERTIFICATE` (not for this key).
    """
    waiting = folder.root / _NEXT
    if not waiting.exists():
        raise Invalid("SEAL_REQUEST_NONE")
    try:
        sealer = signing.Sealer.from_pem(waiting.read_bytes(), certificates, passphrase)
        sealer.check_key()
        own, *others = x509.load_pem_x509_certificates(certificates)
        key = serialization.load_pem_private_key(waiting.read_bytes(), passphrase)
    except (signing.KeyUnusableError, ValueError) as error:
        raise Invalid("SEAL_CERTIFICATE") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unavailable("KEY_UNUSABLE", file=_NEXT)
    container = pkcs12.serialize_key_and_certificates(
        b"seal", key, own, others, serialization.BestAvailableEncryption(passphrase)
    )
    if folder.seal.exists():
        _keep_beside(folder, passphrase)
    write_private(folder.seal, container)
    waiting.unlink()
    return own


def retire_seal(folder: KeyFolder, *, passphrase: bytes) -> x509.Certificate:
    """Let the seal sign nothing more; its container stays beside, and what it sealed stays valid.

    Papers that are confirmed from now on wait, and are sealed once another seal is installed.
    """
    retired = _keep_beside(folder, passphrase)
    folder.seal.unlink()
    return retired


def former_seals(folder: KeyFolder, *, passphrase: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates of the seals before, newest first; a container that does not open any more is left out."""
    found = []
    for path in folder.root.glob("seal-*.p12"):
        with suppress(signing.KeyUnusableError):
            found.append(signing.Sealer.from_pkcs12(path.read_bytes(), passphrase).certificate)
    return tuple(sorted(found, key=lambda one: one.not_valid_before_utc, reverse=True))


def _keep_beside(folder: KeyFolder, passphrase: bytes) -> x509.Certificate:
    container = folder.read(folder.seal)
    before = signing.Sealer.from_pkcs12(container, passphrase).certificate
    write_private(folder.root / f"seal-{before.serial_number:x}.p12", container)
    return before
