"""Working time against a count of minutes, one by one; and the laws that any calendar has to obey."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from vault.domain.working_time import ZONE, Counted, Days, Hours, Within, WorkingTime

MINUTE = timedelta(minutes=1)
BEGIN = datetime(2026, 1, 1, tzinfo=ZONE)
RECEIVE = Within(4, Counted.WORKING, "")
_minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingTime:
    """Any hours, any week, any days off and worked; it works at least on Wednesdays."""
    marks = sorted(draw(st.sets(_minutes, min_size=2, max_size=6)))
    moments = [(BEGIN + one * MINUTE).time() for one in marks[: len(marks) // 2 * 2]]
    hours = tuple(Hours(*pair) for pair in zip(moments[::2], moments[1::2], strict=True))
    days = st.builds(
        lambda first, length: Days(date(2026, 1, 1) + timedelta(days=first), _later(first + length), "x", ""),
        st.integers(0, 20),
        st.integers(0, 3),
    )
    listed = st.lists(days, max_size=3).map(tuple)
    weekdays = draw(st.frozensets(st.integers(0, 6))) | {2}
    return WorkingTime(hours, weekdays, draw(listed), draw(listed), date(2026, 12, 31), RECEIVE, "")


def _later(days: int) -> date:
    return date(2026, 1, 1) + timedelta(days=days)


moments = st.integers(0, 20 * 24 * 60).map(lambda number: BEGIN + number * MINUTE)


def plain(working: WorkingTime, start: datetime, end: datetime) -> timedelta:
    """The same by looking at each minute."""
    count, at = 0, start
    while at < end:
        off = any(one.first <= at.date() <= one.last for one in working.off)
        extra = any(one.first <= at.date() <= one.last for one in working.worked)
        if extra or (at.weekday() in working.weekdays and not off):
            count += any(one.begins <= at.time() < one.ends for one in working.hours)
        at += MINUTE
    return count * MINUTE


@settings(max_examples=40, deadline=None)
@given(calendars(), moments, st.integers(0, 3 * 24 * 60))
def test_it_is_the_count_of_working_minutes(working: WorkingTime, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    assert working.between(start, end) == plain(working, start, end)


@settings(max_examples=50, deadline=None)
@given(calendars(), moments, moments, moments)
def test_it_adds_up_and_is_never_more_than_the_clock(
    working: WorkingTime, one: datetime, other: datetime, third: datetime
) -> None:
    first, middle, last = sorted((one, other, third))
    whole = working.between(first, last)
    assert whole == working.between(first, middle) + working.between(middle, last)
    assert timedelta() <= whole <= last - first
    assert working.between(last, first) == timedelta()
    abroad = (first.astimezone(tz=None), last.astimezone(tz=None))
    assert working.between(*abroad) == whole, "the same moments, whatever clock tells them"


@settings(max_examples=50, deadline=None)
@given(calendars(), moments, st.integers(0, 30 * 60))
def test_a_term_ends_when_so_much_working_time_is_over(working: WorkingTime, start: datetime, length: int) -> None:
    spent = length * MINUTE
    end = working.after(start, spent)
    assert working.between(start, end) == spent
    if spent:
        assert working.between(start, end - MINUTE) == spent - MINUTE, "and not before"
        assert working.reached(start, end, spent)
        assert not working.reached(start, end - MINUTE, spent)


@settings(max_examples=50, deadline=None)
@given(calendars(), moments, moments)
def test_within_is_what_between_says(working: WorkingTime, one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    assert working.within(start, end, RECEIVE) == (working.between(start, end) <= timedelta(hours=4))
    clock = Within(4, Counted.CLOCK, "")
    assert working.within(start, end, clock) == (end - start <= timedelta(hours=4))
    if working.within(start, end, clock):
        assert working.within(start, end, RECEIVE), "working time is never longer than the clock's"


@settings(max_examples=50, deadline=None)
@given(calendars(), st.integers(0, 25), st.integers(0, 15))
def test_due_days(working: WorkingTime, first: int, count: int) -> None:
    day = _later(first)
    due = working.due_day(day)
    assert working.works(due)
    assert due >= day
    assert not any(working.works(day + timedelta(days=n)) for n in range((due - day).days))
    later = working.days_after(day, count)
    assert working.days_until(day, later) == count
    assert working.days_until(later, day) == -count


def test_the_packaged_calendar_is_read_and_says_what_is_not_verified() -> None:
    from vault.catalogue import load  # noqa: PLC0415 - reading it is what is tried

    told = load().working_time
    friday = datetime(2026, 2, 13, 16, tzinfo=ZONE)
    assert told.after(friday, timedelta(hours=4)) == datetime(2026, 2, 23, 10, 30, tzinfo=ZONE), "after Tết"
    assert told.works(date(2026, 8, 22)), "a Saturday that is worked in place of a Monday"
    assert not told.works(date(2026, 8, 31))
    assert told.hours[0] == Hours(time(7, 30), time(11, 30))
    entries = [(one.source, one.verified) for one in (*told.off, *told.worked)]
    entries += [(told.source, told.verified), (told.receive.source, told.receive.verified)]
    assert all(source and not verified for source, verified in entries)
