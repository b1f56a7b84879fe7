"""Vault to vault, hostile: who is not known, not fresh, not agreed to, or not honest, gets and gives nothing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

import qr
from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client
from tests.fakes.parts import PASSWORD, account, settings_of, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.db import PostgresUnitOfWork
from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode
from vault.domain.intake import NamedHolder
from vault.domain.peers import Peer, PeerDirectory
from vault.domain.people import Action, Actor, Role
from vault.domain.sign_in import PEERS
from vault.peers import HttpPeer, PeerKeys, SignedPeerDesk
from vault.peers.client import FIND
from vault.peers.signatures import Outgoing, sign_request
from vault.web.main import create

pytestmark = pytest.mark.service
HERE, THERE = "H24.907", "H23.908"
"""Whoever asks (Hải Phòng), and the old vault of Hải Dương that answers."""
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
DAY = timedelta(days=1)
NUMBERS = itertools.count(30090830000)
URL = "http://kho.example.vn"
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
        [one] = self.asked(code).json()
        return one["state"], one["code"], one["found"]

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
    fetched = world.client.post(f"/api/v1/dossiers/{code}/outside/{found['paper']}/fetch").json()
    assert fetched["state"] == "FETCHED"
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
        "consent": "COUNTER", "number": world.number, "kinds": ["GPXD"],
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
    got = world.client.post(f"/api/v1/dossiers/{code}/outside/{found['paper']}/fetch").json()
    assert (got["state"], got["code"]) == ("REFUSED", "OUTSIDE_DIGEST")


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
