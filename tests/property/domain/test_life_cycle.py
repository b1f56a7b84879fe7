"""The life of records as a machine that tries every step: what holds in each of its states, not only in the good ones.

Issue -> correct / supersede / suspend / reinstate / revoke / expire, in any order that the rules allow, and the others
tried too: they are refused and change nothing (NĐ 45/2020 Đ15).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from vault.catalogue import load
from vault.domain.errors import Conflict, Invalid
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.ids import RecordCode, digest_of, record_code
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.records import Record, StatusSlot, change_state, may_correct, newest, supersede
from vault.domain.reuse import VIET_NAM, DossierFacts, decide
from vault.domain.states import RecordState, SignatureEvidence, TrustLevel
from vault.usecases.reuse.judge import candidate_of

PEOPLE = ("031185012345", "031083054321")
DAY = date(2026, 11, 22)
COMPONENT = load().component("1.004194.TP02", DAY)
ENDED = frozenset({RecordState.REVOKED, RecordState.SUPERSEDED})
SHOWS = {
    RecordState.REVOKED: ReasonCode.REVOKED,
    RecordState.SUPERSEDED: ReasonCode.SUPERSEDED,
    RecordState.SUSPENDED: ReasonCode.SUSPENDED,
}


def link(number: str) -> HolderLink:
    return HolderLink(HolderRole.SUBJECT, HolderId.parse(number).kind, number, f"NGƯỜI {number[-3:]}")


def issued(place: int, number: str, until: date | None) -> Record:
    key = place.to_bytes(8, "big")
    return Record(
        id=key, code=record_code(key), version=1, type_code="GPXD", result_code=None, number=f"{place}/GPXD",
        abstract=None, issuer_code="H24", issuer_as_printed="UBND phường Mẫu", issued_on=date(2024, 5, 6),
        valid_until=until, scope=None, purpose=None, holders=(link(number),),
        fields=MappingProxyType({"address": "số 1"}), trust=TrustLevel.L2, state=RecordState.ACTIVE,
        superseded_by=None, evidence=SignatureEvidence.VALID, compared_with_original=True, conversion_mark=True,
        consent=True, original=digest_of(key), original_mime="image/png", sealed=digest_of(b"s" + key),
        seal_level="B-LTA", archived_until=None, signed_original=False, preview=digest_of(b"p" + key), page_count=1,
        credential=f"VNQ1:{place}", status=StatusSlot(1, place), agency_code="H24.900",
        sealed_at=datetime(2026, 1, 1, tzinfo=UTC), created_by="test",
    )  # fmt: skip


def stated(record: Record) -> Record:
    """What a version says, without what became of it."""
    return replace(record, state=RecordState.ACTIVE, superseded_by=None)


class Life(RuleBasedStateMachine):
    """The vault's records and everything that was ever said of them."""

    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[RecordCode, Record] = {}
        self.said: dict[tuple[RecordCode, int], Record] = {}
        """Every version as it was when it was made."""
        self.ended: dict[RecordCode, RecordState] = {}
        self.today = DAY

    def keep(self, record: Record) -> None:
        """Put a record in its place, and a new version into the history."""
        self.now[record.code] = record
        assert (record.code, record.version) not in self.said, "a version is made once"
        self.said[record.code, record.version] = stated(record)

    def tried(self, deed: Callable[[], Record], code: RecordCode) -> bool:
        """Do it if the rules let us; a refusal leaves the record as it was."""
        before = self.now[code]
        try:
            self.now[code] = deed()
        except (Conflict, Invalid):
            assert self.now[code] == before
            return False
        return True

    @rule(target=records, person=st.sampled_from(PEOPLE), days=st.none() | st.integers(-3, 6))
    def issue(self, person: str, days: int | None) -> RecordCode:
        until = None if days is None else self.today + timedelta(days=days)
        record = issued(len(self.now) + 1, person, until)
        self.keep(record)
        return record.code

    @rule(code=records, behind=st.integers(0, 1))
    def correct(self, code: RecordCode, behind: int) -> None:
        old = self.now[code]
        try:
            version = may_correct(old, old.version - behind)
        except Conflict:
            assert old.state in ENDED or behind, "only what is over, or another version than the newest, is refused"
            return
        assert not behind
        fields = MappingProxyType({**old.fields, "address": f"số {version}"})
        self.keep(replace(old, version=version, fields=fields, credential=f"{old.credential}/{version}"))

    @rule(code=records, then=st.sampled_from((RecordState.SUSPENDED, RecordState.ACTIVE, RecordState.REVOKED)))
    def change(self, code: RecordCode, then: RecordState) -> None:
        old = self.now[code]
        done = self.tried(lambda: replace(old, state=change_state(old.state, then)), code)
        assert not (done and old.state in ENDED), "revoked and superseded are for ever"
        assert done or old.state in ENDED or old.state is then, "whoever is not over may be suspended and revoked"

    @rule(old=records, new=records)
    def replace_by(self, old: RecordCode, new: RecordCode) -> None:
        one, other = self.now[old], self.now[new]
        self.tried(lambda: replace(one, state=supersede(one, other), superseded_by=new), old)

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def nothing_is_overwritten(self) -> None:
        for record in self.now.values():
            assert stated(record) == self.said[record.code, record.version], "only the state of a version ever changes"
        for code in self.now:
            versions = sorted(version for known, version in self.said if known == code)
            assert versions == list(range(1, len(versions) + 1)), "no version is left out or lost"

    @invariant()
    def the_end_is_the_end(self) -> None:
        for code, record in self.now.items():
            before = self.ended.get(code)
            assert before in {None, record.state}
            if record.state in ENDED:
                self.ended[code] = record.state

    @invariant()
    def the_newest_is_one(self) -> None:
        """From wherever one begins, the successors end, at one record, which alone may be in force."""
        for code, record in self.now.items():
            last = newest(self.now, code)
            assert last.state is not RecordState.SUPERSEDED
            assert (record.state is RecordState.SUPERSEDED) == (record.superseded_by is not None)
            step, in_force = record, 0
            for _ in self.now:
                in_force += step.state is RecordState.ACTIVE
                if step.superseded_by is None:
                    break
                step = self.now[step.superseded_by]
            assert step == last
            assert in_force == (last.state is RecordState.ACTIVE)
            assert last.holders == record.holders or {one.number for one in last.holders} & {
                one.number for one in record.holders
            }

    @invariant()
    def a_dossier_is_told_at_once(self) -> None:
        """What is over, suspended or past its day stands for nothing in any dossier from that moment on."""
        noon = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=VIET_NAM)
        for record in self.now.values():
            dossier = DossierFacts(
                code="H24.900-261122-0001", procedure_code="1.004194", holder=record.holders[0], agency_code="H24.900",
                due_on=None, purpose=None,
            )  # fmt: skip
            told = decide(COMPONENT, candidate_of(record, ()), dossier, catalogue=load(), now=noon)
            if record.state in SHOWS:
                assert (told.verdict, SHOWS[record.state] in told.codes) == (Verdict.NOT_USABLE, True)
            assert (ReasonCode.EXPIRED in told.codes) == record.expired(self.today)
            if record.expired(self.today):
                assert told.verdict is Verdict.NOT_USABLE


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
