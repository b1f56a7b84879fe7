"""Whatever happens to papers while a dossier is open, the officer can go on and the citizen is asked for nothing twice.

The real use cases over rows in memory (`tests.fakes.rows`). Tried with the mends taken out: the machine finds the
deadlock (a superseded paper attached: `COMPONENT_TAKEN` and `ONCE_ONLY`), the notice that never judges again, what is
not usable attached, a closing that does not look, a second event of one act. The lines at the end walk to what it did
not find in a hundred runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from tests.counter import AGENCY, AN, Counter
from tests.fakes.rows import Memory, Rows, Ticking
from vault.bootstrap import App
from vault.catalogue import load
from vault.domain.audit import Outcome
from vault.domain.catalogue import Catalogue, ComponentForm, DemandForm
from vault.domain.dossiers import Dossier, NoticeItem
from vault.domain.errors import Conflict, VaultError
from vault.domain.holders import HolderKind, HolderLink, HolderRole
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.outside import NATIONAL, Claim, OutsidePaper
from vault.domain.people import Actor, Role
from vault.domain.reuse import VIET_NAM, Decision, Verdict, decide
from vault.domain.states import RecordState, TrustLevel
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.demand import DemandOf, demand
from vault.usecases.reuse.judge import candidate_of, facts_of
from vault.usecases.reuse.notice import Draft, draft_notice, issue_notice

CODE = DossierCode("H24.900-261123-0001")
PROCEDURE = "1.004194"
ALWAYS = (f"{PROCEDURE}.TP02", f"{PROCEDURE}.TP03")
OPTIONAL = f"{PROCEDURE}.TP04"
COMPONENTS = (*ALWAYS, OPTIONAL)
TYPES = ("GPXD", "QSDD")
OFFICER = Actor("local:can-bo", "Người can-bo", Role.OFFICER, AGENCY)
HOLDER = HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, *AN)
START = datetime(2026, 11, 23, 8, tzinfo=VIET_NAM)
REASON = "ghi rõ lý do"


@cache
def catalogue() -> Catalogue:
    """Three components: one whose paper is usable as it is, one whose paper needs a look, and an optional one."""
    found = load()
    current = found.procedure(PROCEDURE, START.date())
    (home,) = (one for one in current.components if one.code == ALWAYS[0])
    parts = (
        replace(home, accepts=("GPXD",), form=ComponentForm.COPY),
        replace(home, code=ALWAYS[1], accepts=("QSDD",), form=ComponentForm.COPY),
        replace(home, code=OPTIONAL, accepts=TYPES, form=ComponentForm.COPY, optional=True),
    )
    others = tuple(one for one in found.procedures if one.code != PROCEDURE)
    return replace(found, procedures=(*others, replace(current, components=parts)))


class OnceOnly(RuleBasedStateMachine):
    """One dossier of one person."""

    records: Bundle[RecordCode] = Bundle("records")

    @initialize(target=records, there=st.sampled_from([(), ("GPXD",), TYPES]))
    def opened(self, there: tuple[str, ...]) -> Any:
        """A dossier, with papers that were there before it or none."""
        dossier = Dossier(CODE, PROCEDURE, 1, HOLDER, AGENCY, None, OFFICER.account_id, START, date(2026, 12, 10))
        self.clock = Ticking(START)
        self.memory = Memory(Rows({CODE: dossier}))
        self.counter = Counter(cast("App", SimpleNamespace(clock=self.clock)), itertools.count(1))
        self.attached: dict[str, list[tuple[RecordCode, int]]] = {one: [] for one in COMPONENTS}
        return multiple(*(self._paper(kind, compared=True) for kind in there))

    # --- what happens to papers ---------------------------------------------------------------------------------------
    def _paper(self, kind: str, *, compared: bool) -> RecordCode:
        with self.memory.begin() as tx:
            trust = TrustLevel.L2 if compared else TrustLevel.L0
            made = self.counter.record(kind, AN, within=tx, compared_with_original=compared, trust=trust)
        return made.code

    def _change(self, record: RecordCode, **changes: Any) -> None:
        self.memory.rows.records[record] = replace(self.memory.rows.records[record], **changes)

    @rule(target=records, kind=st.sampled_from(TYPES), compared=st.booleans())
    def a_paper_arrives(self, kind: str, compared: bool) -> RecordCode:  # noqa: FBT001 - hypothesis draws it
        """Another desk digitises one."""
        return self._paper(kind, compared=compared)

    @rule(kind=st.sampled_from(TYPES), ref=st.sampled_from("ab"))
    def one_is_found_elsewhere(self, kind: str, ref: str) -> None:
        """The national store answers."""
        claim = Claim(ref, kind, HOLDER, "0" * 64, "application/pdf", issuer_code="H24", issued_on=date(2024, 5, 6))
        paper = OutsidePaper(f"{kind}{ref}", "ask", CODE, AGENCY, NATIONAL, 1, claim, self.clock.at)
        self.memory.rows.papers[paper.id] = paper

    @rule(target=records, record=records)
    def it_is_superseded(self, record: RecordCode) -> Any:
        """By one of its kind; only what is in force can be."""
        old = self.memory.rows.records[record]
        if old.state is not RecordState.ACTIVE:
            return multiple()
        newer = self._paper(old.type_code, compared=True)
        self._change(record, state=RecordState.SUPERSEDED, superseded_by=newer)
        return newer

    @rule(record=records, state=st.sampled_from([RecordState.REVOKED, RecordState.SUSPENDED, RecordState.ACTIVE]))
    def its_state_changes(self, record: RecordCode, state: RecordState) -> None:
        """Revoked is revoked; suspended may come back."""
        if self.memory.rows.records[record].state in {RecordState.ACTIVE, RecordState.SUSPENDED}:
            self._change(record, state=state)

    @rule(record=records)
    def it_is_corrected(self, record: RecordCode) -> None:
        """A new version of it."""
        self._change(record, version=self.memory.rows.records[record].version + 1)

    # --- what the officer does ----------------------------------------------------------------------------------------
    def _act(self, act: Callable[..., object], what: object) -> VaultError | None:
        """One act, and exactly one event of it; none where nothing changed because it had been done before."""
        self.clock.at += timedelta(minutes=1)
        before, events = self.dossier, len(self.memory.rows.events)
        refusal = self._tried(self.memory, act, what)
        new = self.memory.rows.events[events:]
        same = refusal is None and self.dossier == before
        assert len(new) == (0 if same else 1), (what, new)
        if refusal is not None:
            assert (new[0].outcome, new[0].code) == (Outcome.REFUSED, refusal.code)
            assert self.dossier == before, "a refusal changes nothing"
        return refusal

    def _tried(self, memory: Memory, act: Callable[..., object], what: object) -> VaultError | None:
        try:
            act(what, actor=OFFICER, uow=memory.port, catalogue=catalogue(), clock=self.clock)
        except Conflict as refusal:
            return refusal
        return None

    @property
    def dossier(self) -> Dossier:
        """As it is now."""
        return self.memory.rows.dossiers[CODE]

    @rule(
        record=records,
        optional=st.booleans(),
        checked=st.sampled_from([None, "đã xem"]),
        reason=st.sampled_from(["", "", REASON]),
    )
    def attaches_one(
        self,
        record: RecordCode,
        optional: bool,  # noqa: FBT001 - hypothesis draws it
        checked: str | None,
        reason: str,
    ) -> None:
        """Some record to a component that takes its kind, checked or not."""
        kind = self.memory.rows.records[record].type_code
        self.attaches(OPTIONAL if optional else ALWAYS[TYPES.index(kind)], record, checked, reason)

    def attaches(self, component: str, record: RecordCode, checked: str | None, reason: str) -> None:
        """One attempt, and what comes of it."""
        before = self.dossier.attachment(component)
        refusal = self._act(attach, Attach(CODE, component, record, checked, reason))
        after = self.dossier.attachment(component)
        if refusal is None and after != before:
            assert after is not None
            self.attached[component].append((after.record, after.version))
            assert self._now(component, after.record).verdict is not Verdict.NOT_USABLE
            assert after.version == self.memory.rows.records[record].version

    @rule(
        component=st.sampled_from(COMPONENTS),
        ground=st.sampled_from(["NO_DATA", "NEWER_PAPER", "COMPARE_ORIGINAL", "SYSTEM_DOWN"]),
        form=st.sampled_from([DemandForm.COPY, DemandForm.SHOW_ORIGINAL]),
        override=st.booleans(),
    )
    def demands(
        self,
        component: str,
        ground: str,
        form: DemandForm,
        override: bool,  # noqa: FBT001 - hypothesis draws it
    ) -> None:
        """Asks the citizen."""
        known = len(self.dossier.demands)
        self._act(demand, DemandOf(CODE, component, ground, REASON, form.value, override))
        for one in self.dossier.demands[known:]:
            assert one.overrides is not None or not self._usable(component)

    @property
    def draft(self) -> Draft:
        """What the next notice would say; looking at it is no act on the dossier."""
        on_a_copy = Memory(self.memory.rows.copy()).port
        return draft_notice(CODE, actor=OFFICER, uow=on_a_copy, catalogue=catalogue(), clock=self.clock)

    @rule()
    def attaches_what_is_offered(self) -> None:
        """As officers do."""
        for one in self.draft.undecided:
            if one.record is not None:
                self.attaches(one.component.code, one.record, "đã xem", "")

    @rule(issue=st.booleans())
    def asks_for_what_is_missing(self, issue: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        """As officers do; and tells the citizen, or goes home first."""
        late = bool(self.dossier.notices)
        for one in self.draft.undecided:
            self.demands(one.component.code, "NO_DATA", DemandForm.SHOW_ORIGINAL, late)
        if issue:
            self.issues_the_notice()

    @rule()
    def issues_the_notice(self) -> None:
        """All that is missing, at once; nothing that is there."""
        known = len(self.dossier.notices)
        self._act(issue_notice, CODE)
        for notice in self.dossier.notices[known:]:
            self._not_there(notice.items)
            for component in ALWAYS:
                assert self._good(component) or self._told(component), "one notice tells everything"

    @rule(ending=st.sampled_from(["ANSWERED", "REFUSED"]), override=st.booleans())
    def closes(self, ending: str, override: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        """And opens it again, when it was closed."""
        refusal = self._act(close_dossier, CloseDossier(CODE, ending, REASON, override))
        bad = any(
            self._now(one.component, one.record).verdict is Verdict.NOT_USABLE
            and not any(asked.component == one.component and asked.at >= one.at for asked in self.dossier.demands)
            for one in self.dossier.attachments
        )
        assert (refusal is not None) is (bad and ending == "ANSWERED" and not override)
        if refusal is None:
            stuck = self._act(attach, Attach(CODE, ALWAYS[0], RecordCode("0000-0000-0000-00")))
            assert stuck is not None
            assert stuck.code == "DOSSIER_CLOSED"
            assert self._act(close_dossier, CloseDossier(CODE, None, REASON)) is None

    # --- what always holds --------------------------------------------------------------------------------------------
    def _now(self, component: str, record: RecordCode) -> Decision:
        part = catalogue().component(component, START.date())
        offered = candidate_of(self.memory.rows.records[record], ())
        return decide(part, offered, facts_of(self.dossier), catalogue=catalogue(), now=self.clock.at)

    def _usable(self, component: str) -> bool:
        return any(self._now(component, RecordCode(code)).usable for code in self.memory.rows.records)

    def _good(self, component: str) -> bool:
        there = self.dossier.attachment(component)
        return there is not None and self._now(component, there.record).verdict is not Verdict.NOT_USABLE

    def _told(self, component: str) -> bool:
        there = self.dossier.attachment(component)
        since = START if there is None else there.at
        return any(
            item.component == component
            for notice in self.dossier.notices
            if notice.at >= since
            for item in notice.items
        )

    def _not_there(self, items: Iterable[NoticeItem]) -> None:
        """The citizen is asked for nothing that is there, unless the officer insisted against a usable record."""
        for item in items:
            insisted = any(
                one.overrides is not None
                for one in self.dossier.demands
                if (one.component, one.ground, one.form) == (item.component, item.ground, item.form)
            )
            assert insisted or not self._usable(item.component), "asked for what is there"
            assert item.ground != "NO_DATA" or not self._something(item.component), "there is something to look at"

    def _something(self, component: str) -> bool:
        """Whether a record or a paper elsewhere could stand for it, though it may have to be looked at first."""
        accepts = catalogue().component(component, START.date()).accepts
        elsewhere = any(one.claim.type_code in accepts for one in self.memory.rows.papers.values())
        records = (self._now(component, RecordCode(code)) for code in self.memory.rows.records)
        return elsewhere or any(one.verdict is not Verdict.NOT_USABLE for one in records)

    @invariant()
    def nothing_attached_is_forgotten(self) -> None:
        """The history of a component is what was attached to it, in order, and each names what followed it."""
        for component, told in self.attached.items():
            there = self.dossier.attachment(component)
            line = [*self.dossier.earlier(component), *([] if there is None else [there])]
            assert [(one.record, one.version) for one in line] == told
            for one, following in itertools.pairwise(line):
                assert one.replaced is not None
                assert (one.replaced.record, one.replaced.version) == (following.record, following.version)
            assert len({one.decision_id for one in line}) == len(line)

    @invariant()
    def the_officer_can_go_on(self) -> None:
        """What is there can be attached; what is not can be asked for, after the notice with the word that needs."""
        late = bool(self.dossier.notices)
        draft = self.draft
        self._not_there(draft.items)
        for one in draft.undecided:  # all others are attached and good, or asked for and still to be asked for
            component = one.component.code
            if one.record is not None:
                told = Attach(CODE, component, one.record, checked="đã xem")
                assert self._on_a_copy(attach, told), f"{component}: told to attach {one.record}, and refused"
                continue
            assert not self._usable(component), f"{component}: a usable record is not offered"
            assert any(
                self._on_a_copy(demand, DemandOf(CODE, component, ground, REASON, form.value, late))
                for ground in ("NO_DATA", "NEWER_PAPER", "COMPARE_ORIGINAL")
                for form in (DemandForm.COPY, DemandForm.SHOW_ORIGINAL)
            ), f"{component}: nothing leads on"
        asked = {one.component for one in draft.items}
        for component in set(ALWAYS) - {one.component.code for one in draft.undecided}:
            assert self._good(component) or component in asked or self._told(component)

    def _on_a_copy(self, act: Callable[..., object], what: object) -> bool:
        return self._tried(Memory(self.memory.rows.copy()), act, what) is None


TestOnceOnly = OnceOnly.TestCase
TestOnceOnly.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


# --- lines that the machine walks too seldom -------------------------------------------------------------------------
def walked(*steps: Callable[[OnceOnly], object], there: tuple[str, ...] = ()) -> OnceOnly:
    """A machine after these steps, with everything that always holds held to after each."""
    machine = OnceOnly()
    machine.opened(there)
    for step in steps:
        step(machine)
        machine.nothing_attached_is_forgotten()
        machine.the_officer_can_go_on()
    return machine


def test_what_was_asked_and_came_and_was_revoked_is_asked_again_and_told() -> None:
    """Once a demand was told for ever, and one of before the attachment stood for what was asked after it."""

    def comes_and_goes(machine: OnceOnly) -> None:
        record = machine._paper("GPXD", compared=True)
        machine.attaches_what_is_offered()
        assert machine.dossier.attachment(ALWAYS[0]) is not None
        machine.its_state_changes(record, RecordState.REVOKED)

    machine = walked(
        lambda one: one.asks_for_what_is_missing(issue=True),
        comes_and_goes,
        lambda one: one.asks_for_what_is_missing(issue=True),
    )
    told = [[item.component for item in one.items] for one in machine.dossier.notices]
    assert told == [list(ALWAYS), [ALWAYS[0]]]


def test_what_is_found_elsewhere_after_it_was_demanded_is_not_asked_for() -> None:
    """Once the notice judged without the national store, which the demand had judged with."""
    machine = walked(
        lambda one: one.asks_for_what_is_missing(issue=False),
        lambda one: one.one_is_found_elsewhere("GPXD", "a"),
        lambda one: one.issues_the_notice(),
    )
    (dropped,) = machine.draft.dropped
    assert (dropped.component.code, dropped.record) == (ALWAYS[0], None), "it is fetched first: no record to attach"
    assert machine.dossier.notices == ()


def test_the_deadlock_of_before_leads_on() -> None:
    """A superseded paper attached, its successor taken: two records in a row, each named in the history."""

    def superseded(machine: OnceOnly) -> None:
        machine.it_is_superseded(machine.dossier.attachments[0].record)

    machine = walked(
        OnceOnly.attaches_what_is_offered,
        superseded,
        OnceOnly.attaches_what_is_offered,
        superseded,
        OnceOnly.attaches_what_is_offered,
        there=("GPXD",),
    )
    assert len(machine.dossier.earlier(ALWAYS[0])) == 2
