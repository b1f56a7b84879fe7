"""Ports: what the use cases need from the outside, each with its promise. No port without a second implementation.

General promises. A method that returns has done what it says; one that raises `Unavailable` may or may not have done
it, and calling it again with the same arguments is safe. Repositories live inside a transaction and see its own writes;
nothing is visible to others, and no job can start, before the block of `UnitOfWork.begin` ends without an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import ocr
import qr
import signing
from vault.domain.audit import Event, Outcome
from vault.domain.dossiers import Attachment, Demand, Dossier, Notice
from vault.domain.holders import HolderAlias, HolderId, HolderLink
from vault.domain.ids import Digest, DossierCode, RecordCode
from vault.domain.intake import Confirmation, Intake, IntakeId, IntakeState, Page, Proposal, SignatureSummary
from vault.domain.kpi import Tally
from vault.domain.people import Action, Actor
from vault.domain.records import Record, StatusSlot
from vault.domain.search import SearchQuery
from vault.domain.shares import Share
from vault.domain.states import RecordState


# --- outside the transaction -----------------------------------------------------------------------------------------
class Clock(Protocol):
    """The time, as an aware datetime in UTC."""

    def now(self) -> datetime:
        """Now."""
        ...


class Ids(Protocol):
    """Unguessable identifiers from the system's random source."""

    def record_id(self) -> bytes:
        """Eight random bytes."""
        ...

    def token(self) -> str:
        """A new secret of at least 128 bits, safe in a URL and a cookie."""
        ...

    def random(self, size: int) -> bytes:
        """So many unpredictable bytes."""
        ...

    def status_index(self, size: int) -> int:
        """A number below `size`, uniformly random, so that an index leaks no date."""
        ...


class Blobs(Protocol):
    """Immutable bytes under their SHA-256.

    After `put` returns, `get` gives the same bytes for ever, from any process. Putting the same bytes again succeeds
    and changes nothing. `get` never gives bytes that do not hash to their name: it raises `Unavailable` instead.
    """

    def put(self, data: bytes, *, mime: str) -> Digest:
        """Store bytes; gives their name."""
        ...

    def get(self, digest: Digest) -> bytes:
        """The bytes; `NotFound` (`BLOB`) when they were never stored."""
        ...

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are stored."""
        ...


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as the engines saw it: JPEG preview and what was read."""

    preview: bytes
    read: ocr.PageText


class Engines(Protocol):
    """Everything that parses bytes from outside, each call in a child process with memory and time limits.

    Raises `Invalid` with the engine's code for a bad file, `PARSER_TIMEOUT` or `PARSER_CRASHED` when the limits struck.
    The caller is never harmed by the file.
    """

    def probe(self, data: bytes) -> ocr.Probe:
        """What kind of file this is and how many pages it has, without decoding them."""
        ...

    def examine(self, data: bytes) -> ocr.Probe:
        """The same, once the first page is decoded: a file that nobody can open is refused before it is kept."""
        ...

    def read_page(self, data: bytes, index: int) -> ReadPage:
        """Render one page and read it."""
        ...

    def understand(self, pages: Sequence[ocr.PageText], templates: Sequence[ocr.Template]) -> ocr.Understanding:
        """Type and fields of a paper."""
        ...

    def inspect(self, pdf: bytes, *, trust: signing.Trust, now: datetime) -> signing.Report:
        """Report on the signatures of a PDF. A broken file gives a report that says so."""
        ...

    def codes(self, image: bytes) -> tuple[str, ...]:
        """Texts of the QR symbols on a picture or on the first pages of a PDF."""
        ...

    def to_pdf(self, scan: bytes) -> bytes:
        """A picture as a PDF of the same size."""
        ...

    def compose(self, original: bytes, *, mark: signing.ConversionMark, qr_png: bytes) -> bytes:
        """A PDF of the paper with the conversion mark and the QR in their own strip, ready to be sealed."""
        ...

    def cover(
        self,
        *,
        mark: signing.ConversionMark,
        qr_png: bytes,
        title: str,
        rows: Sequence[tuple[str, str]],
        signatures: Sequence[signing.SignatureLine],
    ) -> bytes:
        """A cover sheet for a file that must not be touched, ready to be sealed."""
        ...


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A sealed PDF and its PAdES level; `pending` while a part that was down keeps it below the level asked for.

    `archived_until` is when its newest archive time stamp loses its force; None when it has none.
    """

    pdf: bytes
    level: str
    pending: bool
    archived_until: datetime | None


class SealingDesk(Protocol):
    """Seals with the agency's key and proves its own work."""

    @property
    def system_name(self) -> str:
        """Name of this system and its owner, for the mark (NĐ 137/2024)."""
        ...

    @property
    def agency_name(self) -> str:
        """Whose seal it is."""
        ...

    def seal(self, pdf: bytes, *, reason: str) -> SealedPaper:
        """The sealed PDF, validated before it is given out; `Unavailable` (`SEAL_DOWN`) when the key cannot be used."""
        ...

    def renew(self, pdf: bytes) -> SealedPaper:
        """Lift a pending seal, or put a fresh archive time stamp over it; nothing that is there is changed.

        `pending` again while the time-stamp authority is still down; then `pdf` is what came in.
        """
        ...

    @property
    def trust(self) -> signing.Trust:
        """Roots under which this deployment validates signatures."""
        ...


class CredentialDesk(Protocol):
    """Signs QR credentials, status lists and the trust list; knows which hosts are ours."""

    @property
    def host(self) -> str:
        """The host that new credentials name."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Every host whose credentials are ours to judge."""
        ...

    def own_record(self, text: str, *, now: datetime) -> bytes | None:
        """The record id in a credential that this deployment signed, whatever its status; None for any other text."""
        ...

    def needs_log_proof(self, text: str, *, now: datetime) -> bool:
        """Whether the key behind a text was revoked: only the transparency log can show that it signed before that."""
        ...

    def trusted(self, *, now: datetime) -> qr.TrustList:
        """The keys that verifiers accept."""
        ...

    def status_uri(self, list_id: int) -> str:
        """The address that credentials and the published list name."""
        ...

    def issue(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> str:
        """The text of a printed credential (VNQ1)."""
        ...

    def presentable(
        self,
        record_id: bytes,
        facts: CredentialFacts,
        *,
        slot: StatusSlot,
        holder: HolderProof,
        at: datetime,
        lifetime: timedelta,
    ) -> bytes:
        """A credential for a phone (SD-CWT) that lives at most 72 hours; `Invalid` for a proof that does not hold."""
        ...

    def status_token(self, list_id: int, states: Mapping[int, RecordState], *, now: datetime) -> bytes:
        """A signed status list (CWT) in which every index not named is valid."""
        ...

    def trust_list(self) -> bytes:
        """The signed trust list that verifiers pin the root of."""
        ...

    def root_pem(self) -> bytes:
        """The pinned public root (PEM)."""
        ...


@dataclass(frozen=True, slots=True)
class HolderProof:
    """A browser's public key (coordinates) and its signature over them and the nonce of the sign-in."""

    x: bytes
    y: bytes
    nonce: bytes
    proof: bytes


class PublicLog(Protocol):
    """The transparency log, as far as somebody who checks a paper needs it."""

    def shown_at(self, record: RecordCode, credential: Digest) -> datetime | None:
        """When a signed checkpoint first covered the sealing of a record with this very credential.

        The inclusion proof is checked, not believed; None when there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What the symbol on the paper says in clear: nothing that the paper itself does not show."""

    issuer: str
    type_code: str
    number: str
    issued_on: date | None
    expires_on: date | None
    holder_name: str
    holder_masked: str
    original: Digest


# --- inside the transaction ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Account:
    """A local account. The hash is verified at the edge that owns pass words."""

    actor: Actor
    username: str
    password_hash: str


class Accounts(Protocol):
    """Local accounts and their sessions; a session is kept as the SHA-256 of its token."""

    def by_username(self, username: str) -> Account | None:
        """The account, unless it is disabled."""
        ...

    def add(self, account: Account) -> bool:
        """Add an account; false when the name is taken (the first one stays)."""
        ...

    def open_session(self, token_hash: str, account_id: str, *, at: datetime, expires_at: datetime) -> None:
        """Start a session."""
        ...

    def actor_of(self, token_hash: str, *, at: datetime) -> Actor | None:
        """Who holds this session, if it lives."""
        ...

    def end_session(self, token_hash: str) -> None:
        """End a session; ending one that is not there succeeds."""
        ...


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

    def tie(self, holder_id: int, alias: HolderAlias) -> None:
        """Keep another number of the holder. Whoever bore it alone until now is the same holder from now on.

        Records and accounts follow; what papers print stays as printed. A number that has been tied stays tied.
        """
        ...


class Intakes(Protocol):
    """Papers on their way in; one per agency and bytes."""

    def add(self, intake: Intake) -> Intake:
        """Add, or give the one that was there first (same agency, same bytes). A duplicate is an answer."""
        ...

    def get(self, intake_id: IntakeId, *, lock: bool = False) -> Intake:
        """The intake; `NotFound` (`INTAKE`). With `lock`, nobody else changes it until the transaction ends."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """The newest first."""
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

    def set_proposal(self, intake_id: IntakeId, proposal: Proposal) -> None:
        """Keep what the reader proposes."""
        ...

    def set_confirmation(self, intake_id: IntakeId, confirmation: Confirmation | None) -> None:
        """Keep the officer's word, or take it back when the paper cannot be sealed so."""
        ...

    def find(self, record: RecordCode) -> Intake | None:
        """The intake that became this record."""
        ...

    def set_record(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Tie the intake to the record it became."""
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

    def holder_ids(self, code: RecordCode) -> tuple[int, ...]:
        """Whom the record names, in the order of the paper."""
        ...

    def first_holder(self, code: RecordCode) -> int | None:
        """Whose log an act on the record goes to: the first holder's."""
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

    def reserve_status(self, record_id: bytes, index: int, *, list_id: int) -> bool:
        """Take a status index for a record to come; false when it is taken by another."""
        ...

    def status_of(self, record_id: bytes) -> StatusSlot | None:
        """The slot reserved for a record."""
        ...

    def states(self, list_id: int) -> Mapping[int, RecordState]:
        """Every index of a list whose record is not active."""
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

    def add(self, dossier: Dossier) -> None:
        """Add a new dossier."""
        ...

    def next_serial(self, agency_code: str, day: date) -> int:
        """The next serial of the day; two dossiers never get the same."""
        ...

    def get(self, code: DossierCode, *, lock: bool = False) -> Dossier:
        """The dossier; `NotFound` (`DOSSIER`)."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Dossier, ...]:
        """The newest first."""
        ...

    def attach(self, code: DossierCode, attachment: Attachment) -> Attachment:
        """Attach, or give the attachment that the component already has."""
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


class Events(Protocol):
    """The audit trail: append only."""

    def add(self, event: Event) -> None:
        """Append one event; it becomes durable with the act itself."""
        ...

    def list(
        self,
        *,
        agency_code: str | None = None,
        holder_id: int | None = None,
        about: Sequence[RecordCode] = (),
        record: RecordCode | None = None,
        dossier: DossierCode | None = None,
        action: Action | None = None,
        outcome: Outcome | None = None,
        limit: int,
    ) -> tuple[Event, ...]:
        """The newest first, by any of the filters; `about` adds events on these records to those of the holder."""
        ...

    def tally(self, *, agency_code: str | None, since: date) -> tuple[Tally, ...]:
        """Counts by day, action, outcome and code."""
        ...


class JobName(StrEnum):
    """Names of jobs, as the queue's rows hold them; never renamed while rows may wait."""

    READ = "read_intake"
    SEAL = "seal_intake"
    PUBLISH_STATUS = "publish_status"


class Jobs(Protocol):
    """Work for the worker, enqueued with the rows it is about: it runs if and only if the transaction commits."""

    def read(self, intake_id: IntakeId) -> None:
        """Read this paper."""
        ...

    def read_on(self, intake_id: IntakeId) -> None:
        """Read more pages of a long paper whose proposal is made, when nothing more urgent waits."""
        ...

    def seal(self, intake_id: IntakeId) -> None:
        """Seal this paper."""
        ...

    def publish_status(self) -> None:
        """Publish the status lists: something that they tell has changed."""
        ...

    def worker_seen(self) -> bool:
        """Whether any worker gave a sign of life within the last minute."""
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


@dataclass(frozen=True, slots=True)
class LogLeaf:
    """An event with its place in the transparency log and the salt that hides it there."""

    position: int
    salt: bytes
    event: Event


class LogRows(Protocol):
    """Which events have which place in the log. A place, once given, is given for ever."""

    def take(self, limit: int, salt: Callable[[], bytes]) -> int:
        """Give the next places to at most `limit` waiting events, oldest first; how many got one.

        Zero also when another sequencer is just doing it.
        """
        ...

    def size(self) -> int:
        """How many events have a place."""
        ...

    def leaves(self, start: int, end: int) -> tuple[LogLeaf, ...]:
        """The leaves with places `start` to `end` (not included), in order."""
        ...

    def places_of(self, record: RecordCode) -> tuple[int, ...]:
        """Places of the events about a record, in order."""
        ...

    def covered_at(self, place: int) -> datetime | None:
        """When the first checkpoint that covers a place was signed."""
        ...

    def head(self) -> str | None:
        """The newest signed checkpoint."""
        ...

    def set_head(self, size: int, checkpoint: str, *, at: datetime) -> None:
        """Keep a checkpoint, unless a larger one is kept already."""
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
    def shares(self) -> Shares: ...  # noqa: D102 - the same


class UnitOfWork(Protocol):
    """One use case, one transaction."""

    def begin(self) -> AbstractContextManager[Tx]:
        """Commit at the end of the block, roll back on any exception; `Unavailable` when the database is down."""
        ...
