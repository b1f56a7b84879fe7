"""The table of cases, written from the rules, agrees with the decisions in every verdict and every reason."""

from __future__ import annotations

import pytest

from tests.golden.reuse.table import Case, every_case
from vault.catalogue import load
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.reuse import decide

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
