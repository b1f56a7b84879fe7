"""Look at what waits and what runs out. Nobody's papers are read, so it is no act and leaves no event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from vault.domain.errors import Unavailable
from vault.domain.inbox import late_before
from vault.domain.vitals import Expiry, Look, Vitals
from vault.domain.working_time import ZONE, WorkingTime
from vault.ports import Clock, UnitOfWork


def take_vitals(
    *,
    uow: UnitOfWork,
    parts: Mapping[str, Callable[[], None]],
    expiries: Callable[[], Sequence[Expiry]],
    clock: Clock,
    working: WorkingTime,
) -> Look:
    """Ask every part; one that is down is a finding, never an error. `expiries` is what the part `keys` answers."""
    ends: list[Expiry] = []
    asked = {**parts, "keys": lambda: ends.extend(expiries())}
    down = [name for name, ask in asked.items() if not _answers(ask)]
    now = clock.now()
    late = late_before(now.astimezone(ZONE).date(), working)
    vitals = _vitals(uow, late)
    oldest = vitals.papers.oldest if vitals else None
    waited = working.between(oldest, now) if oldest else timedelta()
    return Look(now, tuple(asked), tuple(down), vitals, tuple(ends), waited)


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Unavailable:
        return False
    return True


def _vitals(uow: UnitOfWork, late: date) -> Vitals | None:
    try:
        with uow.begin() as tx:
            return tx.vitals.read(late)
    except Unavailable:
        return None
