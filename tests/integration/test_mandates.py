"""A guardian acts while a mandate lives, within its scope, and never otherwise: by the program, and by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from tests.integration.test_accounts import told
from vault.bootstrap import App
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.intake import NamedHolder
from vault.domain.mandates import Mandate, MandateKind, Scope
from vault.domain.passwords import hash_password
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.ports import Account
from vault.usecases.identify.mandates import GrantMandate, grant_mandate, list_mandates, revoke_mandate

pytestmark = pytest.mark.service
AGENCY = "H24.969"
WARD = NamedHolder("031090000969", "PHẠM ĐƯỢC GIÁM HỘ")


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "uq-can-bo", Role.OFFICER, agency=AGENCY)


@pytest.fixture(scope="module")
def ward(app: App, officer: Actor) -> Actor:
    desk.record_of(app, officer, holder=WARD)
    with app.uow.begin() as tx:
        holder_id = tx.holders.find(HolderId.parse(WARD.number))
    return account(app, "uq-nguoi-duoc", Role.CITIZEN, holder_id=holder_id)


def guardian(app: App, ward: Actor, name: str) -> str:
    """An account for the ward, without a mandate."""
    actor = Actor(f"local:{name}", f"Người {name}", Role.GUARDIAN, None, ward.holder_id)
    with app.uow.begin() as tx:
        assert tx.accounts.add(Account(actor, name, hash_password(PASSWORD, salt=name)))
    return name


def granted(app: App, officer: Actor, name: str, *, begins: int = 0, ends: int = 9, **more: object) -> Mandate:
    today = app.clock.now().astimezone(VIET_NAM).date()
    given = {"kind": MandateKind.AUTHORISED, "ground": "Văn bản ủy quyền 12/2026", "scope": (Scope.SEE,), **more}
    days = {"valid_from": today + timedelta(days=begins), "valid_until": today + timedelta(days=ends)}
    what = GrantMandate(name, **given, **days)  # type: ignore[arg-type] # a test's words
    return grant_mandate(what, actor=officer, uow=app.uow.acting(officer), clock=app.clock, ids=app.ids)


def test_without_a_mandate_a_guardian_sees_nothing_and_is_told_why(app: App, ward: Actor) -> None:
    client = stranger(app).signed_in(guardian(app, ward, "uq-khong"), PASSWORD)
    answer = client.get("/api/v1/me/records")
    assert (answer.status_code, answer.json()["code"]) == (403, "MANDATE_OVER")


def test_under_a_mandate_the_scope_is_all_there_is_and_every_act_names_it(
    app: App, officer: Actor, ward: Actor
) -> None:
    name = guardian(app, ward, "uq-co")
    client = stranger(app).signed_in(name, PASSWORD)
    mandate = granted(app, officer, name)
    (paper,) = client.get("/api/v1/me/records").json()
    refused = client.request("PUT", "/api/v1/me/consents/OWN_DOSSIERS", json={"on": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "MANDATE_NOT_FOR")
    assert client.get(f"/api/v1/records/{paper['code']}").status_code == 200
    with app.uow.begin() as tx:
        seen = tx.events.list(holder_id=ward.holder_id, limit=20)
    mine = [one for one in seen if one.actor.account_id == f"local:{name}"]
    assert {one.action for one in mine} >= {Action.LIST_OWN, Action.VIEW_RECORD}
    assert {one.details.get("mandate") for one in mine} == {mandate.id}
    # The principal sees it, with the acts, and ends it: an open session ends with it.
    own = stranger(app).signed_in("uq-nguoi-duoc", PASSWORD)
    assert mandate.id in {one["id"] for one in own.get("/api/v1/mandates").json()}
    assert own.post(f"/api/v1/mandates/{mandate.id}/revoke", json={"reason": "không cần nữa"}).status_code == 200
    assert client.get("/api/v1/me/records").json()["code"] == "MANDATE_OVER"


@pytest.mark.parametrize(("begins", "ends"), [(1, 9), (-9, -1)])
def test_before_its_first_day_and_after_its_last_it_is_none(
    app: App, officer: Actor, ward: Actor, begins: int, ends: int
) -> None:
    name = guardian(app, ward, f"uq-ngay-{begins + 9}")
    if ends < 0:
        with pytest.raises(Invalid, match="MANDATE_DAYS"):
            granted(app, officer, name, begins=begins, ends=ends)
    lives = granted(app, officer, name, begins=max(begins, 0), ends=9)
    if ends < 0:  # and the days go by
        with app.uow.begin() as tx:
            gone = text(
                "UPDATE mandate SET valid_from = valid_from - 10, valid_until = valid_until - 10 WHERE id = :id"
            )
            tx.records._db.execute(gone, {"id": lives.id})
    client = stranger(app).signed_in(name, PASSWORD)
    assert client.get("/api/v1/me/records").json()["code"] == "MANDATE_OVER"


def test_the_database_asks_again_whatever_the_program_believes(app: App, officer: Actor, ward: Actor) -> None:
    """The program's check is off: the actor says that the mandate lives."""
    name = guardian(app, ward, "uq-tin")
    mandate = granted(app, officer, name)
    believed = Actor(f"local:{name}", "X", Role.GUARDIAN, None, ward.holder_id, mandate=mandate.id)

    def papers(actor: Actor) -> int:
        with app.uow.acting(actor).begin() as tx:
            return int(tx.records._db.execute(text("SELECT count(*) FROM record")).scalar_one())

    assert papers(believed) == 1
    with app.uow.acting(believed).begin() as tx:
        longer = text("UPDATE mandate SET valid_until = '2099-01-01'")
        assert tx.records._db.execute(longer).rowcount == 0, "nobody makes their own mandate longer"
    revoke_mandate(mandate.id, "hết", actor=officer, uow=app.uow.acting(officer), clock=app.clock)
    assert papers(believed) == 0
    assert papers(Actor(f"local:{name}", "X", Role.GUARDIAN, None, ward.holder_id, mandate="uq_khong-co")) == 0


def test_who_may_end_what(app: App, officer: Actor, ward: Actor) -> None:
    by_law = granted(app, officer, guardian(app, ward, "uq-luat"), kind=MandateKind.GUARDIAN)
    common = {"clock": app.clock}
    with pytest.raises(Forbidden, match="MANDATE_BY_LAW"):
        revoke_mandate(by_law.id, "không muốn", actor=ward, uow=app.uow.acting(ward), **common)
    other = account(app, "uq-can-bo-khac", Role.OFFICER, agency="H24.970")
    with pytest.raises(NotFound, match="MANDATE"):
        revoke_mandate(by_law.id, "x", actor=other, uow=app.uow.acting(other), **common)
    with pytest.raises(Invalid, match="REASON_MISSING"):
        revoke_mandate(by_law.id, " ", actor=officer, uow=app.uow.acting(officer), **common)
    ended = revoke_mandate(by_law.id, "người được giám hộ đủ tuổi", actor=officer, uow=app.uow, **common)
    assert ended.revoked_at is not None
    again = revoke_mandate(by_law.id, "lần nữa", actor=officer, uow=app.uow, **common)
    assert again == ended
    assert ended in list_mandates(actor=officer, uow=app.uow.acting(officer), **common)
    with pytest.raises(Invalid, match="MANDATE_ACCOUNT"):
        granted(app, officer, "uq-nguoi-duoc")


def test_the_command_line_records_lists_and_ends_one(app: App, officer: Actor, ward: Actor) -> None:
    today = app.clock.now().astimezone(VIET_NAM).date()
    by = ("--as", "uq-can-bo")
    days = ("--from", today.isoformat(), "--until", (today + timedelta(days=30)).isoformat())
    what = ("--kind", "PARENT", "--ground", "Giấy khai sinh 1/2015", "--scope", "SEE", "--scope", "SHOW")
    status, said = told(app, "mandates", "add", guardian(app, ward, "uq-lenh"), *what, *days, *by)
    (made,) = said["mandates"]
    assert (status, made["scope"]) == (0, ["SEE", "SHOW"])
    listed = told(app, "mandates", "list", *by)[1]["mandates"]
    assert made in listed
    ended = told(app, "mandates", "revoke", made["id"], "--reason", "hết", *by)[1]["mandates"]
    assert ended[0]["revoked"] is True
    assert officer.agency_code == AGENCY
