"""Write the golden cases of the QR engine: `python -m tests.golden.qr.generate` leaves no diff unless a decision moved.

Every case is one JSON file with all its stages, so that any implementation in any language can run it. What the
engines must answer is written in `cases.py` by hand, never taken from their output; the claims that a VALID or merely
withdrawn credential hands out are the claims that went in.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from qr import claims, cose
from qr.verdicts import rfc3339
from tests.golden.qr.cases import all_cases
from tests.golden.qr.presentation_cases import PresentationCase, presentation_cases
from tests.golden.qr.world import HOST, NOW, ROOT, Case

FOLDER = Path(__file__).parent / "cases"
NOBODY = {"MALFORMED", "NOT_ISSUED_BY_US", "UNKNOWN_ISSUER", "BAD_SIGNATURE"}
NO_LIST = {"STATUS_MISSING", "STATUS_ISSUER_MISMATCH"}


def main() -> None:
    """Replace the files of the folder."""
    FOLDER.mkdir(exist_ok=True)
    made = documents()
    for path in FOLDER.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def documents() -> dict[str, str]:
    """File name -> text."""
    return {
        f"{case.name}.json": json.dumps(_document(case), ensure_ascii=True, indent=1, sort_keys=True) + "\n"
        for case in [*all_cases(), *presentation_cases()]
    }


def _document(case: Case) -> dict[str, Any]:
    x, y = ROOT.coordinates
    shared = {
        "name": case.name,
        "note": case.note,
        "kind": case.kind,
        "root": {"x": x.hex(), "y": y.hex()},
        "trust_list": case.trust.hex(),
        "previous_version": case.previous_version,
        "now": _time(case.now),
    }
    if case.kind == "trust":
        return shared | {"expected": case.expected}
    if case.kind == "status":
        assert case.status is not None
        token = {"status_token": case.status.hex(), "uri": case.uri, "loaded": _time(NOW)}
        return shared | token | {"expected": case.expected}
    if isinstance(case, PresentationCase):
        return shared | _presentation(case)
    stages: dict[str, Any] = {"claims": None, "payload": None, "signature_input": None}
    if case.content is not None:
        payload = claims.encode(case.content)
        stages = {"claims": case.content.as_dict(), "payload": payload.hex(), "signature_input": _input(payload).hex()}
    return shared | {
        "hosts": [HOST],
        "stages": stages,
        "text": case.text,
        "loaded": _time(case.loaded or case.now),
        "logged_at": None if case.logged_at is None else _time(case.logged_at),
        "status_token": None if case.status is None else case.status.hex(),
        "expected": _expected(case),
    }


def _presentation(case: PresentationCase) -> dict[str, Any]:
    as_of = case.shown is not None and case.status is not None and not NO_LIST & set(case.reasons)
    return {
        "hosts": [HOST],
        "text": case.text,
        "audience": case.audience,
        "nonce": None if case.nonce is None else case.nonce.hex(),
        "used": [name.hex() for name in case.used],
        "loaded": _time(case.loaded or case.now),
        "logged_at": None if case.logged_at is None else _time(case.logged_at),
        "status_token": None if case.status is None else case.status.hex(),
        "expected": {
            "verdict": case.expected,
            "reasons": list(case.reasons),
            "shown": case.shown,
            "status_as_of": rfc3339(_issued_at(case.status)) if as_of and case.status is not None else None,
        },
    }


def _expected(case: Case) -> dict[str, Any]:
    proven = case.expected not in NOBODY and case.content is not None
    as_of = proven and case.status is not None and not NO_LIST & set(case.reasons)
    return {
        "verdict": case.expected,
        "reasons": list(case.reasons or (() if case.expected == "VALID" else (case.expected,))),
        "claims": case.content.as_dict() if proven and case.content is not None else None,
        "status_as_of": rfc3339(_issued_at(case.status)) if as_of and case.status is not None else None,
    }


def _issued_at(token: bytes) -> datetime:
    """The iat of a token, read with cbor2: a second opinion on the engine's own decoder."""
    import cbor2  # noqa: PLC0415 - only the generator needs it here

    return claims.moment(cbor2.loads(cbor2.loads(token).value[2])[6])


def _input(payload: bytes) -> bytes:
    """The Sig_structure of the untouched credential with the agency's header."""
    from tests.golden.qr.world import headers  # noqa: PLC0415 - beside its only use

    return cose.sig_structure(headers(), b"VNQ1", payload)


def _time(moment: datetime) -> int:
    return claims.seconds(moment)


if __name__ == "__main__":
    main()
