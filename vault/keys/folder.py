"""Where keys lie and what they are called. Every private key is encrypted under the pass phrase, and never printed."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import qr
import signing
from vault.domain.errors import Unavailable

KEY_YEARS = 2
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
    def ring(self) -> Path:
        """What may be known about the keys of QR credentials and status lists; their private halves lie beside it."""
        return self.root / "ring.json"

    @property
    def log(self) -> Path:
        """PEM of the Ed25519 key that signs the transparency log's checkpoints."""
        return self.root / "log.pem"

    @property
    def wrapping(self) -> Path:
        """JSON of the keys that wrap the data keys of papers, encrypted: whoever loses it loses every paper."""
        return self.root / "wrapping.json"

    @property
    def log_origin(self) -> Path:
        """The transparency log's name, which every checkpoint and the verifiers' pinned key carry: it never changes."""
        return self.root / "log-origin"

    def origin_for(self, host: str) -> str:
        """The log's name: the one it began with, or one after `host` when it begins now."""
        with suppress(FileNotFoundError):
            return self.log_origin.read_text(encoding="utf-8").strip()
        origin = f"{host}/log"
        with suppress(OSError):  # keys on a read-only disk: then whoever runs the service writes the file
            write_private(self.log_origin, origin.encode())
        return origin

    @property
    def host_list(self) -> Path:
        """Hosts that credentials were issued under, one a line."""
        return self.root / "hosts.txt"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What `host_list` names; nothing when it is not there."""
        with suppress(FileNotFoundError):
            return tuple(self.host_list.read_text(encoding="utf-8").split())
        return ()

    def remember_host(self, host: str) -> None:
        """Credentials that name this host stay ours to judge when it is changed."""
        if host not in self.hosts:
            write_private(self.host_list, "".join(f"{one}\n" for one in (*self.hosts, host)).encode())

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

    def install_trust(self, trust_list: bytes, *, root_pem: bytes) -> None:
        """Put a trust list, and the root it is pinned to, in force; each file whole or not at all."""
        write_private(self.trust_root_public, root_pem)
        write_private(self.trust_list, trust_list)

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


def prepare_development_keys(folder: KeyFolder, *, agency_name: str, passphrase: bytes, now: datetime) -> None:
    """Make the seal, the time-stamp authority, the log's key and a trust root if missing; renew revocation lists.

    Development only.
    """
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
    if not folder.trust_root.exists():
        write_private(folder.trust_root, qr.SigningKey.generate().to_pem(passphrase))
    if not folder.log.exists():
        write_private(folder.log, _log_key_pem(passphrase))


def _log_key_pem(passphrase: bytes) -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def make_log_key(folder: KeyFolder, passphrase: bytes) -> None:
    """Make the transparency log's key, which is never replaced: verifiers pin it."""
    write_private(folder.log, _log_key_pem(passphrase))


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
