"""One place that judges what is there for a dossier's components: this vault, what lies elsewhere, what is attached.

Attaching, demanding, the notice, closing, the look-up and the page all ask here, so that none of them can know less
than another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from vault.domain.catalogue import Catalogue, Component, ComponentForm, DemandForm, LegalGround, national_code
from vault.domain.consents import Consent, PaperConsent, consented
from vault.domain.dossiers import Attachment, Demand, Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.records import Record
from vault.domain.reuse import (
    VIET_NAM,
    Candidate,
    Decision,
    DemandDecision,
    DossierFacts,
    Override,
    Question,
    Resolution,
    Standing,
    Step,
    Verdict,
    decide,
    may_demand,
    rank,
    resolve,
    standing_of,
)
from vault.domain.states import RecordState
from vault.ports import Tx
from vault.usecases.reuse.elsewhere import Elsewhere, OutsideOffer, elsewhere, outside_offers

CORRECTION = "CAICHINH"
"""The extract that says what was changed or corrected in the register (trích lục thay đổi, cải chính hộ tịch)."""
ASKED = frozenset({Step.THIS_VAULT})
"""Sources that this deployment really consults; a step that nobody asked is shown as not asked."""


def component_of(dossier: Dossier, code: str, catalogue: Catalogue, now: datetime) -> Component:
    """A component of the dossier's own procedure; `COMPONENT_UNKNOWN` for another procedure's."""
    component = catalogue.component(code, now.astimezone(VIET_NAM).date())
    if national_code(component.code) != national_code(dossier.procedure_code):
        raise NotFound("COMPONENT_UNKNOWN", component_code=code)
    return component


@dataclass(frozen=True, slots=True)
class Offer:
    """A record with how the decision sees it."""

    record: Record
    candidate: Candidate


def offers_for(tx: Tx, dossier: Dossier) -> tuple[Offer, ...]:
    """Every record of a dossier's people as candidates."""
    return offers_of(tx, dossier, _papers(tx, dossier))


def _papers(tx: Tx, dossier: Dossier) -> tuple[Record, ...]:
    """Papers of the dossier's people, and those under a number that is only proposed as theirs.

    Of the latter only the agency's own, which it may see anyway; the decision asks for a check of each.
    """
    own = tx.records.of_people(dossier.people)
    claimed = {tx.holders.find(one.alias.id) for one in dossier.open_ties}
    others = tuple(one for one in claimed if one is not None and one not in dossier.people)
    if not others:
        return own
    codes = {one.code for one in own}
    found = (one for one in tx.records.of_people(others) if one.agency_code == dossier.agency_code)
    return (*own, *(one for one in found if one.code not in codes))


def offers_of(tx: Tx, dossier: Dossier, records: Sequence[Record]) -> tuple[Offer, ...]:
    """Records of a dossier's people as candidates, each with the correction that was registered after it.

    Consent is what the paper's person says by now: their switches (`vault.domain.consents`) over what was said with it.
    """
    corrections = [one for one in records if one.type_code == CORRECTION and one.state is RecordState.ACTIVE]
    turns = tx.consents.of_holders(dossier.people)
    if turns:  # few people ever turn a switch, and who stands on each paper need not be asked for the others
        records = tuple(replace(one, consent=_agreed(tx, dossier, one, turns)) for one in records)
    return tuple(Offer(one, candidate_of(one, corrections)) for one in records)


def _agreed(tx: Tx, dossier: Dossier, record: Record, turns: Sequence[Consent]) -> bool:
    said = PaperConsent(record.consent, record.sealed_at, record.agency_code, tx.records.holder_ids(record.code))
    return consented(said, turns, people=dossier.people, agency_code=dossier.agency_code)


def decisions_for(
    component: Component, facts: DossierFacts, offers: Sequence[Offer], *, catalogue: Catalogue, now: datetime
) -> tuple[Decision, ...]:
    """Decisions on the records whose type could stand for the component, best first."""
    today = now.astimezone(VIET_NAM).date()
    return rank(
        decide(component, one.candidate, facts, catalogue=catalogue, now=now)
        for one in offers
        if catalogue.accepts(component, one.record.type_code, today)
    )


def facts_of(dossier: Dossier) -> DossierFacts:
    """The dossier as the decision sees it, with everybody in it and their other numbers."""
    return DossierFacts(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        holder=dossier.holder,
        agency_code=dossier.agency_code,
        due_on=dossier.due_on,
        purpose=dossier.purpose,
        parties=tuple(party.link for party in dossier.parties),
        submitted_by=dossier.submitted_by.link if dossier.submitted_by else None,
        authority=dossier.authority,
    )


def candidate_of(record: Record, corrections: Sequence[Record]) -> Candidate:
    """The record as the decision sees it; `corrections` are the corrections in force that name the dossier's people."""
    return Candidate(
        record_code=record.code,
        version=record.version,
        type_code=record.type_code,
        holders=record.holders,
        result_code=record.result_code,
        number=record.number,
        issuer_code=record.issuer_code,
        issuer_as_printed=record.issuer_as_printed,
        issued_on=record.issued_on,
        valid_until=record.valid_until,
        scope=record.scope,
        trust=record.trust,
        state=record.state,
        superseded_by=record.superseded_by,
        signature=record.evidence,
        compared_with_original=record.compared_with_original,
        conversion_mark=record.conversion_mark,
        consent=record.consent,
        source=record.source,
        purpose=record.purpose,
        later_correction=next((one.code for one in corrections if _corrects(one, record)), None),
        signer=record.signer,
    )


def _corrects(correction: Record, record: Record) -> bool:
    """Whether a correction may have changed what the record says: same person, and not known to be the older one."""
    if correction.code == record.code or correction.type_code == record.type_code:
        return False
    if correction.issued_on is not None and record.issued_on is not None and correction.issued_on <= record.issued_on:
        return False
    numbers = {link.number for link in record.holders if link.number}
    return any(link.number in numbers for link in correction.holders)


@dataclass(frozen=True, slots=True)
class Judged:
    """One component with everything that is there for it by now, and what was done about it."""

    component: Component
    decisions: tuple[Decision, ...]
    """On this vault's records, best first; what took the place of an attached record before the others."""
    outside: tuple[OutsideOffer, ...]
    resolution: Resolution
    attachment: Attachment | None
    attached: Decision | None
    """The decision of now on the attached record; None where it cannot be seen any more."""
    successor: RecordCode | None
    """The record that took the place of the attached one and may stand for the component."""
    demands: tuple[Demand, ...]

    @property
    def standing(self) -> Standing | None:
        """What the attachment is worth by now; None without one. What cannot be judged any more stands as it was."""
        if self.attachment is None:
            return None
        return Standing.GOOD if self.attached is None else standing_of(self.attachment.decision, self.attached)

    @property
    def settled(self) -> bool:
        """Whether an attached record stands for it."""
        return self.standing is Standing.GOOD

    @property
    def waiting(self) -> tuple[Demand, ...]:
        """What was asked for because nothing stands for it: since the attachment, where that is worth nothing now."""
        if self.settled:
            return ()
        return tuple(one for one in self.demands if self.attachment is None or one.at >= self.attachment.at)

    @property
    def found(self) -> tuple[Decision, ...]:
        """All decisions, also on what lies elsewhere."""
        return (*self.decisions, *(one.decision for one in self.outside))

    def guard(
        self,
        ground: LegalGround | None,
        override: Override | None = None,
        *,
        form: DemandForm = DemandForm.COPY,
        reason: str = "",
    ) -> DemandDecision:
        """The once-only guard, told all of it."""
        return may_demand(self.component, self.found, ground, override, form=form, reason=reason)

    def still_asked(self, demand: Demand, ground: LegalGround | None) -> bool:
        """Whether a demand would be allowed today. One that insisted against a usable record goes on insisting."""
        if demand.overrides is not None:
            return True
        return self.guard(ground, form=demand.form, reason=demand.reason).allowed


@dataclass(frozen=True, slots=True)
class Judge:
    """Everything that is there for a dossier at one moment, read once; judges each of its components."""

    dossier: Dossier
    facts: DossierFacts
    offers: tuple[Offer, ...]
    others: Elsewhere
    catalogue: Catalogue
    now: datetime

    def components(self) -> tuple[Judged, ...]:
        """Every component of the procedure as it is today, in its order."""
        return tuple(self.judged(one) for one in self.catalogue.components(self.dossier.procedure_code, self._today))

    def judged(self, component: Component) -> Judged:
        """One component, whatever could stand for it."""
        form = component.form is ComponentForm.FORM
        facts, catalogue, now = self.facts, self.catalogue, self.now
        found = () if form else decisions_for(component, facts, self.offers, catalogue=catalogue, now=now)
        outside = () if form else outside_offers(component, facts, self.others, catalogue=catalogue, now=now)
        attachment = self.dossier.attachment(component.code)
        attached = None if attachment is None else self._attached(component, attachment, found)
        successor = None if attachment is None else self._successor(attachment.record, found)
        return Judged(
            component,
            tuple(sorted(found, key=lambda one: one.record_code != successor)) if successor else found,
            outside,
            resolve(component, (*found, *(one.decision for one in outside)), asked=ASKED | self.others.asked),
            attachment,
            attached,
            successor,
            tuple(one for one in self.dossier.demands if one.component == component.code),
        )

    def question(self, component: Component, record: RecordCode) -> Question:
        """What is asked about one of the records that are there; `NotFound` (`RECORD`) for another."""
        offer = self._offers.get(record)
        if offer is None:
            raise NotFound("RECORD")
        return Question(component.code, offer.candidate, self.facts, self.now)

    def only(self, records: Collection[RecordCode]) -> Judge:
        """The same, over some of the records alone."""
        return replace(self, offers=tuple(one for one in self.offers if one.record.code in records))

    def ground(self, code: str) -> LegalGround | None:
        """A legal ground as it is today; None for one that is no more."""
        try:
            return self.catalogue.ground(code, self._today)
        except NotFound:
            return None

    @property
    def _today(self) -> date:
        return self.now.astimezone(VIET_NAM).date()

    @property
    def _offers(self) -> dict[str, Offer]:
        return {one.record.code: one for one in self.offers}

    def _attached(self, component: Component, attachment: Attachment, found: Sequence[Decision]) -> Decision | None:
        """Also of a kind that would not be offered for the component any more."""
        known = next((one for one in found if one.record_code == attachment.record), None)
        offer = self._offers.get(attachment.record) if known is None else None
        if offer is None:
            return known
        return decide(component, offer.candidate, self.facts, catalogue=self.catalogue, now=self.now)

    def _successor(self, record: RecordCode, found: Sequence[Decision]) -> RecordCode | None:
        """Down the line of what took its place, the newest that may stand for the component."""
        may = {one.record_code for one in found if one.verdict is not Verdict.NOT_USABLE}
        offers, seen, newest = self._offers, {str(record)}, None
        while (offer := offers.get(record)) is not None and offer.record.superseded_by not in {None, *seen}:
            record = RecordCode(str(offer.record.superseded_by))
            seen.add(record)
            newest = record if record in may else newest
        return newest


def judge_of(tx: Tx, dossier: Dossier, *, catalogue: Catalogue, now: datetime, also: RecordCode | None = None) -> Judge:
    """Read all of it: papers of the dossier's people, what is attached whosever it is, and what lies elsewhere.

    `also`: a paper of the agency's own under an old number or a bare name, found by search; the decision judges it.
    """
    records = _papers(tx, dossier)
    there = {one.code for one in records}
    attached = tuple(dict.fromkeys(one.record for one in dossier.attachments if one.record not in there))
    if attached:
        records = (*records, *tx.records.of_codes(attached))
    if also is not None and also not in {*there, *attached}:
        found = tx.records.find(also)
        if found is not None and found.agency_code == dossier.agency_code:
            records = (*records, found)
    offers = offers_of(tx, dossier, records)
    return Judge(dossier, facts_of(dossier), offers, elsewhere(tx, dossier), catalogue, now)
