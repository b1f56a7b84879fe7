"""The transparency log: every audit event becomes a leaf; nobody can change or drop one later without being caught.

C2SP tlog-tiles, signed-note checkpoints, RFC 6962 proofs. A leaf holds a salted commitment to the event and the code of
the record it is about, no personal data; the event's row holds the salt.
"""

from vault.log.cosignature import VerifierKey, parse_verifier_key, witnessed_by
from vault.log.cosigning import WitnessAddress, Witnesses
from vault.log.leaf import commitment, entry_of
from vault.log.note import Checkpoint, NoteError, open_note, verifier_key
from vault.log.proof import LogProof, parse_proof
from vault.log.transparency import TransparencyLog
from vault.log.tree import ProofError
from vault.log.witness import Witness, own_key, server_of

__all__ = [
    "Checkpoint",
    "LogProof",
    "NoteError",
    "ProofError",
    "TransparencyLog",
    "VerifierKey",
    "Witness",
    "WitnessAddress",
    "Witnesses",
    "commitment",
    "entry_of",
    "open_note",
    "own_key",
    "parse_proof",
    "parse_verifier_key",
    "server_of",
    "verifier_key",
    "witnessed_by",
]
