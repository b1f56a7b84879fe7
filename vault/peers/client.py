"""`ports.PaperSource` of another vault, over HTTP. A signed answer is still no more than a claim."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date
from time import monotonic

import httpx

from vault.domain.errors import Forbidden, Invalid, Unavailable
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.outside import Claim, OutsidePaper
from vault.domain.peers import Peer, PeerDirectory
from vault.domain.states import RecordState, TrustLevel
from vault.peers.signatures import Outgoing, PeerKeys, check_answer, sign_request
from vault.ports import Clock, Enquiry, FetchedPaper

FIND, FETCH = "/peer/v1/papers/find", "/peer/v1/papers/fetch"
JSON = "application/json"
MOST_JSON = 2_000_000
OK, PENDING, FORBIDDEN, NOT_FOUND = 200, 202, 403, 404
PATIENCE = 0.8
"""What part of our own time the other vault has: the rest is for the way, so that we hear its "pending" in time."""
GROUND = "NĐ 309/2026/NĐ-CP Đ4 k2a"


class HttpPeer:
    """One peer. `own`: our agency's code; `new_nonce`: unguessable text."""

    def __init__(
        self,
        peer: Peer,
        *,
        own: str,
        keys: PeerKeys,
        clock: Clock,
        new_nonce: Callable[[], str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._peer, self._own, self._keys, self._clock, self._new_nonce = peer, own, keys, clock, new_nonce
        self._http = httpx.Client(follow_redirects=False, transport=transport)

    @property
    def asks_person(self) -> bool:
        """The vault that keeps the papers can ask their person."""
        return True

    def find(self, asked: Enquiry, *, seconds: float) -> tuple[Claim, ...]:
        """Claims of the peer on the person's papers."""
        kinds = self._peer.holds(asked.kinds)
        if not kinds:
            return ()
        told = self._ask(FIND, self._said(asked) | {"kinds": sorted(kinds)}, seconds=seconds, most=MOST_JSON)
        papers = told.get("papers") if isinstance(told, dict) else None
        if not isinstance(papers, list):
            raise Unavailable("OUTSIDE_DOWN", reason="no list")
        return tuple(claim for one in papers if (claim := claim_of(one)) is not None)

    def fetch(self, paper: OutsidePaper, asked: Enquiry, *, seconds: float, most: int) -> FetchedPaper:
        """The file with what the peer kept about its signatures."""
        said = self._said(asked) | {"kinds": [paper.claim.type_code], "ref": paper.claim.ref}
        told = self._ask(FETCH, said, seconds=seconds, most=most * 3 // 2 + MOST_JSON)
        file, evidence = (told.get("file"), told.get("evidence")) if isinstance(told, dict) else (None, None)
        try:
            return FetchedPaper(
                b64decode(str(file), validate=True), b64decode(str(evidence), validate=True) if evidence else None
            )
        except ValueError as error:
            raise Unavailable("OUTSIDE_DOWN", reason="no file") from error

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _said(self, asked: Enquiry) -> dict[str, object]:
        return {
            "request": asked.ask.id,
            "asker": self._own,
            "officer": asked.ask.by_name,
            "purpose": asked.procedure,
            "ground": GROUND,
            "dossier": asked.ask.dossier,
            "consent": asked.ask.consent.value,
            "number": asked.person.number or "",
        }

    def _ask(self, path: str, said: Mapping[str, object], *, seconds: float, most: int) -> object:
        body = json.dumps({**said, "wait": round(seconds * PATIENCE, 3)}, ensure_ascii=False).encode()
        url, now = f"{self._peer.url}{path}", self._clock.now()
        message = Outgoing("POST", url, {"content-type": JSON, "accept-encoding": "identity"})
        sign_request(message, body, nonce=self._new_nonce(), keys=self._keys, now=now)
        end = monotonic() + seconds
        try:
            with self._http.stream("POST", url, content=body, headers=message.headers, timeout=seconds) as answer:
                data = bytearray()
                for part in answer.iter_raw():
                    data += part
                    if len(data) > most:
                        raise Unavailable("OUTSIDE_DOWN", reason="answer too large")
                    if monotonic() > end:
                        raise Unavailable("OUTSIDE_PENDING", reason="too slow")
        except httpx.TimeoutException as error:
            raise Unavailable("OUTSIDE_PENDING", reason="too slow") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("OUTSIDE_DOWN", reason=type(error).__name__) from error
        return self._judged(answer, bytes(data))

    def _judged(self, answer: httpx.Response, data: bytes) -> object:
        """What a signed answer says. Only the peer's own refusal ends a question; anything else may mend itself."""
        if answer.status_code not in {OK, PENDING, FORBIDDEN, NOT_FOUND}:
            raise Unavailable("OUTSIDE_DOWN", reason=f"status {answer.status_code}")
        try:
            signer = check_answer(answer, data, keys=self._keys, now=self._clock.now())
        except Forbidden as error:
            if answer.status_code in {FORBIDDEN, NOT_FOUND}:  # it does not know us, so it signs nothing for us
                raise Forbidden("OUTSIDE_REFUSED", reason=_code(data)) from error
            raise
        if signer != self._peer.code:
            raise Forbidden("PEER_SIGNATURE")
        if answer.status_code == PENDING:  # the same question again is the way to its answer
            raise Unavailable("OUTSIDE_PENDING", reason="PENDING")
        if answer.status_code != OK:
            raise Forbidden("OUTSIDE_REFUSED", reason=_code(data))
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unavailable("OUTSIDE_DOWN", reason="no JSON") from error


def _code(data: bytes) -> str:
    try:
        return str(json.loads(data).get("code"))[:60]
    except (ValueError, AttributeError, RecursionError):
        return ""


def claim_of(told: object) -> Claim | None:
    """A peer's words about a paper; None for words that cannot be read."""
    try:
        holder, issuer = told["holder"], told["issuer"]  # type: ignore[index] # anything may be told: a TypeError is an answer
        number = HolderId.parse(str(holder["number"]))
        return Claim(
            ref=str(told["ref"])[:60],  # type: ignore[index] # the same
            type_code=str(told["type"])[:60],  # type: ignore[index] # the same
            holder=HolderLink(HolderRole(str(holder["role"])), number.kind, number.number, str(holder["name"])[:300]),
            sha256=str(told["sha256"]),  # type: ignore[index] # the same
            mime=str(told["mime"])[:60],  # type: ignore[index] # the same
            result_code=_text(told, "result_code"),
            number=_text(told, "number"),
            issuer_code=issuer.get("code"),
            issuer_as_printed=issuer.get("as_printed"),
            issued_on=_day(told, "issued_on"),
            valid_until=_day(told, "valid_until"),
            scope=_text(told, "scope"),
            state=RecordState(str(told["state"])),  # type: ignore[index] # the same
            trust=TrustLevel[str(told["trust"])],  # type: ignore[index] # the same
            conversion_mark=told["conversion_mark"] is True,  # type: ignore[index] # the same
            compared=told["compared_with_original"] is True,  # type: ignore[index] # the same
        )
    except (Invalid, KeyError, TypeError, AttributeError, ValueError):
        return None


def _text(told: object, name: str) -> str | None:
    value = told.get(name) if isinstance(told, dict) else None
    return str(value)[:500] if value else None


def _day(told: object, name: str) -> date | None:
    value = _text(told, name)
    return date.fromisoformat(value) if value else None


def peer_sources(
    directory: PeerDirectory, *, own: str, keys: PeerKeys, clock: Clock, new_nonce: Callable[[], str]
) -> dict[str, HttpPeer]:
    """A client for every vault of the directory but our own."""
    return {
        one.code: HttpPeer(one, own=own, keys=keys, clock=clock, new_nonce=new_nonce)
        for one in directory.peers
        if one.code != own and one.answers(clock.now().date())
    }
