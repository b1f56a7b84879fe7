"""Checkpoints and proofs: ours open, other people's open, bent ones do not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vault.log.note import Checkpoint, NoteError, key_id, open_note, sign, verifier_key
from vault.log.proof import LogProof, ProofError, parse_proof
from vault.log.tiles import TileNodes, grow
from vault.log.tree import inclusion_proof, leaf_hash, root_hash

NAME = "kho.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _note(size: int = 3, root: bytes = bytes(32)) -> str:
    return sign(Checkpoint(NAME, size, root), name=NAME, key=KEY)


def test_a_note_opens_again() -> None:
    assert open_note(_note(7), name=NAME, key=KEY.public_key()) == Checkpoint(NAME, 7, bytes(32))


def test_the_key_line_names_the_key() -> None:
    name, identity, key = verifier_key(NAME, KEY.public_key()).split("+", 2)
    assert name == NAME
    assert identity == key_id(NAME, KEY.public_key()).hex()
    assert base64.b64decode(key) == b"\x01" + KEY.public_key().public_bytes_raw()


def test_signatures_of_witnesses_beside_ours_do_no_harm() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(bytes(32))
    other = sign(Checkpoint(NAME, 3, bytes(32)), name="witness.example", key=witness).split("\n\n", 1)[1]
    assert open_note(_note() + other, name=NAME, key=KEY.public_key()).size == 3


@pytest.mark.parametrize(
    "bend",
    [
        lambda note: note.replace("3\n", "4\n", 1),
        lambda note: note.replace("3\n", "03\n", 1),
        lambda note: note[:-1],
        lambda note: note.replace("\u2014", "-"),
        lambda note: note.replace(NAME, "other.example/log"),
        lambda note: note.split("\n\n")[0] + "\n",
        lambda _: "",
        lambda note: note.replace("\n\n", "\n\n\n"),
        lambda _: "x" * 1_000_001,
    ],
)
def test_a_bent_note_does_not_open(bend: object) -> None:
    with pytest.raises(NoteError):
        open_note(bend(_note()), name=NAME, key=KEY.public_key())  # type: ignore[operator]


def test_another_key_does_not_open_it() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(NoteError):
        open_note(_note(), name=NAME, key=other.public_key())


@pytest.mark.needs_vectors
def test_the_text_is_that_of_another_implementation(vectors: Path) -> None:
    for file in sorted((vectors / "tlog/tessera-log/log").glob("checkpoint.*")):
        note = file.read_text()
        origin, size, root = note.split("\n")[:3]
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root))
        assert note.startswith(checkpoint.text + "\n\u2014 ")


def _proof() -> LogProof:
    entries = [b"one", b"two", b"three", b"four", b"five"]
    tiles, node = grow(0, [leaf_hash(entry) for entry in entries], {}.get)
    store = {tile.path: data for tile, data in tiles.items()}
    note = sign(Checkpoint(NAME, 5, root_hash(5, node)), name=NAME, key=KEY)
    return LogProof(entries[3], 3, inclusion_proof(3, 5, TileNodes(5, store.get)), note)


def test_a_proof_is_read_back_and_holds_without_the_log() -> None:
    proof = parse_proof(_proof().text)
    assert proof == _proof()
    assert proof.check(name=NAME, key=KEY.public_key()).size == 5


@pytest.mark.parametrize(
    "bend",
    [
        lambda text: text.replace("index 3", "index 2"),
        lambda text: text.replace("index 3", "index 5"),
        lambda text: text.replace("extra ", "extra AAAA"),
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 3\n", ""),
        lambda text: text.replace("\n\n", "\n", 1),
    ],
)
def test_a_bent_proof_does_not_hold(bend: object) -> None:
    with pytest.raises((ProofError, NoteError)):
        parse_proof(bend(_proof().text)).check(name=NAME, key=KEY.public_key())  # type: ignore[operator]
