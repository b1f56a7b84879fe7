"""Ports inside a transaction: what is kept in rows, and the unit of work that commits them together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from vault.domain.audit import Event, Outcome, Searched
from vault.domain.dossiers import Attachment, Closing, Demand, Dossier, Notice, Replaced
from vault.domain.holders import HolderAlias, HolderId, HolderLink
from vault.domain.ids import Digest, DossierCode, RecordCode
from vault.domain.inbox import DueDay
from vault.domain.intake import Confirmation, Intake, IntakeId, IntakeState, Page, Proposal, SignatureSummary
from vault.domain.kpi import Asked, Tally
from vault.domain.people import Action
from vault.domain.records import Record, RecordVersion, StatusSlot
from vault.domain.rescans import Likeness
from vault.domain.retention import Kept
from vault.domain.search import SearchQuery
from vault.domain.shares import Share
from vault.domain.states import RecordState
from vault.ports.access import AccessRows, Reach
from vault.ports.accounts import Accounts
from vault.ports.cases import Corrections, Forms
from vault.ports.citizens import Consents, HandIns
from vault.ports.data_requests import DataRequests
from vault.ports.figures import DossierActs
from vault.ports.lasting import BlobKeys, Holds, LogRows
from vault.ports.mandates import Mandates
from vault.ports.others import Outbox, OutsideRows, PeerQuestions
from vault.ports.partners import EvidenceRequests
from vault.ports.sign_in import SignIns
from vault.ports.ties import Ties
from vault.ports.tray import Batches, HandOvers
from vault.ports.upkeep import Upkeep
from vault.ports.webhooks import Webhooks
from vault.ports.work import Jobs, VitalSigns


class Holders(Protocol):
    """Citizens and organisations with their dated numbers."""

    def ensure(self, number: HolderId, name: str, *, at: datetime) -> int:
        """The holder with this number, made if unknown. Two callers at once get the same one."""
        ...

    def find(self, number: HolderId) -> int | None:
        """The holder who bears or bore this number."""
        ...

    def get(self, holder_id: int) -> HolderLink:
        """Number, name and aliases of a holder."""
        ...

    def tie(self, holder_id: int, alias: HolderAlias) -> int:
        """Keep another number of the holder, if nobody bears it; gives who bears it now."""
        ...


class Intakes(Protocol):
    """Papers on their way in; one per agency and bytes."""

    def add(self, intake: Intake) -> Intake:
        """Add, or give the one that was there first (same agency, same bytes). A duplicate is an answer."""
        ...

    def get(self, intake_id: IntakeId, *, lock: bool = False) -> Intake:
        """The intake; `NotFound` (`INTAKE`). With `lock`, nobody else changes it until the transaction ends."""
        ...

    def get_all(self, intake_ids: Sequence[IntakeId]) -> tuple[Intake, ...]:
        """Those of these that are there, in no order."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """The newest first."""
        ...

    def open_ones(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """Papers that still need something (neither sealed nor discarded), the oldest first."""
        ...

    def set_state(self, intake_id: IntakeId, state: IntakeState, *, failure: str | None = None) -> None:
        """Record a step that the domain allowed."""
        ...

    def set_signatures(self, intake_id: IntakeId, signatures: SignatureSummary) -> None:
        """Keep the report on signatures that were there on arrival."""
        ...

    def add_page(self, intake_id: IntakeId, page: Page) -> None:
        """Keep a page that was read; adding it again changes nothing."""
        ...

    def pages(self, intake_id: IntakeId) -> tuple[Page, ...]:
        """Pages read so far, in order."""
        ...

    def set_searchable(self, intake_id: IntakeId, copy: Digest) -> None:
        """Keep which blob is the searchable copy."""
        ...

    def set_proposal(self, intake_id: IntakeId, proposal: Proposal) -> None:
        """Keep what the reader proposes."""
        ...

    def set_confirmation(self, intake_id: IntakeId, confirmation: Confirmation | None) -> None:
        """Keep the officer's word, or take it back (`Intake.withdrawn` keeps what it said)."""
        ...

    def find(self, record: RecordCode) -> Intake | None:
        """The intake that became this record."""
        ...

    def received_by(self, record: RecordCode) -> str | None:
        """Whose account took in the paper of this record; nothing else of it is opened."""
        ...

    def signatures_of(self, records: Sequence[RecordCode]) -> tuple[SignatureSummary, ...]:
        """Reports on the signatures with which the papers of these records came in, and where their evidence lies.

        What was read and said of them stays closed: strangers' checks ask this.
        """
        ...

    def known_as(self, record: RecordCode) -> tuple[IntakeId, ...]:
        """Intakes that ended as this record, whosever they are."""
        ...

    def of_bytes(self, agency_code: str, original: Digest) -> Intake | None:
        """The agency's intake of these very bytes."""
        ...

    def set_record(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Tie the intake to the record it became."""
        ...

    def erase(self, intake_id: IntakeId) -> None:
        """Blank what was received, read and said; the row stays and keeps its state."""
        ...

    def seal_old(self, *, limit: int) -> int:
        """Seal texts that were written before there was encryption; how many were."""
        ...

    def set_known(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Keep that the paper is a record that is there already; the intake becomes KNOWN."""
        ...

    def due(self, agency_code: str, kept: Kept, *, before: datetime, limit: int) -> tuple[IntakeId, ...]:
        """Intakes of an agency that a retention rule may let go, the oldest first: never one that became a record."""
        ...

    def count_due(self, agency_code: str, kept: Kept, *, before: datetime) -> int:
        """How many those are."""
        ...

    def retire(self, intake_id: IntakeId) -> None:
        """Let the same bytes come in anew: what this intake became was revoked."""
        ...

    def set_rescans(self, intake_id: IntakeId, found: Sequence[Likeness]) -> None:
        """Keep which records the paper may be a rescan of, the likeliest first."""
        ...


class Records(Protocol):
    """Records and their versions."""

    def add(self, record: Record, *, intake_id: IntakeId | None, holder_ids: Sequence[int]) -> Record:
        """Add version 1, or give the record that this intake became already."""
        ...

    def get(self, code: RecordCode, *, lock: bool = False) -> Record:
        """The newest version; `NotFound` (`RECORD`). With `lock`, nobody else changes it until the end."""
        ...

    def find(self, code: RecordCode) -> Record | None:
        """The newest version, or None."""
        ...

    def of_codes(self, codes: Sequence[RecordCode]) -> tuple[Record, ...]:
        """The newest versions of the records with these codes, in no order; what is not there is left out."""
        ...

    def holder_ids(self, code: RecordCode) -> tuple[int, ...]:
        """Whom the record names, in the order of the paper."""
        ...

    def first_holder(self, code: RecordCode) -> int | None:
        """Whose log an act on the record goes to: the first holder's."""
        ...

    def erase(self, code: RecordCode, *, at: datetime) -> None:
        """Blank every fact, text and index entry of all versions; code, type, agency and state stay."""
        ...

    def erased_at(self, code: RecordCode) -> datetime | None:
        """When a record was erased."""
        ...

    def of_blob(self, digest: Digest) -> tuple[Record, ...]:
        """Records whose original or sealed copy, in any version, is this very file."""
        ...

    def of_holder(self, holder_id: int) -> tuple[Record, ...]:
        """All records that name the holder, newest seal first."""
        ...

    def of_people(self, holder_ids: Sequence[int]) -> tuple[Record, ...]:
        """All records that name one of the holders, newest seal first, each once."""
        ...

    def add_version(self, record: Record, *, holder_ids: Sequence[int]) -> Record:
        """Add the next version of a record that is there; what the older one said stays. Added again, it is given."""
        ...

    def index_again(self, intake_id: IntakeId) -> None:
        """Put the intake's record into the search index with every page read so far; nothing before it is sealed."""
        ...

    def history(self, code: RecordCode) -> tuple[RecordVersion, ...]:
        """Every version, oldest first; empty when there is no such record."""
        ...

    def reserve_status(self, record_id: bytes, index: int, *, list_id: int, version: int = 1) -> bool:
        """Take a status index for a version to come; false when it is taken by another."""
        ...

    def status_lists(self) -> tuple[int, ...]:
        """The lists in which a place is taken, the oldest first."""
        ...

    def status_of(self, record_id: bytes, version: int = 1) -> StatusSlot | None:
        """The slot reserved for a version."""
        ...

    def states(self, list_id: int) -> Mapping[int, RecordState]:
        """Every index of a list whose record is not active, or whose version a newer one replaced (SUPERSEDED)."""
        ...

    def seals_to_renew(self, before: datetime, *, limit: int) -> tuple[RecordCode, ...]:
        """Records whose seal is pending, or whose archive time stamp ends before a time; the most urgent first."""
        ...

    def set_seal(self, code: RecordCode, sealed: Digest, *, level: str, archived_until: datetime | None) -> None:
        """Put a renewed seal in the place of the old one, whose bytes it begins with."""
        ...

    def set_state(
        self, code: RecordCode, state: RecordState, *, superseded_by: RecordCode | None, at: datetime
    ) -> None:
        """Record a change that the domain allowed; visible to every later read."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `exact` when the words stand on it in the spelling that was typed."""

    record: Record
    exact: bool


class Search(Protocol):
    """Finds papers by what stands on them. A record is found as soon as its transaction is over."""

    def find(self, asked: SearchQuery, *, agency_code: str, people: Sequence[int], limit: int) -> tuple[Hit, ...]:
        """Papers of the agency with every word, those that name one of `people` first, whosever they are.

        Exact spelling comes before other spellings, and words that stand together before words apart.
        """
        ...


class Dossiers(Protocol):
    """Dossiers with attachments and demands."""

    def add(self, dossier: Dossier, *, key: str | None = None) -> None:
        """Add a new dossier; `key`: under which its opener asked for it."""
        ...

    def next_serial(self, agency_code: str, day: date) -> int:
        """The next serial of the day; two dossiers never get the same."""
        ...

    def opened_under(self, account_id: str, key: str) -> DossierCode | None:
        """What the account asked for under this key; nobody else asks under it until the transaction is over."""
        ...

    def get(self, code: DossierCode, *, lock: bool = False) -> Dossier:
        """The dossier; `NotFound` (`DOSSIER`)."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Dossier, ...]:
        """The newest first."""
        ...

    def open_ones(self, agency_code: str, *, due_before: date | None = None, limit: int) -> tuple[Dossier, ...]:
        """Dossiers that have not ended, the first due first, then the longest open; without a due day last."""
        ...

    def due_days(self, agency_codes: Sequence[str], *, before: date) -> tuple[DueDay, ...]:
        """How many open dossiers are due on each day before one, by agency and procedure."""
        ...

    def close(self, code: DossierCode, closing: Closing | None) -> None:
        """Keep the end of a dossier, or take it back."""
        ...

    def using(self, record: RecordCode, *, limit: int) -> tuple[tuple[DossierCode, Attachment], ...]:
        """Where a record was attached, the newest first, whosever the dossier is; also where it was replaced since."""
        ...

    def attach(self, code: DossierCode, attachment: Attachment) -> Attachment:
        """Attach, or give the attachment that the component already has."""
        ...

    def replace(self, code: DossierCode, attachment: Attachment, replaced: Replaced) -> Attachment:
        """Attach in the place of what a component has, which is kept with what ended it."""
        ...

    def demand(self, code: DossierCode, demand: Demand) -> None:
        """Record what the citizen was asked for."""
        ...

    def notify(self, code: DossierCode, notice: Notice) -> None:
        """Keep a notice; its number is the dossier's next."""
        ...

    def reported(self, agency_code: str, *, since: datetime, until: datetime) -> tuple[tuple[DossierCode, Demand], ...]:
        """Demands of the agency that the daily report must show, made from `since` up to, not including, `until`."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """An event behind a figure, with the procedure of its dossier."""

    event: Event
    procedure: str | None


class Events(Protocol):
    """The audit trail: append only."""

    def add(self, *events: Event) -> None:
        """Append the events of one act (`audit.of_each`) in one statement; they become durable with the act itself."""
        ...

    def list(
        self,
        *,
        agency_code: str | None = None,
        holder_id: int | None = None,
        about: Mapping[RecordCode, datetime | None] = MappingProxyType({}),
        record: RecordCode | None = None,
        dossier: DossierCode | None = None,
        action: Action | None = None,
        outcome: Outcome | None = None,
        limit: int,
    ) -> tuple[Event, ...]:
        """The newest first, by any of the filters; `about` adds events on these records, each since a time."""
        ...

    def span(self, agency_code: str, *, since: datetime, until: datetime, account_id: str | None) -> Iterator[Event]:
        """Every event about an agency's papers, or by its people, from a time up to another; of one account or all."""
        ...

    def usages(
        self,
        holder_id: int,
        about: Mapping[RecordCode, datetime | None],
        *,
        since: datetime | None,
        until: datetime | None,
        offset: int,
        limit: int,
    ) -> tuple[int, tuple[Event, ...]]:
        """How many acts there are on a holder and on these records in that time, and a part of them, newest first."""
        ...

    def oldest(self) -> datetime | None:
        """The time of the oldest event."""
        ...

    def searched(self, agency_code: str, *, since: datetime, until: datetime) -> tuple[Searched, ...]:
        """Searches of an agency's people outside any dossier, up to a time, one row an account, who did most first."""
        ...

    def tally(self, agency_codes: Sequence[str], *, since: date, until: date) -> tuple[Tally, ...]:
        """Acts that oversight counts (`kpi.COUNTED`), by day of Viet Nam, agency, procedure, component, outcome, code.

        `until` is the last day. Acts outside a dossier have neither procedure nor component.
        """
        ...

    def behind(
        self,
        asked: Asked,
        agency_codes: Sequence[str],
        *,
        since: date,
        until: date,
        procedure: str | None = None,
        components: Collection[str] | None = None,
        limit: int,
        offset: int = 0,
    ) -> tuple[Counted, ...]:
        """The events that a figure counts, the newest first; `components` limits them to acts on these."""
        ...


class Shares(Protocol):
    """What citizens show: credentials on phones and short codes."""

    def add(self, share: Share) -> bool:
        """Add a share; false when its digits or its status place are taken."""
        ...

    def redeem(self, digits: str, *, at: datetime) -> Share | None:
        """Use a living code up; of any number of callers at once exactly one gets the share."""
        ...

    def find_code(self, digits: str) -> Share | None:
        """The share with these digits, whatever became of it; None once they were given up."""
        ...

    def of_holder(self, holder_id: int, *, since: datetime) -> tuple[Share, ...]:
        """A holder's shares that end after a time, newest first."""
        ...

    def stop(self, share_id: str, *, holder_id: int, at: datetime) -> Share | None:
        """Stop a living share; gives it as it is then. None when this holder has no such share."""
        ...

    def states(self, list_id: int) -> Mapping[int, RecordState]:
        """Every place of a list whose credential was stopped, or whose paper is not active."""
        ...

    def free(self, before: datetime) -> int:
        """Give up digits and status places of shares that ended before a time; how many."""
        ...

    def missed(self, caller: str, *, minute: datetime) -> int:
        """Count one wrong code of a caller; how many it were in that minute."""
        ...

    def misses(self, caller: str, *, minute: datetime) -> int:
        """How many wrong codes of a caller there were in that minute."""
        ...


class Files(Protocol):
    """Files by path in the object store: what others fetch by a name they know (tiles, checkpoints)."""

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        """Store; the same path again replaces."""
        ...

    def get(self, path: str) -> bytes | None:
        """The bytes, or None."""
        ...


class Tx(Protocol):
    """What one transaction offers."""

    @property
    def batches(self) -> Batches: ...  # noqa: D102 - the type says it
    @property
    def hand_overs(self) -> HandOvers: ...  # noqa: D102 - the same

    @property
    def accounts(self) -> Accounts: ...  # noqa: D102 - the type says it
    @property
    def holders(self) -> Holders: ...  # noqa: D102 - the same
    @property
    def intakes(self) -> Intakes: ...  # noqa: D102 - the same
    @property
    def records(self) -> Records: ...  # noqa: D102 - the same
    @property
    def dossiers(self) -> Dossiers: ...  # noqa: D102 - the same
    @property
    def events(self) -> Events: ...  # noqa: D102 - the same
    @property
    def search(self) -> Search: ...  # noqa: D102 - the same
    @property
    def jobs(self) -> Jobs: ...  # noqa: D102 - the same
    @property
    def log(self) -> LogRows: ...  # noqa: D102 - the same
    @property
    def sign_ins(self) -> SignIns: ...  # noqa: D102 - the same
    @property
    def access(self) -> AccessRows: ...  # noqa: D102 - the same
    @property
    def shares(self) -> Shares: ...  # noqa: D102 - the same
    @property
    def vitals(self) -> VitalSigns: ...  # noqa: D102 - the same
    @property
    def consents(self) -> Consents: ...  # noqa: D102 - the same
    @property
    def hand_ins(self) -> HandIns: ...  # noqa: D102 - the same
    @property
    def keys(self) -> BlobKeys: ...  # noqa: D102 - the same
    @property
    def holds(self) -> Holds: ...  # noqa: D102 - the same
    @property
    def corrections(self) -> Corrections: ...  # noqa: D102 - the same
    @property
    def forms(self) -> Forms: ...  # noqa: D102 - the same
    @property
    def figures(self) -> DossierActs: ...  # noqa: D102 - the same
    @property
    def evidence(self) -> EvidenceRequests: ...  # noqa: D102 - the same
    @property
    def webhooks(self) -> Webhooks: ...  # noqa: D102 - the same
    @property
    def data_requests(self) -> DataRequests: ...  # noqa: D102 - the same
    @property
    def mandates(self) -> Mandates: ...  # noqa: D102 - the same
    @property
    def ties(self) -> Ties: ...  # noqa: D102 - the same
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102 - the same
    @property
    def upkeep(self) -> Upkeep: ...  # noqa: D102 - the same
    @property
    def outside(self) -> OutsideRows: ...  # noqa: D102 - the same
    @property
    def peer_questions(self) -> PeerQuestions: ...  # noqa: D102 - the same


class UnitOfWork(Protocol):
    """One use case, one transaction."""

    def begin(self, reach: Reach = Reach.OWN) -> AbstractContextManager[Tx]:
        """Commit at the end of the block, roll back on any exception; `Unavailable` when the database is down.

        In a request rows beyond `reach` are not there, whatever is asked (row-level security); elsewhere all are.
        """
        ...

    def glance(self) -> AbstractContextManager[Tx]:
        """For one statement that only reads: it sees what is committed, and costs one round trip instead of three."""
        ...
