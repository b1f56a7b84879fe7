"""The brake on callers that look like a program would: so many tries in a window, then they are told to wait."""

from __future__ import annotations

from datetime import datetime

from vault.domain.errors import Forbidden
from vault.domain.sign_in import Limit
from vault.ports import UnitOfWork


def brake(limit: Limit, caller: str, *, uow: UnitOfWork, now: datetime) -> None:
    """Count a try of a caller; `TOO_MANY_LOOK_UPS` beyond the limit.

    In a transaction of its own: a look that is refused later counts all the same.
    """
    with uow.begin() as tx:
        tries = tx.sign_ins.tried(limit, caller, at=now)
    if tries > limit.most:
        raise Forbidden("TOO_MANY_LOOK_UPS")
