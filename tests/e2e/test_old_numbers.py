"""An old number on a card that somebody else of the same name is known by: asked, confirmed by keys, parted again."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press
from vault.domain.holders import HolderRole
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
AGENCY, OTHER = "H24.986", "H24.987"
OFFICER = "can-bo-so-cu"
NAME = "ĐỖ VĂN SỐ CŨ"


def test_an_officer_says_whether_two_numbers_are_one_person(visit: Visits, service: Service) -> None:
    app = service.app
    shelf = Counter(app, itertools.count(840_000))
    officer = shelf.account(OFFICER, AGENCY)
    owner = {"roles": (HolderRole.OWNER,)}
    near = shelf.record("GPXD", ("031986001", NAME), agency=AGENCY, **owner)
    far = shelf.record("GPXD", ("031986001", NAME), agency=OTHER, **owner)
    card = f"031090986001|031986001|{NAME}|04051990|Nam|Phường Mẫu|01012022"
    asked = OpenDossier("1.004194", card)
    code = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code
    found = visit()
    page = found.page
    found.sign_in_as(OFFICER, PASSWORD)
    found.go(f"/ho-so/{code}")
    said = page.inner_text("#so-cu")
    assert "Đây có phải một người không?" in said
    assert "031986001" not in said, "masked"
    whole = page.inner_text("main")
    assert near.code in whole, "the agency's own paper waits for a comparison"
    assert far.code not in whole
    looked_over(found, "dossier-old-number")
    page.fill("#so-cu input[name=reason]", "Đã xem số cũ trong chip của thẻ")
    press(found, "#so-cu button:not([name])")
    page.wait_for_url("**#so-cu")
    see(page, "#so-cu details")
    assert "đã được xác nhận" in page.inner_text("#so-cu")
    assert far.code in page.content()
    looked_over(found, "dossier-old-number-confirmed")
    press(found, "#so-cu summary")
    page.fill("#so-cu input[name=reason]", "Số cũ là của người cha cùng tên")
    with page.expect_navigation():
        press(found, "#so-cu button[name=back]")
    assert "không phải của người này" in page.inner_text("#so-cu")
    assert far.code not in page.content()
