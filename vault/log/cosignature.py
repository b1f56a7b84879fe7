"""Cosignatures of checkpoints by witnesses (C2SP tlog-cosignature, Ed25519, `cosignature/v1`).

A witness signs only a tree that grew out of the last one it signed. Whoever asks for the signatures of several
witnesses knows that the log shows everybody the same past.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.log.note import NoteError, split_note

LOG_KEY, WITNESS_KEY = 1, 4
_DASH = "\u2014 "
_ID, _TIME, _SIGNATURE, _PUBLIC = 4, 8, 64, 32


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who signs, with which kind of signature (1: the log's own, 4: a witness's), and the public key."""

    name: str
    kind: int
    key: Ed25519PublicKey

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256 over name, newline, kind and key."""
        raw = bytes([self.kind]) + self.key.public_bytes_raw()
        return hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:_ID]

    @property
    def text(self) -> str:
        """The line that others pin: `<name>+<hex id>+<base64 of kind and key>`."""
        raw = bytes([self.kind]) + self.key.public_bytes_raw()
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(raw).decode()}"


def parse_verifier_key(text: str) -> VerifierKey:
    """The key in such a line (C2SP signed-note, verifier keys); `NoteError` for anything that is none."""
    name, _, rest = text.strip().partition("+")
    digits, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError("the key is no base64") from error
    if not name or any(letter.isspace() for letter in name):
        raise NoteError("the key has no name")
    if len(raw) != 1 + _PUBLIC or raw[0] not in {LOG_KEY, WITNESS_KEY}:
        raise NoteError("this is no Ed25519 key of a log or a witness")
    found = VerifierKey(name, raw[0], Ed25519PublicKey.from_public_bytes(raw[1:]))
    if found.id.hex() != digits:
        raise NoteError("the key does not fit its id")
    return found


def message(text: str, at: int) -> bytes:
    """What a witness signs: a header, the time in seconds since 1970, and the whole text of the checkpoint."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """The signature line of a witness under the text of a checkpoint."""
    own = VerifierKey(name, WITNESS_KEY, key.public_key())
    raw = own.id + at.to_bytes(_TIME, "big") + key.sign(message(text, at))
    return f"{_DASH}{name} {base64.b64encode(raw).decode()}\n"


def cosigned_at(note: str, witness: VerifierKey) -> int | None:
    """When a witness signed a note; None when it did not. `NoteError` for a signature of its key that fails."""
    text, lines = split_note(note)
    for line in lines:
        given, _, encoded = line.removeprefix(_DASH).rpartition(" ")
        if given != witness.name:
            continue
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise NoteError("a signature is no base64") from error
        if raw[:_ID] != witness.id:
            continue
        if len(raw) != _ID + _TIME + _SIGNATURE:
            raise NoteError("a cosignature has another length")
        at = int.from_bytes(raw[_ID : _ID + _TIME], "big")
        try:
            witness.key.verify(raw[_ID + _TIME :], message(text, at))
        except InvalidSignature as error:
            raise NoteError("a cosignature does not hold") from error
        return at
    return None


def witnessed_by(note: str, witnesses: Sequence[VerifierKey]) -> tuple[str, ...]:
    """Names of the witnesses whose signatures hold; one key under several names counts once."""
    names: dict[bytes, str] = {}
    for one in witnesses:
        if cosigned_at(note, one) is not None:
            names.setdefault(one.key.public_bytes_raw(), one.name)
    return tuple(names.values())
