"""The life of sealed papers on the database, step by step beside a model: every place that shows a paper says the same.

Small on purpose: the rules themselves are tried at length in `tests/property/domain/test_life_cycle.py`. Here each step
goes through the use cases and the seal, and after each the paper is asked for everywhere: by its look-up code, by the
QR of every version ever printed, in the status list, in a dossier, in search, at its holder's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.errors import Conflict, Invalid
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import STRANGER, Actor, Role
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.records import RecordVersion
from vault.domain.states import RecordState
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.correct.seal_version import seal_version
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.present.list_own import list_own
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.usecases.reuse.search import SearchFor, search
from vault.usecases.verify.check_code import check_text
from vault.usecases.verify.look_up import look_up

pytestmark = pytest.mark.service
HOLDER = NamedHolder("031090000982", "LƯƠNG VÒNG ĐỜI")
_NUMBERS = itertools.count(1)
SHOWS = {
    RecordState.REVOKED: ReasonCode.REVOKED,
    RecordState.SUPERSEDED: ReasonCode.SUPERSEDED,
    RecordState.SUSPENDED: ReasonCode.SUSPENDED,
}


@dataclass
class World:
    """The parts, an officer, the citizen whose papers they are, and an open dossier of theirs."""

    app: App
    officer: Actor
    citizen: Actor
    dossier: DossierCode


@pytest.fixture(scope="module")
def world(parts: App) -> World:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    officer = account(app, "vong-doi-can-bo", Role.OFFICER, agency=parts.settings.agency_code)
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse(HOLDER.number), HOLDER.name, at=app.clock.now())
    citizen = account(app, "vong-doi-dan", Role.CITIZEN, holder_id=holder)
    asked = OpenDossier("1.004194", HOLDER.number, HOLDER.name, None)
    opened = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    return World(app, officer, citizen, opened.code)


class Life(RuleBasedStateMachine):
    """Papers of one citizen, and what a model says of each."""

    papers = Bundle("papers")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.app = world, world.app
        self.model: dict[RecordCode, RecordState] = {}
        self.history: dict[RecordCode, tuple[RecordVersion, ...]] = {}

    @rule(target=papers)
    def issue(self) -> RecordCode:
        code = desk.record_of(self.app, self.world.officer, holder=HOLDER)
        self.model[code], self.history[code] = RecordState.ACTIVE, ()
        self.everywhere(code)
        return code

    @rule(code=papers)
    def correct(self, code: RecordCode) -> None:
        app, given = self.app, {"uow": self.app.uow, "clock": self.app.clock, "ids": self.app.ids}
        fields = {"number": f"{next(_NUMBERS)}/SỬA"}
        try:
            case = open_case(OpenCase(code, fields), actor=self.world.officer, **given)
        except Conflict:
            assert self.model[code] in {RecordState.REVOKED, RecordState.SUPERSEDED}
            return
        said = DecideCase(case.id, accept=True, reason="đúng", fields=fields, compared_with_original=True)
        decide_case(said, actor=self.world.officer, **given)
        version = seal_version(
            case.id, uow=app.uow, blobs=app.blobs, engines=app.engines, sealing=app.sealing,
            credentials=app.credentials, catalogue=app.catalogue, clock=app.clock,
        )  # fmt: skip
        assert version == len(self.history[code]) + 1
        self.everywhere(code)

    @rule(code=papers, then=st.sampled_from((RecordState.SUSPENDED, RecordState.ACTIVE, RecordState.REVOKED)))
    def turn(self, code: RecordCode, then: RecordState) -> None:
        if self.changed(ChangeState(code, then, f"lý do {next(_NUMBERS)}")):
            assert self.model[code] not in {RecordState.REVOKED, RecordState.SUPERSEDED}
            self.model[code] = then
        self.everywhere(code)

    @rule(old=papers, new=papers)
    def replace_by(self, old: RecordCode, new: RecordCode) -> None:
        good = old != new and {self.model[old], self.model[new]} == {RecordState.ACTIVE}
        done = self.changed(ChangeState(old, RecordState.SUPERSEDED, f"lý do {next(_NUMBERS)}", new))
        assert done == good
        if done:
            self.model[old] = RecordState.SUPERSEDED
        for code in {old, new}:
            self.everywhere(code)

    def changed(self, what: ChangeState) -> bool:
        """Whether the vault let it happen."""
        try:
            change(what, actor=self.world.officer, uow=self.app.uow, clock=self.app.clock)
        except (Conflict, Invalid):
            return False
        return True

    def everywhere(self, code: RecordCode) -> None:
        """The same word in every place, at once; and nothing that was ever said is another now."""
        app, state = self.app, self.model[code]
        given: dict[str, Any] = {"uow": app.uow, "clock": app.clock}
        with app.uow.begin() as tx:
            history = tx.records.history(code)
            slots = tx.records.states(history[0].status.list_id)
        facts = [(one.version, one.fields, one.holders, one.credential, one.sealed) for one in history]
        before = [(one.version, one.fields, one.holders, one.credential, one.sealed) for one in self.history[code]]
        assert facts[: len(before)] == before, "no version is overwritten"
        assert [one.current for one in history] == [False] * (len(history) - 1) + [True], "the newest is one"
        self.history[code] = history
        gone = RecordState.REVOKED if state is RecordState.REVOKED else RecordState.SUPERSEDED
        for one in history:
            wanted = state if one.current else gone
            assert slots.get(one.status.index, RecordState.ACTIVE) is wanted, "the status list"
            seen = check_text(one.credential, actor=STRANGER, credentials=app.credentials, log=app.log, **given)
            verdict = "VALID" if wanted is RecordState.ACTIVE else wanted.value
            assert seen.verification.verdict.value == verdict, "the QR of a printed paper"
        assert look_up(code, actor=STRANGER, **given).state == state.value, "the look-up code"
        own = {one.code: one.state for one in list_own(actor=self.world.citizen, **given)}
        assert own[code] is state, "the holder's list"
        hits = search(SearchFor(code, purpose="thử tìm giấy tờ"), actor=self.world.officer, braked=False, **given)
        assert [hit.record.state for hit in hits] == [state], "search"
        told = answer(self.world.dossier, actor=self.world.officer, catalogue=app.catalogue, **given)
        decisions = [one for part in told.components for one in part.decisions if one.record_code == code]
        assert decisions, "the paper is considered in the dossier"
        for one in decisions:
            assert SHOWS.get(state) in {None, *one.codes}
            assert (state is RecordState.ACTIVE) or one.verdict is Verdict.NOT_USABLE, "the dossier"


def test_every_place_says_the_same_after_every_step(world: World) -> None:
    slow = settings(
        max_examples=4, stateful_step_count=10, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(lambda: Life(world), settings=slow)
