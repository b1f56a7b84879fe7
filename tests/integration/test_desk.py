"""The desk and oversight over a real database: what is urgent comes first, every number opens what it counts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.counter import AGENCY, PASSWORD, Counter, running
from tests.fakes.http import Client, stranger
from vault.domain.ids import DossierCode, digest_of
from vault.domain.intake import Channel, Confirmation, Intake, IntakeId, IntakeState, NamedHolder
from vault.domain.reuse import VIET_NAM
from vault.web.main import create

pytestmark = pytest.mark.service

RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def officer(counter: Counter) -> Client:
    return counter.client()


@pytest.fixture(scope="module")
def today(counter: Counter) -> date:
    return counter.app.clock.now().astimezone(VIET_NAM).date()


def opened(client: Client, serial: int, **more: Any) -> str:
    given = {"procedure": RESIDENCE, "holder": f"031090{910000 + serial}", "holder_name": f"NGƯỜI SỐ {serial}", **more}
    return str(client.post("/api/v1/dossiers", json=given).raise_for_status().json()["code"])


def due(counter: Counter, code: str, day: date) -> None:
    """Put the due day where no officer may: in the past."""
    with counter.app.uow.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dossier SET due_on = %s WHERE code = %s", (day, code))


def test_the_inbox_shows_what_is_urgent_first_and_what_ended_not_at_all(
    counter: Counter, officer: Client, today: date
) -> None:
    calm, soon, late, ended = (opened(officer, serial) for serial in range(1, 5))
    due(counter, soon, today + timedelta(days=1))
    due(counter, late, today - timedelta(days=3))
    waiting = opened(officer, 5)
    with counter.app.uow.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE dossier SET opened_at = opened_at - interval '30 days' WHERE code = %s", (waiting,)
        )
    assert officer.post(f"/ho-so/{ended}/ket-thuc", data={"ending": "ANSWERED"}).status_code == 303
    page = officer.get("/ban-lam-viec", headers=PAGE).text
    order = [code for code in re.findall(r'href="/ho-so/([^"]+)"', page) if code != "moi"]
    assert order == [late, waiting, soon, calm]
    assert "Quá hạn 3 ngày" in page
    assert "Còn 1 ngày" in page
    assert "1 hồ sơ đã chờ quá 4 giờ" in page


def test_what_ended_takes_nothing_more_until_it_is_opened_again_with_a_reason(officer: Client) -> None:
    code = opened(officer, 10)
    address = f"/ho-so/{code}/ket-thuc"
    assert officer.post(address, data={"ending": "SLEPT"}).status_code == 422
    assert officer.post(f"/api/v1/dossiers/{code}/close", json={"ending": None}).json()["ending"] is None
    assert officer.post(address, data={"ending": "REFUSED"}).status_code == 303
    assert officer.post(address, data={"ending": "REFUSED"}).status_code == 303, "twice the same is one answer"
    assert officer.post(address, data={"ending": "ANSWERED"}).status_code == 409
    asked = {"component": HOME, "ground": "NO_DATA", "reason": "", "form": "COPY"}
    refused = officer.post(f"/api/v1/dossiers/{code}/demand", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "DOSSIER_CLOSED")
    assert officer.post(address, data={"ending": "", "reason": " "}).status_code == 422
    assert officer.post(address, data={"ending": "", "reason": "trả nhầm"}).status_code == 303
    assert officer.post(f"/api/v1/dossiers/{code}/demand", json=asked).status_code == 201


def test_a_dossier_that_ended_shows_what_is_attached_to_it_and_opens_no_other_paper(
    counter: Counter, officer: Client
) -> None:
    who = ("031090910061", "NGƯỜI SỐ 61")
    used, other = (counter.record("GPXD", who, agency="H24.906") for _ in range(2))
    code = opened(officer, 61)
    looked = {"text": who[1], "dossier": code}
    assert set(shown(officer, code)) == {used.code, other.code}
    officer.post(f"/api/v1/dossiers/{code}/attach", json={"component": HOME, "record": used.code}).raise_for_status()
    found = officer.post("/api/v1/search", json=looked).raise_for_status().json()
    assert {used.code, other.code} <= {one["record"] for one in found}
    officer.post(f"/api/v1/dossiers/{code}/close", json={"ending": "WITHDRAWN"}).raise_for_status()
    assert shown(officer, code) == [used.code]
    refused = officer.post("/api/v1/search", json=looked)
    assert (refused.status_code, refused.json()["code"]) == (409, "DOSSIER_CLOSED")
    assert officer.get(f"/ho-so/{code}", headers=PAGE).status_code == 200


def shown(client: Client, code: str) -> list[str]:
    """Records that the answer of a dossier gives for the home."""
    answer = client.get(f"/api/v1/dossiers/{code}/components").raise_for_status().json()
    (home,) = [one for one in answer["components"] if one["component"] == HOME]
    return [one["record"] for one in home["decisions"]]


def test_every_number_opens_the_acts_that_it_counts(counter: Counter, today: date) -> None:
    counter.account("so-lieu", "H24.905")
    officer = stranger(counter.app).signed_in("so-lieu", PASSWORD)
    who = ("031090920001", "=CMD NGUYỄN")
    record = counter.record("GPXD", who, agency="H24.905")
    code = opened(officer, 20, holder=who[0], holder_name=who[1])
    attached = {"component": HOME, "record": record.code}
    officer.post(f"/api/v1/dossiers/{code}/attach", json=attached).raise_for_status()
    late = opened(officer, 21)
    due(counter, late, today - timedelta(days=1))
    figures = officer.get("/api/v1/overview").raise_for_status().json()
    assert (figures["dossiers"], figures["reused"], figures["closed_late"]) == (2, 1, 0)
    page = officer.get("/giam-sat", headers=PAGE).text
    links = re.findall(r'href="(/giam-sat/so/(\w+)\?[^"]+)"><strong>(\d+)<', page)
    assert {name for _, name, _ in links} >= {"digitised", "reused", "copies_avoided", "asked_again", "dossiers"}
    for address, name, number in links:
        behind = officer.get(address.replace("&amp;", "&"), headers=PAGE)
        assert behind.status_code == 200
        assert behind.text.count('<td class="nowrap">') == int(number), name
        table = officer.get(address.replace("&amp;", "&").replace(f"/{name}?", f"/{name}.csv?"))
        assert len(list(csv.reader(io.StringIO(table.text)))) == int(number) + 1, name
    assert f'href="/giam-sat/so/dossiers?{"tu"}' in page
    assert code in officer.get("/giam-sat/so/reused", headers=PAGE).text
    assert late in officer.get("/giam-sat/han?muc=LATE", headers=PAGE).text
    assert late not in officer.get("/giam-sat/han?muc=NEAR", headers=PAGE).text
    officer.post(f"/ho-so/{late}/ket-thuc", data={"ending": "ANSWERED"})
    assert officer.get("/api/v1/overview").json()["closed_late"] == 1
    assert late not in officer.get("/giam-sat/han", headers=PAGE).text


def test_the_exports_hold_the_same_numbers_and_no_formula(counter: Counter, officer: Client, today: date) -> None:
    evil = opened(officer, 30, holder_name='=HYPERLINK("http://x")')
    due(counter, evil, today)
    late = officer.get("/giam-sat/han.csv")
    assert late.headers["content-type"].startswith("text/csv")
    assert "attachment" in late.headers["content-disposition"]
    assert "'=HYPERLINK" in late.text
    table = list(csv.DictReader(io.StringIO(officer.get("/giam-sat/bang.csv").text.removeprefix("\ufeff"))))
    figures = officer.get("/api/v1/overview").json()
    assert sum(int(row["Hồ sơ"]) for row in table) == figures["dossiers"]
    book = officer.get("/giam-sat/bang.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        assert sum(name.startswith("xl/worksheets/sheet") for name in parts.namelist()) == 5
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    assert officer.get("/giam-sat/bang.pdf").status_code == 422
    assert officer.get("/giam-sat/so/nothing").status_code == 404


def test_an_agency_sees_those_under_it_and_no_other(counter: Counter, officer: Client) -> None:
    under = counter.client("can-bo-xa", f"{AGENCY}.1")
    code = opened(under, 40)
    aside = counter.client("can-bo-ben", f"{AGENCY}1")
    opened(aside, 41)
    above = officer.get(f"/giam-sat/so/dossiers?co_quan={AGENCY}.1", headers=PAGE).text
    assert code in above
    assert f'href="/ho-so/{code}"' not in above, "its figures, not its dossiers"
    assert officer.get(f"/giam-sat?co_quan={AGENCY}1", headers=PAGE).status_code == 403
    assert under.get(f"/giam-sat?co_quan={AGENCY}", headers=PAGE).status_code == 403
    assert f"{AGENCY}1" not in officer.get("/giam-sat", headers=PAGE).text


@pytest.mark.parametrize("query", ["tu=2026-13-01", "tu=2026-02-02&den=2026-02-01", "tu=1900-01-01", "den=x"])
def test_a_span_that_makes_no_sense_is_refused_in_words(officer: Client, query: str) -> None:
    answer = officer.get(f"/giam-sat?{query}", headers=PAGE)
    assert answer.status_code == 422
    assert "Khoảng thời gian" in answer.text


def received(counter: Counter, name: str, state: IntakeState) -> IntakeId:
    """A paper that was read, without anybody reading it."""
    now = counter.app.clock.now()
    said = Confirmation(
        "GPXD",
        (NamedHolder("031090000001", "NGUYỄN VĂN MẪU"),),
        {"number": "77/GP", "issued_on": "2024-05-06"},
        compared_with_original=True,
        consent=False,
        by_account="x",
        by_name="x",
        at=now,
        record_id=b"12345678",
    )
    intake = Intake(
        IntakeId(f"desk-{name}"),
        state,
        digest_of(name.encode()),
        f"{name}.png",
        "image/png",
        1,
        Channel.PAGE,
        AGENCY,
        "x",
        now,
        1,
    )
    with counter.app.uow.begin() as tx:
        tx.intakes.add(intake)
        if state is IntakeState.CONFIRMED:
            tx.intakes.set_confirmation(intake.id, said)
    return intake.id


def test_undo_brings_everything_back_but_the_word_that_it_was_compared(counter: Counter, officer: Client) -> None:
    intake = received(counter, "slip", IntakeState.CONFIRMED)
    page = officer.get(f"/so-hoa/{intake}", headers=PAGE).text
    assert "Hoàn tác" in page
    assert officer.post(f"/so-hoa/{intake}/hoan-tac").status_code == 303
    assert officer.post(f"/so-hoa/{intake}/hoan-tac").status_code == 303
    page = officer.get(f"/so-hoa/{intake}", headers=PAGE).text
    for typed in ("77/GP", "06/05/2024", "NGUYỄN VĂN MẪU"):
        assert f'value="{typed}"' in page
    assert 'name="compared" value="yes" checked' not in page
    with counter.app.uow.begin() as tx:
        tx.intakes.set_state(intake, IntakeState.SEALED)
    assert officer.post(f"/api/v1/intakes/{intake}/take-back").status_code == 409
    assert officer.post(f"/api/v1/intakes/{intake}/discard").json()["code"] == "INTAKE_STATE"
    late = officer.post(f"/so-hoa/{intake}/hoan-tac", headers=PAGE)
    assert late.status_code == 409
    assert "Đã ký số" in late.text


def test_what_is_no_paper_leaves_the_desk_and_only_then(counter: Counter, officer: Client) -> None:
    intake = received(counter, "cat-picture", IntakeState.READ)
    assert "cat-picture" in officer.get("/ban-lam-viec", headers=PAGE).text
    assert officer.get("/so-hoa/tiep").headers["location"].startswith("/so-hoa/desk-")
    assert officer.post(f"/so-hoa/{intake}/bo").headers["location"] == "/ban-lam-viec"
    assert officer.post(f"/so-hoa/{intake}/bo").status_code == 303
    assert "cat-picture" not in officer.get("/ban-lam-viec", headers=PAGE).text
    busy = received(counter, "busy", IntakeState.RECEIVED)
    assert officer.post(f"/so-hoa/{busy}/bo", headers=PAGE).status_code == 409
    foreign = counter.client("la", "H24.999")
    assert foreign.post(f"/so-hoa/{busy}/bo").status_code == 404


def test_the_form_takes_parties_and_whoever_hands_it_in(counter: Counter, officer: Client) -> None:
    card = "031090930001|123456789|NGUYỄN THỊ CHỦ|01011990|Nữ|Hải Phòng|01012021"
    given = {
        "procedure": f"{RESIDENCE} · Đăng ký tạm trú",
        "holder": "031090930001",
        "card": card,
        "due_on": "",
        "p.0.role": "CHILD",
        "p.0.number": "031090930002",
        "p.0.name": "NGUYỄN VĂN CON",
        "p.1.role": "SPOUSE",
        "p.1.number": "",
        "p.1.name": "",
        "authority": "AUTHORISED",
        "by.number": "031090930003",
        "by.name": "TRẦN VĂN NỘP",
    }
    answer = officer.post("/ho-so/moi", data=given)
    assert answer.status_code == 303, answer.text
    with counter.app.uow.begin() as tx:
        dossier = tx.dossiers.get(DossierCode(answer.headers["location"].rsplit("/", 1)[1]))
    assert dossier.holder.name == "NGUYỄN THỊ CHỦ", "the card tells it"
    assert [alias.id.number for alias in dossier.holder.aliases] == ["123456789"], "and the older number"
    assert [(one.link.name, one.link.role.value) for one in dossier.parties] == [("NGUYỄN VĂN CON", "CHILD")]
    assert dossier.submitted_by is not None
    assert (dossier.submitted_by.link.name, dossier.authority.value) == ("TRẦN VĂN NỘP", "AUTHORISED")
    slip = officer.post("/ho-so/moi", data={**given, "holder": "031090930009", "p.0.number": "x"}, headers=PAGE)
    assert slip.status_code == 422
    for kept in ("031090930009", "NGUYỄN VĂN CON", "TRẦN VĂN NỘP"):
        assert kept in slip.text, "nothing typed is lost"


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_of_ours_carries_the_policy_too(counter: Counter, accept: str) -> None:
    web = create(counter.app)

    @web.get("/fault")
    def fault() -> None:
        raise RuntimeError

    answer = Client(web).get("/fault", headers={"Accept": accept})
    assert answer.status_code == 500
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"):
        assert answer.headers[name] == Client(web).get("/dang-nhap").headers[name]
    assert "SERVER_ERROR" in answer.text
