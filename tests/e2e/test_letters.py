"""What the national store was told: officer and operator see what it refused, why, and send it again by keys."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visits
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press
from vault.domain.people import Action, Role
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
AGENCY = "H24.985"
OFFICER, OPERATOR = "can-bo-tin", "van-hanh-tin"
_LETTER = text(
    "INSERT INTO outbox (kind, subject, dossier_code, agency_code, state, at, due_at, attempts, failure,"
    " delivered_at, receipt) VALUES (:kind, :subject, :dossier, :agency, :state, now(), now(), :attempts, :failure, "
    ":arrived, :receipt)"
)


@pytest.fixture(scope="module")
def dossier(service: Service) -> str:
    """A dossier of an agency of its own: two letters about it were refused, one waits, one arrived."""
    app = service.app
    shelf = Counter(app, itertools.count(820_000))
    officer = shelf.account(OFFICER, AGENCY)
    shelf.account(OPERATOR, AGENCY, Role.OPERATOR)
    asked = OpenDossier("1.004194", "031090997001", "PHẠM THỊ TIN MẪU")
    code = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code
    now = app.clock.now()
    common = {"dossier": code, "agency": AGENCY, "attempts": 0, "failure": None, "arrived": None, "receipt": None}
    refused = {"state": "DEAD", "attempts": 1, "failure": "NATIONAL_REFUSED(reason='status 422')"}
    faulty = {"state": "DEAD", "attempts": 12, "failure": "NATIONAL_FAULT(reason='no JSON')"}
    arrived = {"state": "DELIVERED", "attempts": 1, "arrived": now, "receipt": "BN-0001"}
    with app.uow.begin() as tx:
        for one in (
            {"kind": "RESULT", "subject": f"{code}-KQ1", **refused},
            {"kind": "RESULT", "subject": f"{code}-KQ2", **faulty},
            {"kind": "DOSSIER", "subject": code, "state": "WAITING"},
            {"kind": "DOSSIER", "subject": code, **arrived},
        ):
            tx.outbox._db.execute(_LETTER, common | one)
    return code


def sent_again(service: Service) -> list[tuple[str, object]]:
    with service.app.uow.begin() as tx:
        found = tx.events.list(agency_code=AGENCY, action=Action.SEND_AGAIN, limit=9)
    return [(one.outcome.value, one.details.get("again")) for one in found]


def test_what_was_refused_is_seen_on_the_desk_and_sent_again_by_keys(
    visit: Visits, service: Service, dossier: str
) -> None:
    found = visit()
    page = found.page
    found.sign_in_as(OFFICER, PASSWORD)
    press(found, "main .alert a[href='/dong-bo']")
    page.wait_for_url("**/dong-bo")
    looked_over(found, "letters")
    first = page.locator("#dead li").first
    assert f"{dossier}-KQ1" in first.inner_text()
    assert "từ chối" in first.inner_text()
    assert "status 422" in first.inner_text()
    assert "BN-0001" in page.inner_text("#arrived")
    press(found, "#dead form button")
    page.wait_for_selector("#again")
    assert page.locator("#dead li").count() == 1
    assert f"{dossier}-KQ1" in page.inner_text("#waiting")
    assert sent_again(service) == [("DONE", 1)]
    # What is no longer there, because somebody else was quicker, is a sentence and no fault.
    late = found.context.request.post(f"{found.url}/dong-bo", form={"letter": "1"}, headers={"Accept": "text/html"})
    assert late.status == 404
    assert "tin mới hơn" in late.text()
    assert sent_again(service) == [("REFUSED", None), ("DONE", 1)]

    operator = visit()
    operator.sign_in_as(OPERATOR, PASSWORD)
    assert operator.page.url.endswith("/dong-bo"), "the operator begins here"
    assert operator.page.locator(f"a[href='/ho-so/{dossier}']").count() == 0, "and opens no dossier"
    press(operator, "#dead form button")
    operator.page.wait_for_selector("#again")
    assert operator.page.locator("#dead").count() == 0
    looked_over(operator, "letters-none-dead")


def test_another_agency_sees_nothing_of_it(visit: Visits, dossier: str) -> None:
    found = visit()
    found.sign_in(Role.OPERATOR)
    found.go("/dong-bo")
    assert dossier not in found.page.inner_text("main")
