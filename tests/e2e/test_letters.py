"""What the national store was told: officer and operator see what it refused, why, and send it again by keys."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, text

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press
from vault.db.partner_tables import webhook_message
from vault.domain.people import Action, Role
from vault.domain.webhooks import WebhookMessage, WebhookState, WebhookType
from vault.usecases.exchange.subscribe import Subscribe, subscribe
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
    see(page, "#again")
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
    see(operator.page, "#again")
    assert operator.page.locator("#dead").count() == 0
    looked_over(operator, "letters-none-dead")


def test_a_system_that_did_not_take_its_messages_is_seen_and_told_again_by_keys(
    visit: Visits, service: Service, dossier: str
) -> None:
    """A partner's system was shut off after five days; a second one is well."""
    app = service.app
    shelf = Counter(app, itertools.count(830_000))
    now = app.clock.now()
    ids = {}
    for name, host in (("he-thong-hong", "mot-cua.example.vn"), ("he-thong-tot", "dich-vu.example.vn")):
        partner = shelf.account(name, AGENCY, Role.PARTNER)
        what = Subscribe(f"https://{host}/tin", ("record.revoked",))
        ids[name] = subscribe(what, actor=partner, uow=app.uow, clock=app.clock, ids=app.ids).webhook.id
    broken = ids["he-thong-hong"]
    with app.uow.begin() as tx:
        for number in range(3):
            message = WebhookMessage(f"msg-{number}", broken, WebhookType.REVOKED, "{}", now)
            tx.webhooks._db.execute(insert(webhook_message), _row(message, "DEAD" if number else "DELIVERED"))
        tx.webhooks.set_state(broken, WebhookState.DISABLED, reason="FAILING: status 503")
    found = visit()
    page = found.page
    found.sign_in_as(OFFICER, PASSWORD)
    found.go("/dong-bo")
    said = page.inner_text("#systems")
    assert "mot-cua.example.vn" in said
    assert "status 503" in said
    assert "2 tin không gửi được" in said
    assert "dich-vu.example.vn" not in page.inner_text("main"), "what is well is a number"
    assert dossier
    looked_over(found, "letters-systems")
    press(found, "#systems form button")
    see(page, "#told")
    assert "2 tin" in page.inner_text("#told")
    assert page.locator("#systems").count() == 0
    with app.uow.begin() as tx:
        (told, *_) = tx.events.list(agency_code=AGENCY, action=Action.SEND_AGAIN, limit=1)
    assert told.details == {"webhook": broken, "again": 2}
    # Another agency's people send nothing of it again.
    other = visit()
    other.sign_in(Role.OPERATOR)
    address = f"{other.url}/dong-bo/he-thong/{broken}"
    refused = other.context.request.post(address, headers={"Accept": "text/html", "Origin": other.url})
    assert refused.status == 404
    assert "không có hệ thống" in refused.text()


def _row(one: WebhookMessage, state: str) -> dict[str, object]:
    given = {"id": one.id, "webhook_id": one.webhook_id, "type": one.type.value, "body": one.body}
    return {**given, "at": one.at, "due_at": one.at, "state": state}


def test_another_agency_sees_nothing_of_it(visit: Visits, dossier: str) -> None:
    found = visit()
    found.sign_in(Role.OPERATOR)
    found.go("/dong-bo")
    assert dossier not in found.page.inner_text("main")
