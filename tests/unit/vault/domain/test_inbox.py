"""What is pressing on the desk: late, nearly late, waiting too long, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

import pytest

from vault.domain.dossiers import Attachment, Closing, Demand, Dossier, Ending, Notice
from vault.domain.errors import Conflict
from vault.domain.holders import HolderKind, HolderLink, HolderRole
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.inbox import LONG_WAIT, Pace, Turn, late_before, near_until, pace_of, standing_of
from vault.domain.working_time import EVERY_WEEKDAY, Days, Hours

ALWAYS = replace(
    EVERY_WEEKDAY, hours=(Hours(time(), time(12)), Hours(time(12), time.max)), weekdays=frozenset(range(7))
)
"""An agency that works day and night: what is tried with it is no question of the calendar."""
OPENED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
WHO = HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "031090000001", "NGUYỄN VĂN MẪU")
DOSSIER = Dossier(DossierCode("H24.1-261123-0001"), "1.1", 1, WHO, "H24.1", None, "x", OPENED, None)
SHORT, LONG = OPENED + LONG_WAIT - timedelta(seconds=1), OPENED + LONG_WAIT


def attached(at: datetime) -> Attachment:
    return Attachment("c", RecordCode("r"), 1, MappingProxyType({}), "x", "x", at)


def asked(at: datetime) -> Demand:
    return Demand("c", "NO_DATA", "", None, "x", "x", at)


@pytest.mark.parametrize(
    ("due_on", "pace"),
    [
        (None, Pace.NO_DUE_DAY),
        (date(2026, 11, 22), Pace.LATE),
        (date(2026, 11, 23), Pace.NEAR),
        (date(2026, 11, 25), Pace.NEAR),
        (date(2026, 11, 26), Pace.IN_TIME),
    ],
)
def test_the_due_day_itself_is_still_in_time(due_on: date | None, pace: Pace) -> None:
    assert pace_of(due_on, today=TODAY, working=ALWAYS) is pace
    assert pace_of(due_on, today=TODAY, working=ALWAYS, closed=True) is Pace.CLOSED


def test_four_hours_untouched_are_too_long() -> None:
    assert not standing_of(DOSSIER, now=SHORT, today=TODAY, working=ALWAYS).waited_long
    assert standing_of(DOSSIER, now=LONG, today=TODAY, working=ALWAYS).waited_long


@pytest.mark.parametrize("act", [{"attachments": (attached(SHORT),)}, {"demands": (asked(SHORT),)}])
def test_every_act_of_the_desk_begins_the_wait_anew(act: dict[str, object]) -> None:
    touched = replace(DOSSIER, **act)  # type: ignore[arg-type]
    standing = standing_of(touched, now=LONG, today=TODAY, working=ALWAYS)
    assert (standing.since, standing.waited_long, standing.turn) == (SHORT, False, Turn.DESK)
    assert standing_of(touched, now=SHORT + LONG_WAIT, today=TODAY, working=ALWAYS).waited_long


def test_after_the_notice_it_is_the_citizens_turn_and_after_an_act_the_desks_again() -> None:
    told = replace(DOSSIER, demands=(asked(OPENED),), notices=(Notice(1, (), "x", "x", SHORT),))
    waiting = standing_of(told, now=OPENED + timedelta(days=30), today=TODAY, working=ALWAYS)
    assert (waiting.turn, waiting.waited_long) == (Turn.CITIZEN, False)
    back = replace(told, attachments=(attached(LONG),))
    assert standing_of(back, now=LONG, today=TODAY, working=ALWAYS).turn is Turn.DESK


def test_what_has_ended_waits_for_nobody_and_takes_nothing_more() -> None:
    ended = replace(DOSSIER, due_on=date(2026, 1, 1), closed=Closing(Ending.ANSWERED, "x", "x", LONG))
    standing = standing_of(ended, now=LONG + timedelta(days=9), today=TODAY, working=ALWAYS)
    assert (standing.pace, standing.turn, standing.waited_long) == (Pace.CLOSED, Turn.NOBODY, False)
    with pytest.raises(Conflict) as refused:
        ended.require_open()
    assert refused.value.code == "DOSSIER_CLOSED"
    DOSSIER.require_open()


# --- by the agency's own time ----------------------------------------------------------------------------------------
SATURDAY = date(2026, 11, 28)
FEAST = Days(date(2026, 11, 30), date(2026, 11, 30), "lễ", "")
WORKING = replace(EVERY_WEEKDAY, off=(FEAST,))


@pytest.mark.parametrize(
    ("today", "pace"),
    [
        (date(2026, 11, 27), Pace.NEAR),
        (date(2026, 12, 1), Pace.NEAR),  # the Tuesday after a weekend and a feast is the day on which it ends
        (date(2026, 12, 2), Pace.LATE),
        (date(2026, 11, 26), Pace.NEAR),
        (date(2026, 11, 25), Pace.IN_TIME),
    ],
)
def test_a_due_day_that_nobody_works_on_is_over_with_the_next_working_day(today: date, pace: Pace) -> None:
    assert pace_of(SATURDAY, today=today, working=WORKING) is pace


def test_what_the_store_is_asked_for_holds_everything_that_is_near() -> None:
    today = date(2026, 11, 26)
    last = near_until(today, WORKING)
    for number in range(30):
        due = today + timedelta(days=number)
        near = pace_of(due, today=today, working=WORKING) is not Pace.IN_TIME
        assert near == (due <= last), due


def test_a_night_and_a_weekend_are_no_waiting() -> None:
    evening = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)  # Friday, 16:30 in Viet Nam: half an hour is left
    waiting = replace(DOSSIER, opened_at=evening)
    for now, long in (
        (datetime(2026, 11, 30, 12, tzinfo=UTC), False),  # Monday is a feast
        (datetime(2026, 12, 1, 3, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 4, 0, tzinfo=UTC), True),  # Tuesday 11:00: three and a half hours more
    ):
        standing = standing_of(waiting, now=now, today=TODAY, working=WORKING)
        assert standing.waited_long is long, now


def test_late_is_what_was_due_before_one_day_that_no_weekend_or_feast_comes_into() -> None:
    """The gauge for operators counts by that day what the list for the head of the desk shows paper by paper."""
    for number in range(40):
        today = date(2026, 11, 20) + timedelta(days=number)
        first = late_before(today, WORKING)
        for due in (today + timedelta(days=n) for n in range(-12, 4)):
            assert (due < first) == (pace_of(due, today=today, working=WORKING) is Pace.LATE), (today, due)
