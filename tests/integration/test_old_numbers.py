"""Two people of one name: an old number on a card moves nobody's papers until somebody confirms it by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from tests.fakes.desk import actor_of, record_of
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.audit import PARTY, Outcome
from vault.domain.dossiers import Dossier
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.reasons import ReasonCode
from vault.domain.reuse import Verdict
from vault.domain.sign_in import OPENINGS
from vault.domain.ties import Tie, TieState
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.open_dossier import OpenDossier, Person, open_dossier
from vault.usecases.reuse.tie_number import DecideTie, confirm_tie, take_back_tie

pytestmark = pytest.mark.service
HERE, THERE = "H24.983", "H24.984"
NAME = "TRẦN VĂN TRÙNG"
WHY = "Đã đối chiếu thẻ căn cước của người có mặt"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines("GIẤY PHÉP XÂY DỰNG"), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, f"so-cu-{next(NUMBERS)}", Role.OFFICER, agency=HERE)


@pytest.fixture(scope="module")
def elsewhere(app: App) -> Actor:
    return account(app, f"so-cu-{next(NUMBERS)}", Role.OFFICER, agency=THERE)


def numbers() -> tuple[str, str]:
    """A personal number and an old one that nobody has."""
    number = next(NUMBERS)
    return f"031090{983000 + number:06d}", f"031983{number:03d}"


def card(number: str, old: str, name: str = NAME) -> str:
    return f"{number}|{old}|{name}|04051990|Nam|Phường Mẫu|01012022"


def opened(app: App, actor: Actor, holder: str, name: str | None = None, *others: Person) -> Dossier:
    what = OpenDossier("1.004194", holder, name, parties=others)
    return open_dossier(what, actor=actor, uow=app.uow.acting(actor), catalogue=app.catalogue, clock=app.clock)


def paper_of(app: App, actor: Actor, number: str, name: str = NAME) -> RecordCode:
    return record_of(app, actor, holder=NamedHolder(number, name))


def papers(app: App, dossier: Dossier) -> set[RecordCode]:
    with app.uow.begin() as tx:
        return {one.code for one in tx.records.of_people(tx.dossiers.get(dossier.code).people)}


def decided(app: App, dossier: Dossier, actor: Actor, *, back: bool = False, reason: str = WHY) -> Tie:
    act = take_back_tie if back else confirm_tie
    with app.uow.begin() as tx:
        (tie,) = tx.dossiers.get(dossier.code).ties
    return act(DecideTie(dossier.code, tie.id, reason), actor=actor, uow=app.uow.acting(actor), clock=app.clock)


def test_a_card_that_names_another_s_number_opens_nothing_of_theirs(app: App, officer: Actor, elsewhere: Actor) -> None:
    number, old = numbers()
    fathers = {here := paper_of(app, officer, old), paper_of(app, elsewhere, old)}
    own = paper_of(app, officer, number)
    dossier = opened(app, officer, card(number, old))
    assert papers(app, dossier) == {own}
    (tie,) = dossier_again(app, dossier).open_ties
    assert (tie.alias.id.number, tie.by_account, tie.dossier) == (old, officer.account_id, dossier.code)
    shown = answer(dossier.code, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    assert set(shown.records) & fathers <= {here}, "what another agency keeps stays closed"
    codes = {
        (decision.verdict, ReasonCode.HOLDER_OLD_NUMBER_UNTIED in decision.codes)
        for one in shown.components
        for decision in one.decisions
        if decision.record_code == here
    }
    assert codes == {(Verdict.NEEDS_CHECK, True)}, "the agency's own is for a person to compare"
    with app.uow.begin() as tx:
        father = tx.holders.find(HolderId.parse(old))
        assert father == tie.other_id != dossier.holder_id
        assert {one.code for one in tx.records.of_holder(father)} == fathers
        told = tx.events.list(holder_id=father, dossier=dossier.code, action=Action.OPEN_DOSSIER, limit=9)
    assert [one.code for one in told] == [PARTY], "whoever bears the number hears that a card named it"


def dossier_again(app: App, dossier: Dossier) -> Dossier:
    with app.uow.begin() as tx:
        return tx.dossiers.get(dossier.code)


def test_what_an_officer_confirms_follows_and_both_are_told(app: App, officer: Actor, elsewhere: Actor) -> None:
    number, old = numbers()
    under_old = {paper_of(app, officer, old), paper_of(app, elsewhere, old)}
    dossier = opened(app, officer, card(number, old))
    with pytest.raises(Invalid, match="REASON_SHORT"):
        decided(app, dossier, officer, reason="  thẻ ")
    with pytest.raises(NotFound, match="DOSSIER"):
        decided(app, dossier, elsewhere)
    with pytest.raises(Forbidden):
        decided(app, dossier, actor_of(app, Role.CITIZEN))
    assert decided(app, dossier, officer).state is TieState.CONFIRMED
    assert decided(app, dossier, officer).decided_by == officer.account_id, "said again, answered"
    assert papers(app, dossier) == under_old
    (tie,) = dossier_again(app, dossier).ties
    with app.uow.begin() as tx:
        acts = [
            one
            for holder in (tie.holder_id, tie.other_id)
            for one in tx.events.list(holder_id=holder, action=Action.TIE_NUMBER, outcome=Outcome.DONE, limit=9)
        ]
    assert [(one.holder_id, one.purpose, one.details["papers"]) for one in acts] == [
        (tie.holder_id, WHY, 2),
        (tie.other_id, WHY, 2),
    ]
    assert old not in str([one.details for one in acts])


def test_what_was_confirmed_wrongly_goes_back_with_what_came_meanwhile(
    app: App, officer: Actor, elsewhere: Actor
) -> None:
    number, old = numbers()
    first, own = paper_of(app, elsewhere, old), paper_of(app, officer, number)
    theirs = opened(app, elsewhere, old, NAME)
    dossier = opened(app, officer, card(number, old))
    decided(app, dossier, officer)
    assert dossier_again(app, theirs).holder.number == number
    later = paper_of(app, elsewhere, old)
    assert papers(app, dossier) == {first, own, later}
    close_dossier(
        CloseDossier(dossier.code, "WITHDRAWN"), actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock
    )
    head = account(app, f"so-cu-{next(NUMBERS)}", Role.AGENCY_HEAD, agency=HERE)
    assert decided(app, dossier, head, back=True, reason="Người mang số cũ là cha của người nộp").state is (
        TieState.TAKEN_BACK
    )
    assert papers(app, dossier) == {own}
    assert papers(app, theirs) == {first, later}
    assert dossier_again(app, theirs).holder.number == old
    assert decided(app, dossier, head, back=True).state is TieState.TAKEN_BACK
    assert WHY in dossier_again(app, dossier).ties[0].reason, "nothing that was said is forgotten"
    with pytest.raises(Conflict, match="DOSSIER_CLOSED"):
        decided(app, dossier, officer)


def test_one_of_two_dossiers_decides_and_the_other_says_so(app: App, officer: Actor, elsewhere: Actor) -> None:
    number, old = numbers()
    paper_of(app, officer, old)
    here, there = opened(app, officer, card(number, old)), opened(app, elsewhere, card(number, old))
    decided(app, here, officer)
    with pytest.raises(Conflict, match="TIE_STATE"):
        decided(app, there, elsewhere)
    assert opened(app, elsewhere, card(number, old)).ties == (), "it is theirs by now"


@pytest.mark.parametrize("who", ["party", "submitter"])
def test_it_holds_for_everybody_in_a_dossier(app: App, officer: Actor, who: str) -> None:
    (number, old), (holder, _) = numbers(), numbers()
    hidden = paper_of(app, officer, old)
    other = Person(card(number, old))
    what = OpenDossier("1.004194", holder, "LÊ THỊ MẪU")
    what = replace(what, parties=(other,)) if who == "party" else replace(what, submitted_by=other)
    dossier = open_dossier(what, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    assert hidden not in papers(app, dossier)
    assert len(dossier_again(app, dossier).open_ties) == 1


def test_somebody_with_numbers_of_their_own_is_somebody_else(app: App, officer: Actor) -> None:
    (number, old), (father, _) = numbers(), numbers()
    opened(app, officer, card(father, old), NAME)  # nobody bore it: it is the father's at once
    dossier = opened(app, officer, card(number, old))
    with pytest.raises(Conflict, match="HOLDER_NUMBER_TAKEN"):
        decided(app, dossier, officer)
    assert decided(app, dossier, officer, back=True).state is TieState.TAKEN_BACK


def test_a_name_that_contradicts_the_number_is_refused_and_the_kept_one_is_not_told(app: App, officer: Actor) -> None:
    number, _ = numbers()
    opened(app, officer, number, NAME)
    with pytest.raises(Conflict) as caught:
        opened(app, officer, number, "PHẠM THỊ KHÁC")
    assert caught.value.code == "HOLDER_NAME_DIFFERS"
    assert caught.value.facts == {}
    assert opened(app, officer, number, "Tran Van Trung").holder.name == NAME, "typed without its marks"


def test_who_tries_numbers_one_after_the_other_is_told_to_wait(app: App) -> None:
    hasty = account(app, f"so-cu-{next(NUMBERS)}", Role.OFFICER, agency=HERE)
    with app.uow.begin() as tx:
        for _ in range(OPENINGS.most):
            tx.sign_ins.tried(OPENINGS, hasty.account_id, at=app.clock.now())
    with pytest.raises(Forbidden, match="TOO_MANY_LOOK_UPS"):
        opened(app, hasty, numbers()[0], NAME)
