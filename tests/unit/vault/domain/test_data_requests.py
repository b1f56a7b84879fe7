"""By when requests of people about their own data must be answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from vault import catalogue
from vault.catalogue import request_terms
from vault.domain.data_requests import (
    DataRequest,
    RequestKind,
    RequestState,
    Standing,
    Step,
    days_of,
    taken,
)
from vault.domain.errors import Conflict, Invalid
from vault.domain.working_time import EVERY_WEEKDAY, Days

TERMS = request_terms()
WORKING = EVERY_WEEKDAY
ASKED = datetime(2026, 11, 26, 3, tzinfo=UTC)  # a Thursday


def request(kind: RequestKind = RequestKind.SEE, *, third_party: bool = False) -> DataRequest:
    answer_by, due_on = days_of(TERMS[kind], ASKED.date(), WORKING, third_party=third_party)
    return DataRequest(
        "yc_1", kind, 1, "H24.900", None, "", third_party, ASKED, "x", answer_by=answer_by, due_on=due_on
    )


@pytest.mark.parametrize(
    ("kind", "own", "third_party", "more"),
    [("SEE", 10, 15, 10), ("CORRECT", 10, 15, 10), ("PROVIDE", 10, 15, 10), ("WITHDRAW", 15, 20, 15),
     ("RESTRICT", 15, 20, 15), ("OBJECT", 15, 20, 15), ("DELETE", 20, 30, 20)],
)  # fmt: skip
def test_the_days_are_those_of_the_decree(kind: str, own: int, third_party: int, more: int) -> None:
    """NĐ 356/2025 Đ5 as a register tells it, so not verified, and data."""
    term = TERMS[RequestKind(kind)]
    assert (term.days, term.third_party_days, term.more_days, term.verified) == (own, third_party, more, False)
    for days, asked in ((own, request(term.kind)), (third_party, request(term.kind, third_party=True))):
        assert asked.due_on == WORKING.due_day(ASKED.date() + timedelta(days=days))


def test_an_answer_is_due_within_working_days() -> None:
    assert request().answer_by == date(2026, 11, 30), "Friday and Monday: the week-end does not count"
    off = (
        Days(date(2026, 11, 27), date(2026, 11, 27), "nghỉ", "thử"),
        Days(date(2026, 12, 7), date(2026, 12, 8), "", ""),
    )
    holidays = replace(WORKING, off=off)
    assert days_of(TERMS[RequestKind.SEE], date(2026, 11, 26), holidays, third_party=False) == (
        date(2026, 12, 1), date(2026, 12, 9),
    ), "a Friday off; ten days end on a Sunday, and Monday and Tuesday are off as well"  # fmt: skip
    worked = replace(holidays, worked=(Days(date(2026, 11, 28), date(2026, 11, 28), "làm bù", "thử"),))
    assert days_of(TERMS[RequestKind.SEE], date(2026, 11, 26), worked, third_party=False)[0] == date(2026, 11, 30)
    strict = replace(TERMS[RequestKind.SEE], ends_on_working_day=False)
    assert days_of(strict, date(2026, 11, 26), holidays, third_party=False)[1] == date(2026, 12, 6), "as the data say"


def test_the_days_off_of_the_packaged_calendar_do_not_count() -> None:
    """Over a new year and over Tết: whoever asks on the last working day before it is not answered by a holiday."""
    packaged = catalogue.load().working_time
    assert packaged.off, "there are days off in it"
    for span in packaged.off:
        eve = span.first - timedelta(days=1)
        answer_by, due_on = days_of(TERMS[RequestKind.SEE], eve, packaged, third_party=False)
        assert answer_by > span.last
        assert packaged.works(answer_by)
        assert packaged.works(due_on)
        assert due_on >= eve + timedelta(days=10)


@pytest.mark.parametrize(
    ("today", "answered", "standing"),
    [
        (date(2026, 11, 27), False, Standing.ON_TIME),
        (date(2026, 11, 28), False, Standing.NEAR),
        (date(2026, 11, 30), False, Standing.NEAR),
        (date(2026, 12, 1), False, Standing.LATE),
        (date(2026, 12, 1), True, Standing.ON_TIME),
        (date(2026, 12, 6), True, Standing.NEAR),
        (date(2026, 12, 7), True, Standing.NEAR),
        (date(2026, 12, 8), True, Standing.LATE),
    ],
)
def test_a_request_is_near_and_late_by_its_nearest_day(today: date, answered: bool, standing: Standing) -> None:  # noqa: FBT001 - the case
    assert request().standing(today, answered_on=ASKED.date() if answered else None) is standing


def test_closed_late_is_told_for_ever() -> None:
    done = taken(request(), Step.DONE, TERMS[RequestKind.SEE], WORKING, at=ASKED + timedelta(days=11))
    assert done.state is RequestState.DONE
    assert done.standing(date(2027, 1, 1), closed_on=date(2026, 12, 7)) is Standing.CLOSED
    assert done.standing(date(2027, 1, 1), closed_on=date(2026, 12, 8)) is Standing.CLOSED_LATE


def test_a_term_is_made_longer_once_and_nothing_moves_a_closed_request() -> None:
    term = TERMS[RequestKind.DELETE]
    longer = taken(request(RequestKind.DELETE), Step.EXTEND, term, WORKING, at=ASKED)
    assert longer.due_on == ASKED.date() + timedelta(days=40)
    see = taken(request(), Step.EXTEND, TERMS[RequestKind.SEE], WORKING, at=ASKED)
    assert see.due_on == date(2026, 12, 16), "20 days from the asking, although the first ten were over with a Monday"
    shorter = replace(TERMS[RequestKind.DELETE], days=1, more_days=1)
    assert taken(request(RequestKind.DELETE), Step.EXTEND, shorter, WORKING, at=ASKED).due_on == date(2026, 12, 16), (
        "terms that became shorter take back no day that was told"
    )
    assert longer.answered_at == ASKED, "whoever is told of a longer term is answered"
    closed = taken(longer, Step.REFUSE, term, WORKING, at=ASKED)
    for step in Step:
        with pytest.raises(Conflict, match="REQUEST_STATE"):
            taken(closed, step, term, WORKING, at=ASKED)
    for step in (Step.EXTEND, Step.ANSWER):
        with pytest.raises(Conflict, match="REQUEST_STATE"):
            taken(longer, step, term, WORKING, at=ASKED)


@pytest.mark.parametrize("change", ["days: 10", "kind: SEE", "answer_working_days: 2"])
def test_terms_that_lack_something_are_refused(tmp_path: Path, change: str) -> None:
    text = Path("vault/catalogue/requests.yaml").read_text(encoding="utf-8")
    name, value = change.split(": ")
    (tmp_path / "t.yaml").write_text(text.replace(f"{name}: {value}", f"{name}: 0", 1), encoding="utf-8")
    with pytest.raises(Invalid, match="REQUEST_TERMS"):
        request_terms(tmp_path / "t.yaml")
