"""The components of a dossier as the officer sees them: best paper, verdict in words, what was attached and asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vault.bootstrap import App
from vault.domain.catalogue import Component, ComponentForm, DemandForm, LegalGround
from vault.domain.dossiers import Attachment, Demand
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM, Decision
from vault.messages import Language
from vault.usecases.reuse.answer import ComponentAnswer, DossierAnswer
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


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What is attached, by whom and when."""

    record: str
    version: int
    by: str
    at: datetime
    checked: str | None


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
class ComponentView:
    """One component. `status` is ATTACHED, ASKED, a verdict, NOTHING or FORM; `number` is the key that attaches."""

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
    demands: tuple[DemandView, ...]
    grounds: tuple[GroundOption, ...]
    refusal: Refusal | None
    typed: TypedDemand

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

    def component(
        self, number: int, answer: ComponentAnswer, refusal: Refusal | None, typed: TypedDemand
    ) -> ComponentView:
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
            demands=tuple(self._demand(one) for one in answer.demands),
            grounds=self._grounds(component),
            refusal=refusal,
            typed=typed,
        )

    def _candidate(self, decision: Decision) -> CandidateView:
        record: Record = self.answered.records[decision.record_code]
        english = self.language is Language.EN
        return CandidateView(
            record=decision.record_code,
            version=decision.version,
            type_name=type_name(record.type_code, self.app),
            number=record.number,
            issuer=record.issuer_as_printed,
            issued_on=record.issued_on,
            valid_until=record.valid_until,
            trust=decision.trust.name,
            verdict=decision.verdict.value,
            reasons=tuple(
                ReasonView(one.code.value, one.severity.name, one.en if english else one.vi, one.article)
                for one in sorted(decision.reasons, key=lambda reason: -reason.severity)
            ),
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


def _status(answer: ComponentAnswer) -> str:
    if answer.attachment:
        return "ATTACHED"
    if answer.demands:
        return "ASKED"
    if answer.component.form is ComponentForm.FORM:
        return "FORM"
    return answer.resolution.situation.value


def _attachment(attachment: Attachment) -> AttachmentView:
    checked = attachment.decision.get("checked")
    return AttachmentView(
        attachment.record, attachment.version, attachment.by_name, attachment.at, str(checked) if checked else None
    )
