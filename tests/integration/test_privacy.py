"""What a breach report tells, and what the retention rules let go and never touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from tests.integration.test_accounts import told
from vault import catalogue
from vault.bootstrap import App
from vault.domain.breach import touched
from vault.domain.data_requests import RequestKind, Standing, Step
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId, NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.retention import EVIDENCE_YEARS, Kept, Rule, check_rules
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.oversee.view_record import view_record
from vault.usecases.protect.apply_retention import apply_retention
from vault.usecases.protect.breach_report import BreachOf, breach_report
from vault.usecases.protect.data_requests import (
    AskAboutData,
    Standings,
    TakeStep,
    ask_about_data,
    own_requests,
    take_step,
    waiting_requests,
)
from vault.usecases.protect.hold import hold, lift

pytestmark = pytest.mark.service
AGENCY = "H24.967"
HOLDER = NamedHolder("031090000957", "TRỊNH RIÊNG TƯ")
LAW = "Luật 91/2025/QH15"


@dataclass
class Later:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines("GIẤY PHÉP CỦA TRỊNH RIÊNG TƯ lô 967"), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "rt-can-bo", Role.OFFICER, agency=AGENCY)


@pytest.fixture(scope="module")
def guard(app: App) -> Actor:
    return account(app, "rt-bao-ve", Role.DATA_PROTECTION, agency=AGENCY)


@pytest.fixture
def db(app: App) -> Iterator[psycopg.Connection]:
    url = app.settings.owner_database_url
    assert url is not None
    connection = psycopg.connect(url.get_secret_value(), autocommit=True)
    yield connection
    connection.close()


def _days(app: App) -> dict[str, Any]:
    return {"terms": catalogue.request_terms(), "working": app.catalogue.working_time}


def test_a_request_about_one_s_data_runs_by_its_days_and_every_step_is_seen(app: App, guard: Actor) -> None:
    with app.uow.begin() as tx:
        holder_id = tx.holders.ensure(HolderId.parse("031090000959"), "TRỊNH HỎI", at=app.clock.now())
    asker = account(app, "rt-nguoi-hoi", Role.CITIZEN, holder_id=holder_id)
    start = Later(app.clock.now())
    what = AskAboutData(RequestKind.DELETE, AGENCY, note="xóa giấy TRỊNH HỎI")
    days = _days(app)
    one = ask_about_data(what, **days, actor=asker, uow=app.uow.acting(asker), clock=start, ids=app.ids)
    assert one.standing is Standing.ON_TIME or one.request.answer_by.weekday() > 0
    late = Later(start.at + timedelta(days=25))
    walled = {"actor": guard, "uow": app.uow.acting(guard)}

    def of_the_list(clock: Later) -> Standings:
        return next(x for x in waiting_requests(clock=clock, **walled) if x.request.id == one.request.id)

    assert (of_the_list(late).standing, of_the_list(late).request.note) == (Standing.LATE, what.note)
    step = {**days, **walled}
    with pytest.raises(Invalid, match="REASON_MISSING"):
        take_step(TakeStep(one.request.id, Step.EXTEND, " "), clock=late, **step)
    assert (
        take_step(TakeStep(one.request.id, Step.EXTEND, "nhiều giấy"), clock=late, **step).standing is Standing.ON_TIME
    )
    done = take_step(TakeStep(one.request.id, Step.DONE, ""), clock=Later(start.at + timedelta(days=50)), **step)
    assert done.standing is Standing.CLOSED_LATE
    status, said = told(app, "breach", "--since", "2026-01-01", "--until", "2040-01-01", "--as", "rt-bao-ve")
    assert (status, said["ok"]) == (0, True)
    status, said = told(app, "retention", "--as", "rt-bao-ve")
    assert (status, said["ok"]) == (0, True)
    status, said = told(app, "requests", "--as", "rt-bao-ve")
    mine = next(x for x in said["requests"] if x["id"] == one.request.id)
    assert (status, mine["kind"], mine["state"], said["terms_verified"]) == (0, "DELETE", "DONE", False)
    with pytest.raises(Conflict, match="REQUEST_STATE"):
        take_step(TakeStep(one.request.id, Step.DONE, ""), clock=late, **step)
    other = account(app, "rt-bao-ve-khac", Role.DATA_PROTECTION, agency="H24.968")
    with pytest.raises(NotFound, match="DATA_REQUEST"):
        take_step(TakeStep(one.request.id, Step.DONE, ""), **days, actor=other, uow=app.uow.acting(other), clock=late)
    (own,) = own_requests(actor=asker, uow=app.uow.acting(asker), clock=late)
    assert own.request == done.request
    with app.uow.begin() as tx:
        seen = tx.events.list(holder_id=holder_id, limit=20)
        lying = tx.records._db.execute(text("SELECT note FROM data_request WHERE id = :id"), {"id": one.request.id})
        assert "HỎI" not in lying.scalar_one()
    assert [(x.action, x.code) for x in reversed(seen)] == [
        (Action.ASK_DATA, "DELETE"), (Action.ANSWER_DATA, "EXTEND"), (Action.ANSWER_DATA, "DONE"),
    ]  # fmt: skip
    assert seen[1].purpose == "nhiều giấy"


def test_the_officer_writes_down_what_was_asked_on_paper(app: App, guard: Actor) -> None:
    with app.uow.begin() as tx:
        tx.holders.ensure(HolderId.parse("031090000954"), "TRỊNH GIẤY", at=app.clock.now())
    given = {**_days(app), "actor": guard, "uow": app.uow, "clock": app.clock, "ids": app.ids}
    found = ask_about_data(AskAboutData(RequestKind.SEE, "", number="031090000954"), **given)
    assert found.request.agency_code == AGENCY
    with pytest.raises(Invalid, match="REQUEST_HOLDER"):
        ask_about_data(AskAboutData(RequestKind.SEE, "", number="031090000953"), **given)
    what = AskAboutData(RequestKind.SEE, "", RecordCode("028T-5CY4-TQKF-F4"), number="031090000954")
    with pytest.raises(NotFound, match="RECORD"):
        ask_about_data(what, **given)


def test_a_picture_of_an_identity_card_becomes_no_record(app: App, officer: Actor) -> None:
    """NĐ 356/2025 Đ4: such a picture is sensitive; what is kept is the look-up, and the officer takes the file away."""
    intake = desk.received(app, officer, desk.new_scan()).intake.id
    desk.be_read(app, intake)
    card = replace(desk.word(intake, holder=NamedHolder("031090000956", "THẺ")), type_code="ID")
    with pytest.raises(Invalid, match="LOOKUP_ONLY"):
        desk.confirmed(app, officer, card)
    discard(intake, actor=officer, uow=app.uow, clock=app.clock)
    with app.uow.begin() as tx:
        left = tx.intakes.get(intake)
        assert tx.records.of_holder(tx.holders.ensure(HolderId.parse("031090000956"), "THẺ", at=app.clock.now())) == ()
    assert (left.state.value, left.confirmation) == ("DISCARDED", None)


def test_a_breach_report_names_what_one_account_touched_and_whom_it_concerns(
    app: App, officer: Actor, guard: Actor
) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    begin = app.clock.now()
    for _ in range(3):
        view_record(code, actor=officer, uow=app.uow, clock=app.clock, purpose=None)
    with pytest.raises(Forbidden):
        view_record(RecordCode("028T-5CY4-TQKF-F4"), actor=officer, uow=app.uow, clock=app.clock, purpose=None)
    end = app.clock.now()
    desk.record_of(app, officer, holder=NamedHolder("031090000958", "NGƯỜI SAU ĐÓ"))

    found = breach_report(BreachOf(begin, end, "rt-can-bo"), actor=guard, uow=app.uow, clock=app.clock)
    (only,) = found.touched.records
    assert (only.record, dict(only.acts)) == (code, {"VIEW_RECORD": 3})
    assert begin <= only.first <= only.last <= end
    assert [(one.number, one.name, one.acts) for one in found.people] == [(HOLDER.number, HOLDER.name, 3)]
    assert found.touched.refused == 1
    with app.uow.begin() as tx:
        (told,) = tx.events.list(agency_code=AGENCY, action=Action.REVIEW_ACCESS, limit=1)
    assert (told.code, told.details["records"], told.details["people"]) == ("BREACH_REPORT", 1, 1)
    everybody = breach_report(BreachOf(begin, app.clock.now()), actor=guard, uow=app.uow, clock=app.clock)
    assert len(everybody.people) == 2
    with pytest.raises(NotFound, match="ACCOUNT_UNKNOWN"):
        breach_report(BreachOf(begin, end, "khong-co"), actor=guard, uow=app.uow, clock=app.clock)
    with pytest.raises(Invalid, match="BREACH_SPAN"):
        breach_report(BreachOf(end, begin), actor=guard, uow=app.uow, clock=app.clock)
    with pytest.raises(Forbidden, match="ROLE_MAY_NOT"):
        breach_report(BreachOf(begin, end), actor=officer, uow=app.uow, clock=app.clock)
    other = account(app, "rt-khac", Role.DATA_PROTECTION, agency="H24.968")
    theirs = breach_report(BreachOf(begin, app.clock.now()), actor=other, uow=app.uow, clock=app.clock)
    assert theirs.touched.records == ()


def test_a_search_counts_for_every_record_that_it_showed() -> None:
    from vault.domain.audit import Event  # noqa: PLC0415 - only here

    actor = Actor("a", "X", Role.OFFICER, AGENCY)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    found = touched(
        [Event(at, actor, Action.SEARCH, details={"records": ["A", "B"]}), Event(at, actor, Action.SIGN_IN)]
    )
    assert [one.record for one in found.records] == ["A", "B"]
    assert (dict(found.acts), found.sign_ins) == ({"SEARCH": 1}, 1)


def old(db: psycopg.Connection, intake: IntakeId) -> None:
    db.execute("UPDATE intake SET received_at = received_at - interval '400 days' WHERE id = %s", (intake,))


def gone(app: App, intake: IntakeId) -> bool:
    with app.uow.begin() as tx:
        return tx.keys.of_paper(intake) == () and tx.intakes.get(intake).filename == ""


def test_retention_lets_go_what_no_record_is_and_tells_before(
    app: App, officer: Actor, guard: Actor, db: psycopg.Connection
) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    with app.uow.begin() as tx:
        own = tx.intakes.find(code)
    assert own is not None
    thrown, fresh, waiting, again = (desk.received(app, officer, desk.new_scan()).intake.id for _ in range(4))
    for one in (thrown, fresh, waiting, again):
        desk.be_read(app, one)
    for one in (thrown, fresh):
        discard(one, actor=officer, uow=app.uow, clock=app.clock)
    know_again(KnowAgain(again, code), actor=officer, uow=app.uow, clock=app.clock)
    for one in (thrown, waiting, again, own.id):
        old(db, one)
    rules = catalogue.retention_rules()
    common = {"actor": guard, "uow": app.uow, "blobs": app.blobs, "clock": app.clock}

    told = {one.rule.kept: one.papers for one in apply_retention(rules, dry_run=True, **common)}
    assert told == {Kept.DISCARDED: 1, Kept.FAILED: 0, Kept.ABANDONED: 1, Kept.KNOWN: 1}
    assert not any(gone(app, one) for one in (thrown, waiting, again)), "a dry run changes nothing"

    hold(code, "Đang khiếu nại", actor=guard, uow=app.uow, clock=app.clock)
    done = {one.rule.kept: one.papers for one in apply_retention(rules, dry_run=False, **common)}
    assert done == {**told, Kept.KNOWN: 0}, "a scan of a record under hold stays"
    assert [gone(app, one) for one in (thrown, waiting, again, fresh, own.id)] == [True, True, False, False, False]
    lift(code, "Xong", actor=guard, uow=app.uow, clock=app.clock)
    assert {one.rule.kept: one.papers for one in apply_retention(rules, dry_run=False, **common)}[Kept.KNOWN] == 1
    assert gone(app, again)
    assert sum(one.papers for one in apply_retention(rules, dry_run=False, **common)) == 0
    with app.uow.begin() as tx:
        assert not tx.records.get(code).erased
        acts = tx.events.list(agency_code=AGENCY, action=Action.ERASE, limit=9)
    assert {one.code for one in acts} == {"RETENTION"}
    assert acts[0].legal_ground is not None
    with pytest.raises(Forbidden, match="ROLE_MAY_NOT"):
        apply_retention(rules, dry_run=True, actor=officer, uow=app.uow, blobs=app.blobs, clock=app.clock)


def test_rules_that_cannot_be_are_refused_and_none_names_evidence() -> None:
    for bad in ([Rule(Kept.FAILED, 0, LAW, verified=False)], [Rule(Kept.FAILED, 9, LAW, verified=False)] * 2):
        with pytest.raises(Invalid, match="RETENTION_RULE"):
            check_rules(bad)
    assert not any("EVENT" in one or "LOG" in one for one in Kept), "what happened is let go by no rule"
    assert timedelta(days=365 * EVIDENCE_YEARS) > timedelta(days=max(one.days for one in catalogue.retention_rules()))
