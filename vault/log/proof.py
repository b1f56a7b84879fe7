"""A proof that a leaf is in the log, as one text that needs no network to check (C2SP tlog-proof@v1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vault.log.cosignature import VerifierKey, witnessed_by
from vault.log.note import Checkpoint, NoteError, open_note
from vault.log.tree import HASH_SIZE, ProofError, check_inclusion, leaf_hash

_FIRST = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """Entry, place, audit path and the checkpoint that the path leads to."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as text; the entry travels in the `extra` line."""
        lines = [_FIRST, f"extra {base64.b64encode(self.entry).decode()}", f"index {self.index}"]
        lines += [base64.b64encode(step).decode() for step in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def check(
        self, *, name: str, key: Ed25519PublicKey, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
    ) -> Checkpoint:
        """The checkpoint, if `key` signed it, the entry is in its tree, and `quorum` of the witnesses cosigned it.

        Else `NoteError` or `ProofError`.
        """
        checkpoint = open_note(self.checkpoint, name=name, key=key)
        check_inclusion(self.index, checkpoint.size, leaf_hash(self.entry), self.path, checkpoint.root)
        found = witnessed_by(self.checkpoint, witnesses)
        if len(found) < quorum:
            raise NoteError(f"{len(found)} of the witnesses signed, {quorum} are asked for")
        return checkpoint


def split_proofs(text: str) -> tuple[str, ...]:
    """The proofs in a file of several; `ProofError` when there is none."""
    parts = text.split(f"{_FIRST}\n")
    if len(parts) < 2 or parts[0].strip():  # noqa: PLR2004 - what stands before the first one, and the first one
        raise ProofError("this is no tlog-proof@v1")
    return tuple(f"{_FIRST}\n{part.rstrip()}\n" for part in parts[1:])


def parse_proof(text: str) -> LogProof:
    """Read a proof; `ProofError` for anything that is none."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != _FIRST or len(lines) < 3 or len(lines) > 3 + _MOST_HASHES:  # noqa: PLR2004 - three lines
        raise ProofError("this is no tlog-proof@v1")
    extra, index = lines[1].removeprefix("extra "), lines[2].removeprefix("index ")
    if extra == lines[1] or index == lines[2] or not (index.isascii() and index.isdigit()) or index != str(int(index)):
        raise ProofError("entry or index is missing")
    try:
        entry = base64.b64decode(extra, validate=True)
        path = tuple(base64.b64decode(line, validate=True) for line in lines[3:])
    except binascii.Error as error:
        raise ProofError("a line is no base64") from error
    if any(len(step) != HASH_SIZE for step in path):
        raise ProofError("a hash has another length")
    return LogProof(entry, int(index), path, checkpoint)


__all__ = ["LogProof", "NoteError", "ProofError", "parse_proof"]
