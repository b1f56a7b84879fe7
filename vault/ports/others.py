"""Ports towards other systems of the state: what is told to them (outbox) and what they are asked (national store)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from vault.domain.holders import HolderLink
from vault.domain.ids import DossierCode
from vault.domain.intake import IntakeId
from vault.domain.outbox import Letter, LetterKind, LetterState
from vault.domain.outside import Ask, AskState, Claim, FoundState, OutsidePaper
from vault.domain.peers import Peer, PeerQuestion


class Outbox(Protocol):
    """Letters to the national store. Without a connected store nothing is kept."""

    @property
    def connected(self) -> bool:
        """Whether there is one."""
        ...

    def put(self, kind: LetterKind, subject: str, *, dossier: DossierCode, agency_code: str, at: datetime) -> None:
        """Say that a thing changed. One that waits, not composed yet, covers this change too."""
        ...

    def take(self, *, at: datetime, until: datetime) -> Letter | None:
        """The letter that is due, leased until a time; None when none is. Two callers never get the same."""
        ...

    def compose(self, letter_id: int, body: Mapping[str, object]) -> None:
        """Keep the body that every try sends."""
        ...

    def delivered(self, letter_id: int, *, at: datetime, receipt: str) -> None:
        """It arrived. The body is forgotten: what it said stands in the rows it was made of."""
        ...

    def failed(self, letter_id: int, failure: str, *, due_at: datetime, fault: bool) -> None:
        """It did not arrive this time; `fault`: the receiver answered, with a fault of its own."""
        ...

    def bury(self, letter_id: int, failure: str) -> None:
        """It is not tried any more until an operator says so."""
        ...

    def revive(self, letter_id: int, *, at: datetime) -> bool:
        """Try a dead letter again; false when it is not dead, or a newer letter about the same thing exists."""
        ...

    def dead(self, *, limit: int) -> tuple[Letter, ...]:
        """Dead letters, the oldest first."""
        ...

    def of_agency(self, agency_code: str, state: LetterState, *, newest: bool, limit: int) -> tuple[Letter, ...]:
        """An agency's letters in a state, the oldest or the newest first."""
        ...

    def of_dossier(self, code: DossierCode) -> tuple[Letter, ...]:
        """Letters about a dossier and its results, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file that goes with a letter; the receiver knows it by its SHA-256."""

    sha256: str
    mime: str
    data: bytes


class NationalStore(Protocol):
    """The national data store of citizens and organisations (Kho quản lý dữ liệu điện tử).

    Every method raises `Unavailable`: `NATIONAL_DOWN` when it cannot be reached or is busy, `NATIONAL_FAULT` when it
    answered with a fault of its own or with something that cannot be read. Then the call may or may not have had its
    effect; the same call again is safe.
    """

    def push(self, letter: Letter, body: Mapping[str, object], files: Sequence[OutFile]) -> str:
        """Tell the state of a dossier or a result; the store's receipt. One effect a `letter.key`.

        `Invalid` (`NATIONAL_REFUSED`) when the store will not have it: the same again will be refused as well.
        """
        ...


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question as a source hears it: whose papers, of which kinds, for which dossier and procedure, and why it may.

    `kinds` are what the procedure accepts: nothing else is asked for.
    """

    ask: Ask
    person: HolderLink
    kinds: frozenset[str]
    procedure: str
    now: datetime


@dataclass(frozen=True, slots=True)
class FetchedPaper:
    """Bytes as they lie at the source, and what was collected there about their signatures."""

    data: bytes
    evidence: bytes | None = None


class PaperSource(Protocol):
    """Where papers lie that this vault does not have. What it says is outside input.

    `asks_person`: whether it can put a question to the person itself, so that nobody has to have agreed here.

    `Unavailable` (`OUTSIDE_DOWN`, `OUTSIDE_PENDING`): no answer in time; the same question again is safe, and is one
    question there. `Forbidden` (`OUTSIDE_REFUSED`): it will not answer this.
    """

    @property
    def asks_person(self) -> bool: ...  # noqa: D102 - said above

    def find(self, asked: Enquiry, *, seconds: float) -> tuple[Claim, ...]:
        """Claims of papers of a person; nothing unreadable among them."""
        ...

    def fetch(self, paper: OutsidePaper, asked: Enquiry, *, seconds: float, most: int) -> FetchedPaper:
        """The bytes of one, at most so many."""
        ...


@dataclass(frozen=True, slots=True)
class IncomingPeer:
    """A request that another vault signed: whose key, which nonce, and itself for the signature of its answer."""

    sender: str
    nonce: str
    request: Any = field(repr=False)


class PeerDesk(Protocol):
    """Checks what other vaults send, and signs what they are answered (RFC 9421)."""

    @property
    def kept(self) -> timedelta:
        """How long a nonce has to be remembered."""
        ...

    def check(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> IncomingPeer:
        """Who signed it for this address; `Forbidden` (`PEER_SIGNATURE`, `PEER_KEY`)."""
        ...

    def peer(self, code: str) -> Peer:
        """The vault of the signer; `Forbidden` (`PEER_UNKNOWN`) when the directory has none."""
        ...

    def sign(self, asked: IncomingPeer, status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The headers of an answer, signed and bound to the request."""
        ...


class OutsideRows(Protocol):
    """Questions to sources, and what they claimed. `sources` are the ones connected."""

    @property
    def connected(self) -> bool:
        """Whether any source is: without one nothing has to be looked for."""
        ...

    def ask(self, ask: Ask) -> Ask:
        """Add a question, or ask the one that is there anew unless it is answered or waits; as it is then."""
        ...

    def get_ask(self, name: str, *, lock: bool = False) -> Ask:
        """The question; `NotFound` (`OUTSIDE_ASK`)."""
        ...

    def settle(self, name: str, state: AskState, *, at: datetime, code: str | None = None, found: int = 0) -> None:
        """Keep what came of it."""
        ...

    def pick(self, code: DossierCode, picks: Mapping[str, str]) -> None:
        """Keep what the citizen chose at the portal: paper in the national store -> component."""
        ...

    def asks(self, code: DossierCode) -> tuple[Ask, ...]:
        """A dossier's questions, oldest first."""
        ...

    def keep(self, paper: OutsidePaper) -> None:
        """Add a claim; one that is there and not fetched takes the newer words."""
        ...

    def papers(self, code: DossierCode) -> tuple[OutsidePaper, ...]:
        """What was found for a dossier, oldest first."""
        ...

    def paper(self, name: str, *, lock: bool = False) -> OutsidePaper:
        """One of them; `NotFound` (`OUTSIDE_PAPER`)."""
        ...

    def set_paper(
        self, name: str, state: FoundState, *, code: str | None = None, intake: IntakeId | None = None
    ) -> None:
        """Keep what became of it."""
        ...

    def of_intake(self, intake: IntakeId) -> OutsidePaper | None:
        """Where an intake came from, when it came from elsewhere."""
        ...

    def fresh(self, peer: str, nonce: str, *, at: datetime, until: datetime) -> bool:
        """Use a peer's nonce up; false when it was used before. It is remembered until a time."""
        ...

    def cursor(self, agency_code: str) -> int:
        """Up to which number of the portal's list the online dossiers of an agency were taken in."""
        ...

    def set_cursor(self, agency_code: str, number: int) -> None:
        """Keep that; it never goes back."""
        ...


class PeerQuestions(Protocol):
    """Questions that other vaults put, by what they ask: the same one again is the same row."""

    def put(self, question: PeerQuestion) -> tuple[PeerQuestion, bool]:
        """Add it (True), or give the one that is there; locked until the transaction ends: two at once come in turn."""
        ...

    def get(self, name: str, *, lock: bool = False) -> PeerQuestion | None:
        """One of them, or None."""
        ...

    def save(self, question: PeerQuestion) -> None:
        """Keep what became of it."""
        ...

    def waiting(self, holder_id: int, *, limit: int) -> tuple[PeerQuestion, ...]:
        """Those that wait for this person's word, the newest first."""
        ...
