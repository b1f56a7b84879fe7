"""The acts of dossiers, for indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from vault.domain.indicators import Act


class DossierActs(Protocol):
    """What the log tells of dossiers."""

    def acts(self, agency_codes: Sequence[str], *, since: date, until: date) -> Iterator[Act]:
        """Every act that an indicator may count, of each dossier of these agencies that was opened or is due in the
        span, or was sent and may have been received in it. Together by dossier, in the order of the log, none after
        `until`. To be read to its end inside the transaction.
        """  # noqa: D205 - one sentence that does not fit one line
        ...
