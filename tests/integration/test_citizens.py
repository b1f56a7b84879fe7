"""Citizens' consents and papers sent by phone, on the real rows: once however often sent, theirs alone, and counted."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import signing
from tests.fakes.desk import HOLDER, actor_of, be_read, new_scan, record_of
from tests.fakes.parts import account
from vault.bootstrap import App
from vault.domain.consents import ConsentPurpose
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.hand_ins import MOST_WAITING
from vault.domain.holders import HolderId
from vault.domain.intake import Channel, IntakeState
from vault.domain.people import Action, Actor, Role
from vault.log.proof import parse_proof
from vault.usecases.digitize.hand_in import HandedIn, Sending, hand_in, handed_in
from vault.usecases.present.set_consent import consents_of, set_consent
from vault.usecases.present.take_away import take_away
from vault.usecases.verify.publish_status import make_status

pytestmark = pytest.mark.service
KEY = "0f9c2a54-1111-4222-8333-{:012d}"


def send(app: App, actor: Actor, key: str, data: bytes) -> HandedIn:
    return hand_in(
        Sending(key, data, "giay-to.png"),
        agency_code=app.settings.agency_code,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )


def citizen(app: App, name: str, number: str) -> Actor:
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse(number), name, at=app.clock.now())
    return account(app, name, Role.CITIZEN, holder_id=holder)


def test_a_paper_sent_twice_lies_before_the_officer_once_with_where_it_came_from(parts: App) -> None:
    actor = actor_of(parts, Role.CITIZEN)
    data = new_scan()
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: send(parts, actor, KEY.format(1), data), range(4)))
    assert len({one.sent.intake_id for one in sent}) == 1
    assert len({one.sent.at for one in sent}) == 1, "the first sending is everybody's answer"
    with parts.uow.begin() as tx:
        intake = tx.intakes.get(sent[0].sent.intake_id)
        events = tx.events.list(holder_id=actor.holder_id, action=Action.HAND_IN, limit=50)
    assert (intake.channel, intake.hint_holder) == (Channel.CITIZEN, HOLDER.number)
    assert intake.received_by == actor.account_id
    assert events[0].agency_code == parts.settings.agency_code
    be_read(parts, intake.id)
    found = next(one for one in handed_in(actor=actor, uow=parts.uow) if one.sent.key == KEY.format(1))
    assert found.state is IntakeState.READ


def test_the_same_bytes_of_somebody_else_tell_nothing_about_them(parts: App) -> None:
    mine, other = actor_of(parts, Role.CITIZEN), citizen(parts, "nguoi-gui", "031090000043")
    data = new_scan()
    first = send(parts, mine, KEY.format(2), data)
    second = send(parts, other, KEY.format(2), data)
    assert second.sent.account_id == other.account_id, "one key of two accounts is two sendings"
    assert second.sent.intake_id == first.sent.intake_id
    assert second.record is None
    assert [one.sent.key for one in handed_in(actor=other, uow=parts.uow)] == [KEY.format(2)]


def test_bad_keys_bad_files_and_too_many_are_refused_and_leave_nothing(parts: App) -> None:
    actor = citizen(parts, "nguoi-gui-nhieu", "031090000044")
    with pytest.raises(Invalid, match="SENDING_KEY"):
        send(parts, actor, "short", new_scan())
    with pytest.raises(Invalid, match="NOT_A_PAPER"):
        send(parts, actor, KEY.format(3), b"no picture at all")
    assert handed_in(actor=actor, uow=parts.uow) == ()
    for number in range(MOST_WAITING):
        send(parts, actor, KEY.format(100 + number), new_scan())
    with pytest.raises(Conflict, match="TOO_MANY_WAITING"):
        send(parts, actor, KEY.format(4), new_scan())
    again = send(parts, actor, KEY.format(100), b"the bytes do not matter for a key that is known")
    assert again.sent.key == KEY.format(100)
    with pytest.raises(Forbidden, match="ROLE_MAY_NOT"):
        send(parts, actor_of(parts, Role.OFFICER), KEY.format(5), new_scan())


def test_a_switch_is_off_until_turned_dated_and_in_the_log(parts: App) -> None:
    actor = citizen(parts, "nguoi-dong-y", "031090000045")
    own = ConsentPurpose.OWN_DOSSIERS
    assert consents_of(actor=actor, uow=parts.uow) == {}
    assert set_consent(own, on=False, actor=actor, uow=parts.uow, clock=parts.clock).on is False
    assert consents_of(actor=actor, uow=parts.uow) == {}, "turning off what is off says nothing"
    given = set_consent(own, on=True, actor=actor, uow=parts.uow, clock=parts.clock)
    assert set_consent(own, on=True, actor=actor, uow=parts.uow, clock=parts.clock) == given, "the date stays"
    withdrawn = set_consent(own, on=False, actor=actor, uow=parts.uow, clock=parts.clock)
    assert consents_of(actor=actor, uow=parts.uow) == {own: withdrawn}
    with parts.uow.begin() as tx:
        events = tx.events.list(holder_id=actor.holder_id, action=Action.CONSENT, limit=10)
        assert len(tx.consents.of_holders((actor.holder_id or 0,))) == 2, "both turns are kept"
    assert [(one.code, one.details["purpose"]) for one in events] == [("WITHDRAWN", own), ("GIVEN", own)]


def test_everything_is_in_the_zip_and_holds_without_the_service(parts: App) -> None:
    citizen_, officer = actor_of(parts, Role.CITIZEN), actor_of(parts)
    data = new_scan()
    code = record_of(parts, officer, data)
    parts.log.advance()
    made = take_away(
        code,
        readme=lambda facts: f"{facts['code']} {facts['key']}",
        actor=citizen_,
        uow=parts.uow,
        blobs=parts.blobs,
        engines=parts.engines,
        sealing=parts.sealing,
        status_of=lambda list_id: make_status(list_id, uow=parts.uow, credentials=parts.credentials, clock=parts.clock),
        lists={"danh-sach-tin-cay.cose": parts.credentials.trust_list()},
        log=parts.log,
        clock=parts.clock,
    )
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert archive.testzip() is None
        found = {name.removeprefix(f"{code}/"): archive.read(name) for name in archive.namelist()}
    assert found["goc.png"] == data
    sealed = signing.inspect(found["da-ky.pdf"], trust=parts.trust, now=parts.clock.now())
    assert sealed.verdict.value.startswith("VALID")
    assert json.loads(found["bao-cao-chu-ky.json"])["verdict"] == sealed.verdict.value
    key = parts.log.verifier_key
    assert found["DOC-TRUOC.txt"].decode() == f"{code} {key}"
    proofs = ["c2sp.org/" + one for one in found["bang-chung-nhat-ky.txt"].decode().split("c2sp.org/")[1:]]
    assert proofs
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.split("+", 2)[2])[1:])
    for one in proofs:
        parse_proof(one.rstrip("\n") + "\n").check(name=key.split("+")[0], key=public)
    with parts.uow.begin() as tx:
        event = tx.events.list(record=code, action=Action.DOWNLOAD, limit=1)[0]
    assert event.details["copy"] == "EVERYTHING"
    with pytest.raises(NotFound):
        take_away(
            code,
            readme=str,
            actor=citizen(parts, "nguoi-la", "031090000046"),
            uow=parts.uow,
            blobs=parts.blobs,
            engines=parts.engines,
            sealing=parts.sealing,
            status_of=lambda _: b"",
            lists={},
            log=parts.log,
            clock=parts.clock,
        )
