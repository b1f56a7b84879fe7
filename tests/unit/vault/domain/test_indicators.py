"""The arithmetic of indicators, and the acts that must not make a figure better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from vault.domain.ids import DossierCode
from vault.domain.indicators import Act, Indicator, Rules, Share, logs, measure, points, units
from vault.domain.people import Action, Role
from vault.domain.states import Source

DAY = date(2026, 11, 20)
OPENED = datetime(2026, 11, 20, 2, tzinfo=UTC)
RULES = Rules(DAY, DAY, date(2026, 11, 27), frozenset({"1.1"}), frozenset({"1.1.TP01"}))
OPEN = Act(1, OPENED, Action.OPEN_DOSSIER, Role.OFFICER, DossierCode("d"), "H24.1", procedure="1.1")
ATTACH = replace(OPEN, id=2, action=Action.ATTACH, component="1.1.TP01", at=OPENED + timedelta(hours=1))


def shares(*acts: Act, rules: Rules = RULES) -> dict[Indicator, tuple[int, int]]:
    found = measure(logs(acts), rules).total
    return {one: (share.counted, share.all) for one, share in found.items()}


@pytest.mark.parametrize(
    ("counted", "of", "percent"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.13"), (1, 8000, "0.01"), (1, 16000, "0.01"), (7, 7, "100.00")],
)
def test_percent_to_two_decimals_halves_up(counted: int, of: int, percent: str) -> None:
    assert Share(counted, of).percent == Decimal(percent)


def test_nothing_to_divide_by_is_no_number() -> None:
    assert Share(0, 0).percent is None
    assert points(Indicator.REUSED_DOSSIERS, Share(0, 0)) is None
    assert shares()[Indicator.REUSED_DOSSIERS] == (0, 0)


def test_points_are_full_from_eighty_percent_and_in_proportion_below() -> None:
    assert points(Indicator.DIGITISED_DOSSIERS, Share(80, 100)) == Decimal("4.00")
    assert points(Indicator.DIGITISED_DOSSIERS, Share(100, 100)) == Decimal("4.00")
    assert points(Indicator.DIGITISED_DOSSIERS, Share(40, 100)) == Decimal("2.00")
    assert points(Indicator.E_RESULT, Share(1, 1)) is None


@pytest.mark.parametrize(
    ("sealed", "source", "counts"),
    [
        (OPENED - timedelta(seconds=1), Source.THIS_VAULT, True),
        (OPENED, Source.THIS_VAULT, False),
        (OPENED + timedelta(minutes=5), Source.THIS_VAULT, False),
        (None, Source.THIS_VAULT, False),
        (None, Source.CITIZEN, False),
        (None, Source.NATIONAL_STORE, True),
    ],
)
def test_only_what_was_there_before_the_dossier_is_reused(
    *, sealed: datetime | None, source: Source, counts: bool
) -> None:
    found = shares(OPEN, replace(ATTACH, sealed_at=sealed, source=source))
    assert found[Indicator.REUSED_DOSSIERS] == (int(counts), 1)
    assert found[Indicator.COPIES_AVOIDED] == (int(counts), 1)
    assert found[Indicator.PROCEDURES_WITH_DATA] == (int(counts), 1)


def test_a_dossier_without_a_date_of_receipt_is_left_out() -> None:
    sent = replace(OPEN, role=Role.PARTNER)
    assert set(shares(ATTACH).values()) == {(0, 0)}, "nobody opened it"
    assert set(shares(sent, replace(ATTACH, role=Role.PARTNER)).values()) == {(0, 0)}
    assert measure(logs([sent]), RULES).unreceived == 1
    at_two = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # sent at 9, taken up at 14:30 after a long lunch
    taken = replace(OPEN, id=3, action=Action.LOOKUP, at=at_two)
    assert shares(sent, taken)[Indicator.RECEIVED_IN_4_HOURS] == (1, 1)
    late = replace(taken, at=at_two + timedelta(seconds=1))
    assert shares(sent, late)[Indicator.RECEIVED_IN_4_HOURS] == (0, 1)
    assert shares(OPEN)[Indicator.RECEIVED_IN_4_HOURS] == (0, 0), "handed in at the counter: nobody sent it"


def test_a_dossier_that_is_never_closed_does_not_hide_that_it_is_late() -> None:
    due = replace(OPEN, due_on=DAY)
    closed = replace(OPEN, id=4, action=Action.CLOSE_DOSSIER, ending="ANSWERED")
    assert shares(due)[Indicator.LATE] == (1, 1)
    assert shares(due, rules=replace(RULES, today=DAY))[Indicator.LATE] == (0, 0), "the day is not over"
    assert shares(due, closed)[Indicator.LATE] == (0, 1)
    assert shares(due, replace(closed, at=OPENED + timedelta(days=1)))[Indicator.LATE] == (1, 1)
    assert shares(due, closed, replace(closed, id=5, code="REOPENED"))[Indicator.LATE] == (1, 1)
    assert shares(OPEN, closed)[Indicator.LATE] == (0, 0), "no due day"


def test_every_unit_names_an_act() -> None:
    result = replace(OPEN, id=6, action=Action.GIVE_RESULT)
    (log,) = logs([replace(OPEN, due_on=DAY), ATTACH, result])
    for indicator in Indicator:
        for unit in units(indicator, log, RULES):
            assert unit.events
            assert unit.dossier == "d"
