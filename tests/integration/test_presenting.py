"""Showing without being copied: credentials on phones, short codes, shares that can be stopped; the lists."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine

import qr
from tests.fakes.desk import HOLDER, actor_of, record_of
from tests.fakes.http import Client, stranger
from tests.fakes.parts import account, with_other
from vault.bootstrap import SEED_ACCOUNTS, App, SystemClock
from vault.db import PostgresUnitOfWork
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound, VaultError
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import STRANGER, Action, Actor, Role
from vault.domain.shares import STRANGERS_TRIES_A_MINUTE, TRIES_A_MINUTE, Share, ShareKind
from vault.domain.states import RecordState
from vault.ports import Clock
from vault.usecases.digitize.confirm import PHONE_LIST
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.present.live_shares import live_shares, stop_share
from vault.usecases.present.make_code import MadeCode, MakeCode, make_code
from vault.usecases.present.put_on_phone import OnPhone, PutOnPhone, put_on_phone, sign_in_nonce
from vault.usecases.present.redeem_code import Redeemed, redeem_code
from vault.usecases.verify.publish_status import make_status, publish_status

pytestmark = pytest.mark.service
SESSION = "session-token"
NAMES = ("type_code", "holder_name")


class Later:
    """The clock, moved."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return SystemClock().now() + self._by


def citizen(app: App) -> Actor:
    return actor_of(app, Role.CITIZEN)


@pytest.fixture
def record(parts: App) -> RecordCode:
    return record_of(parts, actor_of(parts))


def proven(nonce: bytes, key: qr.SigningKey | None = None) -> tuple[qr.SigningKey, dict[str, bytes]]:
    key = key or qr.SigningKey.generate()
    x, y = key.coordinates
    return key, {"x": x, "y": y, "proof": key.sign(qr.holder_proof_bytes(x, y, nonce=nonce))}


def on_phone(app: App, record: RecordCode, **changes: Any) -> tuple[qr.SigningKey, OnPhone]:
    key, proof = proven(sign_in_nonce(SESSION))
    what = PutOnPhone(record, **{**proof, **{name: changes[name] for name in changes if name in proof}})
    made = put_on_phone(
        what,
        session=changes.get("session", SESSION),
        actor=changes.get("actor", citizen(app)),
        uow=app.uow,
        credentials=app.credentials,
        clock=app.clock,
        ids=app.ids,
    )
    return key, made


def code_for(app: App, record: RecordCode, **changes: Any) -> MadeCode:
    given = {"fields": NAMES, "audience": "Trường Tiểu học Mẫu", "purpose": "nhập học", **changes}
    actor = given.pop("actor", None) or citizen(app)
    return make_code(MakeCode(record, **given), actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)


class Standing:
    """A clock that stands at a moment of the code's minute, however long the machine takes."""

    def __init__(self, made: MadeCode, by: timedelta) -> None:
        self._at = made.share.created_at + by

    def now(self) -> datetime:
        return self._at


def redeemed(
    app: App, text: str, *, at: Clock | None = None, caller: str = "192.0.2.1", actor: Actor = STRANGER
) -> Redeemed:
    clock = at or app.clock
    return redeem_code(text, caller=caller, actor=actor, uow=app.uow, credentials=app.credentials, clock=clock)


def judged(app: App, text: str, *, audience: str, nonce: bytes | None = None) -> qr.PresentationVerification:
    """What any verifier finds who fetches the two public lists."""
    now = app.clock.now()
    trust = qr.verify_trust_list(
        app.credentials.trust_list(), root=qr.public_key_from_pem(app.credentials.root_pem()), now=now
    )
    token = make_status(PHONE_LIST, uow=app.uow, credentials=app.credentials, clock=app.clock)
    status = qr.verify_status_token(token, trust=trust, now=now)
    return qr.verify_presentation(
        text, hosts=app.credentials.hosts, trust=trust, status=status, now=now, audience=audience, nonce=nonce
    )


def shown(app: App, key: qr.SigningKey, made: OnPhone, *, nonce: bytes | None = None) -> str:
    token = qr.present(
        made.credential,
        show=[qr.Field.TYPE_CODE, qr.Field.HOLDER_NAME],
        audience="Trường Tiểu học Mẫu",
        purpose="nhập học",
        now=app.clock.now(),
        sign=key.sign,
        nonce=nonce,
    )
    return qr.presentation_text(token, host=app.credentials.host)


def events(app: App, record: RecordCode) -> list[tuple[Action, str | None]]:
    with app.uow.begin() as tx:
        return [(one.action, one.code) for one in tx.events.list(record=record, limit=2000)]


# --- on the phone ----------------------------------------------------------------------------------------------------
def test_a_paper_on_a_phone_is_believed_by_whoever_it_is_shown_to(parts: App, record: RecordCode) -> None:
    key, made = on_phone(parts, record)
    assert made.share.ends_at - made.share.created_at == timedelta(hours=72)
    nonce = bytes(range(12))
    for answer in (None, nonce):
        outcome = judged(parts, shown(parts, key, made, nonce=answer), audience="Trường Tiểu học Mẫu", nonce=answer)
        assert outcome.verdict is qr.Verdict.VALID, outcome.reasons
        assert outcome.shown is not None
        assert outcome.shown.fields == {qr.Field.TYPE_CODE: "GPXD", qr.Field.HOLDER_NAME: HOLDER.name}
        assert outcome.shown.issuer == parts.settings.agency_code
    assert (Action.SHARE, "PHONE") in events(parts, record)


def test_one_who_copied_the_credential_cannot_show_it(parts: App, record: RecordCode) -> None:
    _, made = on_phone(parts, record)
    thief = qr.SigningKey.generate()
    outcome = judged(parts, shown(parts, thief, made), audience="Trường Tiểu học Mẫu")
    assert outcome.verdict is qr.Verdict.BAD_SIGNATURE
    assert qr.Reason.HOLDER_SIGNATURE in outcome.reasons


def test_only_a_key_that_is_proven_in_this_sign_in_is_bound(parts: App, record: RecordCode) -> None:
    other, _ = proven(sign_in_nonce(SESSION))
    _, elsewhere = proven(sign_in_nonce("another session"))
    x, y = other.coordinates
    cases: list[tuple[str, Mapping[str, Any]]] = [
        ("HOLDER_PROOF", {"x": x, "y": y}),
        ("HOLDER_PROOF", dict(elsewhere)),
        ("HOLDER_PROOF", {"session": "another session"}),
        ("HOLDER_PROOF", {"proof": b""}),
        ("HOLDER_KEY", {"x": bytes(32)}),
        ("HOLDER_KEY", {"x": b"short"}),
    ]
    for code, changes in cases:
        with pytest.raises(Invalid) as caught:
            on_phone(parts, record, **changes)
        assert caught.value.code == code, changes
    assert live_shares(actor=citizen(parts), uow=parts.uow, clock=parts.clock) == () or all(
        one.record != record for one in live_shares(actor=citizen(parts), uow=parts.uow, clock=parts.clock)
    )


def test_nobody_puts_another_s_paper_on_a_phone(parts: App) -> None:
    other = record_of(parts, actor_of(parts), holder=NamedHolder("031090000077", "TRẦN THỊ KHÁC"))
    for action in (lambda: on_phone(parts, other), lambda: code_for(parts, other)):
        with pytest.raises(NotFound) as caught:
            action()
        assert caught.value.code == "RECORD"
    for actor in (actor_of(parts), STRANGER):
        with pytest.raises(Forbidden):
            on_phone(parts, other, actor=actor)


def test_a_paper_that_is_not_in_force_is_not_shared_and_what_is_shared_dies_with_it(
    parts: App, record: RecordCode
) -> None:
    key, made = on_phone(parts, record)
    text = shown(parts, key, made)
    code = code_for(parts, record)
    change(ChangeState(record, RecordState.SUSPENDED, "thử"), actor=actor_of(parts), uow=parts.uow, clock=parts.clock)
    for action in (lambda: on_phone(parts, record), lambda: code_for(parts, record)):
        with pytest.raises(Conflict) as caught:
            action()
        assert caught.value.code == "RECORD_NOT_ACTIVE"
    assert judged(parts, text, audience="Trường Tiểu học Mẫu").verdict is qr.Verdict.SUSPENDED
    assert redeemed(parts, code.code.digits).verdict is qr.Verdict.SUSPENDED


def test_stopping_one_phone_stops_that_one_alone(parts: App, record: RecordCode) -> None:
    lost_key, lost = on_phone(parts, record)
    kept_key, kept = on_phone(parts, record)
    assert lost.share.slot != kept.share.slot
    living = {one.id for one in live_shares(actor=citizen(parts), uow=parts.uow, clock=parts.clock)}
    assert {lost.share.id, kept.share.id} <= living
    stopped = stop_share(lost.share.id, actor=citizen(parts), uow=parts.uow, clock=parts.clock)
    assert stopped.stopped_at is not None
    living = {one.id for one in live_shares(actor=citizen(parts), uow=parts.uow, clock=parts.clock)}
    assert lost.share.id not in living
    verdicts = [
        judged(parts, shown(parts, key, made), audience="Trường Tiểu học Mẫu").verdict.value
        for key, made in ((lost_key, lost), (kept_key, kept))
    ]
    assert verdicts == ["REVOKED", "VALID"]
    assert (Action.STOP_SHARE, "PHONE") in events(parts, record)
    again = stop_share(lost.share.id, actor=citizen(parts), uow=parts.uow, clock=Later(timedelta(minutes=1)))
    assert again.stopped_at == stopped.stopped_at


def test_nobody_stops_another_s_share(parts: App, record: RecordCode) -> None:
    _, made = on_phone(parts, record)
    with parts.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse("031090000078"), "LÊ KHÁC", at=parts.clock.now())
    other = account(parts, "congdan2", Role.CITIZEN, holder_id=holder)
    with pytest.raises(NotFound) as caught:
        stop_share(made.share.id, actor=other, uow=parts.uow, clock=parts.clock)
    assert caught.value.code == "SHARE"


# --- short codes -----------------------------------------------------------------------------------------------------
def test_a_code_shows_once_what_was_agreed_and_nothing_else(parts: App, record: RecordCode) -> None:
    made = code_for(parts, record)
    assert made.share.ends_at - made.share.created_at == timedelta(seconds=60)
    first = redeemed(parts, made.code.ean13)
    assert first.verdict is qr.Verdict.VALID
    assert first.shown is not None
    assert {name.value: value for name, value in first.shown.fields.items()} == {
        "type_code": "GPXD",
        "holder_name": HOLDER.name,
    }
    assert (first.shown.audience, first.shown.purpose) == ("Trường Tiểu học Mẫu", "nhập học")
    second = redeemed(parts, qr.short_code_text(made.code, host=parts.credentials.host))
    assert (second.verdict, second.shown) == (qr.Verdict.USED, None)
    found = events(parts, record)
    assert found[:3] == [(Action.REDEEM, "USED"), (Action.REDEEM, "VALID"), (Action.SHARE, "CODE")]


def test_a_code_ends_after_its_minute_and_when_it_is_stopped(parts: App, record: RecordCode) -> None:
    made = code_for(parts, record)
    for seconds, verdict in ((60, qr.Verdict.EXPIRED), (-5, qr.Verdict.NOT_YET_VALID)):
        at = Standing(made, timedelta(seconds=seconds))
        assert redeemed(parts, made.code.digits, at=at).verdict is verdict
    stop_share(made.share.id, actor=citizen(parts), uow=parts.uow, clock=parts.clock)
    assert redeemed(parts, made.code.digits).verdict is qr.Verdict.REVOKED


def test_a_thousand_redemptions_at_once_give_exactly_one_success(parts: App, record: RecordCode) -> None:
    made = code_for(parts, record)
    # A second pool of connections, as a second web process has it.
    other = with_other(parts, uow=PostgresUnitOfWork(parts.settings.database_url.get_secret_value()))  # type: ignore[union-attr] # the parts have one

    at = Standing(made, timedelta(seconds=1))

    def one(number: int) -> str:
        return redeemed(other if number % 2 else parts, made.code.digits, at=at, caller=str(number)).verdict.value

    try:
        with ThreadPoolExecutor(64) as threads:
            verdicts = Counter(threads.map(one, range(1000)))
    finally:
        other.uow.close()
    assert verdicts == {"VALID": 1, "USED": 999}
    assert Counter(events(parts, record))[(Action.REDEEM, "VALID")] == 1


def test_consent_names_somebody_something_and_fields_that_are_there(parts: App, record: RecordCode) -> None:
    cases: list[tuple[str, Mapping[str, Any]]] = [
        ("SHARE_WORDS", {"audience": "  "}),
        ("SHARE_WORDS", {"purpose": ""}),
        ("SHARE_WORDS", {"purpose": "x" * 121}),
        ("SHARE_WORDS", {"audience": "Trường\u202eMẫu"}),
        ("SHARE_FIELDS", {"fields": ()}),
        ("SHARE_FIELDS", {"fields": ("holder_name", "income")}),
    ]
    for code, changes in cases:
        with pytest.raises(Invalid) as caught:
            code_for(parts, record, **changes)
        assert caught.value.code == code, changes


def test_guessing_codes_is_slowed_down_and_does_not_shut_a_counter_out(parts: App, record: RecordCode) -> None:
    made = code_for(parts, record)

    def outcome(caller: str, text: str, actor: Actor = STRANGER, at: Clock | None = None) -> str:
        try:
            return redeemed(parts, text, at=at, caller=caller, actor=actor).verdict.value
        except VaultError as error:
            return error.code

    wrong = "00000000" if made.code.digits != "00000000" else "00000001"
    # One minute of the clock may end on the way: then the count begins anew, once.
    answers = [outcome("198.51.100.7", wrong) for _ in range(2 * TRIES_A_MINUTE + 1)]
    assert answers[0] == "SHORT_CODE_UNKNOWN"
    assert answers[-1] == "TOO_MANY_TRIES"
    assert outcome("198.51.100.7", "12 34") == "SHORT_CODE"
    assert outcome("198.51.100.8", wrong) == "SHORT_CODE_UNKNOWN"
    with parts.uow.begin() as tx:
        for ahead in (0, 1):
            minute = parts.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=ahead)
            for _ in range(STRANGERS_TRIES_A_MINUTE):
                tx.shares.missed("strangers", minute=minute)
    assert outcome("198.51.100.9", made.code.digits) == "TOO_MANY_TRIES"
    assert stranger(parts).post("/api/v1/verify/short-code", json={"code": wrong}).status_code == 429
    at = Standing(made, timedelta(seconds=59))
    assert outcome("198.51.100.9", made.code.digits, actor_of(parts, Role.VERIFIER), at) == "VALID"
    with parts.uow.begin() as tx:
        tx.shares.free(parts.clock.now() + timedelta(days=1))  # nothing of it is left for other tests


def test_digits_and_places_are_used_again_only_long_after_the_end(parts: App, record: RecordCode) -> None:
    def share(name: str, digits: str) -> Share:
        now = parts.clock.now()
        holder = citizen(parts).holder_id
        assert holder is not None
        return Share(name, ShareKind.CODE, record, holder, "a", "p", ("number",), now, now, digits=digits)

    digits = "99999999"
    with parts.uow.begin() as tx:
        assert tx.shares.add(share("one", digits))
    with parts.uow.begin() as tx:
        assert not tx.shares.add(share("two", digits))
        tx.shares.free(parts.clock.now() - timedelta(days=1))
        assert tx.shares.find_code(digits) is not None
        tx.shares.free(parts.clock.now() + timedelta(seconds=1))
        assert tx.shares.find_code(digits) is None
        assert tx.shares.add(share("two", digits))
        tx.shares.free(parts.clock.now() + timedelta(seconds=1))


# --- over HTTP -------------------------------------------------------------------------------------------------------
def signed_in(app: App) -> Client:
    seed = next(one for one in SEED_ACCOUNTS if one.role is Role.CITIZEN)
    return stranger(app).signed_in(seed.username, seed.password)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_phone_does_all_of_it_over_http(parts: App, record: RecordCode) -> None:
    phone = signed_in(parts)
    nonce = unb64(phone.get("/api/v1/me/nonce").raise_for_status().json()["nonce"])
    assert nonce != unb64(signed_in(parts).get("/api/v1/me/nonce").json()["nonce"])
    key, proof = proven(nonce)
    body = {name: b64(value) for name, value in proof.items()}
    answer = phone.post(f"/api/v1/me/records/{record}/phone", json=body)
    assert answer.status_code == 201
    share = answer.json()["share"]
    made = OnPhone(share, unb64(answer.json()["credential"]), ())  # type: ignore[arg-type] # only the credential is used
    text = shown(parts, key, made)
    assert judged(parts, text, audience="Trường Tiểu học Mẫu").verdict is qr.Verdict.VALID
    assert phone.post(f"/api/v1/me/records/{record}/phone", json={**body, "x": "!"}).json()["code"] == "HOLDER_KEY"
    consent = {"fields": ["number"], "audience": "Cửa hàng", "purpose": "mua vé"}
    noted = {**consent, "way": "ONE_WAY"}
    assert phone.post(f"/api/v1/me/records/{record}/showings", json=noted).status_code == 204
    assert (Action.PRESENT, "ONE_WAY") in events(parts, record)
    shown_at = (parts.clock.now() - timedelta(hours=5)).isoformat()
    late = noted | {"id": "one-showing", "shown_at": shown_at}
    for _ in range(3):  # it waited on the phone without network, and was sent more than once
        assert phone.post(f"/api/v1/me/records/{record}/showings", json=late).status_code == 204
    with parts.uow.begin() as tx:
        kept = tx.events.list(record=record, action=Action.PRESENT, limit=50)
    assert [one.details["shown_at"][:13] for one in kept if one.details.get("showing") == "one-showing"] == [
        shown_at[:13]
    ]
    for hours in (-24 * 31, 1):
        odd = late | {"id": "odd", "shown_at": (parts.clock.now() + timedelta(hours=hours)).isoformat()}
        assert phone.post(f"/api/v1/me/records/{record}/showings", json=odd).json()["code"] == "SHOWING_TIME"
    wrong = {**noted, "fields": ["income"]}
    assert phone.post(f"/api/v1/me/records/{record}/showings", json=wrong).json()["code"] == "SHARE_FIELDS"
    code = phone.post(f"/api/v1/me/records/{record}/code", json=consent).json()
    assert code["ean13"].startswith("2000")
    assert {one["id"] for one in phone.get("/api/v1/me/shares").json()} >= {share["id"], code["share"]["id"]}
    seen = stranger(parts).post("/api/v1/verify/short-code", json={"code": code["text"]}).raise_for_status().json()
    assert (seen["verdict"], list(seen["shown"]["fields"])) == ("VALID", ["number"])
    assert phone.request("DELETE", f"/api/v1/me/shares/{share['id']}").status_code == 204
    assert phone.request("DELETE", "/api/v1/me/shares/nobody").json()["code"] == "SHARE"
    assert share["id"] not in {one["id"] for one in phone.get("/api/v1/me/shares").json()}
    assert stranger(parts).get("/api/v1/me/nonce").status_code == 401
    # What was shown while the paper was in force and is told afterwards is kept; by now nothing of it may be shown.
    change(ChangeState(record, RecordState.SUSPENDED, "thử"), actor=actor_of(parts), uow=parts.uow, clock=parts.clock)
    told = f"/api/v1/me/records/{record}/showings"
    assert phone.post(told, json=late | {"id": "before-it-ended"}).status_code == 204
    assert phone.post(told, json=noted).json()["code"] == "RECORD_NOT_ACTIVE"


# --- the lists -------------------------------------------------------------------------------------------------------
class Gone:
    """A database that does not answer."""

    def begin(self) -> Any:
        return PostgresUnitOfWork("postgresql://nobody@127.0.0.1:1/none").begin()


def test_the_lists_are_served_without_the_database_and_cacheable(parts: App, record: RecordCode) -> None:
    publish_status(uow=parts.uow, files=parts.published, credentials=parts.credentials, clock=parts.clock)
    without = with_other(parts, uow=Gone())
    for list_id in (1, PHONE_LIST):
        answer = stranger(without).get(f"/s/{list_id}").raise_for_status()
        assert answer.headers["content-type"] == "application/statuslist+cwt"
        assert answer.headers["cache-control"] == "public, max-age=15"
        again = stranger(without).get(f"/s/{list_id}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        now = parts.clock.now()
        snapshot = qr.verify_status_token(answer.content, trust=parts.credentials.trusted(now=now), now=now)
        assert snapshot.uri == parts.credentials.status_uri(list_id)
        assert snapshot.fresh_until - snapshot.issued_at == timedelta(seconds=60)
    assert stranger(without).get("/s/77").status_code == 404
    assert stranger(without).get("/trust-list").status_code == 200
    assert record


def test_a_change_asks_for_a_new_list_in_its_own_transaction(parts: App, record: RecordCode) -> None:
    def waiting() -> int:
        url = parts.settings.owner_database_url
        assert url is not None
        engine = create_engine(url.get_secret_value().replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.connect() as connection:
                statement = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'publish_status'"
                return int(connection.exec_driver_sql(statement).scalar_one())
        finally:
            engine.dispose()

    before = waiting()
    change(ChangeState(record, RecordState.REVOKED, "thử"), actor=actor_of(parts), uow=parts.uow, clock=parts.clock)
    assert waiting() == before + 1
    with pytest.raises(Conflict):
        change(ChangeState(record, RecordState.ACTIVE, "thử"), actor=actor_of(parts), uow=parts.uow, clock=parts.clock)
    assert waiting() == before + 1
