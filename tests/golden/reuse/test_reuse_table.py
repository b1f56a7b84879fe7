"""The table of cases, written from the rules, agrees with the decisions in every verdict and every reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.golden.reuse.table import Case, every_case
from vault.catalogue import ADDED, from_plain, load, packaged
from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse import Question, ask, decide

TABLE = every_case()


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.id)
def test_the_decision_agrees_with_the_table(case: Case) -> None:
    decision = decide(case.component, case.candidate, case.dossier, catalogue=load(), now=case.now)
    assert (decision.verdict, set(decision.codes)) == (case.verdict, case.reasons), case.rule


def test_the_table_is_large_enough_and_its_names_are_unique() -> None:
    assert len(TABLE) >= 250
    assert len({case.id for case in TABLE}) == len(TABLE)


def test_every_reason_and_every_verdict_occurs_in_the_table() -> None:
    assert set(ReasonCode) - {code for case in TABLE for code in case.reasons} == set()
    assert {case.verdict for case in TABLE} == set(Verdict)


BEFORE = {"Z23", "Z35", "Z50", "Z53", "Z55", "Z56", "Z58"}
"""Cases in which a term ended on a day off: the checks before version 3 said that it was over."""


@pytest.mark.parametrize("case", [case for case in TABLE if case.id.startswith("Z")], ids=lambda case: case.id)
def test_what_older_checks_decided_replays(case: Case) -> None:
    """An old decision is asked again by the checks that made it, so that it has the same answer for ever."""
    asked = Question(case.component.code, case.candidate, case.dossier, case.now)
    old = ask(asked, load(), rules_version=2)
    assert old.rules_version == 2
    if case.id in BEFORE:
        assert ReasonCode.TERM_EXCEEDED in old.codes
        assert ReasonCode.TERM_ENDS_ON_DAY_OFF not in old.codes
    else:
        assert (old.verdict, set(old.codes)) == (case.verdict, case.reasons)


def test_what_the_law_says_of_days_off_is_told_by_the_edition() -> None:
    """INFO where a lawyer says the rule holds for papers, BLOCK where it does not; unverified, it refuses no one."""
    case = next(case for case in TABLE if case.id == "Z35")
    found = load()

    def verdict(severity: Severity, *, verified: bool) -> Verdict:
        code = ReasonCode.TERM_ENDS_ON_DAY_OFF
        rules = tuple(
            replace(one, severity=severity, verified=verified) if one.code is code else one for one in found.rules
        )
        edition = replace(found, rules=rules)
        return decide(case.component, case.candidate, case.dossier, catalogue=edition, now=case.now).verdict

    assert not found.rule(ReasonCode.TERM_ENDS_ON_DAY_OFF, case.now.date()).verified
    assert verdict(Severity.INFO, verified=True) is Verdict.USABLE
    assert verdict(Severity.BLOCK, verified=False) is Verdict.NEEDS_CHECK
    assert verdict(Severity.BLOCK, verified=True) is Verdict.NOT_USABLE


def test_an_edition_of_before_a_reason_was_added_is_read() -> None:
    plain, digest = packaged()
    before = [one for one in plain["reasons"] if one["code"] not in ADDED]
    assert len(before) == len(plain["reasons"]) - len(ADDED)
    catalogue, found = from_plain({**plain, "reasons": before}, digest=digest)
    assert found == ()
    assert catalogue.rule(ReasonCode.TERM_ENDS_ON_DAY_OFF, date(2026, 11, 22)).severity is Severity.CHECK
    missing = [one for one in before if one["code"] != "TERM_EXCEEDED"]
    _, found = from_plain({**plain, "reasons": missing}, digest=digest)
    assert [one.code for one in found] == ["RULE_MISSING"], "others are asked for"
