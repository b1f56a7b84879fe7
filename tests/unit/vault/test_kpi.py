from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from itertools import product

from vault.domain.audit import PARTY, Outcome
from vault.domain.kpi import (
    LATE,
    REOPENED,
    Figure,
    Step,
    Tally,
    after,
    counts,
    figures,
    series,
    start_of,
    step_for,
)
from vault.domain.people import Action

DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
OF = {
    "digitised": Action.SEAL,
    "reused": Action.ATTACH,
    "asked_again": Action.DEMAND,
    "presented": Action.PRESENT,
    "verified": Action.VERIFY,
    "dossiers": Action.OPEN_DOSSIER,
    "closed": Action.CLOSE_DOSSIER,
}


def one(action: Action, outcome: Outcome = Outcome.DONE, code: str | None = None, count: int = 1) -> Tally:
    return Tally(DAY, action, outcome, code, count)


def test_nothing_done_counts_nothing() -> None:
    assert set(asdict(figures(())).values()) == {0}


def test_every_act_counts_in_its_own_figure_only() -> None:
    for action in Action:
        counted = {name for name, value in asdict(figures([one(action, count=3)])).items() if value}
        assert counted == {name for name, counts in OF.items() if counts is action}


def test_days_and_codes_are_added_up() -> None:
    tallies = [
        Tally(DAY, Action.VERIFY, Outcome.DONE, "VALID", 5),
        Tally(NEXT, Action.VERIFY, Outcome.DONE, "REVOKED", 2),
        Tally(NEXT, Action.DEMAND, Outcome.DONE, "OVERRIDDEN", 1),
        Tally(NEXT, Action.DEMAND, Outcome.DONE, "ALLOWED", 4),
    ]
    counted = figures(iter(tallies))
    assert (counted.verified, counted.asked_again, counted.once_only_refused) == (7, 5, 0)


def test_a_refusal_counts_for_nothing_but_the_once_only_rule() -> None:
    for action, code in product(Action, (None, "NOT_USABLE", "GROUND_REQUIRED")):
        assert set(asdict(figures([one(action, Outcome.REFUSED, code)])).values()) == {0}, (action, code)
    refused = figures(
        [one(Action.DEMAND, Outcome.REFUSED, "ONCE_ONLY", 4), one(Action.ATTACH, Outcome.REFUSED, "ONCE_ONLY")]
    )
    assert (refused.once_only_refused, refused.asked_again) == (4, 0)


def test_a_copy_is_avoided_where_a_copy_would_have_been_asked_for() -> None:
    rows = [
        Tally(DAY, Action.ATTACH, Outcome.DONE, None, 2, "H24.1", "1.1", "1.1.TP02"),
        Tally(DAY, Action.ATTACH, Outcome.DONE, None, 5, "H24.1", "1.1", "1.1.TP03"),
    ]
    counted = figures(rows, copies={"1.1.TP02"})
    assert (counted.reused, counted.copies_avoided) == (7, 2)


def test_a_dossier_counts_once_however_many_people_it_has_and_however_often_it_was_opened_again() -> None:
    rows = [
        one(Action.OPEN_DOSSIER),
        one(Action.OPEN_DOSSIER, code=PARTY, count=3),
        one(Action.CLOSE_DOSSIER),
        one(Action.CLOSE_DOSSIER, code=LATE, count=2),
        one(Action.CLOSE_DOSSIER, code=REOPENED, count=4),
    ]
    counted = figures(rows)
    assert (counted.dossiers, counted.closed, counted.closed_late) == (1, 3, 2)


def test_every_figure_counts_something_and_two_count_the_same_only_on_purpose() -> None:
    codes = (None, "ONCE_ONLY", LATE)
    rows = [
        Tally(DAY, action, outcome, code, 1, component="c") for action, outcome, code in product(Action, Outcome, codes)
    ]
    counted = {figure: [row for row in rows if counts(figure, row, {"c"})] for figure in Figure}
    assert all(counted.values())
    assert counted[Figure.CLOSED_LATE] == [row for row in counted[Figure.CLOSED] if row.code == LATE]
    assert counted[Figure.COPIES_AVOIDED] == counted[Figure.REUSED]


def test_steps_hold_every_day_of_the_span_once() -> None:
    for days in (1, 7, 30, 36, 90, 246, 400):
        since = date(2026, 11, 23) - timedelta(days=days - 1)
        until = date(2026, 11, 23)
        every = [Tally(since + timedelta(days=n), Action.SEAL, Outcome.DONE, None, 1) for n in range(days)]
        found = series(every, (Figure.DIGITISED,), since=since, until=until)
        assert sum(found.values[Figure.DIGITISED]) == days
        assert len(found.starts) <= 37
        assert (found.starts[0], found.ends[-1]) == (since, until)
        assert all(a + timedelta(days=1) == b for a, b in pairwise_of(found.ends, found.starts))


def pairwise_of(ends: tuple[date, ...], starts: tuple[date, ...]) -> list[tuple[date, date]]:
    return list(zip(ends[:-1], starts[1:], strict=True))


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert start_of(date(2026, 11, 22), Step.WEEK) == date(2026, 11, 16)
    assert (start_of(date(2026, 12, 31), Step.MONTH), after(date(2026, 12, 1), Step.MONTH)) == (
        date(2026, 12, 1),
        date(2027, 1, 1),
    )
    assert step_for(date(2026, 1, 1), date(2026, 1, 1)) is Step.DAY
