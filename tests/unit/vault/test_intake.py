from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from vault.domain.errors import Conflict, Invalid
from vault.domain.intake import IntakeState, NamedHolder, check_confirmation, day_of, step

S = IntakeState
STEPS = {
    (S.RECEIVED, S.READ),
    (S.RECEIVED, S.FAILED),
    (S.READ, S.CONFIRMED),
    (S.READ, S.KNOWN),
    (S.CONFIRMED, S.SEALED),
    (S.CONFIRMED, S.READ),
    (S.FAILED, S.RECEIVED),
    (S.READ, S.DISCARDED),
    (S.FAILED, S.DISCARDED),
    (S.DISCARDED, S.RECEIVED),
}
TODAY = date(2026, 11, 22)
HOLDERS = (NamedHolder("031090000001", "NGUYỄN VĂN MẪU"),)


@pytest.mark.parametrize(("now", "then"), list(product(S, S)))
def test_a_paper_goes_only_these_ways(now: IntakeState, then: IntakeState) -> None:
    if (now, then) in STEPS:
        assert step(now, then) is then
        return
    with pytest.raises(Conflict) as caught:
        step(now, then)
    assert (caught.value.code, dict(caught.value.facts)) == (
        "INTAKE_STATE",
        {"state": now.value, "wanted": then.value},
    )


def test_what_is_sealed_stays_sealed() -> None:
    assert not [then for now, then in STEPS if now is S.SEALED]


@pytest.mark.parametrize(
    ("holders", "fields", "code"),
    [
        ((), {}, "HOLDER_MISSING"),
        (HOLDERS, {"issued_on": "22/11/2026"}, "FIELD_DATE"),
        (HOLDERS, {"issued_on": "2026-02-29"}, "FIELD_DATE"),
        (HOLDERS, {"expires_on": "2026-13-01"}, "FIELD_DATE"),
        (HOLDERS, {"birth_date": "0000-00-00"}, "FIELD_DATE"),
        (HOLDERS, {"issued_on": "2026-11-22", "expires_on": "2026-11-21"}, "TERM_BACKWARDS"),
    ],
)
def test_what_an_officer_may_not_confirm(holders: tuple[NamedHolder, ...], fields: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_confirmation(holders, fields, today=TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"issued_on": ""},
        {"issued_on": "2026-11-22", "expires_on": "2026-11-22"},
        {"issued_on": "1954-07-21", "expires_on": "9999-12-31"},
        {"number": "22/11/2026"},
        {"birth_date": "1950"},
        {"birth_date": "1950-07"},
    ],
)
def test_what_an_officer_may_confirm(fields: dict[str, str]) -> None:
    check_confirmation(HOLDERS, fields, today=TODAY)


def test_a_day_is_read_from_its_field() -> None:
    assert day_of({"issued_on": "2026-11-22"}, "issued_on").isoformat() == "2026-11-22"
    assert day_of({"issued_on": ""}, "issued_on") is None
    assert day_of({}, "issued_on") is None


@pytest.mark.parametrize("day", ["2026-11-23", "9999-12-01"])
def test_no_paper_was_issued_tomorrow(day: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_confirmation(HOLDERS, {"issued_on": day}, today=TODAY)
    assert refused.value.code == "FIELD_DATE"
