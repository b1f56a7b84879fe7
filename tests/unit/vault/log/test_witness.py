"""Witnesses: sign what grows, refuse a fork with the status that C2SP tlog-witness names, and forget nothing."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.log import Checkpoint, NoteError, VerifierKey, Witness, parse_verifier_key, server_of, witnessed_by
from vault.log.cosignature import LOG_KEY, WITNESS_KEY, cosign, cosigned_at
from vault.log.cosigning import WitnessAddress, Witnesses
from vault.log.note import sign
from vault.log.tiles import TileNodes, grow
from vault.log.tree import consistency_proof, leaf_hash, root_hash
from vault.log.witness import SIZE_TYPE, request_body

LOG, NAME = "kho.example.vn/log", "nhanchung.example.vn/w1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
NOW = 1_795_770_000


@dataclass
class Tree:
    """A log in memory."""

    word: str = "leaf"
    size: int = 0
    files: dict[str, bytes] = field(default_factory=dict)

    def grow(self, count: int) -> str:
        """Append leaves; the signed note."""
        leaves = [leaf_hash(f"{self.word} {self.size + place}".encode()) for place in range(count)]
        tiles, node = grow(self.size, leaves, self.files.get)
        self.files |= {tile.path: data for tile, data in tiles.items()}
        self.size += count
        return sign(Checkpoint(LOG, self.size, root_hash(self.size, node)), name=LOG, key=KEY)

    def proof(self, old: int) -> tuple[bytes, ...]:
        return consistency_proof(old, self.size, TileNodes(self.size, self.files.get))


def witness_in(folder: Path, name: str = NAME, seed: int = 1) -> Witness:
    log = VerifierKey(LOG, LOG_KEY, KEY.public_key())
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Witness(folder, name=name, key=key, logs=[log], now=lambda: NOW)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return witness_in(tmp_path / "w")


def test_what_grows_is_signed_and_the_signature_holds(witness: Witness) -> None:
    tree, old = Tree(), 0
    for step in (1, 2, 5, 250, 3, 600):
        note = tree.grow(step)
        answer = witness.add_checkpoint(request_body(old, tree.proof(old) if old else (), note))
        assert answer.status == 200, answer.body
        assert cosigned_at(note + answer.body, witness.verifier_key) == NOW
        old = tree.size
    again = witness.add_checkpoint(request_body(old, (), note))
    assert again.status == 200, "the same tree is signed again"


def test_a_fork_is_never_signed(witness: Witness, tmp_path: Path) -> None:
    tree, fork = Tree(), Tree("another")
    assert witness.add_checkpoint(request_body(0, (), tree.grow(10))).status == 200
    same_size = fork.grow(10)
    assert witness.add_checkpoint(request_body(10, (), same_size)).status == 409
    longer = fork.grow(5)
    assert witness.add_checkpoint(request_body(10, fork.proof(10), longer)).status == 422
    assert witness.add_checkpoint(request_body(0, (), longer)).status == 409, "it does not begin anew"
    # Nor after it was stopped: what it signed lies on the disk.
    anew = witness_in(tmp_path / "w")
    assert anew.add_checkpoint(request_body(10, fork.proof(10), longer)).status == 422
    assert anew.add_checkpoint(request_body(10, tree.proof(10), tree.grow(1))).status == 422, "proof of another size"
    assert anew.add_checkpoint(request_body(10, tree.proof(10), sign_of(tree))).status == 200


def sign_of(tree: Tree) -> str:
    root = root_hash(tree.size, TileNodes(tree.size, tree.files.get))
    return sign(Checkpoint(LOG, tree.size, root), name=LOG, key=KEY)


def test_every_refusal_has_the_status_of_the_specification(witness: Witness) -> None:
    tree = Tree()
    note = tree.grow(4)
    stranger = sign(Checkpoint("other.example/log", 4, bytes(32)), name="other.example/log", key=KEY)
    forged = sign(Checkpoint(LOG, 4, bytes(32)), name=LOG, key=Ed25519PrivateKey.from_private_bytes(b"f" * 32))
    assert witness.add_checkpoint(request_body(0, (), stranger)).status == 404
    assert witness.add_checkpoint(request_body(0, (), forged)).status == 403
    assert witness.add_checkpoint(request_body(5, (), note)).status == 400
    assert witness.add_checkpoint(request_body(0, (bytes(32),), note)).status == 422, "the first tree needs no proof"
    wrong = witness.add_checkpoint(request_body(3, (), note))
    assert (wrong.status, wrong.body, wrong.media_type) == (409, "0\n", SIZE_TYPE)
    assert witness.add_checkpoint(request_body(0, (), note)).status == 200
    wrong = witness.add_checkpoint(request_body(0, (), note))
    assert (wrong.status, wrong.body, wrong.media_type) == (409, "4\n", SIZE_TYPE)
    for body in ("", "old\n\n" + note, "old 01\n\n" + note, "old -1\n\n" + note, "old ٣\n\n" + note, "old 0\n" + note):
        assert witness.add_checkpoint(body).status == 400, body
    many = "old 0\n" + "AAAA\n" * 64 + "\n" + note
    assert witness.add_checkpoint(many).status == 400


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    found = witness_in(tmp_path_factory.getbasetemp() / "any")
    assert found.add_checkpoint(body).status in {400, 403, 404}


def test_two_requests_at_once_never_roll_it_back(witness: Witness) -> None:
    """The race that the specification describes: N and N+K checked together, then N written last."""
    tree = Tree()
    notes = [(tree.grow(3), tree.size, dict(tree.files)) for _ in range(12)]
    assert witness.add_checkpoint(request_body(0, (), notes[0][0])).status == 200

    def ask(note: str, size: int, files: dict[str, bytes]) -> int:
        proof = consistency_proof(3, size, TileNodes(size, files.get))
        return witness.add_checkpoint(request_body(3, proof, note)).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda one: ask(*one), notes[1:]))
    assert sorted(statuses) == [200] + [409] * 10
    size = int(witness.add_checkpoint(request_body(0, (), notes[0][0])).body)
    assert size == notes[1 + statuses.index(200)][1]


# --- over HTTP, as a log does it -------------------------------------------------------------------------------------
@contextmanager
def served(witness: Witness) -> Iterator[str]:
    server = server_of(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_log_gets_two_signatures_and_one_that_is_down_costs_only_its_own(tmp_path: Path) -> None:
    first, second = witness_in(tmp_path / "1"), witness_in(tmp_path / "2", "khac.example.vn/w2", seed=2)
    tree = Tree()
    with served(first) as one, served(second) as two:
        asked = Witnesses([WitnessAddress(one, first.verifier_key), WitnessAddress(two, second.verifier_key)])
        for step in (3, 300, 1):
            note = asked.sign(tree.grow(step), tree.size, tree.proof)
            assert set(witnessed_by(note, asked.keys)) == {NAME, "khac.example.vn/w2"}
            assert asked.sign(note, tree.size, tree.proof) == note, "nobody is asked twice"
        # A log that was started anew knows nothing of them: the first answer tells it.
        anew = Witnesses(asked.addresses)
        note = anew.sign(tree.grow(2), tree.size, tree.proof)
        assert len(witnessed_by(note, anew.keys)) == 2
        assert httpx.get(one).text.strip() == first.verifier_key.text
        assert httpx.post(f"{one}/add-checkpoint", content=b"x" * 70_000).status_code == 413
        assert httpx.post(f"{one}/elsewhere", content=b"x").status_code == 404
    with served(first) as one:
        half = Witnesses([WitnessAddress(one, first.verifier_key), WitnessAddress(two, second.verifier_key)])
        note = half.sign(tree.grow(1), tree.size, tree.proof)
        assert witnessed_by(note, half.keys) == (NAME,)
        half.close()
    anew.close()
    asked.close()


def test_a_signature_that_does_not_hold_is_not_taken(tmp_path: Path) -> None:
    liar, honest = witness_in(tmp_path / "1", seed=9), witness_in(tmp_path / "2")
    tree = Tree()
    with served(liar) as address:
        asked = Witnesses([WitnessAddress(address, honest.verifier_key)])
        note = tree.grow(2)
        assert asked.sign(note, tree.size, tree.proof) == note
        asked.close()


# --- keys and signatures ---------------------------------------------------------------------------------------------
def test_the_example_of_the_specification_has_our_shape() -> None:
    """C2SP tlog-cosignature: 4 bytes of key id, 8 of time, 64 of signature; here 1,679,315,147 seconds after 1970."""
    line = "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    raw = base64.b64decode(line)
    own = base64.b64decode(cosign("a\n1\nb\n", name="w", key=KEY, at=1_679_315_147).split()[-1])
    assert len(raw) == len(own) == 76
    assert int.from_bytes(raw[4:12], "big") == int.from_bytes(own[4:12], "big") == 1_679_315_147


@pytest.mark.parametrize("kind", [LOG_KEY, WITNESS_KEY])
def test_keys_come_back_and_broken_ones_are_refused(kind: int) -> None:
    key = VerifierKey(NAME, kind, KEY.public_key())
    assert parse_verifier_key(key.text).text == key.text
    name, digits, encoded = key.text.split("+", 2)
    for wrong in (
        "",
        name,
        f"{name}+{digits}",
        f"+{digits}+{encoded}",
        f"{name}x+{digits}+{encoded}",
        f"{name}+00000000+{encoded}",
        f"a b+{digits}+{encoded}",
        f"{name}+{digits}+{encoded[:-8]}",
        f"{name}+{digits}+{base64.b64encode(bytes([2]) + KEY.public_key().public_bytes_raw()).decode()}",
    ):
        with pytest.raises(NoteError):
            parse_verifier_key(wrong)


def test_one_key_under_two_names_is_one_witness() -> None:
    note = Tree().grow(1)
    text = note.split("\n\n")[0] + "\n"
    lines = [cosign(text, name=name, key=KEY, at=NOW) for name in ("w1", "w2")]
    keys = [VerifierKey(name, WITNESS_KEY, KEY.public_key()) for name in ("w1", "w2")]
    assert witnessed_by(note + "".join(lines), keys) == ("w1",)
