"""What `vault doctor` says about work that goes on: workers, queue, time stamps, letters and messages to others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from vault.bootstrap import App
from vault.cli.down import broken
from vault.cli.findings import Finding, State, judged, words
from vault.domain.errors import VaultError
from vault.domain.vitals import Vitals, Waiting

QUEUE_AGE = timedelta(minutes=5)
STAMP_AGE = timedelta(minutes=10)
LETTER_AGE = timedelta(hours=1)
LOG_AGE = timedelta(seconds=30)
CLOCK_OFF = timedelta(seconds=5)
"""Status lists are believed for a minute, one-time passwords for half of one, peers' signatures for thirty seconds."""


def work(service: App) -> Iterator[Finding]:
    """What is read from the rows."""
    look = service.looks.look()
    if look.vitals is not None:  # else the database's own line says so
        yield from told_of(look.vitals, look.now, connected=service.settings.national_url is not None)


def told_of(vitals: Vitals, now: datetime, *, connected: bool) -> Iterator[Finding]:
    """What is good and what is not of one look."""
    yield judged(
        "workers",
        words("workers", count=vitals.workers),
        wrong=vitals.workers < 1,
        advice=words("workers.do"),
        state=State.BROKEN,
    )
    waiting = max(vitals.jobs.items(), key=lambda one: one[1].seconds(now), default=("", Waiting(0)))
    many = sum(one.count for one in vitals.jobs.values())
    facts = {"count": many, "seconds": round(waiting[1].seconds(now)), "what": waiting[0]}
    yield judged(
        "queue",
        words("queue", **facts) if many else words("queue.empty"),
        wrong=_old(waiting[1], now, QUEUE_AGE),
        advice=words("queue.do"),
    )
    failed = vitals.failed_jobs
    yield judged("given up", words("given_up", count=failed), wrong=failed > 0, advice=words("given_up.do"))
    seals, minutes = vitals.seals, round(vitals.seals.seconds(now) / 60)
    yield judged(
        "time stamps",
        words("tsa.waiting", count=seals.count, minutes=minutes),
        wrong=_old(seals, now, STAMP_AGE),
        advice=words("tsa.waiting.do"),
    )
    log = vitals.log
    yield judged(
        "transparency log",
        words("log.waits", count=log.count, seconds=round(log.seconds(now))),
        wrong=_old(log, now, LOG_AGE),
        advice=words("log.do"),
    )
    letters = vitals.letters
    counts = words("letters", waiting=letters.count, dead=vitals.dead_letters)
    yield judged(
        "letters",
        counts if connected or letters.count or vitals.dead_letters else words("letters.none"),
        wrong=vitals.dead_letters > 0 or _old(letters, now, LETTER_AGE),
        advice=words("letters.do"),
    )
    hooks = vitals.failing_webhooks
    yield judged("webhooks", words("webhooks", count=hooks), wrong=hooks > 0, advice=words("webhooks.do"))


def _old(waiting: Waiting, now: datetime, age: timedelta) -> bool:
    return waiting.seconds(now) > age.total_seconds()


def time_stamps(service: App) -> Iterator[Finding]:
    """Whether the time-stamp authority answers, by asking it, and whether its clock and ours agree."""
    if service.settings.timestamp_url is None:
        yield Finding("time-stamp authority", State.GOOD, words("tsa.own"))
        return
    try:
        there = service.sealing.ask_the_time()
    except VaultError as error:
        yield broken("time-stamp authority", error, State.WORSE)  # papers are sealed all the same
        return
    yield Finding("time-stamp authority", State.GOOD, words("answers"))
    yield clock("clock and authority", "TSA", service.clock.now() - there)


def database_clock(service: App) -> Iterator[Finding]:
    """Whether the database server's clock and ours agree."""
    service.uow.ping()
    there = service.looks.database_time()
    yield clock("clock", "PostgreSQL", service.clock.now() - there)


def clock(name: str, whose: str, off: timedelta) -> Finding:
    """How far two clocks are apart. A token names whole seconds, and an answer takes its time."""
    told = words("clock.same", seconds=round(off.total_seconds(), 1), whose=whose)
    return judged(name, told, wrong=abs(off) > CLOCK_OFF, advice=words("clock.do"))
