"""Look at what waits and what runs out. Nobody's papers are read, so it is no act and leaves no event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vault.domain.errors import Unavailable
from vault.domain.vitals import Expiry, Look, Vitals
from vault.ports import Clock, UnitOfWork


def take_vitals(
    *,
    uow: UnitOfWork,
    parts: Mapping[str, Callable[[], None]],
    expiries: Callable[[], Sequence[Expiry]],
    clock: Clock,
) -> Look:
    """Ask every part; one that is down is a finding, never an error. `expiries` is what the part `keys` answers."""
    ends: list[Expiry] = []
    asked = {**parts, "keys": lambda: ends.extend(expiries())}
    down = [name for name, ask in asked.items() if not _answers(ask)]
    return Look(clock.now(), tuple(asked), tuple(down), _vitals(uow), tuple(ends))


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Unavailable:
        return False
    return True


def _vitals(uow: UnitOfWork) -> Vitals | None:
    try:
        with uow.begin() as tx:
            return tx.vitals.read()
    except Unavailable:
        return None
