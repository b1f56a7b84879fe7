"""Draw the golden log proofs: `python -m tests.golden.log.generate`. Running it again leaves no diff.

Each case is what the service answers (`proof`, `salt`, `event`), the credential's text, and the time in seconds that it
proves, or null when it proves nothing. Python (`tests/unit/vault/log/test_golden_proofs.py`) and the browser module
under Node (`run.mjs`) run them all. The log's key is derived from a name; people are invented (BẢN MẪU).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vault.log.note import Checkpoint, sign, verifier_key
from vault.log.proof import LogProof
from vault.log.tree import inclusion_proof, leaf_hash, range_hash, root_hash

FILE = Path(__file__).parent / "proofs.json"
NAME = "kho.example.vn/log"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"golden log key (BAN MAU)").digest())
OTHER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another log key (BAN MAU)").digest())
TEXT = "https://kho.example.vn/q#BANMAU"
AT = 1_795_312_800
RECORD = "0000-0000-0000-00"


def event(**changes: Any) -> str:
    """A sealing as its leaf commits to it."""
    values = {
        "action": "SEAL",
        "at": "2026-11-22T02:00:00.000000+00:00",
        "details": {"credential": hashlib.sha256(TEXT.encode()).hexdigest()},
        "name": "Hệ thống (BẢN MẪU)",
        "outcome": "DONE",
        "record": RECORD,
        **changes,
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def told(
    opened: str | None = None, *, place: int = 5, size: int = 11, key: Ed25519PrivateKey = KEY, name: str = NAME
) -> dict[str, Any]:
    """What the service answers for a sealing at `place` in a log of `size` leaves."""
    opened, salt = opened or event(), hashlib.sha256(f"salt {place} {size}".encode()).digest()[:16]
    committed = hashlib.sha256(salt + opened.encode()).hexdigest()
    entry = json.dumps({"c": committed, "p": place, "r": RECORD}, sort_keys=True, separators=(",", ":")).encode()
    hashes = [leaf_hash(entry if at == place else f"leaf {at}".encode()) for at in range(size)]

    def node(level: int, index: int) -> bytes:
        return hashes[index] if level == 0 else range_hash(index << level, (index + 1) << level, _below(node, level))

    note = sign(Checkpoint(NAME, size, root_hash(size, node)), name=name, key=key)
    proof = LogProof(entry, place, inclusion_proof(place, size, node), note)
    return {"proof": proof.text, "salt": salt.hex(), "event": opened}


def _below(node: Any, level: int) -> Any:
    """The same nodes for a subtree that must not ask for itself."""

    def inner(asked: int, index: int) -> bytes:
        if asked < level:
            found: bytes = node(asked, index)
            return found
        from vault.log.tree import node_hash  # noqa: PLC0415 - the two halves of a whole subtree

        return node_hash(inner(asked - 1, 2 * index), inner(asked - 1, 2 * index + 1))

    return inner


def changed(good: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The proof's text with one thing replaced."""
    assert old in good["proof"]
    return {**good, "proof": good["proof"].replace(old, new, 1)}


def cases() -> Iterator[dict[str, Any]]:
    """Every case."""
    for place, size in ((0, 1), (0, 2), (1, 2), (5, 11), (10, 11), (8, 9), (255, 256), (256, 300)):
        yield _case(f"leaf {place} of {size}", told(place=place, size=size), AT)
    good = told()
    lines = good["proof"].split("\n")
    yield _case("another text", good, None, text=TEXT + "X")
    yield _case("another event", {**good, "event": event(at="2020-01-01T00:00:00.000000+00:00")}, None)
    yield _case("another salt", {**good, "salt": "00" * 16}, None)
    yield _case("a salt that is none", {**good, "salt": "xyz"}, None)
    yield _case("another act", told(event(action="CONFIRM")), None)
    yield _case("a refusal", told(event(outcome="REFUSED")), None)
    yield _case("another record", told(event(record="1111-1111-1111-11")), None)
    yield _case("no credential", told(event(details={})), None)
    yield _case("no time", told(event(at="yesterday")), None)
    yield _case("signed by another key", told(key=OTHER), None)
    yield _case("signed under another name", told(name="evil.example.vn/log"), None)
    yield _case("another place", changed(good, "index 5", "index 4"), None)
    yield _case("a place outside", changed(good, "index 5", "index 11"), None)
    yield _case("a place that is none", changed(good, "index 5", "index -5"), None)
    yield _case("a place with a zero before it", changed(good, "index 5", "index 05"), None)
    yield _case("a step less", changed(good, lines[3] + "\n", ""), None)
    yield _case("a step more", changed(good, lines[3], lines[3] + "\n" + lines[3]), None)
    yield _case("a short step", changed(good, lines[3], base64.b64encode(b"short").decode()), None)
    yield _case("a larger tree", changed(good, "\n11\n", "\n12\n"), None)
    yield _case("another version", changed(good, "@v1", "@v2"), None)
    yield _case("no signature", {**good, "proof": good["proof"][: good["proof"].rindex("\n\n") + 2]}, None)
    yield _case("nothing", {**good, "proof": ""}, None)
    yield _case("an entry that is none", changed(good, lines[1], "extra e30="), None)


def _case(name: str, answer: dict[str, Any], expected: int | None, *, text: str = TEXT) -> dict[str, Any]:
    return {"name": name, "key": verifier_key(NAME, KEY.public_key()), "text": text, **answer, "expected": expected}


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(list(cases()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
