"""A paper that the vault holds already: a print of our own, a rescan, the same bytes elsewhere, a record taken back.

And the correction of a record to its end: sealed anew, the older paper told as superseded wherever it is checked.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import ocr
import qr
from tests.fakes.desk import (
    HOLDER,
    actor_of,
    be_read,
    be_sealed,
    confirmed,
    new_scan,
    received,
    record_of,
    word,
)
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.audit import Outcome
from vault.domain.corrections import CaseState
from vault.domain.errors import Conflict, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId, IntakeState, NamedHolder
from vault.domain.people import STRANGER, Action, Actor, Role
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.follow_cases import list_versions
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.correct.seal_version import seal_version
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.oversee.count import who_looked
from vault.usecases.present.live_shares import stop_share
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.present.redeem_code import redeem_code
from vault.usecases.verify.check_code import CodeCheck, check_text
from vault.usecases.verify.check_pdf import check_pdf

pytestmark = pytest.mark.service
NUMBER = "3971/GPXD"
"""Of its own: other tests keep papers of the same people, and a rescan is offered among the likest few."""
TEXT = "GIẤY PHÉP XÂY DỰNG số 3971/GPXD ngày 01/10/2026 thửa 214 tờ 7 diện tích 88,5 cấp cho ông NGUYỄN VĂN MẪU"


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(TEXT, number=NUMBER), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return actor_of(app)


def at_elsewhere(officer: Actor) -> Actor:
    return replace(officer, account_id="local:elsewhere", agency_code="H24.902")


def read_anew(app: App, officer: Actor, data: bytes) -> IntakeId:
    intake = received(app, officer, data).intake.id
    be_read(app, intake)
    return intake


def record(app: App, code: RecordCode) -> Record:
    with app.uow.begin() as tx:
        return tx.records.get(code)


def known(app: App, officer: Actor, intake: IntakeId, code: RecordCode) -> IntakeState:
    return know_again(KnowAgain(intake, code), actor=officer, uow=app.uow, clock=app.clock).state


def test_a_rescan_is_offered_and_never_merged_by_itself(app: App, officer: Actor) -> None:
    kept = record_of(app, officer, number=NUMBER)
    intake = read_anew(app, officer, new_scan())
    with app.uow.begin() as tx:
        offered = [one.record for one in tx.intakes.get(intake).rescan_of]
        assert tx.intakes.get(intake).state is IntakeState.READ
    assert kept in offered
    with pytest.raises(Conflict, match="NOT_OFFERED"):
        known(app, officer, intake, RecordCode("0000-0000-0000-00"))
    assert known(app, officer, intake, kept) is IntakeState.KNOWN
    assert known(app, officer, intake, kept) is IntakeState.KNOWN  # said again: answered
    with pytest.raises(Conflict, match="INTAKE_STATE"):
        confirmed(app, officer, word(intake, number=NUMBER))
    with app.uow.begin() as tx:
        done = tx.events.list(record=kept, action=Action.CONFIRM, outcome=Outcome.DONE, limit=9)
    assert [one.code for one in done] == ["KNOWN"]


def test_a_rescan_may_still_be_another_paper(app: App, officer: Actor) -> None:
    kept = record_of(app, officer, number=NUMBER)
    intake = read_anew(app, officer, new_scan())
    confirmed(app, officer, word(intake, number="13/GPXD"))  # the officer knows better than the likeness
    assert be_sealed(app, intake) not in {None, kept}


def test_another_agency_is_not_told_and_keeps_its_own_record_of_the_same_blob(app: App, officer: Actor) -> None:
    data = new_scan()
    first = record_of(app, officer, data, number=NUMBER)
    other = at_elsewhere(officer)
    intake = read_anew(app, other, data)
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake).rescan_of == ()
    confirmed(app, other, word(intake, number=NUMBER))
    second = be_sealed(app, intake)
    assert second not in {None, first}
    with app.uow.begin() as tx:
        same = {one.code for one in tx.records.of_blob(record(app, first).original)}
    assert same == {first, second}


def test_a_print_of_our_own_leads_to_the_record(app: App, officer: Actor) -> None:
    kept = record_of(app, officer, number=NUMBER)
    intake = printed(app, officer, kept)
    with pytest.raises(Conflict, match="ALREADY_RECORD") as caught:
        confirmed(app, officer, word(intake, number=NUMBER))
    assert caught.value.facts["record"] == kept
    assert known(app, officer, intake, kept) is IntakeState.KNOWN


def test_a_print_of_a_revoked_record_is_digitised_again(app: App, officer: Actor) -> None:
    kept = record_of(app, officer, number=NUMBER)
    intake = printed(app, officer, kept)
    revoke(app, kept)
    confirmed(app, officer, word(intake, number=NUMBER))
    assert be_sealed(app, intake) not in {None, kept}


def printed(app: App, officer: Actor, code: RecordCode) -> IntakeId:
    """A scan whose pages carry the record's own code."""
    engines = ToldEngines(TEXT, number=NUMBER)
    symbol = record(app, code).credential
    read_page = engines.read_page

    def with_symbol(data: bytes, index: int, **how: object) -> object:
        del how
        seen = read_page(data, index)
        return replace(seen, read=replace(seen.read, codes=(ocr.Code(symbol, "QR", (1, 1, 9, 9)),)))

    engines.read_page = with_symbol  # type: ignore[assignment,method-assign] - a page with a symbol on it
    return read_anew(with_other(app, engines=engines, sealing=PlainSeal()), officer, new_scan())


def revoke(app: App, code: RecordCode) -> None:
    with app.uow.begin() as tx:
        tx.records.set_state(code, RecordState.REVOKED, superseded_by=None, at=app.clock.now())


def test_a_scan_whose_record_was_revoked_as_wrong_comes_in_anew(app: App, officer: Actor) -> None:
    data = new_scan()
    wrong = record_of(app, officer, data, number=NUMBER)
    assert received(app, officer, data).duplicate
    revoke(app, wrong)
    again = received(app, officer, data)
    assert (again.duplicate, again.intake.state) == (False, IntakeState.RECEIVED)
    assert received(app, officer, data).intake.id == again.intake.id  # once
    be_read(app, again.intake.id)
    confirmed(app, officer, word(again.intake.id, number=NUMBER))
    right = be_sealed(app, again.intake.id)
    assert right not in {None, wrong}
    with app.uow.begin() as tx:
        states = {one.code: one.state for one in tx.records.of_blob(record(app, wrong).original)}
    assert states == {wrong: RecordState.REVOKED, right: RecordState.ACTIVE}


def checked(app: App, text: str) -> CodeCheck:
    return check_text(text, actor=STRANGER, uow=app.uow, credentials=app.credentials, log=app.log, clock=app.clock)


class NoSymbols(ToldEngines):
    """Draws no page: the file is known by its bytes alone."""

    def codes(self, image: bytes) -> tuple[str, ...]:
        """None."""
        del image
        return ()


def pdf_verdict(app: App, sealed: str) -> RecordState | None:
    return check_pdf(
        app.blobs.get(sealed),  # type: ignore[arg-type] - a digest is a name
        actor=STRANGER,
        uow=app.uow,
        blobs=app.blobs,
        engines=NoSymbols(),
        sealing=app.sealing,
        credentials=app.credentials,
        clock=app.clock,
        max_bytes=1 << 24,
    ).state


def test_a_correction_is_sealed_anew_and_the_older_paper_is_superseded(app: App, officer: Actor) -> None:
    code = record_of(app, officer, number=NUMBER)
    first = record(app, code)
    opening = OpenCase(code, {"number": "21/GPXD"}, "đọc nhầm số")
    case = open_case(opening, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    said = DecideCase(
        case.id,
        accept=True,
        reason="bản chính ghi 21/GPXD",
        fields={"number": "21/GPXD"},
        holders=(NamedHolder(HOLDER.number, "NGUYỄN VĂN MẪU"),),
        compared_with_original=True,
    )
    decided = decide_case(said, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    assert decided.state is CaseState.ACCEPTED
    parts = {
        name: getattr(app, name) for name in ("uow", "blobs", "engines", "sealing", "credentials", "catalogue", "clock")
    }
    assert seal_version(case.id, **parts) == 2
    assert seal_version(case.id, **parts) == 2  # the job comes twice: one version
    second = record(app, code)
    assert (second.version, second.number, first.number, second.state) == (
        2, "21/GPXD", "3971/GPXD", RecordState.ACTIVE,
    )  # fmt: skip
    assert second.status != first.status

    old, new = checked(app, first.credential), checked(app, second.credential)
    assert (old.verification.verdict, old.superseded_by) == (qr.Verdict.SUPERSEDED, code)
    assert (new.verification.verdict, new.superseded_by) == (qr.Verdict.VALID, None)
    assert pdf_verdict(app, first.sealed) is RecordState.SUPERSEDED
    assert pdf_verdict(app, second.sealed) is RecordState.ACTIVE
    assert app.blobs.has(first.sealed)
    with app.uow.begin() as tx:
        closed = tx.corrections.get(case.id)
        told = tx.events.list(record=code, action=Action.CORRECT, limit=9)
        assert [one.fields["number"] for one in tx.records.history(code)] == ["3971/GPXD", "21/GPXD"]
    assert (closed.state, closed.new_version) == (CaseState.CORRECTED, 2)
    assert [one.code for one in told] == ["CORRECTED", "ACCEPTED", "OPEN"]
    revoke(app, code)
    assert {checked(app, one.credential).verification.verdict for one in (first, second)} == {qr.Verdict.REVOKED}


def test_whom_a_correction_puts_on_a_paper_does_not_read_about_whom_it_took_off(app: App, officer: Actor) -> None:
    wrong, right = NamedHolder("031090000921", "VŨ NHẦM NGƯỜI"), NamedHolder("031090000922", "VŨ ĐÚNG NGƯỜI")
    code = record_of(app, officer, holder=wrong)
    now = app.clock.now()
    with app.uow.begin() as tx:
        ids = [tx.holders.ensure(HolderId.parse(one.number), one.name, at=now) for one in (wrong, right)]
    before, after = (account(app, f"chu-the-{one}", Role.CITIZEN, holder_id=one) for one in ids)
    consent = MakeCode(code, ("number", "holder_name"), "UBND", "đối chiếu")
    shown = make_code(consent, actor=before, uow=app.uow, clock=app.clock, ids=app.ids)
    opening = OpenCase(code, {"number": "31/GPXD"}, "nhầm người")
    case = open_case(opening, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    said = DecideCase(
        case.id, accept=True, reason="nhầm", fields={"number": "31/GPXD"}, holders=(right,), compared_with_original=True
    )
    decide_case(said, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    names = ("uow", "blobs", "engines", "sealing", "credentials", "catalogue", "clock")
    assert seal_version(case.id, **{name: getattr(app, name) for name in names}) == 2

    def versions(who: Actor) -> list[int]:
        return [one.version for one in list_versions(code, actor=who, uow=app.uow.acting(who), clock=app.clock)]

    assert versions(officer) == [1, 2]
    assert versions(after) == [2], "what stood there about somebody else stays theirs"
    with pytest.raises(NotFound):
        versions(before)
    # Nor what the other one did with it, to whom and what for.
    acts = {one.action for one in who_looked(actor=after, uow=app.uow.acting(after), limit=50)}
    assert Action.SHARE not in acts
    assert Action.SEAL in acts
    assert Action.SHARE in {one.action for one in who_looked(actor=before, uow=app.uow.acting(before), limit=50)}
    # The code that was made before names somebody whom the paper does not name any more: an answer, and nothing shown.
    answer = redeem_code(
        shown.code.digits, caller="", actor=STRANGER, uow=app.uow.acting(STRANGER), credentials=app.credentials,
        clock=app.clock,
    )  # fmt: skip
    assert (answer.verdict, answer.shown) == (qr.Verdict.SUPERSEDED, None)
    stop_share(shown.share.id, actor=before, uow=app.uow.acting(before), clock=app.clock)


def test_a_version_that_cannot_be_sealed_goes_back_to_the_officer(app: App, officer: Actor) -> None:
    code = record_of(app, officer, number=NUMBER)
    case = open_case(OpenCase(code, {"number": "9"}), actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    said = DecideCase(case.id, accept=True, reason="x", fields={"number": "9"}, compared_with_original=True)
    decide_case(said, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    revoke(app, code)  # meanwhile
    parts = {
        name: getattr(app, name) for name in ("uow", "blobs", "engines", "sealing", "credentials", "catalogue", "clock")
    }
    assert seal_version(case.id, **parts) is None
    with app.uow.begin() as tx:
        back = tx.corrections.get(case.id)
    assert (back.state, back.failure, back.decision) == (CaseState.OPEN, "RECORD_STATE", None)
    assert record(app, code).version == 1
