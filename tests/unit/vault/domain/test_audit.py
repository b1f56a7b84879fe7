"""One act about several people: the act, and one event for each other person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vault.domain.access import LONGEST_REASON, SHORTEST_REASON, said_why
from vault.domain.audit import PARTY, Event, of_each
from vault.domain.breach import touched
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, Role

ACTOR = Actor("local:a", "A", Role.OFFICER, "H24.900")
ONE, TWO = RecordCode("R1"), RecordCode("R2")


def act(holder: int | None) -> Event:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    return Event(at, ACTOR, Action.SEARCH, code="WHY", purpose="p", holder_id=holder, details={"n": 1})


def test_each_person_is_told_once_and_of_their_own_papers() -> None:
    first, *others = of_each(act(7), {ONE: (7, 8), TWO: (8, 9)})
    assert (first.code, first.holder_id, first.records, first.details["n"]) == ("WHY", 7, (ONE, TWO), 1)
    told = [(one.code, one.holder_id, one.records, one.purpose) for one in others]
    assert told == [(PARTY, 8, (ONE, TWO), "p"), (PARTY, 9, (TWO,), "p")]


def test_an_act_on_nobody_in_particular_tells_everybody_it_showed() -> None:
    assert [one.holder_id for one in of_each(act(None), {ONE: (8,)})] == [None, 8]
    assert of_each(act(7), {}) == (Event(**{**_values(act(7)), "details": {"n": 1, "records": []}}),)


def _values(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in Event.__slots__}


def test_a_breach_report_counts_one_act_and_everybody_it_showed() -> None:
    found = touched(of_each(act(7), {ONE: (7, 8), TWO: (8, 9)}))
    assert (dict(found.acts), dict(found.people)) == ({"SEARCH": 1}, {7: 1, 8: 1, 9: 1})
    assert [(one.record, dict(one.acts)) for one in found.records] == [(ONE, {"SEARCH": 1}), (TWO, {"SEARCH": 1})]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, None),
        ("", None),
        ("x" * (SHORTEST_REASON - 1), None),
        ("a" + " " * SHORTEST_REASON + "b", None),
        ("  kiểm tra   hồ sơ\nlưu ", "kiểm tra hồ sơ lưu"),
        ("x" * 5000, "x" * LONGEST_REASON),
    ],
)
def test_a_reason_says_something_or_is_none(typed: str | None, kept: str | None) -> None:
    assert said_why(typed) == kept
