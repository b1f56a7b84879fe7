"""Other provinces' vaults: who is asked for which kinds of paper, in which time, and who took over from whom.

The directory is data that an operator keeps (`VAULT_PEERS`): it says whom to ask, never whom to believe. Whoever
answers signs with a key that this vault's own trust list names for that agency, with the use `peer`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from vault.domain.consents import Consent
from vault.domain.errors import Conflict, Forbidden

AT_ONCE = 1.0
"""Seconds after which the asking vault hears that its question is pending, unless it says that it waits longer."""
LONGEST_WAIT = 25.0
"""Seconds that an asking vault may wait for; below what proxies give a request."""
QUESTION_OPEN = timedelta(hours=24)
"""So long a question waits for its person, and its answer stays the same one. The asking vault gives up then."""
FORGOTTEN_AFTER = timedelta(days=7)
"""So long a question that ended is still known as one that ended."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A vault: its agency's code, where it answers, which kinds it holds (empty: any), on which days.

    One whose agency was merged into another goes on answering for its old papers; `successor` names who took over.
    """

    code: str
    name: str
    url: str
    kinds: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def answers(self, day: date) -> bool:
        """Whether it is to be asked on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def holds(self, kinds: frozenset[str]) -> frozenset[str]:
        """Those of these kinds that it may hold."""
        return kinds & self.kinds if self.kinds else kinds


@dataclass(frozen=True, slots=True)
class PeerDirectory:
    """Every vault that this one knows."""

    peers: tuple[Peer, ...] = ()

    def find(self, code: str, day: date) -> Peer | None:
        """The vault of an agency on a day; an entry that ended leads to its successor."""
        seen: set[str] = set()
        wanted: str | None = code
        while wanted is not None and wanted not in seen:
            seen.add(wanted)
            entries = [one for one in self.peers if one.code == wanted]
            living = next((one for one in entries if one.answers(day)), None)
            if living is not None:
                return living
            wanted = next((one.successor for one in entries if one.successor), None)
        return None

    def holding(self, kinds: frozenset[str], day: date) -> tuple[Peer, ...]:
        """Who may hold one of these kinds."""
        return tuple(one for one in self.peers if one.answers(day) and one.holds(kinds))


@dataclass(frozen=True, slots=True)
class PeerRequest:
    """What another vault says with its question, beside its signature: for whom, for what, and on what will."""

    request: str
    asker: str
    officer: str
    purpose: str
    ground: str
    dossier: str
    consent: str
    number: str
    kinds: frozenset[str]
    ref: str | None = None
    wait: float = AT_ONCE
    """Seconds that whoever asks waits for the answer before it takes "pending" for one."""


ASK = "ASK"
"""The person is not there and has not said anything: the vault that keeps the papers asks them."""
CONSENTS = frozenset({"COUNTER", "SWITCH", ASK})
"""By what the citizen agreed, as the asking vault answers for it in its own log; or that they are to be asked."""
_TEXTS = ("request", "asker", "officer", "purpose", "ground", "dossier", "consent", "number")
_LONGEST = 200


def read_request(told: object, *, sender: str) -> PeerRequest:
    """The question in a body that `sender` signed; `PEER_REQUEST`, `PEER_CONSENT` or `PEER_PURPOSE` (Forbidden)."""
    if not isinstance(told, Mapping):
        raise Forbidden("PEER_REQUEST")
    texts = {name: told.get(name) for name in _TEXTS}
    kinds, ref = told.get("kinds"), told.get("ref")
    if told.get("asker") != sender or not _strings(kinds) or not (ref is None or isinstance(ref, str)):
        raise Forbidden("PEER_REQUEST")
    if texts["consent"] not in CONSENTS:
        raise Forbidden("PEER_CONSENT")
    if not all(isinstance(texts[name], str) and texts[name] for name in ("purpose", "ground", "dossier")):
        raise Forbidden("PEER_PURPOSE")
    if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in texts.values()):
        raise Forbidden("PEER_REQUEST")
    said = {name: str(one) for name, one in texts.items()}
    return PeerRequest(kinds=frozenset(_list(kinds)), ref=ref, wait=wait_of(told), **said)


def wait_of(told: object) -> float:
    """How long the sender of a body waits, in seconds: what it says within limits, `AT_ONCE` when it says nothing.

    >>> wait_of({"wait": 3}), wait_of({"wait": 1e9}), wait_of({"wait": "x"}), wait_of(None)
    (3.0, 25.0, 1.0, 1.0)
    """
    wait = told.get("wait") if isinstance(told, Mapping) else None
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not wait >= 0:  # nan is not
        return AT_ONCE
    return float(min(wait, LONGEST_WAIT))


class QuestionState(StrEnum):
    """How far a peer's question is."""

    WAITING = "WAITING"
    """For the person, who is asked here."""
    AGREED = "AGREED"
    """The person said yes; nobody fetched the answer yet."""
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    """By the person."""


@dataclass(frozen=True, slots=True)
class PeerQuestion:
    """A question of another vault as it is kept here. `holder_id` is None for somebody whom nobody knows here.

    `records` are the papers that were told of: the same question, sent again because its answer was lost, is answered
    by them and is one act.
    """

    id: str
    peer: str
    peer_name: str
    officer: str
    purpose: str
    dossier: str
    kinds: frozenset[str]
    holder_id: int | None
    at: datetime
    ends_at: datetime
    state: QuestionState = QuestionState.WAITING
    records: tuple[str, ...] = ()
    decided_at: datetime | None = None

    def ended(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.ends_at


_OF_A_QUESTION = ("asker", "request", "purpose", "dossier", "consent", "number", "ref")


def question_of(told: object) -> str:
    """The name of the question in a body: whoever asks the same for the same dossier again asks the same question.

    On what it stands belongs to it: one that the person is asked about is another than one that they agreed to at the
    counter. What cannot be read has a name too.
    """
    parts = [told.get(name) if isinstance(told, Mapping) else None for name in _OF_A_QUESTION]
    return hashlib.sha256("\x00".join(str(one or "") for one in parts).encode("utf-8", "replace")).hexdigest()[:32]


def question_id(said: PeerRequest) -> str:
    """The same for one that was read; a paper of the answer is fetched under the question's own name."""
    return question_of({name: getattr(said, name) for name in _OF_A_QUESTION if name != "ref"})


def again(kept: PeerQuestion, new: PeerQuestion, now: datetime) -> PeerQuestion:
    """What a question that is there already counts as when it comes again: itself, or the new one.

    An answer does not live for ever, and a yes to some kinds of paper is none to others. A no stays a no.
    """
    over = kept.state is QuestionState.ANSWERED and kept.ended(now)
    return new if over or (kept.kinds != new.kinds and kept.state is not QuestionState.REFUSED) else kept


def switch_for(question: PeerQuestion, turn: Consent | None) -> bool | None:
    """How the person's switch for other agencies stands towards a question; None when they said nothing on it.

    The later word wins: a yes to this question after the switch was turned off, or the switch turned off after the yes.
    """
    agreed = question.state in {QuestionState.AGREED, QuestionState.ANSWERED} and question.decided_at is not None
    if agreed and (turn is None or turn.at < (question.decided_at or turn.at)):
        return True
    return None if turn is None else turn.on


def judge(question: PeerQuestion, said: PeerRequest, *, switch: bool | None, now: datetime) -> QuestionState:
    """What a question comes to now: ANSWERED (with papers, or with none when the switch is off), or WAITING.

    `switch` is the person's own for other agencies: None when they never turned it. A question that the person has to
    be asked waits the same way for somebody without papers, without an account, or unknown: its state tells nothing.
    `PEER_QUESTION_OVER`, `PEER_QUESTION_REFUSED` (Forbidden).
    """
    if question.state is QuestionState.REFUSED:
        raise Forbidden("PEER_QUESTION_REFUSED")
    if question.ended(now):
        raise Forbidden("PEER_QUESTION_OVER")
    if said.consent != ASK or switch or question.state is QuestionState.AGREED:
        return QuestionState.ANSWERED
    return question.state


def decided_by_person(question: PeerQuestion, *, agreed: bool, now: datetime) -> PeerQuestion:
    """The question with the person's word. Said again, it is the same; `PEER_DECIDED` for another word, or too late."""
    wanted = QuestionState.AGREED if agreed else QuestionState.REFUSED
    given = {QuestionState.AGREED, QuestionState.ANSWERED} if agreed else {QuestionState.REFUSED}
    if question.state in given:
        return question
    if question.state is not QuestionState.WAITING or question.ended(now):
        raise Conflict("PEER_DECIDED")
    return replace(question, state=wanted, decided_at=now)


def _strings(told: object) -> bool:
    return isinstance(told, list) and len(told) <= _LONGEST and all(isinstance(one, str) for one in told)


def _list(told: object) -> Iterable[str]:
    return [str(one) for one in told] if isinstance(told, Sequence) else []
