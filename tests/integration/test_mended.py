"""What a hostile reader once got away with, one test each, named after what must not happen."""

from __future__ import annotations

import pytest

import signing
from tests.golden.specimens import as_jpeg, draw
from tests.service import Service
from vault.domain.people import Role

pytestmark = pytest.mark.service
CITIZEN = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}


def _digitized(service: Service, seed: int, holder: dict[str, str], number: str) -> str:
    data = as_jpeg(draw("HKD", seed=seed), 1)
    return service.digitize(data, f"{seed}.jpg", type_code="HKD", holders=[holder], fields={"number": number})


def test_a_forged_card_gives_nobody_the_papers_of_another(service: Service) -> None:
    victim = {"number": "123456789", "name": "PHẠM VĂN NẠN"}
    record = _digitized(service, 61, victim, "61/HKD")
    card = f"{CITIZEN['number']}|{victim['number']}|{CITIZEN['name']}|04051990|Nam|x|01012022"
    opened = service.client(Role.OFFICER).post("/api/v1/dossiers", json={"procedure": "1.004194", "holder": card})
    assert (opened.status_code, opened.json()["code"]) == (409, "HOLDER_NUMBER_TAKEN")
    mine = service.client(Role.CITIZEN).get("/api/v1/me/records").json()
    assert record not in {one["code"] for one in mine}


def test_a_due_date_out_of_reach_does_not_make_papers_look_expired(service: Service) -> None:
    officer = service.client(Role.OFFICER)
    for day in ("9999-01-01", "2020-01-01"):
        body = {"procedure": "1.004194", "holder": CITIZEN["number"], "due_on": day}
        assert officer.post("/api/v1/dossiers", json=body).json()["code"] == "DUE_DATE"


def test_a_print_of_our_own_record_becomes_no_second_one(service: Service) -> None:
    officer = service.client(Role.OFFICER)
    record = _digitized(service, 62, CITIZEN, "62/HKD")
    sealed = officer.get(f"/api/v1/records/{record}/files/SEALED").raise_for_status().content
    pages = signing.join_pdfs([sealed])  # printed and saved again: other bytes, the same page
    got = officer.post("/api/v1/intakes", files={"file": ("print.pdf", pages)}).raise_for_status().json()
    intake = service.wait_for_intake(got["intake"]["id"], "READ")
    assert intake["proposal"]["own_record"] == record
    said = {"type": "HKD", "holders": [CITIZEN], "fields": {}, "compared_with_original": True}
    refused = officer.post(f"/api/v1/intakes/{intake['id']}/confirm", json=said)
    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_RECORD")


def test_a_scan_that_nobody_compared_is_not_sealed(service: Service) -> None:
    officer = service.client(Role.OFFICER)
    data = as_jpeg(draw("HKD", seed=63), 1)
    got = officer.post("/api/v1/intakes", files={"file": ("n.jpg", data)}).raise_for_status().json()
    intake = service.wait_for_intake(got["intake"]["id"], "READ")
    said = {"type": "HKD", "holders": [CITIZEN], "fields": {}, "compared_with_original": False}
    refused = officer.post(f"/api/v1/intakes/{intake['id']}/confirm", json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "COMPARE_FIRST")


def test_bytes_behind_a_revoked_file_do_not_hide_it(service: Service) -> None:
    officer, stranger = service.client(Role.OFFICER), service.client()
    record = _digitized(service, 64, CITIZEN, "64/HKD")
    sealed = officer.get(f"/api/v1/records/{record}/files/SEALED").raise_for_status().content
    officer.post(f"/api/v1/records/{record}/state", json={"state": "REVOKED", "reason": "thử"}).raise_for_status()
    for copy in (sealed, sealed + b"\n"):
        checked = stranger.post("/api/v1/verify/file", files={"file": ("c.pdf", copy)}).json()
        assert (checked["verdict"], checked["record"]) == ("REVOKED", record)


def test_a_long_name_and_a_long_number_still_fit_the_symbol(service: Service) -> None:
    holder = {
        "number": "0102357802",
        "name": "ỦY BAN NHÂN DÂN PHƯỜNG ĐẰNG GIANG, QUẬN NGÔ QUYỀN, THÀNH PHỐ HẢI PHÒNG",
    }
    data = as_jpeg(draw("GPXD", seed=65), 1)
    fields = {"number": "0123/2024/GPXD-SXD-QLHĐXD", "issued_on": "2024-01-01", "expires_on": "2030-01-01"}
    record = service.digitize(data, "l.jpg", type_code="GPXD", holders=[holder], fields=fields)
    shown = service.client(Role.OFFICER).get(f"/api/v1/records/{record}").json()
    assert shown["holders"][0]["name"] == holder["name"]
    assert shown["number"] == fields["number"]


def test_everybody_on_a_paper_sees_who_looked(service: Service) -> None:
    officer, citizen = service.client(Role.OFFICER), service.client(Role.CITIZEN)
    first = {"number": "031090000077", "name": "LÊ THỊ THỬ", "role": "SPOUSE"}
    data = as_jpeg(draw("KH", seed=66), 1)
    holders = [first, CITIZEN | {"role": "SPOUSE"}]
    record = service.digitize(data, "kh.jpg", type_code="KH", holders=holders, fields={"number": "66/2020"})
    officer.get(f"/api/v1/records/{record}", params={"purpose": "đối chiếu"}).raise_for_status()
    seen = citizen.get("/api/v1/me/events").json()
    assert any((one["record"], one["purpose"]) == (record, "đối chiếu") for one in seen)


def test_a_dossier_of_three_people_is_one_dossier(service: Service) -> None:
    officer = service.client(Role.OFFICER)
    before = officer.get("/api/v1/overview").json()["dossiers"]
    parties = [{"number": f"03109000008{digit}", "name": f"NGƯỜI MẪU {digit}", "role": "CHILD"} for digit in (1, 2)]
    body = {"procedure": "1.004194", "holder": CITIZEN["number"], "parties": parties}
    officer.post("/api/v1/dossiers", json=body).raise_for_status()
    assert officer.get("/api/v1/overview").json()["dossiers"] == before + 1
