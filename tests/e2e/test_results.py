"""The answer of a dossier by its page: the paper is chosen by keys, counted, and whoever comes too late is told why."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visit, Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press, reach
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Role
from vault.domain.states import RecordState

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
PROCEDURE = "1.004194"
IDS = itertools.count(810_000)


def opened(service: Service, who: tuple[str, str]) -> str:
    given = {"procedure": PROCEDURE, "holder": who[0], "holder_name": who[1]}
    return str(service.client(Role.OFFICER).post("/api/v1/dossiers", json=given).raise_for_status().json()["code"])


def made(service: Service, who: tuple[str, str]) -> RecordCode:
    """A paper that the agency sealed just now."""
    return Counter(service.app, IDS).record("CT07", who, agency=service.app.settings.agency_code).code


def acts(service: Service, dossier: str) -> list[str]:
    with service.app.uow.begin() as tx:
        found = tx.events.list(dossier=DossierCode(dossier), action=Action.GIVE_RESULT, limit=9)
    return [one.outcome.value for one in found]


def e_results(service: Service) -> int:
    told = service.client(Role.OFFICER).get("/api/v1/indicators").raise_for_status().json()
    return next(int(one["counted"]) for one in told["total"] if one["number"] == "4.1")


@pytest.fixture
def desk(visit: Visits) -> Visit:
    found = visit()
    found.sign_in(Role.OFFICER)
    return found


def test_the_paper_that_answers_a_dossier_is_recorded_by_keys(desk: Visit, service: Service) -> None:
    who = ("031090998001", "NGUYỄN THỊ KẾT QUẢ MẪU")
    older, dossier = made(service, who), opened(service, who)
    before = e_results(service)
    page = desk.page
    desk.go(f"/ho-so/{dossier}")
    page.keyboard.press("0")
    assert page.evaluate("document.activeElement.closest('section')?.id") == "ket-qua"
    assert page.get_attribute("#ket-qua a.button", "href") == "/so-hoa", "what to do is said"
    assert older not in page.inner_text("#ket-qua")
    assert page.locator("#awaited").is_visible()

    first, second = made(service, who), made(service, who)
    page.reload()
    assert page.locator("#give-result input:checked").count() == 0, "of two papers nobody is chosen by the page"
    looked_over(desk, "dossier-result")
    page.keyboard.press("0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.locator("#give-result input:checked").get_attribute("value")
    assert chosen == second, "the newest stands first"
    press(desk, "#give-result button")
    see(page, "#results")
    assert f"{dossier}-KQ1" in page.inner_text("#results")
    assert second in page.inner_text("#results")
    assert page.locator("#awaited").count() == 0
    assert (acts(service, dossier), e_results(service)) == (["DONE"], before + 1)
    looked_over(desk, "dossier-answered")
    assert page.locator(f"#give-result input[value='{first}']").count() == 1, "a second result is possible"
    reach(desk, "[name=ending]")
    page.keyboard.press("ArrowDown")
    press(desk, "form[action$='/ket-thuc'] button")
    page.wait_for_url("**/ban-lam-viec")


def test_a_paper_that_was_revoked_meanwhile_is_refused_where_it_was_chosen(desk: Visit, service: Service) -> None:
    who = ("031090998002", "TRẦN VĂN MUỘN MẪU")
    dossier, paper = opened(service, who), made(service, who)
    page = desk.page
    desk.go(f"/ho-so/{dossier}")
    assert page.locator("#give-result input:checked").get_attribute("value") == paper, "the only one is chosen"
    with service.app.uow.begin() as tx:
        tx.records.set_state(paper, RecordState.REVOKED, superseded_by=None, at=service.app.clock.now())
    page.click("#give-result button")
    see(page, "#result-error")
    assert "không phải là kết quả" in page.inner_text("#result-error")
    assert page.locator("#give-result").count() == 0, "it is not offered again"
    assert page.url.endswith(f"/ho-so/{dossier}"), "loading again shows the dossier and sends nothing"
    assert acts(service, dossier) == ["REFUSED"]


def test_who_may_not_give_results_sees_them_and_no_form(visit: Visits, service: Service) -> None:
    who = ("031090998003", "LÊ THỊ XEM MẪU")
    dossier = opened(service, who)
    made(service, who)
    Counter(service.app, IDS).account("truong-ket-qua", service.app.settings.agency_code, Role.AGENCY_HEAD)
    head = visit()
    head.sign_in_as("truong-ket-qua", PASSWORD)
    head.go(f"/ho-so/{dossier}")
    assert head.page.locator("#ket-qua").is_visible()
    assert head.page.locator("#give-result").count() == 0
