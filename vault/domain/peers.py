"""Other provinces' vaults: who is asked for which kinds of paper, in which time, and who took over from whom.

The directory is data that an operator keeps (`VAULT_PEERS`): it says whom to ask, never whom to believe. Whoever
answers signs with a key that this vault's own trust list names for that agency, with the use `peer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vault.domain.errors import Forbidden


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


CONSENTS = frozenset({"COUNTER", "SWITCH"})
"""By what the citizen agreed, as the asking vault answers for it in its own log."""
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
    return PeerRequest(kinds=frozenset(_list(kinds)), ref=ref, **{name: str(one) for name, one in texts.items()})


def _strings(told: object) -> bool:
    return isinstance(told, list) and len(told) <= _LONGEST and all(isinstance(one, str) for one in told)


def _list(told: object) -> Iterable[str]:
    return [str(one) for one in told] if isinstance(told, Sequence) else []
