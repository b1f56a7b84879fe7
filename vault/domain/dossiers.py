"""A dossier: one citizen's request under one procedure, what was attached to it and what was asked of the citizen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vault.domain.catalogue import DemandForm
from vault.domain.errors import Conflict
from vault.domain.holders import HolderLink
from vault.domain.ids import DecisionId, DossierCode, RecordCode
from vault.domain.reuse import Authority, DemandCode, Standing
from vault.domain.ties import Tie, TieState


@dataclass(frozen=True, slots=True)
class Replaced:
    """What ended an attachment: the record that followed it, what it was worth then, by whom, when, and why."""

    record: RecordCode
    version: int
    standing: Standing
    codes: tuple[str, ...]
    """The reasons of the decision on the old record at that moment, heaviest first."""
    reason: str
    """The officer's own words; needed only where the old record was still good."""
    by_account: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A record used for a component, by version, with the decision that allowed it.

    `question` is what the decision was asked (`question_to_plain`), so that it can be asked again and explained.
    """

    component: str
    record: RecordCode
    version: int
    decision: Mapping[str, object]
    by_account: str
    by_name: str
    at: datetime
    question: Mapping[str, object] | None = None
    decision_id: DecisionId | None = None
    """What the decision is called; None until the attachment is kept."""
    replaced: Replaced | None = None
    """None for what stands for the component now."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The citizen was asked for a component: on what legal ground, and why although a record was there (if it was)."""

    component: str
    ground: str
    reason: str
    overrides: RecordCode | None
    by_account: str
    by_name: str
    at: datetime
    form: DemandForm = DemandForm.COPY
    code: DemandCode = DemandCode.ALLOWED
    article: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody else in the dossier (a spouse, a child, an owner), with the part they play in it."""

    holder_id: int
    link: HolderLink


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One thing a notice asks for: what, why, on what ground, and in which form."""

    component: str
    name: str
    form: DemandForm
    ground: str
    article: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The one notice that tells the citizen everything that is missing (NĐ 309/2026 Đ17 k2a)."""

    number: int
    items: tuple[NoticeItem, ...]
    by_account: str
    by_name: str
    at: datetime
    reason: str = ""
    """Why a further notice was needed; empty on the first."""


class DossierChannel(StrEnum):
    """How the dossier came in (`KenhThucHien` of the national portal: 1, 2, 3)."""

    COUNTER = "COUNTER"
    ONLINE = "ONLINE"
    POST = "POST"


class Ending(StrEnum):
    """How a dossier ended for the citizen."""

    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a dossier: nothing is attached or asked any more."""

    ending: Ending
    by_account: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier with what happened to its components."""

    code: DossierCode
    procedure_code: str
    holder_id: int
    holder: HolderLink
    agency_code: str
    purpose: str | None
    opened_by: str
    opened_at: datetime
    due_on: date | None
    attachments: tuple[Attachment, ...] = ()
    demands: tuple[Demand, ...] = ()
    parties: tuple[Party, ...] = ()
    submitted_by: Party | None = None
    """Who hands it in for the holder; None when the holder acts in person."""
    authority: Authority = Authority.NONE
    notices: tuple[Notice, ...] = ()
    closed: Closing | None = None
    channel: DossierChannel = DossierChannel.COUNTER
    replaced: tuple[Attachment, ...] = ()
    """What stood for components before, each component's oldest first: nothing that was attached is forgotten."""
    ties: tuple[Tie, ...] = ()
    """Old numbers on cards that somebody else is known by, and what became of them."""

    @property
    def people(self) -> tuple[int, ...]:
        """Whose records the dossier may look at: the holder and the parties, not whoever only hands it in."""
        return tuple(dict.fromkeys((self.holder_id, *(party.holder_id for party in self.parties))))

    def attachment(self, component: str) -> Attachment | None:
        """What is attached for a component."""
        return next((a for a in self.attachments if a.component == component), None)

    def earlier(self, component: str) -> tuple[Attachment, ...]:
        """What was attached for a component and replaced, oldest first."""
        return tuple(one for one in self.replaced if one.component == component)

    @property
    def open_ties(self) -> tuple[Tie, ...]:
        """Old numbers that nobody decided on."""
        return tuple(one for one in self.ties if one.state is TieState.PROPOSED)

    def require_open(self) -> None:
        """Raise `DOSSIER_CLOSED` once the dossier has ended."""
        if self.closed is not None:
            raise Conflict("DOSSIER_CLOSED", dossier=self.code)
