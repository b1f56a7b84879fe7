"""Webhooks: a row of the act's own transaction, signed, tried again, put aside, and never sent into our own network."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jsonschema
import psycopg
import pytest
from standardwebhooks import WebhookVerificationError

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import BASE, Client, stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from tests.partner_client import PartnerClient, Receiver, VaultProblem
from vault.bootstrap import App
from vault.config import Settings
from vault.domain.errors import Conflict, Invalid, Unavailable
from vault.domain.ids import RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import Actor, Role
from vault.domain.states import RecordState
from vault.domain.webhooks import DISABLE_AFTER, WAITS
from vault.partners import HttpWebhookSender
from vault.usecases.exchange.subscribe import Subscribe, subscribe
from vault.usecases.identify.manage_accounts import set_disabled
from vault.usecases.outside.send_webhooks import send_webhooks
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.protect.encrypt_old import encrypt_old
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.give_result import GiveResult, give_result
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service
AGENCY, ELSEWHERE = "H24.961", "H24.962"
WHO = NamedHolder("031090961001", "NGUYỄN VĂN TIN")
HERE = "127.0.0.1"


@dataclass
class Now:
    """A clock that stands where it is put."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251 - signatures are judged by the real time

    def now(self) -> datetime:
        return self.at


@dataclass
class Listener:
    """A partner's server: answers with the next status, and keeps what came."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/tin"


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(listener.statuses.pop(0) if listener.statuses else 204)
            if listener.location:
                self.send_header("Location", listener.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer((HERE, 0), Handler)
    listener.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    settings = Settings(home=parts.settings.home, public_host="kho.example.vn", webhook_hosts=(HERE,))
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal(), settings=settings)


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "tin-can-bo", Role.OFFICER, agency=AGENCY)


@dataclass
class System:
    """A partner's system with its subscription."""

    actor: Actor
    client: Client
    made: Mapping[str, Any]

    def told(self) -> Mapping[str, Any]:
        """How the subscription fares."""
        found: Mapping[str, Any] = self.client.get("/partner/v1/webhooks").json()[0]
        return found


@pytest.fixture
def system(app: App, listener: Listener, request: pytest.FixtureRequest) -> Iterator[System]:
    """A fresh account with one subscription to everything that happens to the agency's records."""
    name = f"tin-{abs(hash(request.node.name)) % 10**8}"
    actor = account(app, name, Role.PARTNER, agency=AGENCY)
    client = stranger(app).signed_in(name, PASSWORD)
    types = ["record.created", "record.revoked", "record.suspended", "record.reinstated", "dossier.result"]
    made = client.post("/partner/v1/webhooks", json={"url": listener.url, "types": types})
    assert made.status_code == 201, made.text
    drain(app)
    listener.got.clear()
    found = System(actor, client, made.json())
    yield found
    assert found.client.request("DELETE", f"/partner/v1/webhooks/{made.json()['id']}").status_code == 204


def drain(app: App) -> None:
    """What other tests left."""
    with app.uow.begin() as tx:
        for one in tx.webhooks.happenings(limit=10_000):
            tx.webhooks.spread(one.id, ())


def send(app: App, at: Now, *, allowed: tuple[str, ...] = (HERE,)) -> int:
    sender = HttpWebhookSender(allowed)
    try:
        return send_webhooks(uow=app.uow, sender=sender, clock=at, ids=app.ids)  # type: ignore[arg-type]
    finally:
        sender.close()


def set_state(app: App, officer: Actor, record: RecordCode, state: RecordState) -> None:
    change(ChangeState(record, state, "thử"), actor=officer, uow=app.uow, clock=app.clock)


def test_what_happens_is_told_signed_and_says_no_name(
    app: App, officer: Actor, system: System, listener: Listener
) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    set_state(app, officer, record, RecordState.SUSPENDED)
    set_state(app, officer, record, RecordState.ACTIVE)
    opening = OpenDossier("1.004194", WHO.number, WHO.name)
    dossier = open_dossier(opening, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    result = desk.record_of(app, officer, holder=WHO)
    give_result(GiveResult(dossier.code, result), actor=officer, uow=app.uow, clock=app.clock)
    assert send(app, Now()) == 5
    receiver = Receiver(system.made["secret"])
    events = [receiver.take(headers, body) for headers, body in listener.got]
    assert all(events)
    kinds = [one.type for one in events if one]
    assert sorted(kinds) == sorted(
        ["record.created", "record.suspended", "record.reinstated", "record.created", "dossier.result"]
    )
    schema = stranger(app).get("/partner/v1/schemas/webhook-message.json").json()
    for _, body in listener.got:
        jsonschema.validate(json.loads(body), schema | {"additionalProperties": False})
    told = next(one for one in events if one and one.type == "dossier.result")
    assert told.data["result"] == f"{dossier.code}-KQ1"
    assert told.data["uri"].endswith(result.replace("-", ""))
    sent = "".join(body.decode() for _, body in listener.got)
    assert WHO.number not in sent
    assert "NGUYỄN" not in sent
    # Replayed, forged or stale: the receiver takes nothing of it.
    headers, body = listener.got[0]
    assert receiver.take(headers, body) is None
    with pytest.raises(WebhookVerificationError):
        Receiver(system.made["secret"]).take(headers, body.replace(b"record", b"Record"))
    with pytest.raises(WebhookVerificationError):
        Receiver("whsec_" + "A" * 44).take(headers, body)
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    with pytest.raises(WebhookVerificationError):
        Receiver(system.made["secret"]).take(old, body)
    assert system.told()["delivered"] == 5


def test_an_act_that_is_refused_tells_nobody(app: App, officer: Actor, system: System, listener: Listener) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    with pytest.raises(Invalid, match="REASON_MISSING"):
        change(ChangeState(record, RecordState.REVOKED, " "), actor=officer, uow=app.uow, clock=app.clock)
    set_state(app, officer, record, RecordState.REVOKED)
    with pytest.raises(Conflict):
        set_state(app, officer, record, RecordState.SUSPENDED)
    assert send(app, Now()) == 1
    assert json.loads(listener.got[0][1])["type"] == "record.revoked"
    assert system.told()["waiting"] == 0


def test_tried_again_with_the_same_id_until_it_is_dead_and_replayed(
    app: App, officer: Actor, system: System, listener: Listener
) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    set_state(app, officer, record, RecordState.REVOKED)
    at = Now()
    listener.statuses = [500] * (len(WAITS) + 1)
    assert send(app, at) == 0
    assert send(app, at) == 0, "not before its time"
    assert len(listener.got) == 1
    for wait in WAITS:
        at.at += wait - timedelta(seconds=1)
        send(app, at)
        at.at += timedelta(seconds=1)
        assert send(app, at) == 0
    assert len(listener.got) == len(WAITS) + 1
    assert len({headers["webhook-id"] for headers, _ in listener.got}) == 1
    assert len({body for _, body in listener.got}) == 1
    told = system.told()
    assert (told["waiting"], told["dead"]) == (0, 1)
    at.at += timedelta(days=9)
    assert send(app, at) == 0, "dead is dead"
    path = f"/partner/v1/webhooks/{system.made['id']}"
    system.client.post(f"{path}/enable")
    assert system.client.post(f"{path}/replay").json()["waiting"] == 1
    assert send(app, Now(app.clock.now())) == 1
    assert system.told()["delivered"] == 1


def test_a_receiver_that_fails_for_days_is_not_called_any_more_and_sees_why(
    app: App, officer: Actor, system: System, listener: Listener
) -> None:
    first, second = (desk.record_of(app, officer, holder=WHO) for _ in range(2))
    drain(app)
    listener.statuses = [503] * 30
    set_state(app, officer, first, RecordState.REVOKED)
    at = Now()
    send(app, at)
    assert system.told()["failingSince"] is not None
    at.at += DISABLE_AFTER
    set_state(app, officer, second, RecordState.REVOKED)
    send(app, at)
    told = system.told()
    assert told["state"] == "DISABLED"
    assert told["reason"] == "FAILING: HTTP 503"
    calls = len(listener.got)
    at.at += timedelta(days=1)
    send(app, at)
    assert len(listener.got) == calls, "nobody is called"
    listener.statuses = []
    enabled = system.client.post(f"/partner/v1/webhooks/{system.made['id']}/enable").json()
    assert (enabled["state"], enabled["reason"], enabled["failingSince"]) == ("ACTIVE", "", None)
    assert send(app, at) >= 1


def test_gone_ends_the_subscription_at_once(app: App, officer: Actor, system: System, listener: Listener) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    listener.statuses = [410]
    set_state(app, officer, record, RecordState.REVOKED)
    send(app, Now())
    assert (system.told()["state"], system.told()["reason"]) == ("DISABLED", "GONE: HTTP 410")


def test_a_redirect_is_not_followed(app: App, officer: Actor, system: System, listener: Listener) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    with listening() as inner:
        listener.statuses, listener.location = [307], inner.url
        set_state(app, officer, record, RecordState.REVOKED)
        assert send(app, Now()) == 0
        assert inner.got == []
    assert system.told()["waiting"] == 1


def test_whoever_relies_on_a_paper_hears_that_it_is_revoked(app: App, officer: Actor, listener: Listener) -> None:
    """Another agency attached the paper: its system is told, a third one's is not."""
    clerk = account(app, "tin-noi-khac", Role.OFFICER, agency=ELSEWHERE)
    relying = account(app, "tin-he-thong-khac", Role.PARTNER, agency=ELSEWHERE)
    third = account(app, "tin-he-thong-ba", Role.PARTNER, agency="H24.963")
    record = desk.record_of(app, officer, holder=WHO)
    with listening() as other:
        for actor, url in ((relying, listener.url), (third, other.url)):
            what = Subscribe(url, ("record.revoked",), (HERE,), insecure=True)
            subscribe(what, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
        opening = OpenDossier("1.004194", WHO.number, WHO.name)
        dossier = open_dossier(opening, actor=clerk, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
        home = next(one.code for one in app.catalogue.components("1.004194", dossier.opened_at.date()) if one.accepts)
        what_for = Attach(dossier.code, home, record, "đã đối chiếu")
        attach(what_for, actor=clerk, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
        drain(app)
        set_state(app, officer, record, RecordState.REVOKED)
        assert send(app, Now()) == 1
        assert len(listener.got) == 1
        assert other.got == []


def test_a_system_whose_account_is_shut_hears_nothing(
    app: App, officer: Actor, system: System, listener: Listener
) -> None:
    """What waits goes out when it is opened again; what happened meanwhile is none of its business."""
    record = desk.record_of(app, officer, holder=WHO)
    listener.statuses.append(500)
    at = Now()
    assert send(app, at) == 0
    name = system.actor.account_id.removeprefix("local:")
    _shut(app, name, disabled=True)
    set_state(app, officer, record, RecordState.SUSPENDED)
    at.at += WAITS[0]
    assert send(app, at) == 0
    assert len(listener.got) == 1, "the one of before, which failed"
    _shut(app, name, disabled=False)
    assert send(app, at) == 1
    assert [json.loads(body)["type"] for _, body in listener.got] == ["record.created"] * 2
    system.client = stranger(app).signed_in(name, PASSWORD)  # shutting ended its session


def _shut(app: App, name: str, *, disabled: bool) -> None:
    operator = account(app, "tin-van-hanh", Role.OPERATOR)
    set_disabled(name, disabled=disabled, actor=operator, uow=app.uow, clock=app.clock)


def test_the_own_network_is_never_called(app: App, officer: Actor, system: System, listener: Listener) -> None:
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    set_state(app, officer, record, RecordState.REVOKED)
    assert send(app, Now(), allowed=()) == 0
    assert listener.got == [], "the setting was taken back: the loopback address is not called any more"
    assert system.told()["waiting"] == 1


def sender_to(address: str) -> Callable[[str], Any]:
    return lambda _: HttpWebhookSender((), resolver=lambda *_: (address,))


@pytest.mark.parametrize(
    "url",
    [
        "http://doi-tac.example.vn/tin",
        "https://127.0.0.1/tin",
        "https://[::1]/tin",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/tin",
        "https://kho/tin",
        "https://user:pass@doi-tac.example.vn/",
        "https://doi-tac.example.vn/#x",
        "ftp://doi-tac.example.vn/",
        "https:///tin",
        "https://doi-tac.example.vn:99999/",
        "https://đối-tác.vn/",
    ],
)
def test_such_an_address_cannot_be_subscribed(app: App, url: str) -> None:
    actor = account(app, "tin-dia-chi", Role.PARTNER, agency=AGENCY)
    with pytest.raises(Invalid, match="WEBHOOK_URL"):
        subscribe(Subscribe(url, ("record.revoked",)), actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)


def test_whoever_lost_the_answer_asks_again_and_has_one_subscription(
    app: App, officer: Actor, system: System, listener: Listener
) -> None:
    """The secret is told until it has proved a message; then it is told to nobody any more."""
    asked = {"url": listener.url, "types": ["record.revoked"]}
    first = system.client.post("/partner/v1/webhooks", json=asked)
    again = system.client.post("/partner/v1/webhooks", json=asked | {"types": ["record.revoked", "record.revoked"]})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], first.json()["secret"])
    assert first.json()["id"] != system.made["id"], "other types are another subscription"
    assert len(system.client.get("/partner/v1/webhooks").json()) == 2
    record = desk.record_of(app, officer, holder=WHO)
    drain(app)
    set_state(app, officer, record, RecordState.REVOKED)
    assert send(app, Now()) == 2
    late = system.client.post("/partner/v1/webhooks", json=asked)
    assert (late.status_code, late.json()["id"], late.json()["secret"]) == (200, first.json()["id"], None)
    assert late.json()["delivered"] == 1


def test_a_system_sees_and_changes_its_own_subscriptions_alone(app: App, system: System) -> None:
    account(app, "tin-la", Role.PARTNER, agency=AGENCY)
    with PartnerClient(BASE, "tin-la", PASSWORD, org=AGENCY, transport=_in_process(app)) as other:
        assert other.call("GET", "/partner/v1/webhooks") == []
        for path in ("enable", "replay"):
            with pytest.raises(VaultProblem) as caught:
                other.call("POST", f"/partner/v1/webhooks/{system.made['id']}/{path}")
            assert caught.value.code == "WEBHOOK_UNKNOWN"
    listed = system.client.get("/partner/v1/webhooks").text
    assert system.made["secret"] not in listed, "shown once"


def test_secrets_lie_sealed_and_old_ones_are_sealed_later(app: App, system: System, listener: Listener) -> None:
    url = app.settings.owner_database_url
    assert url is not None
    actor, secret = account(app, "tin-cu", Role.PARTNER, agency=AGENCY), b"mot bi mat cua mot webhook cu 32"
    what = Subscribe(listener.url, ("record.revoked",), allowed=(HERE,), insecure=True)
    old = subscribe(what, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids).webhook
    with psycopg.connect(url.get_secret_value(), autocommit=True) as db:

        def lying(name: str) -> bytes:
            row = db.execute("SELECT secret FROM webhook WHERE id = %s", (name,)).fetchone()
            assert row is not None
            return bytes(row[0])

        fresh = base64.b64decode(system.made["secret"].removeprefix("whsec_"))
        with app.uow.begin() as tx:
            assert tx.webhooks.get(system.made["id"]).secret == fresh  # type: ignore[union-attr]
        assert fresh not in lying(system.made["id"])
        assert base64.b64encode(fresh) not in lying(system.made["id"])
        db.execute("UPDATE webhook SET secret = %s WHERE id = %s", (secret, old.id))
        with app.uow.begin() as tx:
            assert tx.webhooks.get(old.id).secret == secret, "one of before works on"  # type: ignore[union-attr]
        encrypt_old(uow=app.uow, blobs=app.blobs)
        assert secret not in lying(old.id)
        with app.uow.begin() as tx:
            assert tx.webhooks.get(old.id).secret == secret  # type: ignore[union-attr]
        # A row that was given another's secret opens nothing, and sends nothing.
        db.execute("UPDATE webhook SET secret = %s WHERE id = %s", (lying(system.made["id"]), old.id))
        with pytest.raises(Unavailable, match="KEY_UNWRAP"), app.uow.begin() as tx:
            tx.webhooks.get(old.id)
        db.execute("DELETE FROM webhook WHERE id = %s", (old.id,))


def _in_process(app: App) -> Any:
    from tests.integration.test_partner import InProcess  # noqa: PLC0415 - the one way into this process

    return InProcess(app)
