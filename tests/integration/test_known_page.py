"""The page that offers the record that a paper is, and the record's page with its versions and cases."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import ocr
from tests.fakes.desk import HOLDER, actor_of, be_read, new_scan, received, record_of
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import SEED_ACCOUNTS, App
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId, IntakeState, NamedHolder
from vault.domain.people import Actor, Role
from vault.domain.states import RecordState
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.correct.seal_version import seal_version

pytestmark = pytest.mark.service
NUMBER = "3972/GPXD"
"""Of its own: other tests keep papers of the same people, and a rescan is offered among the likest few."""
TEXT = "SỔ ĐỎ CŨ vào sổ 3972/GPXD quyển 93 xứ đồng Cửa Miếu giáp mương Bà Lài bốn sào bà TRỊNH THỊ MẪU canh tác"
PAGE = {"Accept": "text/html"}
GO = "Đây là giấy tờ đã có"


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(TEXT, number=NUMBER), sealing=PlainSeal())


@pytest.fixture(scope="module")
def actor(app: App) -> Actor:
    return actor_of(app)


@pytest.fixture(scope="module")
def officer(app: App) -> Client:
    seed = next(one for one in SEED_ACCOUNTS if one.role is Role.OFFICER)
    return stranger(app).signed_in(seed.username, seed.password)


def arrived(app: App, actor: Actor) -> IntakeId:
    intake = received(app, actor, new_scan()).intake.id
    be_read(app, intake)
    return intake


def printed(app: App, actor: Actor, code: RecordCode) -> IntakeId:
    """A scan whose pages carry the record's own code."""
    engines = ToldEngines(TEXT, number=NUMBER)
    read_page = engines.read_page
    with app.uow.begin() as tx:
        symbol = tx.records.get(code).credential

    def with_symbol(data: bytes, index: int, **how: object) -> object:
        del how
        seen = read_page(data, index)
        return replace(seen, read=replace(seen.read, codes=(ocr.Code(symbol, "QR", (1, 1, 9, 9)),)))

    engines.read_page = with_symbol  # type: ignore[assignment,method-assign] - a page with a symbol on it
    return arrived(with_other(app, engines=engines, sealing=PlainSeal()), actor)


def offers(page: str) -> list[str]:
    return re.findall(r'name="giay-to" value="([^"]+)"', page)


def test_a_rescan_is_offered_in_words_and_the_button_leads_to_the_record(
    app: App, actor: Actor, officer: Client
) -> None:
    kept = record_of(app, actor, number=NUMBER)
    intake = arrived(app, actor)
    page = officer.get(f"/so-hoa/{intake}", headers=PAGE).text
    assert kept in offers(page)
    assert page.count(f"{GO}</button>") == len(offers(page))
    assert f'href="/giay-to/{kept}"' in page
    assert "số 3972/GPXD" in page
    assert re.search(r"Nội dung (rất|khá) giống|Nội dung giống một phần", page)
    assert "Xác nhận và ký số" in page, "it may still be another paper"

    wrong = officer.post(f"/so-hoa/{intake}/da-co", data={"giay-to": "0000-0000-0000-00"}, headers=PAGE)
    assert wrong.status_code == 409
    assert "không phải là bản được gợi ý" in wrong.text
    assert kept in offers(wrong.text), "and the choice is there again"

    for _ in range(2):  # said again: answered
        done = officer.post(f"/so-hoa/{intake}/da-co", data={"giay-to": kept}, headers=PAGE)
        assert done.status_code == 200
    assert officer.get(f"/so-hoa/{intake}", headers=PAGE).text.count(kept) >= 2, "and with a ground it is seen again"
    page = done.text
    assert "Là giấy tờ đã có, không tạo giấy tờ thứ hai" in page
    assert f'href="/giay-to/{kept}"' in page
    assert offers(page) == []
    assert "Xác nhận và ký số" not in page, "nothing is left to confirm"
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake).state is IntakeState.KNOWN


def test_a_print_of_our_own_has_one_way_and_a_revoked_one_has_two(app: App, actor: Actor, officer: Client) -> None:
    kept = record_of(app, actor, number=NUMBER)
    intake = printed(app, actor, kept)
    page = officer.get(f"/so-hoa/{intake}", headers=PAGE).text
    assert offers(page) == [kept], "likenesses beside the printed code only confuse"
    assert "Trên giấy in mã QR của giấy tờ này" in page
    assert "autofocus" in page
    assert "Xác nhận và ký số" not in page, "its confirmation would be refused"
    with app.uow.begin() as tx:
        tx.records.set_state(kept, RecordState.REVOKED, superseded_by=None, at=app.clock.now())
    page = officer.get(f"/so-hoa/{intake}", headers=PAGE).text
    assert kept in offers(page)
    assert "Đã bị thu hồi" in page
    assert "khác thì cứ xác nhận như thường" in page
    assert "Xác nhận và ký số" in page


def test_a_look_tells_which_records_it_offered(app: App, actor: Actor, officer: Client) -> None:
    kept = record_of(app, actor, number=NUMBER)
    intake = printed(app, actor, kept)
    officer.get(f"/so-hoa/{intake}", headers=PAGE)
    with app.uow.begin() as tx:
        told = [one.details for one in tx.events.list(limit=20) if one.details.get("intake") == intake]
    assert {"intake": intake, "offered": [kept]} in told


def test_the_record_shows_its_cases_and_what_each_version_changed(app: App, actor: Actor, officer: Client) -> None:
    code = record_of(app, actor, number=NUMBER)
    page = officer.get(f"/giay-to/{code}", headers=PAGE).text
    assert 'id="versions"' not in page
    assert 'id="cases"' not in page
    opening = OpenCase(code, {"number": "21/GPXD"}, "đọc nhầm số")
    case = open_case(opening, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    page = officer.get(f"/giay-to/{code}", headers=PAGE).text
    assert "Chờ xem xét" in page
    assert "<s>3972/GPXD</s> → <strong>21/GPXD</strong>" in page
    assert "đọc nhầm số" in page
    said = DecideCase(
        case.id,
        accept=True,
        reason="bản chính ghi 21/GPXD",
        fields={"number": "21/GPXD", "issued_on": "2026-10-01", "issuer": "UBND phường Mẫu"},
        holders=(NamedHolder(HOLDER.number, "NGUYỄN VĂN MẪU"),),
        compared_with_original=True,
    )
    decide_case(said, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    parts = {
        name: getattr(app, name) for name in ("uow", "blobs", "engines", "sealing", "credentials", "catalogue", "clock")
    }
    assert seal_version(case.id, **parts) == 2
    page = officer.get(f"/giay-to/{code}", headers=PAGE).text
    versions = page[page.index('id="versions"') :]
    versions = versions[: versions.index("</section>")]
    assert versions.index("Phiên bản 2") < versions.index("Phiên bản 1")
    assert versions.count("<s>") == 1, "only what changed"
    assert "<s>3972/GPXD</s> → <strong>21/GPXD</strong>" in versions
    assert "bản chính ghi 21/GPXD" in versions
    assert "Bản đầu tiên" in versions
    assert "Đã đính chính" in page
    assert not re.search(r">\s*(OPEN|ACCEPTED|CORRECTED)\s*<", page), "codes are told in words"
