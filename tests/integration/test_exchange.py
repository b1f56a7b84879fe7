"""Records leave in the formats of others, over HTTP, and what left proves itself."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from tests.golden.specimens import as_jpeg, draw
from tests.service import Service
from vault.domain.people import Role
from vault.exchange import read_package

pytestmark = pytest.mark.service
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU", "role": "SUBJECT"}
SCAN = as_jpeg(draw("GPXD", seed=51), 1)


@pytest.fixture(scope="module")
def permit(service: Service) -> str:
    return service.digitize(SCAN, "x.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "51/GPXD"})


def keys(service: Service) -> dict[str, Any]:
    answer = httpx.get(f"{service.url}/.well-known/jwt-vc-issuer", timeout=30).raise_for_status().json()
    return {key["kid"]: key for key in answer["jwks"]["keys"]}


@pytest.mark.parametrize("kind", ["SIP", "AIP"])
def test_an_archive_package_holds_the_paper_byte_for_byte(service: Service, permit: str, kind: str) -> None:
    answer = service.client(Role.OFFICER).get(f"/api/v1/records/{permit}/archive", params={"kind": kind})
    package = read_package(answer.raise_for_status().content)
    files = {one.name: one.files[0].data for one in package.representations}
    assert files["original"] == SCAN
    assert files["sealed"].startswith(b"%PDF-")
    assert package.record["code"] == permit
    assert {event.kind for event in package.events} >= {"ingestion", "digital signature generation"}
    assert "Trần Thị Mẫu" not in repr(package.events)


def test_the_json_of_a_record_names_its_files_and_proves_itself(service: Service, permit: str) -> None:
    officer, end = service.client(Role.OFFICER), time.monotonic() + 120
    while True:  # the log covers an event within seconds, not at once
        plain = officer.get(f"/api/v1/records/{permit}/export").raise_for_status().json()
        if plain["proofs"]["transparency_log"] or time.monotonic() > end:
            break
        time.sleep(0.5)
    assert plain["files"]["original"]["sha256"] == hashlib.sha256(SCAN).hexdigest()
    assert plain["proofs"]["transparency_log"][0].startswith("c2sp.org/tlog-proof@v1")
    checked = service.client().post("/api/v1/verify/text", json={"text": plain["proofs"]["credential"]})
    assert checked.raise_for_status().json()["verdict"] == "VALID"


def test_each_look_by_an_export_is_in_the_citizens_log(service: Service, permit: str) -> None:
    service.client(Role.OFFICER).get(f"/api/v1/records/{permit}/archive", params={"kind": "AIP"}).raise_for_status()
    events = service.client(Role.CITIZEN).get("/api/v1/me/events").raise_for_status().json()
    found = [one for one in events if one["action"] == "DOWNLOAD" and one["record"] == permit]
    assert found


def test_a_wallet_verifies_the_credential_with_the_published_keys(service: Service, permit: str) -> None:
    answer = service.client(Role.CITIZEN).post(f"/api/v1/me/records/{permit}/sd-jwt")
    text, published = answer.raise_for_status().json()["credential"], keys(service)

    def key_of(_issuer: str, header: dict[str, Any]) -> JWK:
        return JWK(**published[header["kid"]])

    payload = SDJWTVerifier(text, key_of).get_verified_payload()
    assert (payload["number"], payload["original_sha256"]) == ("51/GPXD", hashlib.sha256(SCAN).hexdigest())
    assert HOLDER["number"] not in json.dumps(payload)


def test_a_stranger_and_another_citizen_get_nothing(service: Service, permit: str) -> None:
    for path in (f"/api/v1/records/{permit}/archive", f"/api/v1/records/{permit}/export"):
        assert service.client().get(path).status_code == 401
        assert service.client(Role.VERIFIER).get(path).status_code in {403, 404}
    assert service.client(Role.OFFICER).post(f"/api/v1/me/records/{permit}/sd-jwt").status_code in {403, 404}


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
def test_the_w3c_list_is_signed_by_a_listed_key_and_all_clear_is_zero(service: Service, purpose: str) -> None:
    answer = httpx.get(f"{service.url}/s/1/w3c/{purpose}", timeout=30).raise_for_status()
    assert answer.headers["content-type"] == "application/vc+jwt"
    signed, _, signature = answer.text.rpartition(".")
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in signed.split("."))
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = JWK(**keys(service)[header["kid"]]).get_op_key("verify")
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    subject = payload["credentialSubject"]
    assert subject["statusPurpose"] == purpose
    assert len(gzip.decompress(base64.urlsafe_b64decode(subject["encodedList"][1:] + "=="))) == 2**17


def test_there_is_no_list_of_another_number_or_purpose(service: Service) -> None:
    assert httpx.get(f"{service.url}/s/9/w3c/revocation", timeout=30).status_code == 404
    assert httpx.get(f"{service.url}/s/1/w3c/other", timeout=30).status_code == 422
