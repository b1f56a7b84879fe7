"""From a picture straight to a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qr.credential import verify
from qr.errors import SymbolError
from qr.reader import Picture, read_image
from qr.verdicts import Verdict, Verification

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from qr.status_token import StatusSource
    from qr.trust_list import TrustList

_ORDER = list(Verdict)


def verify_image(
    image: Picture,
    *,
    hosts: Collection[str],
    trust: TrustList,
    status: StatusSource | None,
    now: datetime,
    logged_at: datetime | None = None,
) -> Verification:
    """Judge the credential in a picture; arguments as for `verify`.

    UNREADABLE when no symbol reads or the file is no picture. A page may carry other people's symbols: those that are
    no credential of a pinned host count only if nothing else is there; among several credentials the worst is the
    answer, so that a genuine symbol beside a forged one proves nothing.
    """
    try:
        texts = read_image(image)
    except SymbolError:
        texts = ()
    if not texts:
        return Verification(verdict=Verdict.UNREADABLE, reasons=(Verdict.UNREADABLE,))
    outcomes = [verify(text, hosts=hosts, trust=trust, status=status, now=now, logged_at=logged_at) for text in texts]
    ours = [outcome for outcome in outcomes if outcome.verdict != Verdict.NOT_ISSUED_BY_US] or outcomes
    return min(ours, key=lambda outcome: _ORDER.index(outcome.verdict))
