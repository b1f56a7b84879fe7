"""Roots that an operator added to the shipped ones: each compared by fingerprint with what its authority publishes.

A certificate goes in only together with the SHA-256 that the operator read somewhere else than in the file. Who
compared, when, and against what stands beside it for the next operator.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import signing
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.keys.folder import write_private

TREES = ("government", "public")
_HEX = 64


@dataclass(frozen=True, slots=True)
class Compared:
    """One certificate and the word of who compared it. Times are ISO 8601; `shipped`: it came with the program."""

    sha256: str
    subject: str
    tree: str
    not_after: str
    is_root: bool
    by: str = ""
    source: str = ""
    at: str = ""
    shipped: bool = False


class RootStore:
    """The folder of added roots (`roots/` beside the keys) and the list of who compared what (`roots.json`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def trust(self) -> signing.Trust:
        """What was added, as a trust store; nothing pinned while nothing was."""
        files = sorted(self._folder.glob("*.pem"))
        if not files:
            return signing.Trust.nothing()
        found = [one for file in files for one in x509.load_pem_x509_certificates(file.read_bytes())]
        roots = tuple(one for one in found if one.issuer == one.subject)
        return signing.Trust(roots, tuple(one for one in found if one.issuer != one.subject))

    def rows(self) -> tuple[Compared, ...]:
        """The shipped certificates, then the added ones, with who compared them."""
        words = self._words()
        shipped = signing.Trust.vietnam_government()
        rows = [
            _row(one, "government", words.get(_digest(one)), shipped=True)
            for one in (*shipped.roots, *shipped.intermediates)
        ]
        added = self.trust
        known = {row.sha256 for row in rows}
        rows += [
            _row(one, "", words.get(_digest(one)), shipped=False)
            for one in (*added.roots, *added.intermediates)
            if _digest(one) not in known
        ]
        return tuple(rows)

    def missing(self) -> tuple[str, ...]:
        """What both trees need and nobody has brought yet, as "tree: subject (publisher)"."""
        subjects = {row.subject for row in self.rows()}
        trees = {row.tree for row in self.rows() if row.is_root}
        return tuple(
            f"{tree}: {one['subject']} ({told['publisher']})"
            for tree, told in _trees().items()
            for one in told["wanted"]
            if one["file"] is None
            and not any(one["subject"] in subject for subject in subjects)
            and not (tree == "public" and one["kind"] == "root" and tree in trees)
        )

    def add(self, data: bytes, *, sha256: str, tree: str, by: str, source: str, now: datetime) -> Compared:
        """Take in one certificate (PEM or DER) whose SHA-256 somebody read at its authority.

        `ROOT_UNREADABLE`, `ROOT_FINGERPRINT` (it is another one), `ROOT_UNFIT` (no authority, or ended), `ROOT_TREE`.
        """
        certificate, wanted = _load(data), "".join(sha256.lower().split()).replace(":", "")
        if len(wanted) != _HEX or wanted != _digest(certificate):
            raise Invalid("ROOT_FINGERPRINT", found=_digest(certificate))
        if tree not in TREES or not by.strip() or not source.strip():
            raise Invalid("ROOT_TREE", trees=", ".join(TREES))
        if not _may_issue(certificate) or certificate.not_valid_after_utc <= now:
            raise Invalid("ROOT_UNFIT", subject=certificate.subject.rfc4514_string())
        word = {"tree": tree, "by": by.strip(), "source": source.strip(), "at": now.isoformat(timespec="seconds")}
        if not any(row.sha256 == wanted and row.shipped for row in self.rows()):
            write_private(self._folder / f"{wanted[:32]}.pem", certificate.public_bytes(Encoding.PEM))
        self._write({**self._words(), wanted: word})
        return next(row for row in self.rows() if row.sha256 == wanted)

    def remove(self, sha256: str) -> None:
        """Trust an added certificate no longer. `ROOT_UNKNOWN`; `ROOT_SHIPPED` for one that came with the program."""
        wanted = sha256.lower()
        row = next((row for row in self.rows() if row.sha256 == wanted), None)
        if row is None:
            raise NotFound("ROOT_UNKNOWN")
        if row.shipped:
            raise Conflict("ROOT_SHIPPED")
        (self._folder / f"{wanted[:32]}.pem").unlink()
        self._write({digest: word for digest, word in self._words().items() if digest != wanted})

    def _words(self) -> dict[str, dict[str, str]]:
        file = self._folder / "roots.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def _write(self, words: dict[str, dict[str, str]]) -> None:
        write_private(self._folder / "roots.json", json.dumps(words, ensure_ascii=False, indent=1).encode())


def as_dict(row: Compared) -> dict[str, object]:
    """JSON values."""
    return asdict(row)


def _trees() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(resources.files("signing").joinpath("roots", "trees.json").read_text("utf-8"))
    return told


def _row(one: x509.Certificate, tree: str, word: dict[str, str] | None, *, shipped: bool) -> Compared:
    told = word or {}
    return Compared(
        sha256=_digest(one),
        subject=one.subject.rfc4514_string(),
        tree=told.get("tree", tree),
        not_after=one.not_valid_after_utc.isoformat(),
        is_root=one.issuer == one.subject,
        by=told.get("by", ""),
        source=told.get("source", ""),
        at=told.get("at", ""),
        shipped=shipped,
    )


def _digest(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _load(data: bytes) -> x509.Certificate:
    try:
        if b"-----BEGIN" in data:
            (certificate,) = x509.load_pem_x509_certificates(data)
            return certificate
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise Invalid("ROOT_UNREADABLE") from error


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
