"""Where keys lie and what they are called. Every private key is encrypted under the pass phrase, and never printed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import qr
import signing
from vault.domain.errors import Unavailable

KEY_YEARS = 2
_TRUST_DAYS = 30
_CRL_DAYS = 60


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(path.suffix + ".part")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Paths of the keys of one agency."""

    root: Path

    @property
    def seal(self) -> Path:
        """PKCS#12 of the seal."""
        return self.root / "seal.p12"

    @property
    def seal_roots(self) -> Path:
        """PEM of the root that the seal leads to."""
        return self.root / "seal-root.pem"

    @property
    def timestamps(self) -> Path:
        """PKCS#12 of the local time-stamp authority."""
        return self.root / "tsa.p12"

    @property
    def qr(self) -> Path:
        """PEM of the key that signs QR credentials."""
        return self.root / "qr.pem"

    @property
    def status(self) -> Path:
        """PEM of the key that signs status lists."""
        return self.root / "status.pem"

    @property
    def log(self) -> Path:
        """PEM of the Ed25519 key that signs the transparency log's checkpoints."""
        return self.root / "log.pem"

    @property
    def trust_root(self) -> Path:
        """PEM of the private trust root: in production it lies on a machine without network, not here."""
        return self.root / "trust-root.pem"

    @property
    def trust_root_public(self) -> Path:
        """PEM of the public trust root, which verifiers pin."""
        return self.root / "trust-root.pub.pem"

    @property
    def trust_list(self) -> Path:
        """The signed trust list."""
        return self.root / "trust-list.cbor"

    def development_part(self, name: str) -> Path:
        """A part of the development PKI."""
        return self.root / "development" / name

    def read(self, path: Path) -> bytes:
        """A key file; `KEY_MISSING` when it is not there."""
        try:
            return path.read_bytes()
        except OSError as error:
            raise Unavailable("KEY_MISSING", file=path.name) from error


_PKI_PARTS = ("root_pem", "issuing_pem", "root_pkcs12", "issuing_pkcs12", "seal_pkcs12", "tsa_pkcs12")


def prepare_development_keys(
    folder: KeyFolder, *, agency_code: str, agency_name: str, passphrase: bytes, now: datetime
) -> None:
    """Make every key that is missing, renew revocation and trust lists before they run out. Development only."""
    if not folder.development_part("root_pem").exists():
        pki = signing.create_development_pki(now, agency_name, passphrase)
        for part in _PKI_PARTS:
            write_private(folder.development_part(part), getattr(pki, part))
        _write_crls(folder, pki, now)
    elif _age(folder.development_part("crl0"), now) > timedelta(days=_CRL_DAYS):
        _write_crls(folder, load_development_pki(folder).renewed_crls(now, passphrase), now)
    for source, target in (
        ("seal_pkcs12", folder.seal),
        ("root_pem", folder.seal_roots),
        ("tsa_pkcs12", folder.timestamps),
    ):
        if not target.exists():
            write_private(target, folder.development_part(source).read_bytes())
    for path in (folder.qr, folder.status, folder.trust_root):
        if not path.exists():
            write_private(path, qr.SigningKey.generate().to_pem(passphrase))
    if not folder.log.exists():
        write_private(folder.log, _log_key_pem(passphrase))
    root = qr.SigningKey.from_pem(folder.read(folder.trust_root), passphrase)
    write_private(folder.trust_root_public, qr.public_key_to_pem(root.public))
    _renew_trust_list(folder, root, agency_code=agency_code, passphrase=passphrase, now=now)


def _log_key_pem(passphrase: bytes) -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def load_log_key(folder: KeyFolder, passphrase: bytes) -> Ed25519PrivateKey:
    """The key of the transparency log; `KEY_UNUSABLE` when the file holds another kind or the pass phrase is wrong."""
    try:
        key = serialization.load_pem_private_key(folder.read(folder.log), passphrase)
    except ValueError as error:
        raise Unavailable("KEY_UNUSABLE", file=folder.log.name) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Unavailable("KEY_UNUSABLE", file=folder.log.name)
    return key


def load_development_pki(folder: KeyFolder) -> signing.DevelopmentPki:
    """The development PKI as it was written."""
    parts = {part: folder.read(folder.development_part(part)) for part in _PKI_PARTS}
    crls = tuple(path.read_bytes() for path in sorted(folder.development_part("").glob("crl?")))
    return signing.DevelopmentPki(**parts, crls=crls)


def _write_crls(folder: KeyFolder, pki: signing.DevelopmentPki, now: datetime) -> None:
    for number, crl in enumerate(pki.crls):
        path = folder.development_part(f"crl{number}")
        write_private(path, crl)
        os.utime(path, (now.timestamp(), now.timestamp()))


def _age(path: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _renew_trust_list(
    folder: KeyFolder, root: qr.SigningKey, *, agency_code: str, passphrase: bytes, now: datetime
) -> None:
    now = now.replace(microsecond=0)
    old = None
    if folder.trust_list.exists():
        # Read as of its own time: a list that ran out still tells which version comes next.
        old = _last_trust_list(folder, root, now)
        if old is not None and now < old.issued_at + timedelta(days=_TRUST_DAYS // 2):
            return
    entries = old.entries if old is not None else _entries(folder, agency_code, passphrase, now)
    fresh = qr.TrustList(
        version=old.version + 1 if old is not None else 1,
        issued_at=now,
        next_update=now + timedelta(days=_TRUST_DAYS),
        entries=entries,
    )
    write_private(folder.trust_list, qr.issue_trust_list(fresh, sign=root.sign, root_kid=root.kid))


def _last_trust_list(folder: KeyFolder, root: qr.SigningKey, now: datetime) -> qr.TrustList | None:
    data = folder.read(folder.trust_list)
    for moment in (now, *(now - timedelta(days=days) for days in range(_TRUST_DAYS, 3650, _TRUST_DAYS))):
        try:
            return qr.verify_trust_list(data, root=root.public, now=moment)
        except qr.TrustError as error:
            if error.code not in {"TRUST_OUTDATED", "TRUST_FROM_FUTURE"}:
                return None
    return None


def _entries(folder: KeyFolder, agency_code: str, passphrase: bytes, now: datetime) -> tuple[qr.TrustEntry, ...]:
    start, end = now - timedelta(days=1), now + timedelta(days=365 * KEY_YEARS)
    signing_key = qr.SigningKey.from_pem(folder.read(folder.qr), passphrase).public
    status_key = qr.SigningKey.from_pem(folder.read(folder.status), passphrase).public
    return (
        qr.TrustEntry.for_key(signing_key, issuer=agency_code, use="qr", not_before=start, not_after=end),
        qr.TrustEntry.for_key(status_key, issuer=agency_code, use="status", not_before=start, not_after=end),
    )
