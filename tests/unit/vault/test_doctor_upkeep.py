"""What `vault doctor` says about upkeep: each bad state with what to do, each good one without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from vault.cli import upkeep
from vault.cli.findings import Finding, State, words
from vault.cli.work_checks import clock, told_of
from vault.domain.backups import choose, stamp, superfluous
from vault.domain.errors import VaultError
from vault.domain.upkeep import Run
from vault.domain.vitals import Vitals, Waiting
from vault.messages import Language
from vault.ports import PublishedStatus

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


def ago(details: dict[str, object] | None = None, **time: float) -> Run:
    return Run(NOW - timedelta(**time), details or {})


LOCKED = {"kept_by": {"a": "object lock, 35 days", "b": "refused by the program"}}


def copies(places: list[str], run: Run | None) -> Finding:
    settings: Any = SimpleNamespace(place="1", copies=[SimpleNamespace(place=one) for one in places])
    return upkeep._copies(SimpleNamespace(settings=settings), run)  # type: ignore[arg-type] # its settings are asked


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (upkeep._backup(None, NOW), State.WORSE),
        (upkeep._backup(ago(hours=2), NOW), State.GOOD),
        (upkeep._backup(ago(hours=27), NOW), State.WORSE),
        (copies([], None), State.WORSE),
        (copies(["1", "1"], ago(LOCKED)), State.WORSE),
        (copies(["1", "2"], ago()), State.WORSE),
        (copies(["1", "2"], ago(LOCKED)), State.GOOD),
        (upkeep._scrub(None, NOW), State.WORSE),
        (upkeep._scrub(ago({"whole": "2026-11-20T00:00:00+00:00"}), NOW), State.GOOD),
        (upkeep._scrub(ago({"whole": "2026-07-20T00:00:00+00:00"}), NOW), State.WORSE),
        (upkeep._scrub(ago({"whole": "", "since": "2026-11-27T00:00:00+00:00", "seen": 7}), NOW), State.GOOD),
        (upkeep._scrub(ago({"whole": "", "since": "2026-06-27T00:00:00+00:00", "seen": 7}), NOW), State.WORSE),
        (upkeep._fsck(None, NOW), State.WORSE),
        (upkeep._fsck(ago(days=3), NOW), State.GOOD),
        (upkeep._fsck(ago(days=9), NOW), State.WORSE),
        (upkeep._fsck(ago({"BLOB_MISSING": 2}, days=1), NOW), State.WORSE),
    ],
)
def test_each_state_is_judged_and_each_bad_one_has_advice(found: Finding, state: State) -> None:
    assert found.state is state
    assert bool(found.advice) == (state is not State.GOOD)


def ending(left: timedelta, lists: dict[int, timedelta | str | None]) -> dict[str, Finding]:
    """What the doctor says of a seal that ends so soon, and of lists signed so long ago, damaged, or not there."""

    @contextmanager
    def begin() -> Iterator[Any]:
        yield SimpleNamespace(records=SimpleNamespace(status_lists=lambda: tuple(lists), states=lambda _: {}))

    def read_status(number: int, *_: object, now: datetime) -> PublishedStatus:
        found = lists[number]
        assert found is not None
        return PublishedStatus(None, (), found) if isinstance(found, str) else PublishedStatus(now - found)

    service: Any = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW),
        sealing=SimpleNamespace(expires=NOW + left),
        uow=SimpleNamespace(begin=begin),
        credentials=SimpleNamespace(read_status=read_status),
        published=SimpleNamespace(get=lambda path: None if lists[int(path.rpartition("/")[2])] is None else b"token"),
    )
    return {one.name: one for one in (*upkeep.seal_ends(service), *upkeep.status_lists(service))}


@pytest.mark.parametrize(
    ("left", "state", "told"),
    [
        (timedelta(days=61), State.GOOD, "ends in 61 days"),
        (timedelta(days=59), State.WORSE, "ends in 59 days"),
        (timedelta(days=-3), State.BROKEN, "ended 3 days ago: nothing can be sealed"),
    ],
)
def test_a_seal_is_told_of_before_it_ends(left: timedelta, state: State, told: str) -> None:
    found = ending(left, {1: timedelta(seconds=9)})["seal certificate"]
    assert (found.state, found.told.say(Language.EN)) == (state, told)
    assert found.advice == (None if state is State.GOOD else words("ends.do"))


@pytest.mark.parametrize(
    ("signed", "state", "told"),
    [
        (timedelta(seconds=20), State.GOOD, "signed 20 s ago"),
        (timedelta(minutes=6), State.WORSE, "signed 360 s ago"),
        ("SIGNATURE", State.WORSE, "SIGNATURE"),
        (None, State.WORSE, "not published yet"),
    ],
)
def test_a_status_list_that_is_old_damaged_or_missing_is_told_of(
    signed: timedelta | str | None, state: State, told: str
) -> None:
    found = ending(timedelta(days=99), {1: timedelta(seconds=9), 2: signed})
    assert found["status list"].state is State.GOOD
    assert (found["status list 2"].state, found["status list 2"].told.say(Language.EN)) == (state, told)
    assert found["status list 2"].advice == (None if state is State.GOOD else words("list.do"))


QUIET = Vitals({}, 0, Waiting(0), Waiting(0), Waiting(0), workers=1)


@pytest.mark.parametrize(
    ("changed", "part", "state"),
    [
        ({}, None, State.GOOD),
        ({"workers": 0}, "workers", State.BROKEN),
        ({"jobs": {"read_intake": Waiting(3, NOW - timedelta(minutes=6)), "x": Waiting(1, NOW)}}, "queue", State.WORSE),
        ({"jobs": {"read_intake": Waiting(900, NOW - timedelta(minutes=4))}}, None, State.GOOD),
        ({"failed_jobs": 1}, "given up", State.WORSE),
        ({"seals": Waiting(1, NOW - timedelta(minutes=11))}, "time stamps", State.WORSE),
        ({"log": Waiting(1, NOW - timedelta(seconds=31))}, "transparency log", State.WORSE),
        ({"dead_letters": 1}, "letters", State.WORSE),
        ({"letters": Waiting(1, NOW - timedelta(minutes=61))}, "letters", State.WORSE),
        ({"failing_webhooks": 1}, "webhooks", State.WORSE),
    ],
)
def test_work_that_stands_still_is_told_of_and_nothing_else(
    changed: dict[str, Any], part: str | None, state: State
) -> None:
    found = list(told_of(replace(QUIET, **changed), NOW, connected=False))
    assert [(one.name, one.state) for one in found if one.state is not State.GOOD] == ([(part, state)] if part else [])
    assert all((one.advice is None) == (one.state is State.GOOD) for one in found)


@pytest.mark.parametrize(("seconds", "state"), [(0, State.GOOD), (4, State.GOOD), (-6, State.WORSE), (6, State.WORSE)])
def test_a_clock_that_is_off_is_told_of_either_way(seconds: int, state: State) -> None:
    assert clock("clock", "PostgreSQL", timedelta(seconds=seconds)).state is state


def days(*numbers: int) -> list[str]:
    return [f"base/{stamp(NOW - timedelta(days=one))}" for one in numbers]


def test_a_restore_begins_with_the_newest_base_from_before_its_moment() -> None:
    bases, marks = days(3, 2, 1), days(0)
    assert choose(bases, marks, None).base == bases[2]
    assert choose(bases, marks, NOW - timedelta(days=1.5)).base == bases[1]
    assert choose(bases, marks, NOW - timedelta(days=2)).base == bases[1]
    assert choose(bases, marks, NOW).until is None
    for wrong, code in ((NOW + timedelta(seconds=1), "BACKUP_TOO_NEW"), (NOW - timedelta(days=4), "BACKUP_TOO_OLD")):
        with pytest.raises(VaultError) as caught:
            choose(bases, marks, wrong)
        assert caught.value.code == code
    with pytest.raises(VaultError, match="BACKUP_NONE"):
        choose([], marks, None)


def test_bases_go_only_when_a_later_one_serves_the_oldest_moment_that_is_kept() -> None:
    bases = days(40, 38, 36, 20, 1)
    assert superfluous(bases, NOW - timedelta(days=35)) == bases[:2]
    assert superfluous(days(40), NOW) == []
    assert superfluous([], NOW) == []
