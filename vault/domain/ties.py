"""Old numbers that a card names and that somebody else is known by: one person, or two of one name.

The text of a card's QR is not signed, and who types it proves nothing. A number that nobody bears becomes the holder's
at once: it gives them nothing that is there. Papers that come in under it later are theirs, though, without a word on
the tie: not held yet (`deploy/THREATS.md`). One that a holder of the same name bears is only proposed: until an
officer confirms it by name, on the card that lies before them (NĐ 58/2026/NĐ-CP Đ12), no paper follows. What was
confirmed wrongly is taken back, and every paper goes back to whose it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vault.domain.errors import Conflict
from vault.domain.holders import HolderAlias
from vault.domain.ids import DossierCode

GROUND = "NĐ 58/2026/NĐ-CP Đ12"
LEAST_REASON, LONGEST_REASON = 8, 1000


class TieState(StrEnum):
    """What became of it."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    TAKEN_BACK = "TAKEN_BACK"


@dataclass(frozen=True, slots=True)
class Tie:
    """A number of `other_id` that a card said to be one of `holder_id`."""

    id: str
    holder_id: int
    other_id: int
    alias: HolderAlias
    dossier: DossierCode
    agency_code: str
    by_account: str
    by_name: str
    at: datetime
    state: TieState = TieState.PROPOSED
    decided_by: str | None = None
    decided_name: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


def confirm(state: TieState) -> TieState:
    """The state once somebody confirmed it, or `TIE_STATE`: what was taken back is proposed by another dossier."""
    if state is not TieState.PROPOSED:
        raise Conflict("TIE_STATE", state=state.value)
    return TieState.CONFIRMED


def take_back(state: TieState) -> TieState:
    """The state once it was found wrong, before or after it was confirmed, or `TIE_STATE`."""
    if state is TieState.TAKEN_BACK:
        raise Conflict("TIE_STATE", state=state.value)
    return TieState.TAKEN_BACK
