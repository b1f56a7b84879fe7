"""Working hours and days off, as data of the catalogue: how long something took in the agency's own time. Pure.

Nothing of it is law in this program: hours, feasts and the days that are worked in place of others are entries with
their source, marked verified or not, and an edition of the catalogue may say them otherwise. All times are those of
Viet Nam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cached_property

ZONE = timezone(timedelta(hours=7))
"""Viet Nam, which has had one time all year since 1975."""
_DAY = timedelta(days=1)


class Counted(StrEnum):
    """By what a term in hours runs."""

    WORKING = "WORKING"
    CLOCK = "CLOCK"


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when people work on a working day; the end is no working time any more."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Days:
    """Days, both included, that are off (or worked although they would be off), and who says so."""

    first: date
    last: date
    name: str
    source: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """So many hours, and by what they run."""

    hours: int
    counted: Counted
    source: str
    verified: bool = False

    @property
    def length(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.hours)


@dataclass(frozen=True)
class WorkingTime:
    """When an agency works. `weekdays` count from Monday, 0; `known_until` is the last day whose feasts are listed."""

    hours: tuple[Hours, ...]
    weekdays: frozenset[int]
    off: tuple[Days, ...]
    worked: tuple[Days, ...]
    known_until: date
    receive: Within
    """How quickly what was sent online is to be taken up."""
    source: str
    verified: bool = False

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(_each(self.off))

    @cached_property
    def _worked(self) -> frozenset[date]:
        return frozenset(_each(self.worked))

    def works(self, day: date) -> bool:
        """Whether the day is a working day. A day that is listed as worked is one, whatever else it is."""
        return day in self._worked or (day.weekday() in self.weekdays and day not in self._off)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from one moment to another; nothing when the second is not the later one."""
        return sum((until - since for since, until in self._pieces(start, end)), timedelta())

    def within(self, start: datetime, end: datetime, limit: Within) -> bool:
        """Whether a term that began at `start` was not over at `end`; exactly its length is in time."""
        if limit.counted is Counted.CLOCK:
            return end - start <= limit.length
        spent = timedelta()
        for since, until in self._pieces(start, end):
            spent += until - since
            if spent > limit.length:
                return False
        return True

    def reached(self, start: datetime, end: datetime, length: timedelta) -> bool:
        """Whether so much working time had gone by since `start` at `end`."""
        spent = timedelta()
        return length <= spent or any(
            (spent := spent + (until - since)) >= length for since, until in self._pieces(start, end)
        )

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The first moment by which so much working time has gone by since `start`."""
        left, from_, day = length, start, start.astimezone(ZONE).date()
        while left > timedelta():  # an agency that never works is refused when the catalogue is read
            day += _DAY
            for since, until in self._pieces(from_, datetime.combine(day, time(), ZONE)):
                if left <= until - since:
                    return since + left
                left -= until - since
            from_ = datetime.combine(day, time(), ZONE)
        return start

    def due_day(self, day: date) -> date:
        """The day on which a term that ends on `day` is really over: the next working day when that is none."""
        while not self.works(day):
            day += _DAY
        return day

    def days_after(self, day: date, count: int) -> date:
        """The working day that is `count` working days later; of none, the day itself."""
        while count > 0:
            day += _DAY
            count -= self.works(day)
        return day

    def days_until(self, day: date, due: date) -> int:
        """Working days after `day` up to `due`, that one included; below zero, how many are past."""
        if due < day:
            return -self.days_until(due, day)
        return sum(self.works(day + n * _DAY) for n in range(1, (due - day).days + 1))

    def _pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        start, end = start.astimezone(ZONE), end.astimezone(ZONE)
        day = start.date()
        while day <= end.date():
            if self.works(day):
                for one in self.hours:
                    since = max(start, datetime.combine(day, one.begins, ZONE))
                    until = min(end, datetime.combine(day, one.ends, ZONE))
                    if since < until:
                        yield since, until
            day += _DAY


def _each(spans: tuple[Days, ...]) -> Iterator[date]:
    for one in spans:
        for number in range((one.last - one.first).days + 1):
            yield one.first + number * _DAY


EVERY_WEEKDAY = WorkingTime(
    (Hours(time(7, 30), time(11, 30)), Hours(time(13), time(17))),
    frozenset(range(5)),
    (),
    (),
    date.max,
    Within(4, Counted.WORKING, ""),
    "",
)
"""Eight hours from Monday to Friday and no feast, where a catalogue says nothing."""
