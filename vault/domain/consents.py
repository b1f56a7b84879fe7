"""A citizen's standing consents: one switch a purpose, off until the citizen turns it on, each turn dated and kept.

NĐ 45/2020 Đ11 k5, Đ16 k2c: kept papers that are no results serve later dossiers with the person's consent. Luật BVDLCN
91/2025 Đ9: consent is for one purpose, shown plainly, and can be withdrawn; silence is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentPurpose(StrEnum):
    """What a citizen can agree to; the words for people live in the message catalogue."""

    OWN_DOSSIERS = "OWN_DOSSIERS"
    """The citizen's papers serve their own later dossiers at the agency that keeps them."""
    OTHER_AGENCIES = "OTHER_AGENCIES"
    """The same at another agency."""
    FAMILY_DOSSIERS = "FAMILY_DOSSIERS"
    """The citizen's papers serve dossiers of others in which the citizen has a part (a spouse's, a child's)."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One turn of a switch."""

    holder_id: int
    purpose: ConsentPurpose
    on: bool
    at: datetime
    by_account: str


def newest(turns: Sequence[Consent]) -> Mapping[tuple[int, ConsentPurpose], Consent]:
    """The last word of each holder on each purpose; a switch never turned is not in it."""
    found: dict[tuple[int, ConsentPurpose], Consent] = {}
    for turn in sorted(turns, key=lambda one: one.at):
        found[turn.holder_id, turn.purpose] = turn
    return found


@dataclass(frozen=True, slots=True)
class PaperConsent:
    """What was said about one paper when it was handed in: whether its person agreed, and when."""

    given: bool
    at: datetime
    agency_code: str
    holder_ids: tuple[int, ...]
    """Whom the paper names, in its order."""


def consented(
    paper: PaperConsent,
    turns: Sequence[Consent],
    *,
    people: Sequence[int],
    agency_code: str,
) -> bool:
    """Whether the paper may serve a dossier of `people` (whose it is first) at an agency, by its person's consent.

    The switch that speaks is that of the dossier's own person when the paper names them (`OWN_DOSSIERS`, or
    `OTHER_AGENCIES` away from the agency that keeps it), otherwise `FAMILY_DOSSIERS` of the first whom both name. The
    later word wins: a switch turned after the paper came in overrides what was said then, both ways. Consent given with
    a paper is for its person's own dossiers and those of the family, wherever, as the form says.
    """
    if people[0] in paper.holder_ids:
        speaks = people[0]
        here = agency_code == paper.agency_code
        purpose = ConsentPurpose.OWN_DOSSIERS if here else ConsentPurpose.OTHER_AGENCIES
    else:
        speaks = next((one for one in paper.holder_ids if one in people), 0)
        purpose = ConsentPurpose.FAMILY_DOSSIERS
    turn = newest(turns).get((speaks, purpose))
    if turn is None or (paper.given and turn.at < paper.at):
        return paper.given
    return turn.on
