"""The components of a dossier as the officer sees them: best paper, verdict in words, what was attached and asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vault.bootstrap import App
from vault.domain.catalogue import Component, ComponentForm, DemandForm, LegalGround
from vault.domain.dossiers import Attachment, Demand
from vault.domain.outside import NATIONAL, AskState
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM, Decision, Standing, Verdict
from vault.messages import Language, say
from vault.usecases.reuse.answer import DossierAnswer
from vault.usecases.reuse.elsewhere import OutsideOffer
from vault.usecases.reuse.judge import Judged
from vault.web.pages.desk import type_name


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason in the reader's language, with its article."""

    code: str
    severity: str
    sentence: str
    article: str


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A record that could stand for a component, and the answer about it."""

    record: str
    version: int
    type_name: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None
    trust: str
    verdict: str
    reasons: tuple[ReasonView, ...]
    source: str


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What is attached, by whom and when."""

    record: str
    version: int
    by: str
    at: datetime
    checked: str | None
    decision: str
    replaced_by: str | None
    """The record that took its place."""
    why: str
    """Why it did: the officer's words."""


@dataclass(frozen=True, slots=True)
class StandingView:
    """What an attachment is worth by now: what to do about it, and why."""

    code: str
    sentence: str
    reasons: tuple[ReasonView, ...]


@dataclass(frozen=True, slots=True)
class DemandView:
    """What the citizen was asked for, on what ground."""

    ground: str
    article: str
    reason: str
    overrides: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GroundOption:
    """A legal ground to choose."""

    code: str
    sentence: str
    article: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act on a component was refused; `record` is what should be used instead."""

    component: str
    code: str
    sentence: str
    article: str
    record: str | None


@dataclass(frozen=True, slots=True)
class TypedDemand:
    """The form of a demand as it was left."""

    ground: str = ""
    reason: str = ""
    form: str = DemandForm.SHOW_ORIGINAL.value


@dataclass(frozen=True, slots=True)
class OutsideCandidateView:
    """A paper elsewhere, with what its source says of it; `intake` once it was fetched to be looked at."""

    paper: str
    source: str
    place: str | None
    intake: str | None
    intake_state: str | None
    picked: bool
    type_name: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    holder: str
    verdict: str
    reasons: tuple[ReasonView, ...]


@dataclass(frozen=True, slots=True)
class AskView:
    """What became of a question to a source."""

    state: str
    code: str | None
    found: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where papers can be looked for; `name` is None for the national store."""

    code: str
    name: str | None
    needs_consent: bool
    asks_person: bool
    asks: tuple[AskView, ...]
    may_ask: bool


def source_views(answered: DossierAnswer, app: App) -> tuple[SourceView, ...]:
    """Every source that is connected or was asked, the national store first."""
    codes = {*app.sources, *(one.source for one in answered.asks)}
    return tuple(
        SourceView(
            code,
            source_name(code, app),
            code != NATIONAL,
            code in app.sources and app.sources[code].asks_person,
            tuple(
                AskView(one.state.value, one.code, one.found, one.by_name, one.at)
                for one in answered.asks
                if one.source == code
            ),
            code in app.sources and all(one.state is AskState.REFUSED for one in answered.asks if one.source == code),
        )
        for code in sorted(codes, key=lambda code: (code != NATIONAL, code))
    )


def source_name(code: str, app: App) -> str | None:
    """The agency's name; None for the national store, whose name is a word of the catalogue."""
    agency = app.catalogue.directory.find(code)
    return None if code == NATIONAL else agency.name if agency else code


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One component. `status` is ATTACHED, CHANGED, ASKED, a verdict, NOTHING or FORM; `number`: the key that attaches.

    `standing` is None while nothing is attached or what is attached is good; then `instead` could take its place.
    """

    number: int
    code: str
    name: str
    form: str
    optional: bool
    when: str
    article: str
    status: str
    best: CandidateView | None
    others: tuple[CandidateView, ...]
    attachment: AttachmentView | None
    standing: StandingView | None
    instead: tuple[CandidateView, ...]
    earlier: tuple[AttachmentView, ...]
    demands: tuple[DemandView, ...]
    grounds: tuple[GroundOption, ...]
    refusal: Refusal | None
    typed: TypedDemand
    outside: tuple[OutsideCandidateView, ...]

    @property
    def settled(self) -> bool:
        """Whether an attached paper stands for it."""
        return self.attachment is not None and self.standing is None

    @property
    def wanted(self) -> bool:
        """Whether the dossier is incomplete without it."""
        return self.form != ComponentForm.FORM.value and not self.optional


def component_views(
    answered: DossierAnswer, refusal: Refusal | None, typed: TypedDemand, app: App, language: Language
) -> tuple[ComponentView, ...]:
    """Every component in the order of the procedure; the refused one carries the refusal and what was typed."""
    maker = _Maker(answered, app, language)
    return tuple(
        maker.component(
            number,
            one,
            refusal if refusal and refusal.component == one.component.code else None,
            typed if refusal and refusal.component == one.component.code else TypedDemand(),
        )
        for number, one in enumerate(answered.components, start=1)
    )


@dataclass(frozen=True)
class _Maker:
    answered: DossierAnswer
    app: App
    language: Language

    def component(self, number: int, answer: Judged, refusal: Refusal | None, typed: TypedDemand) -> ComponentView:
        component = answer.component
        candidates = tuple(self._candidate(one) for one in answer.decisions)
        return ComponentView(
            number=number,
            code=component.code,
            name=component.name,
            form=component.form.value,
            optional=component.optional,
            when=component.when,
            article=component.article,
            status=_status(answer),
            best=candidates[0] if candidates else None,
            others=candidates[1:],
            attachment=_attachment(answer.attachment) if answer.attachment else None,
            standing=self._standing(answer),
            instead=_instead(answer, candidates),
            earlier=tuple(_attachment(one) for one in self.answered.dossier.earlier(component.code)),
            demands=tuple(self._demand(one) for one in answer.demands),
            grounds=self._grounds(component),
            refusal=refusal,
            typed=typed,
            outside=tuple(self._outside(one, component) for one in answer.outside),
        )

    def _standing(self, answer: Judged) -> StandingView | None:
        standing = answer.standing
        if standing is None or standing is Standing.GOOD:
            return None
        if answer.successor is not None and standing is Standing.NOT_USABLE:
            sentence = say("ui.standing.successor", self.language, record=answer.successor)
        else:
            sentence = say(f"ui.standing.{standing.value}", self.language)
        reasons = self._reasons(answer.attached) if answer.attached else ()
        return StandingView(standing.value, sentence, tuple(one for one in reasons if one.severity != "INFO"))

    def _candidate(self, decision: Decision) -> CandidateView:
        record: Record = self.answered.records[decision.record_code]
        return CandidateView(
            record=decision.record_code,
            version=decision.version,
            type_name=type_name(record.type_code, self.app),
            number=record.number,
            issuer=record.issuer_as_printed,
            issued_on=record.issued_on,
            valid_until=record.valid_until,
            trust=decision.trust.name,
            source=record.source.value,
            verdict=decision.verdict.value,
            reasons=self._reasons(decision),
        )

    def _outside(self, one: OutsideOffer, component: Component) -> OutsideCandidateView:
        claim = one.paper.claim
        return OutsideCandidateView(
            paper=one.paper.id,
            source=one.paper.source,
            place=source_name(one.paper.source, self.app),
            intake=one.paper.intake,
            intake_state=None if one.intake is None else one.intake.state.value,
            picked=claim.picked_for == component.code,
            type_name=type_name(claim.type_code, self.app),
            number=claim.number,
            issuer=claim.issuer_as_printed or claim.issuer_code,
            issued_on=claim.issued_on,
            holder=claim.holder.name,
            verdict=one.decision.verdict.value,
            reasons=self._reasons(one.decision),
        )

    def _reasons(self, decision: Decision) -> tuple[ReasonView, ...]:
        english = self.language is Language.EN
        return tuple(
            ReasonView(one.code.value, one.severity.name, one.en if english else one.vi, one.article)
            for one in sorted(decision.reasons, key=lambda reason: -reason.severity)
        )

    def _grounds(self, component: Component) -> tuple[GroundOption, ...]:
        today = self.app.clock.now().astimezone(VIET_NAM).date()
        return tuple(
            GroundOption(one.code, self._sentence(one), one.article)
            for one in self.app.catalogue.grounds
            if one.period.covers(today) and component.form in one.component_forms
        )

    def _demand(self, demand: Demand) -> DemandView:
        day = demand.at.astimezone(VIET_NAM).date()
        ground = self.app.catalogue.ground(demand.ground, day)
        return DemandView(
            self._sentence(ground), ground.article, demand.reason, demand.overrides, demand.by_name, demand.at
        )

    def _sentence(self, ground: LegalGround) -> str:
        return ground.en if self.language is Language.EN else ground.vi


def _status(answer: Judged) -> str:
    if answer.settled:
        return "ATTACHED"
    if answer.waiting:
        return "ASKED"
    if answer.attachment:
        return "CHANGED"
    if answer.component.form is ComponentForm.FORM:
        return "FORM"
    return answer.resolution.situation.value


def _instead(answer: Judged, candidates: tuple[CandidateView, ...]) -> tuple[CandidateView, ...]:
    """What could take the place of a paper that is still good, for a reason."""
    if not answer.settled or answer.attachment is None:
        return ()
    attached = answer.attachment.record
    return tuple(one for one in candidates if one.record != attached and one.verdict != Verdict.NOT_USABLE.value)


def _attachment(attachment: Attachment) -> AttachmentView:
    checked, ended = attachment.decision.get("checked"), attachment.replaced
    return AttachmentView(
        attachment.record,
        attachment.version,
        attachment.by_name,
        attachment.at,
        str(checked) if checked else None,
        attachment.decision_id or "",
        None if ended is None else ended.record,
        "" if ended is None else ended.reason,
    )
