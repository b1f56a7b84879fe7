"""Vault to vault, hostile: who is not known, not fresh, not agreed to, or not honest, gets and gives nothing."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy import text

import qr
import signing
from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client
from tests.fakes.parts import PASSWORD, account, settings_of, with_other
from tests.fakes.seals import PlainSeal
from tests.unit.signing.builders import plain_pdf
from tests.unit.signing.certomancy import Certomancy, conjure
from vault.bootstrap import App
from vault.db import PostgresUnitOfWork
from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.errors import Unavailable
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode
from vault.domain.intake import IntakeId, NamedHolder, SignatureSummary
from vault.domain.outside import Ask, AskState, FoundState, OutsidePaper
from vault.domain.peers import Peer, PeerDirectory
from vault.domain.people import Action, Actor, Role
from vault.domain.sign_in import PEERS
from vault.keys import FileSealingDesk
from vault.keys.evidence import Fetch
from vault.peers import HttpPeer, PeerKeys, SignedPeerDesk
from vault.peers.client import FETCH, FIND
from vault.peers.signatures import Outgoing, sign_request
from vault.usecases.digitize.read import read
from vault.usecases.outside.ask import answer_ask
from vault.usecases.outside.fetch import fetch_by_job
from vault.usecases.oversee.check_original import check_original
from vault.web.main import create

pytestmark = pytest.mark.service
HERE, THERE = "H24.907", "H23.908"
"""Whoever asks (Hải Phòng), and the old vault of Hải Dương that answers."""
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
DAY = timedelta(days=1)
NUMBERS = itertools.count(30090830000)
URL = "http://kho.example.vn"
LONG = 60.0
"""Seconds in which anything here ends, on however busy a machine."""
Change = Callable[[httpx.Request], httpx.Response | None]


class Ring:
    """Keys of several vaults and the trust list that names them."""

    def __init__(self, now: datetime) -> None:
        self.keys = {code: qr.SigningKey.generate() for code in (HERE, THERE, "H99")}
        self.entries = {
            code: qr.TrustEntry.for_key(
                key.public,
                issuer=code,
                use="peer",
                not_before=now - timedelta(days=1),
                not_after=now + timedelta(days=9),
            )
            for code, key in self.keys.items()
        }

    def of(self, code: str) -> PeerKeys:
        def trusted(now: datetime) -> qr.TrustList:
            return qr.TrustList(
                version=1, issued_at=now, next_update=now + timedelta(days=1), entries=tuple(self.entries.values())
            )

        return PeerKeys(lambda _: self.keys[code], trusted)


@dataclass
class Wire:
    """Requests to the answering vault in this process; `bend` may change one, or answer it itself."""

    web: Client
    bend: Change | None = None
    last: httpx.Request | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.last = request
        if self.bend is not None and (answer := self.bend(request)) is not None:
            return answer
        return self.send(request)

    def send(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        got = self.web.post(request.url.path, content=request.content, headers=headers)
        kept = {name: value for name, value in got.headers.items() if name != "content-length"}
        return httpx.Response(got.status_code, headers=kept, stream=httpx.ByteStream(got.content), request=request)


@dataclass
class World:
    app: App
    there: App
    ring: Ring
    wire: Wire
    officer: Actor
    keeper: Actor
    client: Client
    number: str = ""
    name: str = "VŨ THỊ HẢI DƯƠNG"

    def held_there(self) -> str:
        """An old paper of this person in the other vault."""
        holder = NamedHolder(self.number, self.name)
        return desk.record_of(self.there, self.keeper, holder=holder)

    def opened(self) -> str:
        said = {"procedure": RESIDENCE, "holder": self.number, "holder_name": self.name}
        return str(self.client.post("/api/v1/dossiers", json=said).raise_for_status().json()["code"])

    def asked(self, code: str, *, consent: bool = True) -> httpx.Response:
        told = {"source": THERE, "consent": consent}
        return self.client.post(f"/api/v1/dossiers/{code}/outside", json=told)

    def state(self, code: str) -> tuple[str, str | None, int]:
        """What the question came to; on a busy machine a second is over before, and the job goes on with it."""
        [one] = self.asked(code).json()
        if one["state"] == "PENDING":
            ended = self.by_job(code)
            return ended.state.value, ended.code, ended.found
        return one["state"], one["code"], one["found"]

    def by_job(self, code: str, *, seconds: float = LONG) -> Ask:
        """What the worker does with a question that was not answered at once."""
        app = self.app
        with app.uow.begin() as tx:
            [ask] = tx.outside.asks(DossierCode(code))
        return answer_ask(
            ask.id, uow=app.uow, sources=app.sources, catalogue=app.catalogue, clock=app.clock, seconds=seconds
        )

    def fetched(self, code: str, paper: str) -> OutsidePaper:
        """Fetched by the officer, or by job when that took longer than somebody waits."""
        got = self.client.post(f"/api/v1/dossiers/{code}/outside/{paper}/fetch").raise_for_status().json()
        app = self.app
        if got["state"] == "FOUND":
            return fetch_by_job(
                paper,
                self.officer.account_id,
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                sources=app.sources,
                catalogue=app.catalogue,
                clock=app.clock,
                ids=app.ids,
                max_bytes=app.settings.max_upload_bytes,
                seconds=LONG,
            )
        with app.uow.begin() as tx:
            return tx.outside.paper(paper)

    def offered(self, code: str) -> list[dict[str, Any]]:
        answered = self.client.get(f"/api/v1/dossiers/{code}/components").raise_for_status().json()
        return next(one["outside"] for one in answered["components"] if one["component"] == HOME)

    def acts(self, action: Action) -> list[Any]:
        with self.app.uow.begin() as tx:
            holder = tx.holders.find(HolderId.parse(self.number))
            assert holder is not None
            return [one for one in tx.events.list(holder_id=holder, limit=50) if one.action is action]


@pytest.fixture(scope="module")
def shared(parts: App) -> Iterator[World]:
    ring = Ring(parts.clock.now())
    directory = PeerDirectory((Peer(HERE, "Hải Phòng", URL), Peer(THERE, "Hải Dương", URL)))
    url = parts.settings.database_url
    assert url is not None
    uow = PostgresUnitOfWork(url.get_secret_value(), key_service=parts.key_service, elsewhere=True)
    common = {"uow": uow, "engines": ToldEngines(), "sealing": PlainSeal()}
    settings = settings_of(parts.settings.home)
    there = with_other(parts, settings=settings.model_copy(update={"agency_code": THERE}), **common)
    there.__dict__["peer_desk"] = SignedPeerDesk(directory, keys=ring.of(THERE), clock=parts.clock)
    app = with_other(parts, settings=settings.model_copy(update={"agency_code": HERE}), **common)
    wire = Wire(Client(create(there)))
    peer = HttpPeer(
        directory.peers[1],
        own=HERE,
        keys=ring.of(HERE),
        clock=parts.clock,
        new_nonce=parts.ids.token,
        transport=httpx.MockTransport(wire),
    )
    app.__dict__["sources"] = {THERE: peer}
    officer = account(app, "kho-hoi", Role.OFFICER, agency=HERE)
    keeper = account(app, "kho-giu", Role.OFFICER, agency=THERE)
    yield World(app, there, ring, wire, officer, keeper, Client(create(app)).signed_in("kho-hoi", PASSWORD))
    peer.close()
    uow.close()


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    entries = dict(shared.ring.entries)
    shared.wire.bend = None
    shared.number = f"0{next(NUMBERS)}"
    yield shared
    shared.ring.entries = entries
    shared.wire.bend = None


def test_a_paper_of_the_other_vault_comes_with_consent_and_both_sides_keep_it(world: World) -> None:
    record = world.held_there()
    code = world.opened()
    assert world.state(code) == ("ANSWERED", None, 1)
    [found] = world.offered(code)
    assert (found["source"], found["decision"]["verdict"]) == (THERE, "NEEDS_CHECK")
    assert world.fetched(code, found["paper"]).state is FoundState.FETCHED
    [asked] = world.acts(Action.ASK_OUTSIDE)
    assert (asked.details["source"], asked.details["consent"]) == (THERE, "COUNTER")
    told, looked = reversed(world.acts(Action.ANSWER_PEER))
    assert told.details["records"] == [record]
    assert looked.record == record
    assert {one.purpose for one in (told, looked)} == {f"{RESIDENCE} ({code})"}
    assert told.actor.account_id == f"peer:{HERE}"
    assert told.details["officer"] == world.officer.name


def test_without_consent_nothing_leaves_and_the_citizen_s_switch_is_one(world: World) -> None:
    world.held_there()
    code = world.opened()
    world.wire.last = None
    refused = world.asked(code, consent=False)
    assert (refused.status_code, refused.json()["code"]) == (422, "OUTSIDE_CONSENT")
    assert world.wire.last is None
    _switch(world, on=True)
    assert world.asked(code, consent=False).json()[0]["consent"] == "SWITCH"


def _switch(world: World, *, on: bool) -> None:
    with world.app.uow.begin() as tx:
        holder = tx.holders.find(HolderId.parse(world.number))
        assert holder is not None
        tx.consents.add(Consent(holder, ConsentPurpose.OTHER_AGENCIES, on, world.app.clock.now(), "test"))


def test_whoever_switched_other_agencies_off_is_in_nobody_s_answer(world: World) -> None:
    world.held_there()
    code = world.opened()
    _switch(world, on=False)
    assert world.state(code) == ("ANSWERED", None, 0)


def test_a_request_counts_once(world: World) -> None:
    world.held_there()
    world.state(world.opened())
    assert world.wire.last is not None
    again = world.wire.send(world.wire.last)
    again.read()
    assert (again.status_code, again.json()["code"]) == (403, "PEER_REPLAYED")


def _direct(world: World, told: Mapping[str, object] | None = None, **other: Any) -> httpx.Response:
    """A request put together by hand; `other` replaces parts of it."""
    said = {
        "request": "x", "asker": HERE, "officer": "x", "purpose": RESIDENCE, "ground": "x", "dossier": "x",
        "consent": "COUNTER", "number": world.number, "kinds": ["GPXD"], "wait": LONG,
    }  # fmt: skip
    body = json.dumps(said | dict(told or {})).encode()
    message = Outgoing("POST", other.get("url", f"{URL}{FIND}"), {"content-type": "application/json"})
    now = world.app.clock.now() + other.get("shift", timedelta())
    sign_request(message, body, nonce=other.get("nonce", "n"), keys=world.ring.of(other.get("signer", HERE)), now=now)
    path = other.get("path", FIND)
    return world.wire.web.post(path, content=other.get("body", body), headers=dict(message.headers))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"consent": ""}, "PEER_CONSENT"),
        ({"consent": "LAW"}, "PEER_CONSENT"),
        ({"purpose": ""}, "PEER_PURPOSE"),
        ({"dossier": None}, "PEER_PURPOSE"),
        ({"asker": "H99"}, "PEER_REQUEST"),
        ({"kinds": "GPXD"}, "PEER_REQUEST"),
        ({"number": "12"}, "PEER_REQUEST"),
    ],
)
def test_a_question_without_consent_purpose_or_sense_is_refused_and_kept(
    world: World, told: dict[str, object], code: str
) -> None:
    got = _direct(world, told, nonce=f"n-{code}-{told}")
    assert (got.status_code, got.json()["code"]) == (403, code)
    assert "signature" in got.headers  # the peer can prove what it was answered
    with world.app.uow.begin() as tx:
        [last] = tx.events.list(action=Action.ANSWER_PEER, limit=1)
    assert (last.outcome.value, last.code, last.actor.account_id) == ("REFUSED", code, f"peer:{HERE}")


def test_a_peer_that_copies_the_vault_is_braked(world: World) -> None:
    now = world.app.clock.now()
    with world.app.uow.begin() as tx:
        for window in (now, now + timedelta(minutes=1)):  # the minute may turn meanwhile
            for _ in range(PEERS.most):
                tx.sign_ins.tried(PEERS, HERE, at=window)
    got = _direct(world, nonce="brake")
    with world.app.uow.begin() as tx:
        tx.records._db.execute(text("DELETE FROM share_try WHERE caller = :one"), {"one": PEERS.bucket(HERE)})
    assert (got.status_code, got.json()["code"]) == (403, "TOO_MANY_LOOK_UPS")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"body": b"{}"}, "PEER_SIGNATURE"),  # another body than the digest's
        ({"url": f"https://la.example{FIND}"}, "PEER_SIGNATURE"),  # meant for another vault
        ({"path": "/peer/v1/papers/fetch"}, "PEER_SIGNATURE"),
        ({"shift": -timedelta(minutes=5)}, "PEER_SIGNATURE"),  # clocks too far apart, both ways
        ({"shift": timedelta(minutes=5)}, "PEER_SIGNATURE"),
        ({"nonce": ""}, "PEER_SIGNATURE"),
        ({"signer": "H99"}, "PEER_UNKNOWN"),  # a key that is trusted, of a vault that nobody put into the directory
    ],
)
def test_a_signature_for_something_else_is_none(world: World, other: dict[str, Any], code: str) -> None:
    got = _direct(world, **({"nonce": f"s-{other}"} | other))
    assert (got.status_code, got.json()["code"]) == (403, code)
    assert "signature" not in got.headers


@pytest.mark.parametrize("how", ["revoked", "of another use", "ended", "not in the list"])
def test_a_key_that_may_not_sign_opens_nothing(world: World, how: str) -> None:
    now, entry = world.app.clock.now(), world.ring.entries[HERE]
    changed = {
        "revoked": replace(entry, revoked_at=now - timedelta(hours=1)),
        "of another use": replace(entry, use="qr"),
        "ended": replace(entry, not_after=now - timedelta(hours=1)),
    }
    if how in changed:
        world.ring.entries[HERE] = changed[how]
    else:
        del world.ring.entries[HERE]
    got = _direct(world, nonce=f"k-{how}")
    assert (got.status_code, got.json()["code"]) == (403, "PEER_KEY")
    world.wire.last = None
    code = world.opened()
    assert world.state(code)[:2] == ("REFUSED", "OUTSIDE_REFUSED")


def _lie(world: World, path_end: str, change: Callable[[dict[str, Any]], object], *, signed: bool) -> Change:
    """An answer that the peer changed, and signed as changed if it is the peer itself that lies."""

    def bend(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith(path_end):
            return None
        good = world.wire.send(request)
        told = json.loads(good.read())
        change(told)
        body = json.dumps(told).encode()
        headers = dict(good.headers)
        if signed:
            desk_there = world.there.peer_desk
            asked = desk_there.check(request.method, str(request.url), dict(request.headers), request.content)
            headers = dict(desk_there.sign(asked, 200, {"content-type": "application/json"}, body))
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body), request=request)

    return bend


def _other_holder(told: dict[str, Any]) -> None:
    told["papers"][0]["holder"]["number"] = "031090000999"


def test_a_peer_that_lies_about_the_holder_shows_nothing(world: World) -> None:
    world.held_there()
    code = world.opened()
    world.wire.bend = _lie(world, "find", _other_holder, signed=True)
    assert world.state(code) == ("ANSWERED", None, 0)
    assert [one["code"] for one in world.client.get(f"/api/v1/dossiers/{code}/outside").json()["papers"]] == [
        "OUTSIDE_HOLDER"
    ]


def test_an_answer_that_was_changed_on_its_way_is_refused(world: World) -> None:
    world.held_there()
    code = world.opened()
    world.wire.bend = _lie(world, "find", _other_holder, signed=False)
    assert world.state(code)[:2] == ("REFUSED", "PEER_SIGNATURE")


def test_an_answer_to_another_question_is_refused(world: World) -> None:
    world.held_there()
    world.state(world.opened())
    assert world.wire.last is not None
    kept = world.wire.last

    def old(request: httpx.Request) -> httpx.Response:
        sign_request(
            message := Outgoing("POST", f"{URL}{FIND}", {"content-type": "application/json"}),
            kept.content, nonce="old", keys=world.ring.of(HERE), now=world.app.clock.now(),
        )  # fmt: skip
        got = world.wire.send(httpx.Request("POST", f"{URL}{FIND}", content=kept.content, headers=message.headers))
        return httpx.Response(
            got.status_code, headers=got.headers, stream=httpx.ByteStream(got.read()), request=request
        )

    world.wire.bend = old
    code = world.opened()
    assert world.state(code)[:2] == ("REFUSED", "PEER_SIGNATURE")


def test_other_bytes_than_were_told_are_put_aside(world: World) -> None:
    world.held_there()
    code = world.opened()
    world.state(code)
    [found] = world.offered(code)
    world.wire.bend = _lie(world, "fetch", lambda told: told.update(file="AAAA"), signed=True)
    got = world.fetched(code, found["paper"])
    assert (got.state, got.code) == (FoundState.REFUSED, "OUTSIDE_DIGEST")


def test_a_paper_that_the_question_does_not_reach_is_not_there(world: World) -> None:
    record = world.held_there()
    strange = f"0{next(NUMBERS)}"
    with world.app.uow.begin() as tx:
        tx.holders.ensure(HolderId.parse(strange), "NGƯỜI KHÁC", at=world.app.clock.now())
    for told in ({"number": strange, "ref": record}, {"kinds": ["KS"], "ref": record}):
        message = {"url": f"{URL}/peer/v1/papers/fetch", "path": "/peer/v1/papers/fetch", "nonce": f"r-{told}"}
        got = _direct(world, told, **message)
        assert (got.status_code, got.json()["code"]) == (404, "RECORD")


@pytest.mark.parametrize("how", [httpx.ReadTimeout("x"), httpx.ConnectError("x"), 500, 302])
def test_a_peer_that_hangs_or_breaks_leaves_the_question_pending(world: World, how: Any) -> None:
    world.held_there()
    code = world.opened()

    def broken(request: httpx.Request) -> httpx.Response:
        if isinstance(how, int):
            return httpx.Response(how, stream=httpx.ByteStream(b""), request=request)
        raise how

    world.wire.bend = broken
    got = world.asked(code)
    assert (got.status_code, got.json()[0]["state"]) == (202, "PENDING")
    assert world.offered(code) == []
    with world.app.uow.begin() as tx:
        assert tx.dossiers.get(DossierCode(code)).closed is None


# --- the answering vault is slow, or has to ask the person -----------------------------------------------------------


class Slow:
    """A unit of work whose transactions stand still until the test opens the gate; one that a dead database is."""

    def __init__(self, real: Any) -> None:
        self._real, self.gate, self.stood = real, Event(), Event()
        self.begun = 0

    def begin(self, *args: Any) -> AbstractContextManager[Any]:
        self.begun += 1
        self.stood.set()
        assert self.gate.wait(LONG)
        begun: AbstractContextManager[Any] = self._real.begin(*args)
        return begun

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _answers(world: World) -> list[Any]:
    return [one for one in world.acts(Action.ANSWER_PEER) if one.outcome.value == "DONE"]


def _pending(world: World, nonce: str, **told: object) -> dict[str, Any]:
    """A question that waits for nothing: whatever takes any time at all is pending."""
    got = _direct(world, {"wait": 0, **told}, nonce=nonce)
    assert (got.status_code, got.json()["state"]) == (202, "PENDING")
    assert "signature" in got.headers, "the peer can prove that it was told to come again"
    return dict(got.json())


def test_a_busy_database_is_pending_and_the_same_question_is_answered_once(world: World) -> None:
    record = world.held_there()
    real = world.there.uow
    slow = world.there.__dict__["uow"] = Slow(real)
    try:
        first = _pending(world, "slow-1")
        assert slow.stood.wait(LONG)
        assert _pending(world, "slow-2")["question"] == first["question"]
        assert slow.begun == 1, "one question is worked on once"
        slow.gate.set()
    finally:
        slow.gate.set()
        world.there.__dict__["uow"] = real
    for nonce in ("slow-3", "slow-4"):  # the answer may be lost on its way: it comes again
        got = _direct(world, {}, nonce=nonce)
        assert (got.status_code, [one["ref"] for one in got.json()["papers"]]) == (200, [record])
    [told] = _answers(world)
    assert told.details["records"] == [record], "asked four times, it is one act"


def test_the_asking_vault_takes_pending_for_an_answer_and_comes_again(world: World) -> None:
    world.held_there()
    code = world.opened()
    world.wire.bend = lambda request: _gone(str(request.url))
    assert world.asked(code).json()[0]["state"] == "PENDING"
    real = world.there.uow
    slow = world.there.__dict__["uow"] = Slow(real)
    told: list[int] = []

    def heard(request: httpx.Request) -> httpx.Response:
        answer = world.wire.send(request)
        told.append(answer.status_code)
        return answer

    world.wire.bend = heard
    try:
        with pytest.raises(Unavailable, match="OUTSIDE_PENDING"):
            world.by_job(code, seconds=1)
    finally:
        slow.gate.set()
        world.there.__dict__["uow"] = real
    assert world.by_job(code).state is AskState.ANSWERED
    assert told == [202, 200]
    assert len(world.offered(code)) == len(_answers(world)) == 1


def test_a_file_that_nobody_waits_for_any_more_does_not_leave(world: World) -> None:
    record = world.held_there()
    at = {"url": f"{URL}{FETCH}", "path": FETCH}
    real = world.there.blobs
    slow = world.there.__dict__["blobs"] = SlowBlobs(real)
    try:
        got = _direct(world, {"wait": 0, "ref": record}, nonce="file-1", **at)
        assert got.status_code == 202
        assert slow.stood.wait(LONG)
    finally:
        slow.gate.set()
        world.there.__dict__["blobs"] = real
    got = _direct(world, {"ref": record}, nonce="file-2", **at)
    assert got.status_code == 200
    [told] = _answers(world)
    assert (told.record, told.details["copy"]) == (record, True), "what did not leave is not kept as left"


class SlowBlobs:
    """An object store whose first answer waits for the test."""

    def __init__(self, real: Any) -> None:
        self._real, self.gate, self.stood = real, Event(), Event()

    def get(self, digest: Any) -> bytes:
        self.stood.set()
        assert self.gate.wait(LONG)
        return bytes(self._real.get(digest))


def _citizen(world: World) -> Client:
    with world.there.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse(world.number), world.name, at=world.there.clock.now())
    name = f"dan-{world.number}"
    account(world.there, name, Role.CITIZEN, holder_id=holder)
    return world.wire.web.signed_in(name, PASSWORD)


def test_who_is_not_at_the_counter_is_asked_by_the_vault_that_keeps_the_paper(world: World) -> None:
    record = world.held_there()
    citizen, code = _citizen(world), world.opened()
    _switch(world, on=False)  # in general no: what they say to this question comes later
    asking = {"source": THERE, "ask_person": True}
    [asked] = world.client.post(f"/api/v1/dossiers/{code}/outside", json=asking).raise_for_status().json()
    assert (asked["state"], asked["consent"]) == ("PENDING", "ASK")
    with pytest.raises(Unavailable, match="OUTSIDE_PENDING"):
        world.by_job(code)
    [waits] = world.acts(Action.ANSWER_PEER)
    assert (waits.code, waits.details["officer"]) == ("CONSENT_ASKED", world.officer.name), "the person's log shows it"
    page = citizen.get("/cua-toi/yeu-cau", headers={"Accept": "text/html"}).text
    assert code in page
    assert "Hải Phòng" in page
    [question] = re.findall(r"/cua-toi/yeu-cau/kho/([0-9a-f]{32})", page)
    other = _other_citizen(world)
    assert other.post(f"/cua-toi/yeu-cau/kho/{question}", data={"agreed": "true"}).status_code == 404
    assert citizen.post(f"/cua-toi/yeu-cau/kho/{question}", data={"agreed": "true"}).status_code == 303
    assert citizen.post(f"/cua-toi/yeu-cau/kho/{question}", data={"agreed": "false"}).status_code == 409
    assert world.by_job(code).state is AskState.ANSWERED
    [found] = world.offered(code)
    assert world.fetched(code, found["paper"]).state is FoundState.FETCHED
    assert [one.record for one in _answers(world) if one.details.get("copy")] == [record]
    _switch(world, on=False)
    told = {"request": asked_for(world, code), "dossier": code, "consent": "ASK", "ref": record}
    got = _direct(world, told, url=f"{URL}{FETCH}", path=FETCH, nonce="withdrawn")
    assert (got.status_code, got.json()["code"]) == (404, "RECORD"), "and a later no withdraws it"


def asked_for(world: World, code: str) -> str:
    """The name of the question in the asking vault."""
    with world.app.uow.begin() as tx:
        return tx.outside.asks(DossierCode(code))[0].id


def _other_citizen(world: World) -> Client:
    kept, world.number = world.number, f"0{next(NUMBERS)}"
    try:
        return _citizen(world)
    finally:
        world.number = kept


def test_a_no_ends_the_question_and_a_yes_to_one_dossier_opens_no_other(world: World) -> None:
    record = world.held_there()
    citizen = _citizen(world)
    asked = {"consent": "ASK"}
    for dossier, word in (("d-no", "false"), ("d-yes", "true")):
        got = _direct(world, asked | {"dossier": dossier}, nonce=f"ask-{dossier}")
        question = got.json()["question"]
        assert got.status_code == 202
        citizen.post(f"/cua-toi/yeu-cau/kho/{question}", data={"agreed": word})
    no = _direct(world, asked | {"dossier": "d-no"}, nonce="no")
    assert (no.status_code, no.json()["code"]) == (403, "PEER_QUESTION_REFUSED")
    assert [one["ref"] for one in _direct(world, asked | {"dossier": "d-yes"}, nonce="yes").json()["papers"]] == [
        record
    ]
    for number, dossier in enumerate(("d-yes", "d-no", "d-other")):
        at = {"url": f"{URL}{FETCH}", "path": FETCH, "nonce": f"get-{number}"}
        got = _direct(world, asked | {"dossier": dossier, "ref": record}, **at)
        assert got.status_code == (200 if dossier == "d-yes" else 404)


def test_a_question_that_nobody_answers_ends_and_tells_nothing_meanwhile(world: World) -> None:
    """Somebody without papers, or whom nobody knows, waits and ends as somebody with papers does."""
    world.held_there()
    known, unknown = world.number, f"0{next(NUMBERS)}"
    asked = {"consent": "ASK"}
    for number in (known, unknown):
        assert _direct(world, asked | {"number": number}, nonce=f"w-{number}").status_code == 202
    with world.app.uow.begin() as tx:
        past = {"peer": HERE, "at": world.app.clock.now()}
        tx.records._db.execute(text("UPDATE peer_question SET ends_at = :at WHERE peer = :peer"), past)
    for number in (known, unknown):
        over = _direct(world, asked | {"number": number}, nonce=f"o-{number}")
        assert (over.status_code, over.json()["code"]) == (403, "PEER_QUESTION_OVER")


def test_a_replayed_question_gets_nothing_while_the_first_is_worked_on(world: World) -> None:
    world.held_there()
    _direct(world, {}, nonce="again")
    got = _direct(world, {}, nonce="again")
    assert (got.status_code, got.json()["code"]) == (403, "PEER_REPLAYED")


def test_what_is_refused_was_a_try_all_the_same(world: World) -> None:
    """The nonce and the count of a question that is refused stay used up."""
    for _ in range(2):
        got = _direct(world, {"consent": ""}, nonce="once")
    assert got.json()["code"] == "PEER_REPLAYED"


# --- evidence travels ------------------------------------------------------------------------------------------------
@dataclass
class StoppedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


SIGNED_AT = datetime(2020, 1, 15, 8, tzinfo=UTC)


def _notary(pki: Certomancy, at: datetime, fetch: Callable[[], Fetch]) -> FileSealingDesk:
    """What judges signatures in a vault at a time; the authorities answer by `fetch`."""
    return FileSealingDesk(
        pki.sealer("signer"),
        system_name="thử",
        agency_name="UBND phường Mẫu",
        trust=pki.trust,
        timestamper=pki,
        evidence=signing.Evidence(),
        clock=StoppedClock(at),
        fetch=fetch,
    )


def _read(app: App, intake: IntakeId, notary: FileSealingDesk, at: datetime) -> SignatureSummary:
    """The worker's reading, as of a time; what it found about the signatures."""
    read(
        intake,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=notary,
        credentials=app.credentials,
        templates=(),
        clock=StoppedClock(at),
    )
    with app.uow.begin() as tx:
        found = tx.intakes.get(intake).signatures
    assert found is not None
    return found


def test_what_was_kept_about_signatures_travels_and_holds_when_everybody_else_is_gone(
    world: World, tmp_path: Path
) -> None:
    """Signed and kept there in 2020, fetched here after its certificate ended, judged in 2035 with nobody left to ask.

    No time stamp is inside the file: without what the other vault kept, nothing of it could be shown any more.
    """
    pki = conjure(tmp_path, SIGNED_AT)
    pdf = signing.seal(
        plain_pdf(text=f"QUYET DINH {world.number}"), sealer=pki.sealer("signer"), now=pki.at, level=signing.Level.B_B
    ).pdf
    kept_there = desk.received(world.there, world.keeper, pdf).intake.id
    then = _read(world.there, kept_there, _notary(pki, SIGNED_AT, lambda: pki.fetch), SIGNED_AT)
    assert then.verdict == "VALID"
    desk.confirmed(world.there, world.keeper, desk.word(kept_there, holder=NamedHolder(world.number, world.name)))
    assert desk.be_sealed(world.there, kept_there) is not None
    code = world.opened()
    world.state(code)
    [found] = world.offered(code)
    came = world.fetched(code, found["paper"])
    assert came.intake is not None
    assert came.intake != kept_there

    # From here on there is nobody: the other vault does not answer, nor do the authorities.
    world.wire.bend = lambda request: _gone(str(request.url))
    pki.asked.clear()
    now = world.app.clock.now()
    here = _read(world.app, came.intake, _notary(pki, now, lambda: _nobody), now)
    assert (here.verdict, here.signers) == ("VALID", then.signers), "the report says the same as where it was kept"
    desk.confirmed(world.app, world.officer, desk.word(came.intake, holder=NamedHolder(world.number, world.name)))
    taken = desk.be_sealed(world.app, came.intake)
    assert taken is not None
    with world.app.uow.begin() as tx:
        holder_id = tx.holders.find(HolderId.parse(world.number))
        assert tx.records.get(taken).source.value == "OTHER_VAULT"
    holder = account(world.app, f"dan-sau-{world.number}", Role.CITIZEN, holder_id=holder_id)
    later = SIGNED_AT.replace(year=2035)
    report, evidence = check_original(
        taken,
        actor=holder,
        uow=world.app.uow.acting(holder),
        blobs=world.app.blobs,
        engines=world.app.engines,
        sealing=_notary(pki, later, lambda: _nobody),
        clock=StoppedClock(later),
        purpose=None,
    )
    assert report.verdict.value == "VALID"
    assert (len(evidence.ocsps), len(evidence.crls)) == (2, 1), "what was fetched in 2020, there"
    assert pki.asked == [], "nobody was asked again"
    assert signing.inspect(pdf, trust=pki.trust, now=later).verdict.value == "NOT_ENOUGH_EVIDENCE"


def _gone(where: str) -> httpx.Response:
    raise httpx.ConnectError(where)


def _nobody(url: str, body: bytes | None) -> bytes:
    del body
    raise OSError(url)
