"""Why somebody may read a citizen's paper: role x agency x purpose. Pure; the circumstances come in as values.

The law asks for a purpose behind every use of personal data (Luật 91/2025/QH15): here a read stands on an open dossier
of the citizen, on what the citizen presented, on the paper handed in over the counter, on somebody's word that it is
wrong, which its agency has to answer, or on a written reason that the citizen and the data-protection officer are told
of at once. Nothing else opens a paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from vault.domain.errors import Forbidden, NotFound
from vault.domain.ids import DossierCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, may
from vault.domain.reuse import VIET_NAM

HANDED_IN_FOR = timedelta(hours=24)
"""How long whoever took a paper in or confirmed it may look at what became of it: the paper itself lay before them."""
PRESENTED_FOR = timedelta(hours=8)
"""How long a presentation at the counter lasts: a working day."""
BREAK_GLASS_FOR = timedelta(hours=1)
DOSSIER_AFTER_DUE = timedelta(days=30)
"""A dossier past its day is late, not over; a month later nobody works on it."""
DOSSIER_WITHOUT_DUE = timedelta(days=366)
SHORTEST_REASON = 15
"""Fewer characters than this say nothing that a citizen or a reviewer could judge."""
LONGEST_REASON = 1000


def said_why(text: str | None) -> str | None:
    """A reason or purpose as it is kept, without spare blanks; None when it says nothing (`SHORTEST_REASON`)."""
    words = " ".join((text or "").split())
    return words[:LONGEST_REASON] if len(words) >= SHORTEST_REASON else None


class Ground(StrEnum):
    """What a read stands on; kept with its event."""

    OWN = "OWN"
    HANDED_IN = "HANDED_IN"
    DOSSIER = "DOSSIER"
    PRESENTED = "PRESENTED"
    CORRECTION = "CORRECTION"
    BREAK_GLASS = "BREAK_GLASS"


@dataclass(frozen=True, slots=True)
class DossierRef:
    """A dossier of the reader's agency that is about one of the paper's people."""

    code: DossierCode
    procedure_code: str
    opened_at: datetime
    due_on: date | None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the wall must know of a paper: whose it is, which agency keeps it, who took it in or confirmed it."""

    agency_code: str
    holder_ids: frozenset[int]
    handled_by: frozenset[str]
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What links reader and paper now: dossiers, the last presentation to this reader, the reader's broken glass.

    `correction_waits`: a correction case about the paper waits for its agency's word, or for the seal that follows it.
    """

    dossiers: Sequence[DossierRef] = ()
    presented_at: datetime | None = None
    correction_waits: bool = False
    glass_broken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """The ground of one read; the dossier when it is one."""

    ground: Ground
    dossier: DossierRef | None = None


def is_open(dossier: DossierRef, now: datetime) -> bool:
    """Whether a dossier still gives a purpose."""
    if dossier.closed_at is not None and dossier.closed_at <= now:
        return False
    if dossier.due_on is None:
        return now < dossier.opened_at + DOSSIER_WITHOUT_DUE
    return now.astimezone(VIET_NAM).date() <= dossier.due_on + DOSSIER_AFTER_DUE


def inside_wall(actor: Actor, paper: PaperFacts) -> bool:
    """Whether the paper is on the actor's side of the wall: their own (or their ward's), or their agency's."""
    if actor.role in HOLDER_ROLES:
        return actor.holder_id is not None and actor.holder_id in paper.holder_ids
    return actor.agency_code is not None and actor.agency_code == paper.agency_code


def basis_of(actor: Actor, paper: PaperFacts | None, known: Circumstances, now: datetime) -> Basis:
    """The ground on which the actor reads the paper (None: there is no such paper).

    `RECORD`: it is not there, for a holder. `PURPOSE_NEEDED`: an agency's person has no ground, and is told the same
    for a paper of the agency, of another one and for none at all: without a ground nobody learns which papers exist.
    """
    if actor.role in HOLDER_ROLES:
        if paper is None or not inside_wall(actor, paper):
            raise NotFound("RECORD")
        return Basis(Ground.OWN)
    if paper is None or not inside_wall(actor, paper):
        raise Forbidden("PURPOSE_NEEDED")
    if actor.account_id in paper.handled_by and now < paper.sealed_at + HANDED_IN_FOR:
        return Basis(Ground.HANDED_IN)
    living = [one for one in known.dossiers if is_open(one, now)]
    if living:
        return Basis(Ground.DOSSIER, max(living, key=lambda one: one.opened_at))
    if known.presented_at is not None and now < known.presented_at + PRESENTED_FOR:
        return Basis(Ground.PRESENTED)
    if known.correction_waits and may(actor, Action.CORRECT):
        return Basis(Ground.CORRECTION)
    if known.glass_broken_at is not None and now < known.glass_broken_at + BREAK_GLASS_FOR:
        return Basis(Ground.BREAK_GLASS)
    raise Forbidden("PURPOSE_NEEDED")
