"""A citizen's paper is read for a purpose: each ground over HTTP, what it leaves in the log, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import OTHER_AGENCY, PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.holders import HolderId
from vault.domain.intake import NamedHolder
from vault.domain.people import Role

pytestmark = pytest.mark.service
ANA = NamedHolder("031090000021", "PHẠM THỊ MỤC ĐÍCH")
REASON = "Bệnh nhân cấp cứu, cần biết nhóm máu ngay"
PROCEDURE = "1.004194"


@dataclass
class World:
    app: App
    record: str
    people: dict[str, Client]


@pytest.fixture(scope="module")
def world(parts: App) -> World:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    web, own = stranger(app), parts.settings.agency_code
    maker = account(app, "md-so-hoa", Role.OFFICER, agency=own)
    for name, role, agency in (
        ("md-can-bo", Role.OFFICER, own),
        ("md-khac", Role.OFFICER, OTHER_AGENCY),
        ("md-quet", Role.DIGITISER, own),
        ("md-phu-trach", Role.DATA_PROTECTION, own),
        ("md-phu-trach-khac", Role.DATA_PROTECTION, OTHER_AGENCY),
    ):
        account(app, name, role, agency=agency)
    record = desk.record_of(app, maker, holder=ANA)
    with app.uow.begin() as tx:
        ana = tx.holders.find(HolderId.parse(ANA.number))
        other = tx.holders.ensure(HolderId.parse("031090000022"), "NGƯỜI KHÁC", at=app.clock.now())
    account(app, "md-cong-dan", Role.CITIZEN, holder_id=ana)
    account(app, "md-cong-dan-khac", Role.CITIZEN, holder_id=other)
    names = ["md-so-hoa", "md-can-bo", "md-khac", "md-quet", "md-phu-trach", "md-phu-trach-khac"]
    names += ["md-cong-dan", "md-cong-dan-khac"]
    return World(app, record, {name: web.signed_in(name, PASSWORD) for name in names})


def look(world: World, who: str, record: str | None = None) -> tuple[int, str | None]:
    answer = world.people[who].get(f"/api/v1/records/{record or world.record}")
    return answer.status_code, answer.json().get("code") if answer.status_code != 200 else None


def ground_of_last_look(world: World, who: str) -> tuple[object, object]:
    with world.app.uow.begin() as tx:
        events = tx.events.list(record=world.record, limit=20)  # type: ignore[arg-type]
    newest = next(one for one in events if one.actor.account_id == f"local:{who}")
    return newest.details.get("ground"), newest.dossier


def test_whoever_took_the_paper_in_sees_what_became_of_it(world: World) -> None:
    assert look(world, "md-so-hoa") == (200, None)
    assert ground_of_last_look(world, "md-so-hoa") == ("HANDED_IN", None)


def test_a_colleague_without_a_purpose_learns_nothing_not_even_that_it_is_there(world: World) -> None:
    answers = [
        world.people["md-can-bo"].get(f"/api/v1/records/{code}{rest}")
        for code in (world.record, "028T-5CY4-TQKF-F4")
        for rest in ("", "/files/ORIGINAL", "/files/SEALED", "/files/PREVIEW", "/revisions")
    ]
    assert {one.status_code for one in answers} == {403}
    assert len({one.text for one in answers}) == 1, "one and the same answer"
    with world.app.uow.begin() as tx:
        intake = tx.intakes.find(world.record)  # type: ignore[arg-type]
    assert intake is not None
    for rest in ("", "/pages", "/pages/0/preview"):
        refused = world.people["md-can-bo"].get(f"/api/v1/intakes/{intake.id}{rest}")
        assert (refused.status_code, refused.json()["code"]) == (403, "PURPOSE_NEEDED"), rest
    listed = world.people["md-can-bo"].get("/api/v1/intakes").json()
    assert next(one for one in listed if one["id"] == intake.id)["proposal"]["fields"] == {}


def test_an_open_dossier_of_the_citizen_is_a_purpose_and_stands_in_the_log(world: World) -> None:
    account(world.app, "md-ho-so", Role.OFFICER, agency=world.app.settings.agency_code)
    world.people["md-ho-so"] = stranger(world.app).signed_in("md-ho-so", PASSWORD)
    citizen = NamedHolder("031090000023", "LÊ VĂN HỒ SƠ")
    with world.app.uow.begin() as tx:
        maker = tx.accounts.by_username("md-so-hoa")
    assert maker is not None
    record = desk.record_of(world.app, maker.actor, holder=citizen)
    assert look(world, "md-ho-so", record) == (403, "PURPOSE_NEEDED")
    opened = world.people["md-ho-so"].post("/api/v1/dossiers", json={"procedure": PROCEDURE, "holder": citizen.number})
    assert look(world, "md-ho-so", record) == (200, None)
    with world.app.uow.begin() as tx:
        newest = tx.events.list(record=record, limit=1)[0]
    assert (newest.details["ground"], newest.dossier) == ("DOSSIER", opened.json()["code"])
    assert newest.purpose == PROCEDURE
    assert look(world, "md-ho-so") == (403, "PURPOSE_NEEDED"), "another citizen's paper stays shut"


def test_what_the_citizen_shows_may_be_read_by_the_one_it_was_shown_to(world: World) -> None:
    account(world.app, "md-quay", Role.OFFICER, agency=world.app.settings.agency_code)
    world.people["md-quay"] = stranger(world.app).signed_in("md-quay", PASSWORD)
    consent = {"fields": ["number"], "audience": "UBND phường Mẫu", "purpose": "đối chiếu"}
    made = world.people["md-cong-dan"].post(f"/api/v1/me/records/{world.record}/code", json=consent)
    digits = made.raise_for_status().json()["digits"]
    assert look(world, "md-quay") == (403, "PURPOSE_NEEDED")
    shown = world.people["md-quay"].post("/api/v1/verify/short-code", json={"code": digits})
    assert shown.json()["verdict"] == "VALID"
    assert look(world, "md-quay") == (200, None)
    assert ground_of_last_look(world, "md-quay") == ("PRESENTED", None)
    assert look(world, "md-can-bo") == (403, "PURPOSE_NEEDED"), "not by a colleague"


def test_an_urgent_reason_opens_for_an_hour_and_tells_the_citizen_and_the_officer_for_data(world: World) -> None:
    account(world.app, "md-khan", Role.OFFICER, agency=world.app.settings.agency_code)
    urgent = world.people["md-khan"] = stranger(world.app).signed_in("md-khan", PASSWORD)
    path = f"/api/v1/records/{world.record}/urgent-access"
    short = urgent.post(path, json={"reason": "  cần   gấp  "})
    assert (short.status_code, short.json()["code"]) == (422, "BREAK_GLASS_REASON")
    for who, status, code in (
        ("md-khac", 404, "RECORD"),
        ("md-quet", 403, "ROLE_MAY_NOT"),
        ("md-phu-trach", 403, "ROLE_MAY_NOT"),
        ("md-cong-dan", 403, "ROLE_MAY_NOT"),
    ):
        answer = world.people[who].post(path, json={"reason": REASON})
        assert (answer.status_code, answer.json()["code"]) == (status, code), who
    assert look(world, "md-khan") == (403, "PURPOSE_NEEDED")
    opened = urgent.post(path, json={"reason": REASON})
    assert opened.status_code == 201
    assert look(world, "md-khan") == (200, None)
    assert ground_of_last_look(world, "md-khan") == ("BREAK_GLASS", None)

    told = world.people["md-cong-dan"].get("/api/v1/me/urgent-access").json()
    assert [(one["record"], one["reason"], one["name"]) for one in told] == [(world.record, REASON, "Người md-khan")]
    assert world.people["md-cong-dan-khac"].get("/api/v1/me/urgent-access").json() == []
    page = world.people["md-cong-dan"].get("/cua-toi", headers={"Accept": "text/html"})
    assert "lý do khẩn" in page.text
    assert REASON in world.people["md-cong-dan"].get("/cua-toi/nhat-ky", headers={"Accept": "text/html"}).text

    listed = world.people["md-phu-trach"].get("/api/v1/urgent-access").json()
    assert opened.json()["id"] in {one["id"] for one in listed if one["finding"] is None}
    assert world.people["md-phu-trach-khac"].get("/api/v1/urgent-access").json() == []
    found = f"/api/v1/urgent-access/{opened.json()['id']}/finding"
    foreign = world.people["md-phu-trach-khac"].post(found, json={"finding": "xong"})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "GLASS_UNKNOWN")
    assert world.people["md-phu-trach"].post(found, json={"finding": "Đúng quy định"}).status_code == 200
    again = world.people["md-phu-trach"].post(found, json={"finding": "khác"}).json()
    assert again["finding"] == "Đúng quy định", "the first finding stays"
    assert world.people["md-cong-dan"].get("/api/v1/me/urgent-access").json()[0]["finding"] == "Đúng quy định"


def test_an_hour_later_the_glass_is_whole_again(world: World) -> None:
    class Later:
        def now(self) -> object:
            return world.app.clock.now() + timedelta(hours=1, seconds=1)

    later = with_other(world.app, engines=ToldEngines(), sealing=PlainSeal())
    object.__setattr__(later, "clock", Later())
    token = stranger(later).signed_in("md-khan", PASSWORD)
    answer = token.get(f"/api/v1/records/{world.record}")
    assert (answer.status_code, answer.json()["code"]) == (403, "PURPOSE_NEEDED")


def test_the_page_of_a_paper_leads_to_the_reason(world: World) -> None:
    html = {"Accept": "text/html"}
    led = world.people["md-can-bo"].get(f"/giay-to/{world.record}", headers=html)
    assert (led.status_code, led.headers["location"]) == (303, f"/giay-to/{world.record}/mo-khan")
    form = world.people["md-can-bo"].get(led.headers["location"], headers=html)
    assert form.status_code == 200
    assert 'name="reason"' in form.text
    path = f"/giay-to/{world.record}/mo-khan"
    assert world.people["md-can-bo"].post(path, data={"reason": "gấp"}, headers=html).status_code == 422
    sent = world.people["md-can-bo"].post(path, data={"reason": REASON}, headers=html)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/giay-to/{world.record}")
    assert world.people["md-can-bo"].get(f"/giay-to/{world.record}", headers=html).status_code == 200
    desk_of_data = world.people["md-phu-trach"].get("/truy-cap", headers=html)
    assert REASON in desk_of_data.text
