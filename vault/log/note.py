"""Checkpoints as signed notes (C2SP signed-note and tlog-checkpoint), signed with Ed25519.

>>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
>>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
>>> text = sign(Checkpoint("log.example/kho", 0, bytes(32)), name="log.example/kho", key=key)
>>> open_note(text, name="log.example/kho", key=key.public_key()).size
0
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.log.tree import HASH_SIZE

_ED25519 = b"\x01"
_DASH = "\u2014 "
MAX_NOTE = 1_000_000
_KEY_ID = 4


class NoteError(ValueError):
    """A note that is malformed or not signed by the expected key."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its origin, how many leaves, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """First four bytes of SHA-256 over name, newline, algorithm and key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:_KEY_ID]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The line that a verifier pins: `<name>+<hex id>+<base64 of algorithm and key>`."""
    encoded = base64.b64encode(_ED25519 + key.public_bytes_raw()).decode()
    return f"{name}+{key_id(name, key).hex()}+{encoded}"


def sign(checkpoint: Checkpoint, *, name: str, key: Ed25519PrivateKey) -> str:
    """The note: text, empty line, one signature line."""
    signature = key_id(name, key.public_key()) + key.sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n{_DASH}{name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, *, name: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint in a note, if `key` signed it under `name`; signatures of others are ignored. `NoteError`."""
    text, signatures = split_note(note)
    if not any(_signs(line, text, name, key) for line in signatures):
        raise NoteError("no signature of the pinned key")
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:  # noqa: PLR2004 - origin, size, root, and the empty end
        raise NoteError("too few lines")
    if not (lines[1].isascii() and lines[1].isdigit()) or (lines[1] != "0" and lines[1].startswith("0")):
        raise NoteError("the size is no number")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise NoteError("the root is no base64") from error
    if len(root) != HASH_SIZE:
        raise NoteError("the root has another length")
    return Checkpoint(lines[0], int(lines[1]), root)


def split_note(note: str) -> tuple[str, list[str]]:
    """The text of a note and its signature lines; `NoteError`."""
    if len(note) > MAX_NOTE:
        raise NoteError("too long")
    place = note.rfind("\n\n")
    if place < 0 or not note.endswith("\n"):
        raise NoteError("no signature block")
    return note[: place + 1], note[place + 2 : -1].split("\n")


def _signs(line: str, text: str, name: str, key: Ed25519PublicKey) -> bool:
    if not line.startswith(_DASH):
        raise NoteError("a signature line is malformed")
    given, _, encoded = line[len(_DASH) :].rpartition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError("a signature is no base64") from error
    if given != name or raw[:_KEY_ID] != key_id(name, key):
        return False
    try:
        key.verify(raw[_KEY_ID:], text.encode())
    except InvalidSignature as error:
        raise NoteError("the signature does not hold") from error
    return True
