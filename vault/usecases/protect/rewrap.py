"""Wrap data keys anew under the agencies' newest wrapping keys, while everybody works on."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.errors import Unavailable
from vault.ports import HeldKey, KeyService, UnitOfWork, WrappedKey, key_context

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many wraps got a newer key, and how many did not open under the one they name."""

    done: int
    failed: int


def rewrap(*, uow: UnitOfWork, keys: KeyService) -> Rewrapped:
    """Replace every wrap of an older key. No paper is unreadable at any moment; stopped and run again, it goes on."""
    with uow.begin() as tx:
        agencies = sorted({agency for agency, _, _ in tx.keys.agencies()})
    found = [_rewrap(agency, uow=uow, keys=keys) for agency in agencies]
    return Rewrapped(sum(one.done for one in found), sum(one.failed for one in found))


def _rewrap(agency: str, *, uow: UnitOfWork, keys: KeyService) -> Rewrapped:
    current, done = keys.current(agency), 0
    while True:
        pairs: list[tuple[HeldKey, WrappedKey]] = []
        with uow.begin() as tx:
            old = tx.keys.older(agency, current, limit=BATCH)
            for one in old:
                context = key_context(one.digest, one.paper)
                try:
                    key = keys.unwrap(one.wrapped, context=context)
                except Unavailable as error:
                    if error.code != "KEY_UNWRAP":
                        raise
                    continue
                pairs.append((one, keys.wrap(key, agency=agency, context=context)))
            changed = tx.keys.rewrap(pairs)
        done += changed
        if not changed:
            return Rewrapped(done, len(old) - len(pairs))
