"""Two at once, eight at once, fifty at once: one of them does it, the others get its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import text

from tests.fakes import desk
from tests.fakes.desk import HOLDER, be_read, be_sealed, confirmed, new_scan, received, record_of, word
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.audit import Event, Outcome
from vault.domain.consents import ConsentPurpose
from vault.domain.dossiers import Dossier
from vault.domain.errors import Conflict, Invalid
from vault.domain.holders import HolderId
from vault.domain.intake import IntakeId, IntakeState, NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.states import RecordState
from vault.usecases.digitize.take_back import take_back
from vault.usecases.oversee.break_glass import BreakGlass, break_glass
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.oversee.count import who_looked
from vault.usecases.present.set_consent import set_consent
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.open_dossier import OpenDossier, Person, open_dossier

pytestmark = pytest.mark.service
T = TypeVar("T")
PROCEDURE = "1.004194"


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return desk.actor_of(app)


@dataclass(frozen=True)
class Later:
    """`ports.Clock` that stands."""

    moment: datetime

    def now(self) -> datetime:
        """That moment."""
        return self.moment


def at_once(times: int, act: Callable[[int], T]) -> list[T]:
    """The act from so many threads, all released at the same moment; a refusal is raised."""
    gate = Barrier(times, timeout=30)

    def one(number: int) -> T:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def events(app: App, action: Action, *, of: str, key: str = "intake") -> Sequence[Event]:
    with app.uow.begin() as tx:
        found = tx.events.list(action=action, limit=1000)
    return [one for one in found if one.details.get(key) == of and one.outcome is Outcome.DONE]


def test_the_same_bytes_eight_times_at_once_are_one_intake(app: App, officer: Actor) -> None:
    data = new_scan()
    got = at_once(8, lambda _: received(app, officer, data))
    assert len({one.intake.id for one in got}) == 1
    assert sorted(one.duplicate for one in got) == [False] + [True] * 7
    codes = [one.code for one in events(app, Action.RECEIVE, of=got[0].intake.id)]
    assert sorted(codes, key=str) == ["DUPLICATE"] * 7 + [None]


def test_a_paper_that_is_read_twice_at_once_is_proposed_once(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    at_once(2, lambda _: be_read(app, intake_id))
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake_id).state is IntakeState.READ
        assert len(tx.intakes.pages(intake_id)) == 1
    assert len(events(app, Action.READ, of=intake_id)) == 1


def test_the_same_confirmation_at_once_fixes_one_record_id(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    be_read(app, intake_id)
    said = at_once(6, lambda _: confirmed(app, officer, word(intake_id)))
    assert len({one.confirmation.record_id for one in said if one.confirmation}) == 1
    assert len(events(app, Action.CONFIRM, of=intake_id)) == 1


def test_two_different_words_at_once_are_one_word_and_one_refusal(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    be_read(app, intake_id)

    def say(number: int) -> str:
        try:
            confirmed(app, officer, word(intake_id, number=f"{number}/GPXD"))
        except Conflict as refusal:
            return refusal.code
        return "CONFIRMED"

    assert sorted(at_once(2, say)) == ["ALREADY_CONFIRMED", "CONFIRMED"]


def test_not_compared_is_another_word_than_compared(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    be_read(app, intake_id)
    confirmed(app, officer, word(intake_id))
    for other in (replace(word(intake_id), compared_with_original=False), replace(word(intake_id), consent=True)):
        with pytest.raises(Conflict) as caught:
            confirmed(app, officer, other)
        assert caught.value.code == "ALREADY_CONFIRMED"


def test_two_seals_at_once_are_one_record_and_one_event(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    be_read(app, intake_id)
    confirmed(app, officer, word(intake_id))
    codes = at_once(3, lambda _: be_sealed(app, intake_id))
    assert len(set(codes)) == 1
    assert codes[0] is not None
    assert len(events(app, Action.SEAL, of=intake_id)) == 1
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake_id).record == codes[0]
        assert [one.code for one in tx.records.of_holder(tx.records.holder_ids(codes[0])[0])].count(codes[0]) == 1


def test_a_seal_whose_word_was_taken_back_meanwhile_makes_no_record(app: App, officer: Actor) -> None:
    intake_id = received(app, officer, new_scan()).intake.id
    be_read(app, intake_id)
    confirmed(app, officer, word(intake_id, number="cũ"))

    class SlowSeal(PlainSeal):
        def seal(self, pdf: bytes, *, reason: str) -> object:  # type: ignore[override] # what it gives is the same
            with app.uow.begin() as tx:  # another worker gives the paper back, and the officer says something else
                tx.intakes.set_confirmation(intake_id, None)
                tx.intakes.set_state(intake_id, IntakeState.READ, failure="GLYPH_MISSING")
            confirmed(app, officer, word(intake_id, number="mới"))
            return super().seal(pdf, reason=reason)

    assert be_sealed(with_other(app, engines=app.engines, sealing=SlowSeal()), intake_id) is None
    code = be_sealed(app, intake_id)
    assert code is not None
    with app.uow.begin() as tx:
        assert tx.records.get(code).number == "mới"
    assert len(events(app, Action.SEAL, of=intake_id)) == 1


def test_undo_against_the_seal_leaves_a_record_or_a_paper_to_confirm_and_never_both(app: App, officer: Actor) -> None:
    for _ in range(4):
        intake_id = received(app, officer, new_scan()).intake.id
        be_read(app, intake_id)
        confirmed(app, officer, word(intake_id))

        def act(turn: int, intake_id: IntakeId = intake_id) -> object:
            if turn:
                return be_sealed(app, intake_id)
            try:
                return take_back(intake_id, actor=officer, uow=app.uow, clock=app.clock).state
            except Conflict as error:
                return error.code

        taken, code = at_once(2, act)
        with app.uow.begin() as tx:
            intake = tx.intakes.get(intake_id)
        if taken == "INTAKE_STATE":
            assert (intake.state, intake.record) == (IntakeState.SEALED, code)
        else:
            assert (taken, intake.state, intake.record, code) == (IntakeState.READ, IntakeState.READ, None, None)
            assert intake.confirmation is None
            assert intake.withdrawn is not None
            assert intake.withdrawn.fields == word(intake_id).fields


def dossier_of(app: App, officer: Actor) -> Dossier:
    what = OpenDossier(PROCEDURE, HOLDER.number, HOLDER.name)
    return open_dossier(what, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)


def component_of(app: App, officer: Actor, dossier: Dossier) -> str:
    answered = answer(dossier.code, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    return next(one.component.code for one in answered.components if one.decisions and one.decisions[0].usable)


def test_two_records_for_one_component_at_once_attach_one(app: App, officer: Actor) -> None:
    records = [record_of(app, officer) for _ in range(2)]
    dossier = dossier_of(app, officer)
    component = component_of(app, officer, dossier)

    def put(number: int) -> str:
        what = Attach(dossier.code, component, records[number % 2])
        try:
            return attach(what, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).record
        except Conflict as refusal:
            return refusal.code

    got = at_once(6, put)
    winner = next(one for one in got if one in records)
    assert sorted(got) == sorted([winner] * 3 + ["COMPONENT_TAKEN"] * 3)
    with app.uow.begin() as tx:
        assert [one.record for one in tx.dossiers.get(dossier.code).attachments] == [winner]
        attached = tx.events.list(dossier=dossier.code, action=Action.ATTACH, outcome=Outcome.DONE, limit=10)
    assert len(attached) == 1


def test_fifty_dossiers_at_once_have_fifty_serials_in_a_row(app: App, officer: Actor) -> None:
    dossier_of(app, officer)
    codes = sorted(one.code for one in at_once(50, lambda _: dossier_of(app, officer)))
    serials = [int(code.rsplit("-", 1)[1]) for code in codes]
    assert serials == list(range(serials[0], serials[0] + 50))


@pytest.mark.parametrize("number", ["031090000055", "9990001237"])
def test_a_holder_ensured_eight_times_at_once_is_one_holder(app: App, number: str) -> None:
    holder = HolderId.parse(number)

    def ensure(_: int) -> int:
        with app.uow.begin() as tx:
            return tx.holders.ensure(holder, "TRẦN THỊ THỬ", at=app.clock.now())

    ids = at_once(8, ensure)
    assert len(set(ids)) == 1
    with app.uow.begin() as tx:
        assert tx.holders.find(holder) == ids[0]
        assert tx.holders.get(ids[0]).name == "TRẦN THỊ THỬ"


def test_one_switch_turned_six_times_at_once_is_turned_once(app: App) -> None:
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse("031090930777"), "NGUYỄN THỊ CÔNG TẮC", at=app.clock.now())
    citizen = account(app, "cong-tac", Role.CITIZEN, holder_id=holder)

    def turn(_: int) -> datetime:
        what = ConsentPurpose.OTHER_AGENCIES
        return set_consent(what, on=True, actor=citizen, uow=app.uow, clock=app.clock).at

    assert len(set(at_once(6, turn))) == 1, "its date stays"
    with app.uow.begin() as tx:
        assert len(tx.consents.of_holders((holder,))) == 1
        told = tx.events.list(holder_id=holder, action=Action.CONSENT, limit=20)
    assert [one.code for one in told] == ["GIVEN"]


@pytest.mark.parametrize(("reasons", "refused"), [(("cấp sai",) * 4, 0), (("cấp sai", "lý do khác") * 2, 2)])
def test_changes_of_state_at_once_are_one_change_and_another_word_is_refused(
    app: App, officer: Actor, reasons: Sequence[str], refused: int
) -> None:
    code = record_of(app, officer)

    def revoke(number: int) -> str:
        what = ChangeState(code, RecordState.REVOKED, reasons[number])
        try:
            return change(what, actor=officer, uow=app.uow, clock=app.clock).state.value
        except Conflict as refusal:
            return refusal.code

    assert sorted(at_once(4, revoke)) == ["RECORD_STATE"] * refused + ["REVOKED"] * (4 - refused)
    with app.uow.begin() as tx:
        assert len(tx.events.list(record=code, action=Action.CHANGE_STATE, outcome=Outcome.DONE, limit=10)) == 1


def test_one_wish_asked_eight_times_at_once_is_one_dossier(app: App, officer: Actor) -> None:
    wish = OpenDossier(PROCEDURE, HOLDER.number, key="cuoc-dua-1")
    got = at_once(
        8, lambda _: open_dossier(wish, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code
    )
    assert len(set(got)) == 1
    with app.uow.begin() as tx:
        assert len(tx.events.list(dossier=got[0], action=Action.OPEN_DOSSIER, limit=10)) == 1


def test_a_key_is_one_account_s_and_one_wish_s(app: App, officer: Actor) -> None:
    def opened(wish: OpenDossier, actor: Actor = officer) -> str:
        return open_dossier(wish, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code

    wish = OpenDossier(PROCEDURE, HOLDER.number, parties=(Person("031090000771", "PHẠM VĂN KHÓA"),), key="cuoc-dua-2")
    code = opened(wish)
    assert opened(wish) == code
    assert opened(replace(wish, key="cuoc-dua-3")) != code, "two dossiers of one person are nothing odd"
    assert opened(replace(wish, key=None)) != code
    assert opened(wish, replace(officer, account_id="local:cuoc-dua")) != code
    for other in (
        replace(wish, parties=()),
        replace(wish, parties=(Person("031090000772", "NGƯỜI KHÁC"),)),
        replace(wish, holder_number="031090000771"),
        replace(wish, purpose="việc khác"),
        replace(wish, submitted_by=Person("031090000771")),
        replace(wish, authority="GUARDIAN"),
    ):
        with pytest.raises(Conflict, match="REQUEST_KEY_USED") as caught:
            opened(other)
        assert caught.value.facts["dossier"] == code
    for key in ("", "k" * 201):
        with pytest.raises(Invalid, match="REQUEST_KEY"):
            opened(replace(wish, key=key))


def test_the_same_word_eight_times_at_once_breaks_one_glass(app: App, officer: Actor) -> None:
    what = BreakGlass(record_of(app, officer), "cấp cứu, cần biết ngay")

    def broken(reason: str = what.reason, at: timedelta = timedelta()) -> str:
        clock = Later(app.clock.now() + at)
        return break_glass(replace(what, reason=reason), actor=officer, uow=app.uow, clock=clock, ids=app.ids).id

    first = at_once(8, lambda _: broken())
    assert len(set(first)) == 1
    with app.uow.begin() as tx:
        told = tx.events.list(record=what.record, action=Action.BREAK_GLASS, limit=20)
    assert [one.details["glass"] for one in told] == [first[0]]
    assert broken("người khác cần, cũng gấp") != first[0], "another word is another opening"
    assert broken(at=timedelta(hours=1, minutes=1)) != first[0], "an hour later it opens anew"


def test_what_a_citizen_is_told_is_in_the_act_s_own_transaction(app: App, officer: Actor) -> None:
    """So it is there when the act is: at the next load of their page, however long that takes, and never without it."""
    number = HolderId.parse("031090000774")
    with app.uow.begin() as tx:
        mine = tx.holders.ensure(number, "PHẠM THẤY NGAY", at=app.clock.now())
    citizen = account(app, "thay-ngay", Role.CITIZEN, holder_id=mine)
    paper = record_of(app, officer, holder=NamedHolder(number.number, "PHẠM THẤY NGAY"))
    dossier = open_dossier(
        OpenDossier(PROCEDURE, number.number), actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock
    )
    told = who_looked(actor=citizen, uow=app.uow.acting(citizen), limit=50)
    assert (told[0].action, told[0].dossier) == (Action.OPEN_DOSSIER, dossier.code)
    broken = break_glass(
        BreakGlass(paper, "cấp cứu, cần biết ngay"), actor=officer, uow=app.uow, clock=app.clock, ids=app.ids
    )
    told = who_looked(actor=citizen, uow=app.uow.acting(citizen), limit=50)
    assert (told[0].action, told[0].details["glass"]) == (Action.BREAK_GLASS, broken.id)
    made_by = """
        SELECT act.xmin::text, event.xmin::text FROM event, {table} act
        WHERE event.id = (SELECT max(id) FROM event WHERE {which} = :code AND action = :action) AND {key} = :code
    """
    for table, key, which, action, code in (
        ("dossier", "act.code", "dossier_code", Action.OPEN_DOSSIER, dossier.code),
        ("broken_glass", "act.record_code", "record_code", Action.BREAK_GLASS, paper),
        ("record", "act.code", "record_code", Action.SEAL, paper),
    ):
        query = text(made_by.format(table=table, which=which, key=key))
        with app.uow.begin() as tx:
            ((act, event),) = tx.records._db.execute(query, {"code": code, "action": action.value}).all()
        assert act == event, f"{table} and its event were written by one transaction"
