from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.golden.reuse.table import candidate, dossier, every_case
from vault.catalogue import load
from vault.domain.catalogue import Period, Rule
from vault.domain.errors import Invalid, NotFound
from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse import (
    RULES_VERSION,
    VIET_NAM,
    Decision,
    Question,
    Step,
    ask,
    candidate_from_plain,
    candidate_to_plain,
    decide,
    decision_from_plain,
    decision_to_plain,
    dossier_from_plain,
    dossier_to_plain,
    explain,
    question_from_plain,
    question_to_plain,
    rank,
    resolve,
    same_answer,
    step_of,
)
from vault.domain.states import RecordState, Source, TrustLevel

NOW = datetime(2026, 11, 22, 9, tzinfo=VIET_NAM)
COMPONENT = load().component("1.004884.TP02", NOW.date())
GOOD = candidate("KS", "KS")
DOSSIER = dossier(None)


def answer(given: Any = GOOD, **changes: Any) -> Decision:
    return decide(COMPONENT, replace(given, **changes), DOSSIER, catalogue=load(), now=NOW)


def test_a_decision_carries_all_it_takes_to_understand_it() -> None:
    decision = answer(state=RecordState.SUPERSEDED, superseded_by="R2")
    assert (decision.record_code, decision.version, decision.component_code) == ("R1", 1, "1.004884.TP02")
    assert decision.catalogue_version == load().version
    assert decision.decided_at == NOW
    (reason,) = decision.reasons
    assert reason.code is ReasonCode.SUPERSEDED
    assert reason.severity is Severity.BLOCK
    assert "R2" in reason.vi
    assert "R2" in reason.en
    assert reason.article == "NĐ 45/2020/NĐ-CP Đ15"
    assert reason.facts == (("record", "R2"),)
    assert not decision.usable


def test_reasons_come_heaviest_first_and_can_be_asked_by_weight() -> None:
    decision = answer(state=RecordState.REVOKED, compared_with_original=False, issuer_code="H23")
    assert decision.codes == (ReasonCode.REVOKED, ReasonCode.NOT_COMPARED, ReasonCode.ISSUER_MERGED)
    assert [reason.code for reason in decision.weighing(Severity.CHECK)] == [ReasonCode.NOT_COMPARED]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(COMPONENT, GOOD, DOSSIER, catalogue=load(), now=datetime(2026, 11, 22, 9))  # noqa: DTZ001 - the point


def test_the_sector_law_is_named_where_the_original_is_taken() -> None:
    taken = load().component("1.012783.TP02", NOW.date())
    decision = decide(taken, candidate("QSDD", "QSDD"), DOSSIER, catalogue=load(), now=NOW)
    assert decision.reasons[0].article == taken.article


def test_a_sentence_that_wants_a_fact_nobody_has_shows_an_ellipsis() -> None:
    rules = tuple(
        replace(rule, vi="{nobody} {record}.") if rule.code is ReasonCode.SUPERSEDED else rule for rule in load().rules
    )
    decision = decide(
        COMPONENT,
        replace(GOOD, state=RecordState.SUPERSEDED, superseded_by="R2"),
        DOSSIER,
        catalogue=replace(load(), rules=rules),
        now=NOW,
    )
    assert decision.reasons[0].vi == "… R2."


@pytest.mark.parametrize(
    ("source", "trust", "step"),
    [
        (Source.CONNECTED_DATA, TrustLevel.L5, Step.CONNECTED_DATA),
        (Source.THIS_VAULT, TrustLevel.L0, Step.THIS_VAULT),
        (Source.NATIONAL_STORE, TrustLevel.L4, Step.NATIONAL_STORE),
        (Source.CITIZEN, TrustLevel.L4, Step.CITIZEN_CERTIFIED),
        (Source.CITIZEN, TrustLevel.L3, Step.CITIZEN_CERTIFIED),
        (Source.CITIZEN, TrustLevel.L2, Step.COUNTER_COMPARED),
        (Source.CITIZEN, TrustLevel.L0, Step.COUNTER_COMPARED),
    ],
)
def test_each_source_has_its_step(source: Source, trust: TrustLevel, step: Step) -> None:
    assert step_of(replace(GOOD, source=source, trust=trust)) is step


def test_rank_puts_first_what_an_officer_should_attach() -> None:
    data = answer(candidate("DATA", "DATA"), type_code="KS", record_code="DATA")
    vault_old = answer(record_code="OLD", issued_on=date(2010, 1, 1))
    vault_new = answer(record_code="NEW", issued_on=date(2020, 1, 1))
    vault_newer_version = answer(record_code="NEW", issued_on=date(2020, 1, 1), version=2)
    original = answer(record_code="L4", trust=TrustLevel.L4, issued_on=date(2000, 1, 1))
    store = answer(record_code="STORE", source=Source.NATIONAL_STORE)
    check = answer(record_code="CHECK", compared_with_original=False)
    blocked = answer(record_code="BLOCKED", state=RecordState.REVOKED)
    best = [data, original, vault_newer_version, vault_new, vault_old, store, check, blocked]
    for order in itertools.islice(itertools.permutations(best), 0, 40320, 997):
        assert list(rank(order)) == best


def test_resolution_records_every_step_and_the_one_that_settled_it() -> None:
    check = answer(record_code="V", compared_with_original=False)
    store = answer(record_code="N", source=Source.NATIONAL_STORE)
    resolution = resolve(COMPONENT, [store, check], asked=frozenset({Step.CONNECTED_DATA}))
    assert [(outcome.step, outcome.asked) for outcome in resolution.steps] == [
        (Step.CONNECTED_DATA, True),
        (Step.THIS_VAULT, True),
        (Step.NATIONAL_STORE, True),
        (Step.CITIZEN_CERTIFIED, False),
        (Step.COUNTER_COMPARED, False),
    ]
    assert resolution.settled_by is Step.NATIONAL_STORE
    assert resolution.best == store
    assert resolution.situation.value == "USABLE"


def test_resolution_of_nothing() -> None:
    resolution = resolve(COMPONENT, [], asked=frozenset())
    assert (resolution.settled_by, resolution.best, resolution.situation.value) == (None, None, "NOTHING")


# --- keeping and replaying ---


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.id)
def test_every_question_and_decision_of_the_table_survives_json(case: Any) -> None:
    question = Question(case.component.code, case.candidate, case.dossier, case.now)
    again = question_from_plain(json.loads(json.dumps(question_to_plain(question))))
    assert again == question
    decision = decide(case.component, case.candidate, case.dossier, catalogue=load(), now=case.now)
    assert decision_from_plain(json.loads(json.dumps(decision_to_plain(decision)))) == decision


@pytest.mark.parametrize("plain", [{}, {"holders": 7}, {"holders": [{}]}, {"holders": [], "trust": "L9"}, {"a": 1}])
def test_malformed_candidates_are_refused_with_one_code(plain: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        candidate_from_plain(plain)
    assert caught.value.code == "REUSE_DATA_MALFORMED"


@pytest.mark.parametrize(
    "change",
    [
        {"issued_on": "yesterday"},
        {"issued_on": 7},
        {"state": "LOST"},
        {"source": None},
        {"surprise": 1},
        {"holders": [{"role": "SUBJECT", "kind": "PERSONAL", "number": None, "name": "x", "aliases": [{}]}]},
    ],
)
def test_one_wrong_value_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        candidate_from_plain({**candidate_to_plain(GOOD), **change})


def test_a_wrong_dossier_or_decision_is_refused() -> None:
    with pytest.raises(Invalid):
        dossier_from_plain({**dossier_to_plain(DOSSIER), "authority": "BOSS"})
    with pytest.raises(Invalid):
        decision_from_plain({**decision_to_plain(answer()), "verdict": "MAYBE"})
    with pytest.raises(Invalid):
        question_from_plain({})


def test_an_old_decision_replays_after_the_law_has_changed() -> None:
    """Next year's edition makes an uncompared scan unusable; what was decided this year is decided the same again."""
    asked = Question(COMPONENT.code, replace(GOOD, compared_with_original=False), DOSSIER, NOW)
    before = ask(asked, load())
    end = date(2026, 12, 31)
    rules: list[Rule] = []
    for rule in load().rules:
        if rule.code is ReasonCode.NOT_COMPARED:
            rules.append(replace(rule, period=Period(None, end)))
            rules.append(replace(rule, severity=Severity.BLOCK, period=Period(date(2027, 1, 1), None)))
        else:
            rules.append(rule)
    next_edition = replace(load(), rules=tuple(rules), version="2027")
    replayed = ask(asked, next_edition)
    assert same_answer(before, replayed)
    assert before.verdict is Verdict.NEEDS_CHECK
    later = ask(replace(asked, asked_at=datetime(2027, 1, 1, tzinfo=VIET_NAM)), next_edition)
    assert later.verdict is Verdict.NOT_USABLE
    assert not same_answer(before, later)


def test_the_day_of_a_question_is_the_day_in_viet_nam() -> None:
    ended = tuple(
        replace(
            entry, components=tuple(replace(part, period=Period(None, date(2026, 11, 22))) for part in entry.components)
        )
        if entry.code == "1.004884"
        else entry
        for entry in load().procedures
    )
    catalogue = replace(load(), procedures=ended)
    question = Question(COMPONENT.code, GOOD, DOSSIER, datetime(2026, 11, 22, 16, 59, tzinfo=UTC))
    assert ask(question, catalogue).usable
    with pytest.raises(NotFound):
        ask(replace(question, asked_at=datetime(2026, 11, 22, 17, tzinfo=UTC)), catalogue)


def test_an_explanation_tells_the_answer_the_source_every_reason_and_the_rules() -> None:
    decision = answer(compared_with_original=False, issuer_code="H23")
    lines = explain(decision)
    assert lines[0] == "Cần kiểm tra trước khi dùng: R1 v1 → 1.004884.TP02 (H24.15-261122-0001)"
    assert lines[1] == "Nguồn: kết quả đã có trong kho này (L2)"
    assert lines[2].startswith("Cần làm [NOT_COMPARED] ")
    assert lines[2].endswith("— NĐ 23/2015/NĐ-CP Đ6 k1; TT 66/2023/TT-BCA Đ1")
    assert lines[3].startswith("Lưu ý [ISSUER_MERGED] ")
    assert lines[-1] == f"Quyết định lúc 09:00 22/11/2026, theo danh mục {load().version}, bộ kiểm tra {RULES_VERSION}"
    assert explain(decision, "en")[0].startswith("To be checked before use: R1 v1")
    assert len(explain(decision, "en")) == len(lines)
