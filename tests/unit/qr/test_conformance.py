"""Other people's vectors: COSE working group, RFC 8392, Wycheproof, EU DCC, MOSIP Claim 169, IETF Token Status List."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import qr
from qr import base45, cbor, cose
from qr.status_list import decode_status_list
from tests.unit.qr.twin import ask

pytestmark = pytest.mark.needs_vectors

SIGN1_TAG = "D2"
# The signature holds; these two are to be refused for the key usage in the certificate, which is not COSE's business.
WRONG_KEY_USAGE = {"common/CO22", "common/CO23"}
# The draft's appendix "Test vectors": 2^20 entries each, all others 0.
LIST_1_BIT = {0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345}
LIST_4_BIT = [
    (0, 1),
    (1993, 2),
    (35460, 3),
    (459495, 4),
    (595669, 5),
    (754353, 6),
    (845645, 7),
    (923232, 8),
    (924445, 9),
    (934534, 10),
    (1004534, 11),
    (1000345, 12),
    (1030203, 13),
    (1030204, 14),
    (1030205, 15),
]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hex(path: Path) -> bytes:
    """The longest run of hex in a Markdown example."""
    return bytes.fromhex(max(re.findall(r"(?:[0-9a-f]{2}\s*)+", path.read_text()), key=len))


def _ecdsa_key(key: dict[str, str]) -> tuple[bytes, bytes]:
    if "x_hex" in key:
        return bytes.fromhex(key["x_hex"]), bytes.fromhex(key["y_hex"])
    return _b64(key["x"]), _b64(key["y"])


def _sign1_cases(vectors: Path) -> list[tuple[str, Any]]:
    folder = vectors / "cose-wg"
    files = [*sorted((folder / "sign1-tests").glob("*.json")), folder / "CWT" / "A_3.json"]
    files += sorted((folder / "ecdsa-examples").glob("ecdsa-sig-0*.json"))
    return [(path.stem, _read(path)) for path in files]


def test_cose_working_group_sign1_and_cwt(vectors: Path) -> None:
    """ES256 messages verify or fail as stated, over exactly the stated bytes; in the browser module too."""
    requests, expected = [], []
    for name, case in _sign1_cases(vectors):
        sign = case["input"]["sign0"]
        if (sign["key"]["crv"], sign["alg"]) != ("P-256", "ES256"):
            continue
        data = bytes.fromhex(case["output"]["cbor"])
        if data[:1].hex().upper() == SIGN1_TAG:
            data = data[1:]
        external = bytes.fromhex(sign.get("external", ""))
        x, y = _ecdsa_key(sign["key"])
        requests.append({"op": "sign1", "data": data.hex(), "external": external.hex(), "x": x.hex(), "y": y.hex()})
        try:
            message = cose.decode_sign1(data, max_size=10_000, sorted_keys=False)
        except qr.EncodingError as error:
            assert case.get("fail"), name
            expected.append({"code": error.code})
            continue
        signed = message.to_be_signed(external)
        algorithm = message.protected.get(cose.ALG, message.unprotected.get(cose.ALG))
        holds = algorithm == cose.ES256 and cose.verify_es256(cose.public_key(x, y), message.signature, signed)
        assert holds is not case.get("fail", False), name
        if holds:
            assert signed.hex().upper() == case["intermediates"]["ToBeSign_hex"], name
        expected.append({"ok": [signed.hex(), holds]})
    assert len(requests) == 11
    assert ask(requests) == expected


def test_the_claims_of_rfc_8392_read_and_write_back(vectors: Path) -> None:
    """Appendix A.3 (A.4 to A.6 hold the same claims); A.7 has a floating point time, which is outside the profile."""
    case = _read(vectors / "cose-wg" / "CWT" / "A_3.json")
    payload = bytes.fromhex(case["input"]["plaintext_hex"])
    claims = cbor.decode(payload, max_size=1000)
    assert isinstance(claims, dict)
    assert (claims[1], claims[4], claims[7]) == ("coap://as.example.com", 1444064944, b"\x0b\x71")
    assert cbor.encode(claims) == payload
    floating = _read(vectors / "cose-wg" / "CWT" / "A_7.json")
    with pytest.raises(qr.EncodingError):
        cbor.decode(bytes.fromhex(floating["input"]["plaintext_hex"]), max_size=1000)


def _raw_if_der(signature: bytes) -> bytes | None:
    try:
        return cose.raw_from_der(signature)
    except qr.EncodingError:
        return None


def test_wycheproof_p256(vectors: Path) -> None:
    """The P-256 file has DER signatures: each that is DER at all becomes r||s and must hold or fail as stated."""
    groups = _read(vectors / "wycheproof" / "testvectors_v1" / "ecdsa_secp256r1_sha256_test.json")["testGroups"]
    requests, expected = [], []
    for group in groups:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        x, y = point[1:33], point[33:]
        for test in group["tests"]:
            raw = _raw_if_der(bytes.fromhex(test["sig"]))
            if raw is None:
                assert test["result"] == "invalid", test
                continue
            signed = bytes.fromhex(test["msg"])
            holds = cose.verify_es256(cose.public_key(x, y), raw, signed)
            assert holds is (test["result"] == "valid"), test
            parts = {"x": x, "y": y, "signature": raw, "signed": signed}
            requests.append({"op": "ecdsa"} | {name: value.hex() for name, value in parts.items()})
            expected.append({"ok": holds})
    assert len(requests) >= 240
    assert ask(requests) == expected


def _dcc_cases(vectors: Path) -> list[tuple[str, Any]]:
    files = sorted((vectors / "hcert-dgc").glob("*/2DCode/raw/*.json"))
    return [(f"{path.parts[-4]}/{path.stem}", _read(path)) for path in files]


def test_eu_dcc(vectors: Path) -> None:
    """Every certificate that can be read is read; the signatures of P-256 keys hold or fail as stated."""
    read, judged, same = 0, 0, 0
    for name, case in _dcc_cases(vectors):
        stated = case["EXPECTEDRESULTS"]
        if "PREFIX" not in case or "COSE" not in case:
            continue
        try:
            foreign = qr.read_foreign(case["PREFIX"])
        except qr.CredentialError:
            assert not stated.get("EXPECTEDDECODE"), name
            continue
        read += 1
        assert foreign.format == "EU_DCC"
        same += foreign.claims == case.get("JSON")
        key = x509.load_der_x509_certificate(base64.b64decode(case["TESTCTX"]["CERTIFICATE"])).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            continue
        if "EXPECTEDVERIFY" in stated:
            judged += 1
            assert foreign.signed_by(key) is (stated["EXPECTEDVERIFY"] or name in WRONG_KEY_USAGE), name
    assert (read, judged, same) == (213, 183, 189)


def test_eu_dcc_base45(vectors: Path) -> None:
    """The base45 of every text with a stated result gives the stated bytes."""
    compared = 0
    for name, case in _dcc_cases(vectors):
        if case["EXPECTEDRESULTS"].get("EXPECTEDB45DECODE") is False:
            with pytest.raises(qr.EncodingError):
                base45.decode(case["BASE45"])
        elif case["EXPECTEDRESULTS"].get("EXPECTEDB45DECODE") and "COMPRESSED" in case and "PREFIX" in case:
            assert base45.decode(case["PREFIX"].removeprefix("HC1:")) == bytes.fromhex(case["COMPRESSED"]), name
            compared += 1
    assert compared >= 100


def test_claim_169(vectors: Path) -> None:
    """Valid and edge cases read with the stated identity; invalid ones are refused at the stated stage."""
    stages = {
        "Base45Decode": "FOREIGN_BASE45",
        "Decompress": "FOREIGN_ZLIB",
        "CoseParse": "FOREIGN_COSE",
        "Claim169NotFound": "FOREIGN_CLAIMS",
    }
    read = 0
    for path in sorted((vectors / "claim169" / "test-vectors").glob("*/*.json")):
        case = _read(path)
        refusal = "FOREIGN_COSE" if "encryption_key" in case else stages.get(case.get("expected_error", ""))
        if refusal is not None:
            with pytest.raises(qr.CredentialError) as refused:
                qr.read_foreign(case["qr_data"])
            assert refused.value.code == refusal, path.stem
            continue
        foreign = qr.read_foreign(case["qr_data"])
        read += 1
        assert (foreign.claims[1], foreign.claims[4]) == (
            case["expected_claim169"]["id"],
            case["expected_claim169"]["fullName"],
        )
        if case.get("signing_key", {}).get("algorithm") == "ES256":
            point = bytes.fromhex(case["signing_key"]["public_key_hex"])
            assert foreign.signed_by(cose.public_key(point[1:33], point[33:]))
            assert not foreign.signed_by(qr.SigningKey.generate().public)
    assert read == 12


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A" * 9000, "FOREIGN_TOO_LONG"),
        ("HC1:A", "FOREIGN_BASE45"),
        ("HC1:ế", "FOREIGN_BASE45"),
        ("HC1::::", "FOREIGN_BASE45"),
        ("HC1:", "FOREIGN_ZLIB"),
    ],
)
def test_foreign_texts_that_are_none(text: str, code: str) -> None:
    with pytest.raises(qr.CredentialError) as refused:
        qr.read_foreign(text)
    assert refused.value.code == code


def _listed(data: bytes) -> list[object]:
    digest = hashes.Hash(hashes.SHA256())
    statuses = decode_status_list(data)
    digest.update(statuses.packed)
    return [statuses.bits, len(statuses), digest.finalize().hex()]


def test_token_status_list_encodings(vectors: Path) -> None:
    """The draft's lists of 1 and 4 bits (the stored copy holds these two widths), entry by entry, and written back."""
    folder = vectors / "token-status-list" / "examples"
    short = decode_status_list(_hex(folder / "status_list_encoding_cbor.md"))
    assert (short.bits, short.packed.hex()) == (1, "b9a3")
    one = decode_status_list(_hex(folder / "status_list_encoding1_long_cbor.md"))
    assert {index for index in range(len(one)) if one[index]} == LIST_1_BIT
    four = decode_status_list(_hex(folder / "status_list_encoding4_cbor.md"))
    assert [(index, four[index]) for index in range(len(four)) if four[index]] == sorted(LIST_4_BIT)
    assert (len(one), len(four)) == (2**20, 2**20)
    assert qr.StatusList.of(dict.fromkeys(LIST_1_BIT, 1), bits=1) == one
    assert qr.StatusList.of(dict(LIST_4_BIT), bits=4) == four


def test_token_status_list_json_and_cbor_are_the_same_list(vectors: Path) -> None:
    folder = vectors / "token-status-list" / "examples"
    for name in ("status_list_encoding", "status_list_encoding1_long", "status_list_encoding4"):
        text = (folder / f"{name}_json.md").read_text()
        shape = json.loads("".join(text[text.index("{") :].split()))
        again = cbor2.dumps({"bits": shape["bits"], "lst": _b64(shape["lst"])})
        assert decode_status_list(again) == decode_status_list(_hex(folder / f"{name}_cbor.md"))


def test_token_status_list_reads_the_same_in_the_browser(vectors: Path) -> None:
    folder = vectors / "token-status-list" / "examples"
    lists = [_hex(path) for path in sorted(folder.glob("status_list_encoding*_cbor.md"))]
    assert len(lists) == 3
    answers = ask({"op": "statusList", "data": data.hex()} for data in lists)
    assert answers == [{"ok": _listed(data)} for data in lists]


def test_every_width_reads_the_same_in_the_browser() -> None:
    lists = [
        cbor.encode(
            qr.StatusList.of({index: index % (1 << bits) for index in range(0, 2**20, 997)}, bits=bits).to_cbor()
        )
        for bits in (1, 2, 4, 8)
    ]
    answers = ask({"op": "statusList", "data": data.hex()} for data in lists)
    assert answers == [{"ok": _listed(data)} for data in lists]


def test_the_drafts_status_token_has_our_shape(vectors: Path) -> None:
    """Its key is not published here: what can be checked is that it opens up to the signature."""
    folder = vectors / "token-status-list" / "examples"
    token = _hex(folder / "status_list_cwt.md")
    message = cose.decode_sign1(token[1:], max_size=1000, sorted_keys=False)
    assert message.protected == {1: -7, 16: "application/statuslist+cwt"}
    claims = cbor.decode(message.payload, max_size=1000, sorted_keys=False)
    assert isinstance(claims, dict)
    assert claims.keys() == {2, 4, 6, 65533, 65534}
    assert decode_status_list(cbor.encode(claims[65533])).packed.hex() == "b9a3"
    referenced = cose.decode_sign1(_hex(folder / "referenced_token_cwt.md")[1:], max_size=1000, sorted_keys=False)
    payload = cbor.decode(referenced.payload, max_size=1000, sorted_keys=False)
    assert isinstance(payload, dict)
    assert payload[65535] == {"status_list": {"idx": 0, "uri": "https://example.com/statuslists/1"}}


def test_der_helper_agrees_with_cryptography() -> None:
    raw = qr.SigningKey.generate().sign(b"x")
    assert utils.decode_dss_signature(cose.der_from_raw(raw)) == (
        int.from_bytes(raw[:32], "big"),
        int.from_bytes(raw[32:], "big"),
    )
