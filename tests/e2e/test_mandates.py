"""Who acts for whom by its page: recorded from its document by keys, seen and ended by agency and principal."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visit, Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press, reach
from vault.domain.holders import HolderId
from vault.domain.passwords import hash_password
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.ports import Account

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
AGENCY = "H24.984"
OFFICER, GUARDIAN, PRINCIPAL = "can-bo-dai-dien", "nguoi-lam-thay", "nguoi-duoc-lam-thay"
NUMBER = "031090984001"


@pytest.fixture(scope="module", autouse=True)
def people(service: Service) -> int:
    """An officer of an agency of its own, a person, and an account that may be given a mandate for them."""
    app = service.app
    with app.uow.begin() as tx:
        holder_id = tx.holders.ensure(HolderId.parse(NUMBER), "TRẦN ĐƯỢC LÀM THAY MẪU", at=app.clock.now())
        for name, role, full in (
            (GUARDIAN, Role.GUARDIAN, "LÊ LÀM THAY MẪU"),
            (PRINCIPAL, Role.CITIZEN, "TRẦN ĐƯỢC LÀM THAY MẪU"),
        ):
            actor = Actor(f"local:{name}", full, role, None, holder_id)
            assert tx.accounts.add(Account(actor, name, hash_password(PASSWORD, salt=name)))
    Counter(app, itertools.count(840_000)).account(OFFICER, AGENCY)
    return holder_id


def wrote(found: Visit, **fields: str) -> None:
    """Type into fields of the form, by keys."""
    for name, value in fields.items():
        reach(found, f"#new [name={name}]")
        found.page.keyboard.press("Control+A")
        found.page.keyboard.type(value)


def test_a_mandate_is_recorded_by_keys_seen_by_its_principal_and_ended(
    visit: Visits, service: Service, people: int
) -> None:
    today = service.app.clock.now().astimezone(VIET_NAM).date()
    last = f"{today + timedelta(days=30):%d/%m/%Y}"
    found = visit()
    page = found.page
    found.sign_in_as(OFFICER, PASSWORD)
    press(found, "main a[href='/uy-quyen']")
    page.wait_for_url("**/uy-quyen")
    wrote(found, username="khong-co-nguoi-nay", ground="Văn bản ủy quyền 12/2026", valid_until=last)
    page.keyboard.press("Enter")
    see(page, "#error")
    assert "khong-co-nguoi-nay" in page.inner_text("#error")
    assert page.input_value("#new [name=ground]") == "Văn bản ủy quyền 12/2026", "what was typed stays"
    looked_over(found, "mandates-refused")
    page.select_option("#new [name=kind]", "AUTHORISED")
    wrote(found, username=GUARDIAN)
    reach(found, "#new [value=SHOW]")
    page.keyboard.press("Space")
    press(found, "#new button")
    see(page, "#done")
    said = page.inner_text("#living")
    for word in ("LÊ LÀM THAY MẪU làm thay TRẦN ĐƯỢC LÀM THAY MẪU", "12/2026", last, "xuất trình và chia sẻ"):
        assert word in said
    looked_over(found, "mandates")

    own = visit(width=360)
    own.sign_in_as(PRINCIPAL, PASSWORD)
    own.go("/cua-toi/dong-y")
    press(own, "main a[href='/uy-quyen']")
    own.page.wait_for_url("**/uy-quyen")
    assert own.page.locator("#new").count() == 0, "whom it is about records nothing"
    looked_over(own, "my-mandates-one")
    reach(own, "#living [name=reason]")
    own.page.keyboard.type("không cần nữa")
    own.page.keyboard.press("Enter")
    see(own.page, "#done")
    assert own.page.locator("#living form").count() == 0
    assert "không cần nữa" in own.page.inner_text("#over")
    page.reload()
    assert "không cần nữa" in page.inner_text("#over"), "the agency sees who ended it and why"
    with service.app.uow.begin() as tx:
        acts = tx.events.list(holder_id=people, action=Action.MANAGE_MANDATES, limit=9)
    assert [(one.code, one.actor.account_id) for one in acts if one.code != "LIST"] == [
        ("REVOKE", f"local:{PRINCIPAL}"), ("GRANT", f"local:{OFFICER}"),
    ]  # fmt: skip
