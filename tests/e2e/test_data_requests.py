"""Requests about one's own data by their pages: asked on a phone, answered by keys, and both see the days."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press, reach
from vault.catalogue import request_terms
from vault.domain.data_requests import RequestKind, days_of
from vault.domain.holders import HolderId
from vault.domain.passwords import hash_password
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.ports import Account

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
CITIZEN, GUARD = "nguoi-hoi-du-lieu", "phu-trach-du-lieu"
NAME, NUMBER = "ĐỖ HỎI DỮ LIỆU MẪU", "031090983001"


@pytest.fixture(scope="module", autouse=True)
def person(service: Service) -> int:
    """Somebody with an account, and the data-protection officer of the agency that runs the vault."""
    app = service.app
    with app.uow.begin() as tx:
        holder_id = tx.holders.ensure(HolderId.parse(NUMBER), NAME, at=app.clock.now())
        actor = Actor(f"local:{CITIZEN}", NAME, Role.CITIZEN, None, holder_id)
        assert tx.accounts.add(Account(actor, CITIZEN, hash_password(PASSWORD, salt=CITIZEN)))
    Counter(app, itertools.count(850_000)).account(GUARD, app.settings.agency_code, Role.DATA_PROTECTION)
    return holder_id


def days(service: Service, person: int) -> tuple[str, str]:
    """By when the newest request of a person is to be answered and carried out, counted from the moment it was kept."""
    with service.app.uow.begin() as tx:
        (one, *_) = tx.data_requests.of_holder(person, limit=1)
    asked_on = one.asked_at.astimezone(VIET_NAM).date()
    working = service.app.catalogue.working_time
    answer_by, due_on = days_of(request_terms()[one.kind], asked_on, working, third_party=False)
    return f"{answer_by:%d/%m/%Y}", f"{due_on:%d/%m/%Y}"


def test_a_request_is_asked_on_a_phone_and_answered_by_keys_within_its_days(
    visit: Visits, service: Service, person: int
) -> None:
    app = service.app
    own = visit(width=360)
    own.sign_in_as(CITIZEN, PASSWORD)
    own.go("/cua-toi/dong-y")
    press(own, "main a[href='/cua-toi/du-lieu']")
    own.page.wait_for_url("**/cua-toi/du-lieu")
    assert own.page.locator("#new option").count() == len(RequestKind)
    own.page.select_option("#new [name=kind]", "DELETE")
    reach(own, "#new [name=note]")
    own.page.keyboard.type("xóa giấy cũ")
    press(own, "#new button")
    see(own.page, "#done")
    answer_by, due_on = days(service, person)
    said = own.page.inner_text("#open")
    assert answer_by in said
    assert due_on in said
    assert "Chưa trả lời" in said
    looked_over(own, "my-data")

    desk = visit()
    page = desk.page
    desk.sign_in_as(GUARD, PASSWORD)
    press(desk, "nav a[href='/du-lieu']")
    page.wait_for_url("**/du-lieu")
    card = page.locator("#open .card", has_text=NAME)
    assert "xóa giấy cũ" in card.inner_text()
    assert NUMBER in card.inner_text()
    card.locator("[value=REFUSE]").focus()
    page.keyboard.press("Enter")
    see(page, "#error")
    assert "lý do" in page.inner_text("#error")
    looked_over(desk, "data-requests")
    for step, state in (("ANSWER", "Đã nhận, đang làm"), ("EXTEND", "đã gia hạn")):
        card.locator("[name=reason]").fill("nhiều giấy phải xem")
        card.locator(f"[value={step}]").focus()
        page.keyboard.press("Enter")
        see(page, "#done")
        see(page, f"#open .card:has-text('{NAME}'):has-text('{state}')")
        assert card.locator(f"[value={step}]").count() == 0, "what was done is offered no more"
        page.goto(f"{desk.url}/du-lieu")
    card.locator("[value=DONE]").focus()
    page.keyboard.press("Enter")
    see(page, "#closed")
    assert NAME in page.inner_text("#closed")
    own.page.reload()
    assert "Đã thực hiện" in own.page.inner_text("#closed")

    with app.uow.begin() as tx:
        acts = tx.events.list(holder_id=person, limit=20)
    told = [(one.action, one.code) for one in reversed(acts) if one.action in {Action.ASK_DATA, Action.ANSWER_DATA}]
    assert told == [
        (Action.ASK_DATA, "DELETE"), (Action.ANSWER_DATA, "ANSWER"), (Action.ANSWER_DATA, "EXTEND"),
        (Action.ANSWER_DATA, "DONE"),
    ]  # fmt: skip


def test_what_is_asked_on_paper_is_written_down(visit: Visits) -> None:
    """For somebody of whom nothing is kept, and for somebody who is known."""
    desk = visit()
    desk.sign_in_as(GUARD, PASSWORD)
    page = desk.page
    for number, lands in (("031090983999", "#error"), (NUMBER, "#done")):
        page.goto(f"{desk.url}/du-lieu")
        page.fill("#new [name=number]", number)
        page.keyboard.press("Enter")
        see(page, lands)
    assert "Xem dữ liệu" in page.locator("#open .card", has_text=NAME).first.inner_text()
