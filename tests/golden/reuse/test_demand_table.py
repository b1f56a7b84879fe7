"""The once-only guard, case by case: what may be demanded of a citizen, on what ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
import yaml

from tests.golden.reuse.table import FOLDER
from vault.catalogue import load
from vault.domain.catalogue import DemandForm, Situation
from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse import VIET_NAM, Decision, DemandCode, Override, Reason, Step, may_demand
from vault.domain.states import TrustLevel

TODAY = date(2026, 11, 22)
TABLE: list[dict[str, Any]] = yaml.safe_load((FOLDER / "demands.yaml").read_text("utf-8"))["cases"]


def found(
    component_code: str, verdict: Verdict, place: int, trust: TrustLevel = TrustLevel.L2, checks: Sequence[str] = ()
) -> Decision:
    return Decision(
        dossier_code="D",
        component_code=component_code,
        record_code=f"R{place}",
        version=1,
        verdict=verdict,
        reasons=tuple(Reason(ReasonCode[code], Severity.CHECK, "x", "x", "x") for code in checks),
        step=Step.THIS_VAULT,
        trust=trust,
        issued_on=None,
        decided_at=datetime(2026, 11, 22, 9, tzinfo=VIET_NAM),
        catalogue_version="x",
        rules_version=1,
    )


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["id"])
def test_the_guard_agrees_with_the_table(case: dict[str, Any]) -> None:
    component = load().component(case["component"], TODAY)
    trust = TrustLevel[case.get("trust", "L2")]
    checks = case.get("checks", ())
    decisions = [found(component.code, Verdict[verdict], n, trust, checks) for n, verdict in enumerate(case["found"])]
    ground = load().ground(case["ground"], TODAY) if "ground" in case else None
    override = Override(case["override"], "CB-01") if "override" in case else None
    answer = may_demand(
        component, decisions, ground, override, form=DemandForm[case.get("form", "COPY")], reason=case.get("reason", "")
    )
    assert answer.code is DemandCode[case["code"]], case["rule"]
    assert answer.allowed == (case["code"] in {"ALLOWED", "OVERRIDDEN"})
    assert answer.article
    assert answer.vi
    assert "{" not in answer.vi + answer.en
    assert answer.report == (case["code"] == "OVERRIDDEN")


def test_a_refusal_names_the_record_to_use_instead() -> None:
    component = load().component("1.004884.TP02", TODAY)
    decisions = [found(component.code, Verdict.NOT_USABLE, 0), found(component.code, Verdict.USABLE, 1)]
    answer = may_demand(component, decisions, None)
    assert answer.record == ("R1", 1)
    assert "R1 v1" in answer.vi


def test_decisions_about_another_component_do_not_count() -> None:
    component = load().component("1.004884.TP02", TODAY)
    answer = may_demand(component, [found("1.000894.TP03", Verdict.USABLE, 0)], None)
    assert (answer.code, answer.situation) == (DemandCode.GROUND_REQUIRED, Situation.NOTHING)


def test_every_answer_occurs_in_the_table() -> None:
    assert {case["code"] for case in TABLE} == {code.value for code in DemandCode}


def test_no_ground_in_the_catalogue_lets_a_usable_record_be_asked_for_again_without_a_reason() -> None:
    component = load().component("1.004884.TP02", TODAY)
    usable = [found(component.code, Verdict.USABLE, 0)]
    for ground in (None, *load().grounds):
        for form in DemandForm:
            for override in (None, Override("", "CB-01"), Override(" \n", "CB-01")):
                assert not may_demand(component, usable, ground, override, form=form).allowed
