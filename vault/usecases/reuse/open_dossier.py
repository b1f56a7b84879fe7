"""Open a dossier: a procedure and a holder; everything else follows from what is already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from vault.domain.audit import PARTY, Event
from vault.domain.catalogue import Catalogue, Procedure
from vault.domain.dossiers import Dossier, DossierChannel, Party
from vault.domain.errors import Conflict, Forbidden, Invalid
from vault.domain.holders import HolderAlias, HolderId, HolderRole
from vault.domain.identity_card import is_card, read_card
from vault.domain.ids import DossierCode, dossier_code
from vault.domain.outside import NATIONAL, ConsentBy
from vault.domain.people import Action, Actor, Role, require
from vault.domain.reuse import VIET_NAM, Authority
from vault.domain.sign_in import OPENINGS
from vault.domain.text import NameMatch, compare_names, nfc
from vault.domain.ties import Tie
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.brake import brake
from vault.usecases.refusals import recorded
from vault.usecases.tell import ask_about, tell_dossier

LONGEST_KEY = 200
LONGEST_TERM = timedelta(days=366)
"""No procedure of the catalogue takes longer; a later date would only make papers look expired."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the dossier: a number or the text of an identity card's QR, and a name if nobody knows them yet."""

    number: str
    name: str | None = None
    role: str = HolderRole.SUBJECT.value


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """Procedure by its national code, holder by number; the name is needed only for a holder nobody knows yet.

    `parties` are the others whom the procedure is about (a spouse, a child); `submitted_by` hands it in for the holder,
    by the right that `authority` names (NĐ 69/2024 Đ40 k8: the dossier stays the holder's).
    """

    procedure_code: str
    holder_number: str
    holder_name: str | None = None
    due_on: date | None = None
    purpose: str | None = None
    holder_role: str = HolderRole.SUBJECT.value
    parties: tuple[Person, ...] = ()
    submitted_by: Person | None = None
    authority: str = Authority.NONE.value
    channel: DossierChannel = DossierChannel.COUNTER
    code: DossierCode | None = None
    """The code that the portal gave it; without one it gets the day's next here."""
    picks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Papers in the national store that the citizen chose at the portal -> the component for which."""
    sent_at: datetime | None = None
    """When the portal took it in, by its own clock: it may have told us much later. None: it was opened just now."""
    key: str | None = None
    """Of the asker's making, one for each dossier that is wanted: asked again under it, it is the same dossier."""


_Claim = tuple[int, int, HolderAlias]
"""Who is said to bear a number, who is known by it, and the number."""


def open_dossier(what: OpenDossier, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Dossier:
    """Open it under the day's next code. `PROCEDURE_UNKNOWN`, `HOLDER_NAME` and the codes of a bad number refuse.

    `HOLDER_NAME_DIFFERS`: somebody else bears the number than was said. An old number on a card that somebody else of
    the same name is known by opens nothing of theirs: it is proposed (`tie_number`), and they hear of it.
    `TOO_MANY_LOOK_UPS` for whoever tries numbers one after the other.

    Two dossiers of one person for one procedure are nothing odd (two plots of land), so what is asked decides nothing:
    a `key` does. Under a key that opened something else: `REQUEST_KEY_USED`.
    """
    require(actor, Action.OPEN_DOSSIER)
    now = clock.now()
    today = now.astimezone(VIET_NAM).date()
    with recorded(uow, Event(now, actor, Action.OPEN_DOSSIER)):
        if actor.role is not Role.SYSTEM:
            brake(OPENINGS, actor.account_id, uow=uow, now=now)
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if what.key is not None and not 0 < len(what.key) <= LONGEST_KEY:
            raise Invalid("REQUEST_KEY", most=LONGEST_KEY)
        if what.authority not in Authority.__members__:
            raise Invalid("AUTHORITY", authority=what.authority)
        # A dossier of the portal may be told late, after an outage: its day stays the day that the citizen was given.
        first = date.min if what.channel is DossierChannel.ONLINE else today
        if what.due_on is not None and not first <= what.due_on <= today + LONGEST_TERM:
            raise Invalid("DUE_DATE", due_on=what.due_on.isoformat())
        procedure = catalogue.procedure(what.procedure_code, today)
        holder = Person(what.holder_number, what.holder_name, what.holder_role)
        with uow.begin() as tx:
            opened = None if what.key is None else tx.dossiers.opened_under(actor.account_id, what.key)
            if opened is not None:
                return _again(tx, opened, what, procedure)
            people = (holder, *what.parties, *((what.submitted_by,) if what.submitted_by else ()))
            (owner, *rest), claims = _parties(tx, people, now)
            by = rest.pop() if what.submitted_by else None
            dossier = Dossier(
                code=what.code
                or dossier_code(actor.agency_code, today, tx.dossiers.next_serial(actor.agency_code, today)),
                procedure_code=procedure.code,
                holder_id=owner.holder_id,
                holder=owner.link,
                agency_code=actor.agency_code,
                purpose=what.purpose or procedure.purpose,
                opened_by=actor.account_id,
                opened_at=what.sent_at or now,
                due_on=what.due_on,
                parties=tuple(rest),
                submitted_by=by,
                authority=Authority(what.authority),
                channel=what.channel,
            )
            tx.dossiers.add(dossier, key=what.key)
            _propose(tx, dossier, claims, actor, now)
            tell_dossier(tx, dossier, now)
            _look_elsewhere(tx, dossier, what.picks, actor=actor, now=now)
            details = {
                "parties": len(dossier.parties),
                "authority": dossier.authority.value,
                # What indicators judge later stands in the log of this act, not in a row that could be changed.
                "due_on": dossier.due_on and dossier.due_on.isoformat(),
                "identified": tx.accounts.vouched(dossier.holder_id),
                "old_numbers": len(claims),
            }
            if what.sent_at is not None:  # both stay: this, and the time of the event, when it was told here
                details["sent_at"] = what.sent_at.isoformat()
            act = Event(
                now, actor, Action.OPEN_DOSSIER, purpose=procedure.code, dossier=dossier.code, details=details,
                holder_id=dossier.holder_id,
            )  # fmt: skip
            others = [one for one in dossier.people if one != dossier.holder_id]
            tx.events.add(act, *(replace(act, code=PARTY, holder_id=one) for one in others))
            for bearer, masked in dict.fromkeys((other, alias.id.masked) for _, other, alias in claims):
                tx.events.add(replace(act, code=PARTY, holder_id=bearer, details={"old_number": masked}))
        return dossier


def _again(tx: Tx, code: DossierCode, what: OpenDossier, procedure: Procedure) -> Dossier:
    """What the key opened, if it is what is asked for now."""
    kept = tx.dossiers.get(code)
    people = [(one.holder_id, one.link.role.value) for one in kept.parties]
    by = None if kept.submitted_by is None else kept.submitted_by.holder_id
    same = (
        kept.procedure_code == procedure.code,
        kept.due_on == what.due_on,
        kept.purpose == (what.purpose or procedure.purpose),
        kept.authority.value == what.authority,
        kept.holder.role.value == what.holder_role.upper(),
        kept.holder_id == _known(tx, what.holder_number),
        people == [(_known(tx, one.number), one.role.upper()) for one in what.parties],
        by == (None if what.submitted_by is None else _known(tx, what.submitted_by.number)),
    )
    if not all(same):
        raise Conflict("REQUEST_KEY_USED", dossier=code)
    return kept


def _known(tx: Tx, number: str) -> int | None:
    return tx.holders.find(read_card(number).id if is_card(number) else HolderId.parse(number))


def _look_elsewhere(tx: Tx, dossier: Dossier, picks: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """The national store is asked of itself, by job: it comes before any paper is asked for."""
    if tx.outbox.connected:
        for holder_id in dossier.people:
            ask_about(tx, dossier, NATIONAL, holder_id, ConsentBy.LAW, actor=actor, now=now)
        if picks:
            tx.outside.pick(dossier.code, picks)


def _parties(tx: Tx, people: Sequence[Person], now: datetime) -> tuple[list[Party], list[_Claim]]:
    found = [_party(tx, person, now) for person in people]
    return [party for party, _ in found], [claim for _, claims in found for claim in claims]


def _party(tx: Tx, person: Person, now: datetime) -> tuple[Party, tuple[_Claim, ...]]:
    """The holder, made if unknown, and numbers on their card that somebody else of their name is known by."""
    if person.role.upper() not in HolderRole.__members__:
        raise Invalid("HOLDER_ROLE", role=person.role)
    card = read_card(person.number) if is_card(person.number) else None
    number = card.id if card else HolderId.parse(person.number)
    said = nfc(person.name or (card.name if card else "")).strip()
    holder_id = tx.holders.find(number)
    if holder_id is None:
        if not said:
            raise Invalid("HOLDER_NAME")
        holder_id = tx.holders.ensure(number, said, at=now)
    elif said and compare_names(tx.holders.get(holder_id).name, said) is NameMatch.DIFFERENT:
        raise Conflict("HOLDER_NAME_DIFFERS")  # nor is it told which name is kept
    claims = tuple(
        found for alias in (card.aliases if card else ()) if (found := _tie(tx, holder_id, alias)) is not None
    )
    return Party(holder_id, replace(tx.holders.get(holder_id), role=HolderRole(person.role.upper()))), claims


def _tie(tx: Tx, holder_id: int, alias: HolderAlias) -> _Claim | None:
    """Keep another number of the holder; one that somebody bears is a claim (`vault.domain.ties`) on an equal name."""
    other = tx.holders.tie(holder_id, alias)
    if other == holder_id:
        return None
    names = compare_names(tx.holders.get(other).name, tx.holders.get(holder_id).name)
    if names < NameMatch.SPACING_CASE:
        raise Conflict("HOLDER_NUMBER_TAKEN")
    return holder_id, other, alias


def _propose(tx: Tx, dossier: Dossier, claims: Sequence[_Claim], actor: Actor, now: datetime) -> None:
    for number, (holder_id, other, alias) in enumerate(dict.fromkeys(claims), start=1):
        named = f"{dossier.code}-SC{number}"
        tx.ties.propose(
            Tie(
                named,
                holder_id,
                other,
                alias,
                dossier.code,
                dossier.agency_code,
                actor.account_id,
                actor.name,
                now,
            )
        )
