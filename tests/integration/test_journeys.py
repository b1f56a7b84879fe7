"""The main job, end to end over HTTP: digitised once, reused, shown, checked, and all of it in the log."""

from __future__ import annotations

import hashlib
import io
import time
from http import HTTPStatus

import pypdf
import pytest

from tests.golden.specimens import as_jpeg, draw
from tests.service import Service
from vault.domain.people import Role

pytestmark = pytest.mark.service

HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU", "role": "SUBJECT"}


@pytest.fixture(scope="module")
def permit(service: Service) -> str:
    specimen = draw("GPXD", seed=11)
    fields = {name: specimen.fields[name] for name in ("number", "issued_on", "issuer")}
    return service.digitize(as_jpeg(specimen, 1), "gpxd.jpg", type_code="GPXD", holders=[HOLDER], fields=fields)


def test_bytes_that_came_in_are_the_bytes_that_go_out(service: Service) -> None:
    data = as_jpeg(draw("GPXD", seed=12), 1)
    fields = {"number": "12/GPXD"}
    code = service.digitize(data, "b.jpg", type_code="GPXD", holders=[HOLDER], fields=fields)
    got = service.client(Role.OFFICER).get(f"/api/v1/records/{code}/files/ORIGINAL").raise_for_status()
    assert hashlib.sha256(got.content).digest() == hashlib.sha256(data).digest()


def test_the_searchable_copy_stands_beside_the_original(service: Service, permit: str) -> None:
    officer = service.client(Role.OFFICER)
    address = f"/api/v1/records/{permit}/files/SEARCHABLE"
    for _ in range(240):  # made by the worker when nothing more urgent waits
        got = officer.get(address)
        if got.status_code == HTTPStatus.OK:
            break
        assert (got.status_code, got.json()["code"]) == (404, "SEARCHABLE_COPY")
        time.sleep(0.5)
    text = pypdf.PdfReader(io.BytesIO(got.content)).pages[0].extract_text()
    assert "PHÉP XÂY DỰNG" in " ".join(text.split())
    assert b"<pdfaid:part>2" in got.content
    citizen_page = officer.get(f"/giay-to/{permit}/tep/SEARCHABLE").raise_for_status()
    assert citizen_page.content == got.content


def test_the_same_file_again_gives_the_same_record(service: Service) -> None:
    data = as_jpeg(draw("GPXD", seed=13), 1)
    code = service.digitize(data, "c.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "13/GPXD"})
    again = service.client(Role.OFFICER).post("/api/v1/intakes", files={"file": ("other-name.jpg", data)}).json()
    assert again["duplicate"] is True
    assert again["intake"]["record"] == code


def test_the_sealed_copy_is_valid_and_carries_the_readable_code(service: Service, permit: str) -> None:
    sealed = service.client(Role.OFFICER).get(f"/api/v1/records/{permit}/files/SEALED").raise_for_status().content
    stranger = service.client()
    checked = stranger.post("/api/v1/verify/file", files={"file": ("s.pdf", sealed)}).raise_for_status().json()
    assert (checked["kind"], checked["verdict"], checked["record"]) == ("pdf", "VALID", permit)
    assert checked["signatures"][0]["level"] == "B-LTA"


@pytest.mark.usefixtures("permit")
def test_a_dossier_reuses_it_and_the_citizen_is_not_asked_again(service: Service) -> None:
    officer = service.client(Role.OFFICER)
    opened = officer.post("/api/v1/dossiers", json={"procedure": "1.004194", "holder": HOLDER["number"]})
    dossier = opened.raise_for_status().json()["code"]
    answered = officer.get(f"/api/v1/dossiers/{dossier}/components").raise_for_status().json()
    component = next(one for one in answered["components"] if one["verdict"] == "USABLE")
    demand = officer.post(
        f"/api/v1/dossiers/{dossier}/demand", json={"component": component["component"], "reason": "cho chắc"}
    )
    assert (demand.status_code, demand.json()["code"]) == (409, "ONCE_ONLY")
    assert demand.headers["content-type"] == "application/problem+json"
    best = component["decisions"][0]
    attached = officer.post(
        f"/api/v1/dossiers/{dossier}/attach", json={"component": component["component"], "record": best["record"]}
    )
    assert attached.raise_for_status().json()["version"] == 1
    assert attached.json()["decision"]["verdict"] == "USABLE"
    again = officer.get(f"/api/v1/dossiers/{dossier}/components").json()
    kept = next(one for one in again["components"] if one["component"] == component["component"])
    assert kept["attachment"]["record"] == best["record"]


def test_the_citizen_shows_it_and_a_stranger_checks_it(service: Service, permit: str) -> None:
    citizen = service.client(Role.CITIZEN)
    mine = citizen.get("/api/v1/me/records").raise_for_status().json()
    assert permit in {record["code"] for record in mine}
    shown = citizen.post(f"/api/v1/me/records/{permit}/present", json={"purpose": "thử"}).raise_for_status().json()
    checked = service.client().post("/api/v1/verify/text", json={"text": shown["credential"]}).json()
    assert (checked["verdict"], checked["record"]) == ("VALID", permit)
    assert checked["claims"]["holder_name"] == HOLDER["name"]
    assert HOLDER["number"] not in str(checked)


def test_a_revoked_paper_is_revoked_for_everybody_at_once(service: Service) -> None:
    data = as_jpeg(draw("GPXD", seed=14), 1)
    code = service.digitize(data, "r.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "14/GPXD"})
    officer, citizen, stranger = service.client(Role.OFFICER), service.client(Role.CITIZEN), service.client()
    text = citizen.post(f"/api/v1/me/records/{code}/present", json={}).raise_for_status().json()["credential"]
    sealed = officer.get(f"/api/v1/records/{code}/files/SEALED").content
    no_reason = officer.post(f"/api/v1/records/{code}/state", json={"state": "REVOKED", "reason": " "})
    assert (no_reason.status_code, no_reason.json()["code"]) == (422, "REASON_MISSING")
    officer.post(f"/api/v1/records/{code}/state", json={"state": "REVOKED", "reason": "cấp sai"}).raise_for_status()
    assert stranger.post("/api/v1/verify/text", json={"text": text}).json()["verdict"] == "REVOKED"
    assert stranger.post("/api/v1/verify/file", files={"file": ("s.pdf", sealed)}).json()["verdict"] == "REVOKED"
    assert stranger.post("/api/v1/verify/code", json={"code": code}).json()["state"] == "REVOKED"
    assert service.vault_json("verify", text)[1]["verdict"] == "REVOKED"
    assert citizen.post(f"/api/v1/me/records/{code}/present", json={}).status_code == 409


def test_every_act_is_an_event_and_is_counted(service: Service, permit: str) -> None:
    citizen, officer = service.client(Role.CITIZEN), service.client(Role.OFFICER)
    before = officer.get("/api/v1/overview").json()
    citizen.post(f"/api/v1/me/records/{permit}/present", json={"purpose": "đếm"}).raise_for_status()
    after = officer.get("/api/v1/overview").json()
    assert after["presented"] == before["presented"] + 1
    newest = next(event for event in after["events"] if event["action"] == "PRESENT")
    assert (newest["actor"], newest["purpose"], newest["record"]) == (HOLDER["name"], "đếm", permit)
    mine = citizen.get("/api/v1/me/events").json()
    assert {"SEAL", "PRESENT"} <= {event["action"] for event in mine if event["record"] == permit}


def test_the_command_line_does_the_same(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    scan = tmp_path_factory.mktemp("cli") / "ks.png"
    from tests.golden.specimens import as_png  # noqa: PLC0415 - only this test wants PNG

    specimen = draw("KS", seed=21)
    scan.write_bytes(as_png(specimen, 1))
    status, done = service.vault_json(
        "digitize", str(scan), "--type", "KS", "--holder", "031090000002", "--name", "TRẦN THỊ THỬ"
    )
    assert status == 0, done
    record = done["records"][0]
    status, found = service.vault_json("lookup", "--procedure", "1.004859", "--holder", "031090000002")
    assert status == 0, found
    offered = [one for one in found["components"] if one["decisions"]]
    assert offered[0]["decisions"][0]["record"] == record
    dossier = found["dossier"]["code"]
    status, attached = service.vault_json(
        "attach", dossier, offered[0]["component"], record, "--checked", "đã xem bản chính"
    )
    assert (status, attached["record"]) == (0, record)
    status, refused = service.vault_json("attach", dossier, "1.004859.TP99", record)
    assert (status, refused["code"]) == (1, "COMPONENT_UNKNOWN")
