"""Shapes of a dossier and of what the counter is answered about it; the rest stands in `models`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from vault.domain.dossiers import Attachment, Demand, Dossier
from vault.domain.reuse import Decision
from vault.domain.ties import Tie
from vault.messages import Language, say
from vault.usecases.reuse.answer import DossierAnswer
from vault.usecases.reuse.attach import decision_json
from vault.usecases.reuse.judge import Judged
from vault.web.api.models import HolderOut, RecordOut


class PersonIn(BaseModel):
    """Somebody in a dossier; `number` may be the text of an identity card's QR, the name is needed for the unknown."""

    number: str
    name: str | None = None
    role: str = "SUBJECT"


class DossierIn(BaseModel):
    """A new dossier. `parties` are others whom it is about; `submitted_by` hands it in, by the right of `authority`."""

    procedure: str
    holder: str
    holder_name: str | None = None
    due_on: date | None = None
    purpose: str | None = None
    holder_role: str = "SUBJECT"
    parties: list[PersonIn] = Field(default_factory=list, max_length=20)
    submitted_by: PersonIn | None = None
    authority: str = "NONE"


class AttachmentOut(BaseModel):
    """What is attached: record and version, and the decision that allowed it (`vault explain DECISION_ID`)."""

    component: str
    record: str
    version: int
    decision_id: str | None
    decision: dict[str, Any]
    by: str
    at: datetime

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """From the domain."""
        return cls(
            component=attachment.component,
            record=attachment.record,
            version=attachment.version,
            decision_id=attachment.decision_id,
            decision=dict(attachment.decision),
            by=attachment.by_name,
            at=attachment.at,
        )


class ReplacedOut(AttachmentOut):
    """What was attached before: what took its place, what it was worth then (`standing`, `codes`), and why."""

    replaced_by: str
    replaced_by_version: int
    standing: str
    codes: list[str]
    reason: str
    ended_by: str
    ended_at: datetime

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """From the domain; an attachment that was replaced."""
        ended = attachment.replaced
        if ended is None:
            raise ValueError(attachment.component)
        return cls(
            **AttachmentOut.of(attachment).model_dump(),
            replaced_by=ended.record,
            replaced_by_version=ended.version,
            standing=ended.standing.value,
            codes=list(ended.codes),
            reason=ended.reason,
            ended_by=ended.by_name,
            ended_at=ended.at,
        )


class DemandOut(BaseModel):
    """What the citizen was asked for."""

    component: str
    form: str
    ground: str
    article: str
    reason: str
    overrides: str | None
    by: str
    at: datetime

    @classmethod
    def of(cls, demand: Demand) -> Self:
        """From the domain."""
        return cls(
            component=demand.component,
            form=demand.form.value,
            ground=demand.ground,
            article=demand.article,
            reason=demand.reason,
            overrides=demand.overrides,
            by=demand.by_name,
            at=demand.at,
        )


class TieOut(BaseModel):
    """An old number on a card that another holder of the same name is known by: papers follow once it is CONFIRMED."""

    id: str
    number: str
    state: str
    proposed_by: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, tie: Tie) -> Self:
        """From the domain."""
        return cls(
            id=tie.id,
            number=tie.alias.id.masked,
            state=tie.state.value,
            proposed_by=tie.by_name,
            at=tie.at,
            decided_by=tie.decided_name,
            decided_at=tie.decided_at,
            reason=tie.reason,
        )


class DossierOut(BaseModel):
    """A dossier."""

    code: str
    procedure: str
    holder: HolderOut
    agency_code: str
    purpose: str | None
    opened_at: datetime
    due_on: date | None
    parties: list[HolderOut]
    submitted_by: HolderOut | None
    authority: str
    attachments: list[AttachmentOut]
    replaced: list[ReplacedOut]
    demands: list[DemandOut]
    old_numbers: list[TieOut]

    @classmethod
    def of(cls, dossier: Dossier) -> Self:
        """From the domain."""
        return cls(
            code=dossier.code,
            procedure=dossier.procedure_code,
            holder=HolderOut.of(dossier.holder),
            agency_code=dossier.agency_code,
            purpose=dossier.purpose,
            opened_at=dossier.opened_at,
            due_on=dossier.due_on,
            parties=[HolderOut.of(party.link) for party in dossier.parties],
            submitted_by=HolderOut.of(dossier.submitted_by.link) if dossier.submitted_by else None,
            authority=dossier.authority.value,
            attachments=[AttachmentOut.of(one) for one in dossier.attachments],
            replaced=[ReplacedOut.of(one) for one in dossier.replaced],
            demands=[DemandOut.of(one) for one in dossier.demands],
            old_numbers=[TieOut.of(one) for one in dossier.ties],
        )


class ReasonOut(BaseModel):
    """One reason of a decision, with its article and a sentence in both languages."""

    code: str
    severity: str
    article: str
    vi: str
    en: str


class DecisionOut(BaseModel):
    """The answer for one record and one component."""

    record: str
    version: int
    verdict: str
    step: str
    trust: str
    reasons: list[ReasonOut]
    catalogue_version: str
    rules_version: int

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """From the domain."""
        return cls.model_validate(decision_json(decision))


class OutsideCandidateOut(BaseModel):
    """A paper elsewhere that could stand for the component: fetch it, look at it, confirm it, then attach the record.

    `source`: NATIONAL, or the agency code of another vault. `picked`: the citizen chose it at the portal.
    """

    paper: str
    source: str
    state: str
    intake: str | None
    picked: bool
    decision: DecisionOut


class StandingOut(BaseModel):
    """What the attachment is worth by now: GOOD, or NEWER_VERSION, CHECK_AGAIN, NOT_USABLE, which may be replaced.

    `decision` is the one of now (null where the record is not to be seen any more), `successor` the record that took
    its place and may stand for the component. `vi` and `en` say what to do.
    """

    standing: str
    decision: DecisionOut | None
    successor: str | None
    vi: str
    en: str

    @classmethod
    def of(cls, answer: Judged) -> Self | None:
        """From the domain; null without an attachment."""
        if answer.standing is None:
            return None
        code = f"ui.standing.{answer.standing.value}"
        return cls(
            standing=answer.standing.value,
            decision=DecisionOut.of(answer.attached) if answer.attached else None,
            successor=answer.successor,
            vi=say(code, Language.VI),
            en=say(code, Language.EN),
        )


class ComponentOut(BaseModel):
    """A component with its verdict: the best decision's, or NOTHING when nothing is there."""

    component: str
    name: str
    form: str
    optional: bool
    when: str
    article: str
    verdict: str
    settled_by: str | None
    decisions: list[DecisionOut]
    attachment: AttachmentOut | None
    standing: StandingOut | None
    demands: list[DemandOut]
    outside: list[OutsideCandidateOut]

    @classmethod
    def of(cls, answer: Judged) -> Self:
        """From the domain."""
        component = answer.component
        return cls(
            component=component.code,
            name=component.name,
            form=component.form.value,
            optional=component.optional,
            when=component.when,
            article=component.article,
            verdict=answer.resolution.situation.value,
            settled_by=answer.resolution.settled_by.name if answer.resolution.settled_by else None,
            decisions=[DecisionOut.of(one) for one in answer.decisions],
            attachment=AttachmentOut.of(answer.attachment) if answer.attachment else None,
            standing=StandingOut.of(answer),
            demands=[DemandOut.of(one) for one in answer.demands],
            outside=[
                OutsideCandidateOut(
                    paper=one.paper.id,
                    source=one.paper.source,
                    state=one.paper.state.value,
                    intake=one.paper.intake,
                    picked=one.paper.claim.picked_for == component.code,
                    decision=DecisionOut.of(one.decision),
                )
                for one in answer.outside
            ],
        )


class DossierAnswerOut(BaseModel):
    """A dossier answered as a whole."""

    dossier: DossierOut
    components: list[ComponentOut]
    records: dict[str, RecordOut]

    @classmethod
    def of(cls, answer: DossierAnswer) -> Self:
        """From the domain."""
        return cls(
            dossier=DossierOut.of(answer.dossier),
            components=[ComponentOut.of(one) for one in answer.components],
            records={code: RecordOut.of(record) for code, record in answer.records.items()},
        )


class AttachIn(BaseModel):
    """Attach a record; `checked` says what was checked when the decision asked for a check.

    `reason`: why it takes the place of another that is still good; what is good no more gives way without one.
    """

    component: str
    record: str
    checked: str | None = None
    reason: str = ""


class DemandIn(BaseModel):
    """Ask the citizen for a component."""

    component: str
    ground: str | None = None
    reason: str = ""
    form: str = "COPY"
    override: bool = False
