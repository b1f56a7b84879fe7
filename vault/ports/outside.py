"""Ports that work outside a transaction: clock, identifiers, blobs, engines, keys, files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from cryptography import x509

import ocr
import qr
import signing
from vault.domain.batches import SeenPage
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import IntakeId
from vault.domain.records import StatusSlot
from vault.domain.states import RecordState


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


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key that only the key service opens: whose key wraps it, by which name and version, and the bytes."""

    agency: str
    key: str
    wrapped: bytes


def key_context(digest: str, paper: str) -> bytes:
    """What a wrapped data key is bound to: it opens for this blob and this paper and no other."""
    return f"kho-so blob key\n{digest}\n{paper}".encode()


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A data key as one paper holds it; `digest` names the blob once it is kept."""

    paper: IntakeId
    wrapped: WrappedKey
    digest: str = ""


class KeyService(Protocol):
    """Wraps data keys under an agency's key, which never leaves the service (a file under a pass phrase, an HSM, a
    server). `Unavailable`: `KEY_SERVICE_DOWN` when it does not answer, `KEY_UNWRAP` when a wrap does not open.
    """  # noqa: D205 - one sentence that does not fit one line

    def wrap(self, key: bytes, *, agency: str, context: bytes) -> WrappedKey:
        """The key under the agency's newest key, bound to `context`."""
        ...

    def unwrap(self, wrapped: WrappedKey, *, context: bytes) -> bytes:
        """The key again; only with the same context."""
        ...

    def current(self, agency: str) -> str:
        """Name of the key that `wrap` uses now; what names another one waits to be wrapped anew."""
        ...


class Blobs(Protocol):
    """Immutable bytes under their SHA-256, each used by one paper or by several.

    After `put` returns, `get` gives the same bytes from any process as long as one paper uses them. Putting the same
    bytes again succeeds and changes nothing. `get` never gives bytes that do not hash to their name: it raises
    `Unavailable` instead.
    """

    def put(self, data: bytes, *, mime: str, paper: IntakeId, agency: str) -> Digest:
        """Store bytes for a paper of an agency; gives their name."""
        ...

    def put_new(self, data: bytes, digest: Digest, *, mime: str, paper: IntakeId, agency: str) -> bool:
        """The same for bytes whose name the caller has taken; false, and nothing done, when a paper has them."""
        ...

    def get(self, digest: Digest) -> bytes:
        """The bytes; `NotFound` (`BLOB`) when they were never stored, or no paper uses them any more."""
        ...

    def open(self, digest: Digest) -> Iterator[bytes]:
        """The bytes piece by piece, each one authentic; for files that are handed on."""
        ...

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are stored."""
        ...

    def let_go(self, digest: Digest, *, paper: IntakeId) -> bool:
        """End one paper's use; true when it was the last: then nobody gets the bytes any more, us included."""
        ...

    def discard(self, ended: Sequence[HeldKey], *, clear: Sequence[Digest] = ()) -> None:
        """Remove the objects of blobs whose last key is destroyed (`BlobKeys.end_papers`), as far as the store lets us.

        One that stays is bytes that nobody opens. `clear` are blobs that may lie there unencrypted, from before there
        was encryption; one that another paper still reads so stays. Never raises for a store that is down.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as the engines saw it: JPEG preview and what was read."""

    preview: bytes
    read: ocr.PageText


class MalwareScanner(Protocol):
    """Looks for malware in files from outside."""

    def check(self, data: bytes) -> None:
        """`Invalid` (`MALWARE_FOUND`) when it finds some; `Unavailable` (`SCANNER_DOWN`) when it cannot look."""
        ...


class Engines(Protocol):
    """Everything that parses bytes from outside, each call in a child process with memory and time limits.

    Raises `Invalid` with the engine's code for a bad file, `PARSER_TIMEOUT` or `PARSER_CRASHED` when the limits struck.
    The caller is never harmed by the file.
    """

    def probe(self, data: bytes) -> ocr.Probe:
        """What kind of file this is and how many pages it has, without decoding them."""
        ...

    def examine(self, data: bytes, *, sender: str = "", advise: bool = False) -> ocr.Probe:
        """The same, once the first page is opened: a file that nobody can open is refused before it is kept.

        So is one that carries malware (`MALWARE_FOUND`), or that acts by itself (`ACTIVE_CONTENT`). Pages of a PDF are
        not drawn: what only drawing shows is found by whoever reads it. Files of one `sender` may share a child. With
        `advise` the first page's picture is drawn and judged too: what a better one would mend.
        """
        ...

    def probe_batch(self, data: bytes) -> ocr.Probe:
        """Whether this can be split: `BATCH_NOT_PDF`, `BATCH_SIGNED`, and the codes of files that are none."""
        ...

    def separators(self, data: bytes, start: int, count: int) -> tuple[SeenPage, ...]:
        """What is seen of so many pages of a batch, from `start` on."""
        ...

    def cut(self, data: bytes, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
        """A PDF for each range of pages (from 0, both ends included). The same range gives the same bytes."""
        ...

    def read_page(
        self,
        data: bytes,
        index: int,
        *,
        fast: bool = False,
        unless_from: Collection[str] = (),
        only_look: bool = False,
    ) -> ReadPage:
        """Render one page and read it; codes come first.

        ``fast``: half the time, a second opinion only where the first is in doubt.
        No line is read with `only_look`, or when a QR reads like a credential of one of the hosts `unless_from`.
        """
        ...

    def searchable(self, data: bytes, texts: Sequence[bytes], *, title: str, at: datetime) -> bytes:
        """A PDF/A of the pages' pictures with the words over them, invisible; `texts` are the layouts of `Page`.

        An empty text stands for a page that was not read. The same arguments give the same bytes.
        """
        ...

    def understand(self, pages: Sequence[ocr.PageText], templates: Sequence[ocr.Template]) -> ocr.Understanding:
        """Type and fields of a paper."""
        ...

    def inspect(
        self, pdf: bytes, *, trust: signing.Trust, now: datetime, evidence: signing.Evidence | None = None
    ) -> signing.Report:
        """Report on the signatures of a PDF. A broken file gives a report that says so.

        `evidence` is what was collected when the file came in.
        """
        ...

    def chains(self, pdf: bytes, *, trust: signing.Trust, now: datetime) -> tuple[tuple[x509.Certificate, ...], ...]:
        """The chains to pinned roots that the signatures of a PDF rest on; none for a stranger's."""
        ...

    def picture(self, data: bytes, index: int) -> bytes:
        """One page of a file as JPEG."""
        ...

    def changed_pages(self, old: bytes, new: bytes) -> tuple[int, ...]:
        """Indexes of those of the first thirty pages that look different in two states of a file."""
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

    def collect(
        self, chains: Sequence[Sequence[x509.Certificate]], *, sha256: bytes, kept: signing.Evidence | None = None
    ) -> signing.Evidence:
        """What is `kept`, with the revocation status of these chains as of now and a new time stamp over the file.

        What another authority's server does not give in time is left out; never raises for it.
        """
        ...

    @property
    def trust(self) -> signing.Trust:
        """Roots under which this deployment validates signatures."""
        ...


@dataclass(frozen=True, slots=True)
class PublishedStatus:
    """A published status list as it was read: when it was signed (None: it does not open, for `fault`), and the places
    where it says something else than it should.
    """  # noqa: D205 - one sentence that does not fit one line

    signed_at: datetime | None
    wrong: tuple[int, ...] = ()
    fault: str = ""


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

    def sd_jwt(self, record_id: bytes, facts: CredentialFacts, *, slot: StatusSlot, at: datetime) -> str:
        """The same facts as SD-JWT VC, each of them for the holder to show or to keep back."""
        ...

    def bitstring(
        self,
        list_id: int,
        states: Mapping[int, RecordState],
        purpose: Literal["revocation", "suspension"],
        *,
        now: datetime,
    ) -> str:
        """The states as a W3C Bitstring Status List credential."""
        ...

    def jwks(self, *, now: datetime) -> tuple[Mapping[str, str], ...]:
        """Public keys of the trust list as JWK, for those who check the two above."""
        ...

    def status_token(self, list_id: int, states: Mapping[int, RecordState], *, now: datetime) -> bytes:
        """A signed status list (CWT) in which every index not named is valid."""
        ...

    def read_status(
        self, list_id: int, token: bytes, states: Mapping[int, RecordState], *, now: datetime
    ) -> PublishedStatus:
        """What a published list says, compared with the states that it should say."""
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


@dataclass(frozen=True, slots=True)
class SealingProof:
    """That a credential's sealing is in the log: the proof of its leaf, and the opening of what the leaf commits to.

    The opening tells the account id of who confirmed the paper, which the paper itself does not print, to whoever holds
    the credential's text (`deploy/THREATS.md`).
    """

    proof: str
    salt: bytes
    event: str


class OfflineProof(Protocol):
    """A proof that somebody keeps."""

    @property
    def text(self) -> str:
        """As C2SP tlog-proof@v1 writes it."""
        ...


class PublicLog(Protocol):
    """The transparency log, as far as somebody who checks a paper needs it."""

    def shown_at(self, record: RecordCode, credential: Digest) -> datetime | None:
        """When a signed checkpoint first covered the sealing of a record with this very credential.

        The inclusion proof is checked, not believed; None when there is none.
        """
        ...

    def prove(self, record: RecordCode) -> Sequence[OfflineProof]:
        """Proofs of every event about a record that a checkpoint covers; `LOG_PROOF` if there are none."""
        ...

    def sealing_of(self, record: RecordCode, credential: Digest) -> SealingProof | None:
        """What lets somebody else check that, for this very credential; None when the log does not show it."""
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
