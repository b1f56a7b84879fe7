"""The dossier's form: filled from the attached papers; what is stated otherwise warns before it goes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event, of_each
from vault.domain.corrections import Correction
from vault.domain.dossiers import Dossier
from vault.domain.errors import Conflict, Invalid
from vault.domain.forms import FilledField, FormDifference, FormEntry, differences, fill, taken_from
from vault.domain.ids import DossierCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.domain.text import nfc
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class FormView:
    """The form as it stands: what is known, what was submitted, and the cases that it opened."""

    dossier: Dossier
    fields: tuple[FilledField, ...]
    submitted: tuple[FormEntry, ...]
    cases: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """What the citizen states, by the form's keys; a key that is not there stands as it was filled in.

    `reason` says why something differs from a record; without one, a difference is told and nothing is kept.
    """

    dossier: DossierCode
    entries: Mapping[str, str]
    reason: str = ""


def view_form(code: DossierCode, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> FormView:
    """The form, filled. A look at papers, so an event."""
    require(actor, Action.FILL_FORM)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.FILL_FORM, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        # A dossier that is over gives no purpose to read its papers again; what was stated in it stays its own.
        papers = _papers(tx, dossier) if dossier.closed is None else ()
        fields = fill(dossier, papers) if dossier.closed is None else ()
        act = _event(dossier, actor, now, code="VIEW", details={"fields": len(fields)})
        tx.events.add(*of_each(act, {one.code: one.people for one in papers}))
        cases = tuple(one.for_agency(actor.agency_code) for one in tx.corrections.of_dossier(code))
        return FormView(dossier, fields, tx.forms.of_dossier(code), cases)


def submit_form(what: SubmitForm, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> FormEntry:
    """Keep the form with everything that was filled in. `FORM_DIFFERS` names every difference that has no reason.

    `FORM_FIELD` for a key that the form does not have; `DOSSIER_CLOSED`. The same form again is answered with the one
    that is kept.
    """
    require(actor, Action.FILL_FORM)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.FILL_FORM, dossier=what.dossier)), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        fields = fill(dossier, _papers(tx, dossier))
        stated = {key: nfc(value).strip() for key, value in what.entries.items()}
        unknown = sorted(set(stated) - {one.key for one in fields})
        if unknown:
            raise Invalid("FORM_FIELD", field=unknown[0][:80])
        if any(len(value) > LONGEST for value in stated.values()):
            raise Invalid("FORM_FIELD", field=next(key for key, value in stated.items() if len(value) > LONGEST))
        found = differences(fields, stated)
        if found and not what.reason.strip():
            raise Conflict("FORM_DIFFERS", count=len(found), differences=[difference_json(one) for one in found])
        kept = tx.forms.of_dossier(what.dossier)
        entries = {one.key: stated.get(one.key, one.value) for one in fields}
        entry = FormEntry(
            number=len(kept) + 1,
            entries=entries,
            differences=found,
            reason=what.reason.strip(),
            by_account=actor.account_id,
            by_name=actor.name,
            at=now,
            taken=taken_from(fields, entries),
        )
        if kept and (kept[-1].entries, kept[-1].reason) == (entry.entries, entry.reason):
            return kept[-1]
        tx.forms.add(what.dossier, entry)
        details = {"fields": len(fields), "stated": len(stated), "differences": [one.key for one in found]}
        tx.events.add(_event(dossier, actor, now, code="SUBMIT", details=details))
        return entry


def difference_json(one: FormDifference) -> dict[str, object]:
    """A difference as the API tells it."""
    return {
        "key": one.key,
        "field": one.field,
        "kept": one.kept,
        "stated": one.stated,
        "record": one.record,
        "version": one.version,
    }


def _papers(tx: Tx, dossier: Dossier) -> tuple[Record, ...]:
    """What is attached; what a paper says that is in force no more fills nothing in."""
    attached = tx.records.of_codes(tuple(dict.fromkeys(one.record for one in dossier.attachments)))
    return tuple(one for one in attached if one.state is RecordState.ACTIVE)


def _event(dossier: Dossier, actor: Actor, now: datetime, *, code: str, details: Mapping[str, object]) -> Event:
    return Event(
        now,
        actor,
        Action.FILL_FORM,
        code=code,
        purpose=dossier.procedure_code,
        legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
        dossier=dossier.code,
        holder_id=dossier.holder_id,
        details=details,
    )
