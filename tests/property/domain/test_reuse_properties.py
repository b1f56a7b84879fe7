"""What holds for every question, not only for those of the table."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vault.catalogue import load
from vault.domain.catalogue import Component, DemandForm
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.reuse import (
    VIET_NAM,
    Authority,
    Candidate,
    DossierFacts,
    Override,
    Question,
    decide,
    decision_from_plain,
    decision_to_plain,
    may_demand,
    question_from_plain,
    question_to_plain,
    rank,
    same_answer,
)
from vault.domain.states import RecordState, SignatureEvidence, Source, TrustLevel

TODAY = date(2026, 11, 22)
COMPONENTS = [part for entry in load().procedures for part in entry.components]
TYPES = sorted({entry.code for entry in load().types})
RESULTS = sorted({code for entry in load().types for code in entry.result_codes})
NUMBERS = [
    "031185012345",
    "031083054321",
    "031234567",
    "0102357802",
    "0102357802-001",
    "C1234567",
    "",
    "031 185 012 345",
]
NAMES = ["Trần Thị Hoà", "TRẦN THỊ HÒA", "Tran Thi Hoa", "Lê Văn Đức", "", "H' Hen Niê"]
ORDER = {Verdict.USABLE: 0, Verdict.NEEDS_CHECK: 1, Verdict.NOT_USABLE: 2}

days = st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))
text = st.none() | st.text(max_size=12)
agency = st.sampled_from([None, "H24", "H24.15", "000.00.15.H23", "H29", "G01", "G15", "Z99", "x"])
links = st.builds(
    HolderLink,
    role=st.sampled_from(HolderRole),
    kind=st.sampled_from(HolderKind),
    number=st.sampled_from([None, *NUMBERS]) | st.text(max_size=14),
    name=st.sampled_from(NAMES) | st.text(max_size=10),
    aliases=st.lists(
        st.builds(
            HolderAlias,
            st.builds(HolderId, st.sampled_from(HolderKind), st.sampled_from(NUMBERS)),
            days,
            days,
        ),
        max_size=2,
    ).map(tuple),
)
candidates = st.builds(
    Candidate,
    record_code=st.sampled_from(["R1", "R2"]),
    version=st.integers(1, 3),
    type_code=st.sampled_from(TYPES) | st.text(max_size=6),
    holders=st.lists(links, max_size=3).map(tuple),
    result_code=st.none() | st.sampled_from(RESULTS) | st.text(max_size=8),
    number=text,
    issuer_code=agency | st.text(max_size=10),
    issuer_as_printed=text,
    issued_on=days,
    valid_until=days,
    scope=agency | st.sampled_from(["VN", "H24,H23", "đâu đó"]),
    trust=st.sampled_from(TrustLevel),
    state=st.sampled_from(RecordState),
    superseded_by=text,
    signature=st.sampled_from(SignatureEvidence),
    compared_with_original=st.booleans(),
    conversion_mark=st.booleans(),
    consent=st.booleans(),
    source=st.sampled_from(Source),
    purpose=st.sampled_from([None, "Để kết hôn", "vay vốn", "KET_HON", "khác"]),
    later_correction=text,
)
dossiers = st.builds(
    DossierFacts,
    code=st.just("H24.15-261122-0001"),
    procedure_code=st.sampled_from(["1.000894", "2.001263", "9.999999", ""]),
    holder=links,
    agency_code=st.sampled_from(["H24.15", "000.00.15.H24", "H29", "x", ""]),
    due_on=days,
    purpose=st.sampled_from([None, "KET_HON", "vay vốn"]),
    parties=st.lists(links, max_size=2).map(tuple),
    submitted_by=st.none() | links,
    authority=st.sampled_from(Authority),
)
components = st.sampled_from(COMPONENTS)
times = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(VIET_NAM))  # noqa: DTZ001 - zone given beside


@settings(max_examples=300, deadline=None)
@given(components, candidates, dossiers, times)
def test_every_question_has_one_answer_and_always_the_same(
    component: Component, candidate: Candidate, dossier: DossierFacts, now: datetime
) -> None:
    first = decide(component, candidate, dossier, catalogue=load(), now=now)
    assert first == decide(component, candidate, dossier, catalogue=load(), now=now)
    assert len(set(first.codes)) == len(first.codes)
    assert all(reason.vi and reason.en and reason.article for reason in first.reasons)


DEFECTS: dict[str, Any] = {
    "revoked": lambda c: replace(c, state=RecordState.REVOKED),
    "suspended": lambda c: replace(c, state=RecordState.SUSPENDED),
    "superseded": lambda c: replace(c, state=RecordState.SUPERSEDED),
    "corrected later": lambda c: replace(c, later_correction="R9"),
    "signature broken": lambda c: replace(c, signature=SignatureEvidence.BROKEN),
    "not compared": lambda c: replace(c, compared_with_original=False),
    "no mark": lambda c: replace(c, conversion_mark=False),
    "no consent": lambda c: replace(c, consent=False),
    "somebody else's": lambda c: replace(
        c, holders=(HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "079099999999", "Người Khác"),)
    ),
    "nobody's": lambda c: replace(c, holders=()),
    "refusal": lambda c: replace(c, type_code="TUCHOI", result_code="KQ.G12.001040", purpose=None),
    "out of scope": lambda c: replace(c, scope="H63"),
    "lapsed": lambda c: replace(c, valid_until=date(1990, 1, 1)),
}
BLOCKING = {"revoked", "suspended", "superseded", "refusal", "somebody else's", "nobody's"}


@settings(max_examples=300, deadline=None)
@given(components, candidates, dossiers, st.sampled_from(sorted(DEFECTS)))
def test_a_defect_never_improves_the_verdict(
    component: Component, candidate: Candidate, dossier: DossierFacts, defect: str
) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=VIET_NAM)
    before = decide(component, candidate, dossier, catalogue=load(), now=now)
    after = decide(component, DEFECTS[defect](candidate), dossier, catalogue=load(), now=now)
    assert ORDER[after.verdict] >= ORDER[before.verdict], (before.codes, after.codes)
    if defect in BLOCKING and not _could_be_about(dossier):
        assert after.verdict is Verdict.NOT_USABLE


def _could_be_about(dossier: DossierFacts) -> bool:
    """Whether the dossier happens to be about the stranger of the defects."""
    people = (dossier.holder, *dossier.parties)
    return any("Người Khác" in person.name or "079099999999" in (person.number or "") for person in people)


@settings(max_examples=150, deadline=None)
@given(components, candidates, dossiers, times, st.integers(0, 4000))
def test_time_that_passes_never_revives_a_paper(
    component: Component, candidate: Candidate, dossier: DossierFacts, now: datetime, later: int
) -> None:
    ends = {ReasonCode.EXPIRED, ReasonCode.TERM_EXCEEDED}
    before = decide(component, candidate, dossier, catalogue=load(), now=now)
    after = decide(component, candidate, dossier, catalogue=load(), now=now + timedelta(days=later))
    assert ends & set(before.codes) <= ends & set(after.codes)


@settings(max_examples=150, deadline=None)
@given(components, candidates, dossiers, times)
def test_a_kept_question_and_its_decision_come_back_equal_and_replay(
    component: Component, candidate: Candidate, dossier: DossierFacts, now: datetime
) -> None:
    question = Question(component.code, candidate, dossier, now)
    assert question_from_plain(json.loads(json.dumps(question_to_plain(question)))) == question
    decision = decide(component, candidate, dossier, catalogue=load(), now=now)
    kept = decision_from_plain(json.loads(json.dumps(decision_to_plain(decision))))
    assert kept == decision
    assert same_answer(kept, decide(component, candidate, dossier, catalogue=load(), now=now))


@settings(max_examples=100, deadline=None)
@given(components, st.lists(candidates, max_size=5), dossiers, st.randoms(use_true_random=False))
def test_rank_does_not_depend_on_the_order_of_finding(
    component: Component, found: list[Candidate], dossier: DossierFacts, random: Any
) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=VIET_NAM)
    named = [replace(one, record_code=f"R{n}") for n, one in enumerate(found)]
    decisions = [decide(component, one, dossier, catalogue=load(), now=now) for one in named]
    shuffled = list(decisions)
    random.shuffle(shuffled)
    assert rank(shuffled) == rank(decisions)
    verdicts = [ORDER[decision.verdict] for decision in rank(decisions)]
    assert verdicts == sorted(verdicts)


@settings(max_examples=200, deadline=None)
@given(
    components,
    st.lists(candidates, max_size=3),
    dossiers,
    st.tuples(
        st.none() | st.sampled_from(load().grounds),
        st.none() | st.builds(Override, st.sampled_from(["", " ", "lý do"]), st.just("CB-01")),
        st.sampled_from(DemandForm),
    ),
)
def test_a_usable_record_is_never_asked_for_again_without_ground_and_reason(
    component: Component, found: list[Candidate], dossier: DossierFacts, wish: tuple[Any, Any, DemandForm]
) -> None:
    ground, override, form = wish
    now = datetime(2026, 11, 22, 9, tzinfo=VIET_NAM)
    decisions = [decide(component, one, dossier, catalogue=load(), now=now) for one in found]
    answer = may_demand(component, decisions, ground, override, form=form)
    if answer.allowed and any(decision.usable for decision in decisions):
        assert ground.overrides_usable
        assert override.reason.strip()
        assert answer.report
    if answer.allowed:
        assert ground is not None
