"""Every route x every role x both sides of the wall, generated from the routes that the program has.

The rights table (`tests/rights.py`) says who may; here everybody tries everything. Whoever may not gets no 2xx, whoever
may on the other side of the wall gets no 2xx for a thing of this side and, where the route lists, none of its marks.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine, event, text

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import BASE, Client
from tests.fakes.parts import OTHER_AGENCY, account, with_other
from tests.fakes.seals import PlainSeal
from tests.rights import AGAIN, HEAD, HOLDERS, LOOKS, QUIET, RIGHTS, SIGNED_IN, Right, routes_of
from vault import messages
from vault.bootstrap import App
from vault.catalogue import request_terms
from vault.domain.audit import PARTY
from vault.domain.batches import Batch, BatchId, BatchState
from vault.domain.data_requests import RequestKind
from vault.domain.holders import HolderId
from vault.domain.ids import digest_of
from vault.domain.intake import NamedHolder
from vault.domain.kpi import Figure
from vault.domain.mandates import MandateKind
from vault.domain.peers import PeerQuestion
from vault.domain.people import Actor, Role
from vault.ports import Passkey
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.exchange.ask_evidence import AskEvidence, ask_evidence
from vault.usecases.exchange.subscribe import Subscribe, subscribe
from vault.usecases.identify.sign_in import session_key
from vault.usecases.oversee.break_glass import BreakGlass, break_glass
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.protect.data_requests import AskAboutData, ask_about_data
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.web.main import create

pytestmark = pytest.mark.service
HOLDER = NamedHolder("031090000031", "NGUYỄN VĂN QUYỀN")
PROCEDURE = "1.004194"
SEE_OTHER = 303
HTML = {"Accept": "text/html"}
_PLACES = {
    "{session}": "x",
    "{request_id}": "x",
    "{question_id}": "x",
    "{paper}": "x",
    "{page}": "0",
    "{case_id}": "x",
    "{tie}": "x",
    "{token}": "x",
    "{batch_id}": "x",
    "{purpose}": "OWN_DOSSIERS",
    "{passkey}": "x",
    "{provider}": "x",
    "{index}": "0",
    "{copy}": "ORIGINAL",
    "{number}": "1",
    "{list_id}": "1",
    "{webhook_id}": "x",
    "{schema}": "pull-uri-request",
    "{indicator}": "late",
    "{path}": "nothing",
    "{form}": "csv",
    "{figure}": Figure.DIGITISED.value,
}


class Connections(threading.local):
    """How many connections this thread holds."""

    held = 0


@dataclass
class Watch:
    """How many one thread ever held at once, over an engine's pool."""

    most: int = 0

    def over(self, engine: Engine) -> None:
        mine = Connections()

        def taken(*_: object) -> None:
            mine.held += 1
            self.most = max(self.most, mine.held)

        def given_back(*_: object) -> None:
            mine.held -= 1

        event.listen(engine, "checkout", taken)
        event.listen(engine, "checkin", given_back)


@dataclass
class World:
    """Everybody on both sides, and the things of this side."""

    app: App
    web: Any
    here: Mapping[Role, Actor]
    there: Mapping[Role, Actor]
    things: Mapping[str, str]
    connections: Watch = field(default_factory=Watch)

    def client(self, actor: Actor | None) -> Client:
        """A fresh session, made without the pass word's slow hash."""
        if actor is None:
            return Client(self.web)
        now, token = self.app.clock.now(), self.app.ids.token()
        with self.app.uow.begin() as tx:
            tx.accounts.open_session(session_key(token), actor.account_id, at=now, expires_at=now + timedelta(hours=1))
        return Client(self.web, token)


@pytest.fixture(scope="module")
def world(parts: App) -> World:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    own = parts.settings.agency_code
    now = app.clock.now()
    with app.uow.begin() as tx:
        mine = tx.holders.ensure(HolderId.parse(HOLDER.number), HOLDER.name, at=now)
        foreign = tx.holders.ensure(HolderId.parse("031090000032"), "NGƯỜI KHÁC", at=now)

    def people(side: str, agency: str, holder_id: int) -> dict[Role, Actor]:
        return {
            role: account(
                app,
                f"{side}-{role.value.lower()}",
                role,
                agency=None if role in HOLDERS or role is Role.VERIFIER else agency,
                holder_id=holder_id if role in HOLDERS else None,
            )
            for role in sorted(SIGNED_IN)
        }

    here, there = people("day", own, mine), people("kia", OTHER_AGENCY, foreign)
    officer, citizen = here[Role.OFFICER], here[Role.CITIZEN]
    record = desk.record_of(app, officer, holder=HOLDER)
    intake = desk.received(app, officer, desk.new_scan()).intake.id
    desk.be_read(app, intake)
    asked = OpenDossier(PROCEDURE, HOLDER.number)
    dossier = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    # The other side has a dossier of the same citizen: a purpose opens no wall.
    open_dossier(asked, actor=there[Role.OFFICER], uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    consent = MakeCode(record, ("number",), "UBND", "đối chiếu")
    share = make_code(consent, actor=citizen, uow=app.uow, clock=app.clock, ids=app.ids).share
    reason = BreakGlass(record, "Bệnh nhân cấp cứu, cần biết ngay")
    glass = break_glass(reason, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    with app.uow.begin() as tx:
        lives = tx.mandates.get("uq_day-guardian")
        tx.mandates.add(replace(lives, id="uq_revoked", kind=MandateKind.AUTHORISED))
    about = AskAboutData(RequestKind.SEE, own)
    asked_for = ask_about_data(
        about,
        terms=request_terms(),
        working=app.catalogue.working_time,
        actor=citizen,
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
    )
    component = app.catalogue.components(PROCEDURE, now.date())[0].code
    while app.log.head().size < app.log.advance():
        pass
    with app.uow.begin() as tx:
        credential = tx.records.get(record).credential
    things = {
        "record": record,
        "dossier": dossier.code,
        "intake_id": intake,
        "share": share.id,
        "glass": glass.id,
        "glass_id": glass.id,
        "holder": HOLDER.number,
        "component": component,
        "credential": credential,
        "data_request": asked_for.request.id,
        "mandate": "uq_revoked",
    }
    found = World(app, create(app), here, there, things)
    found.connections.over(app.uow.engine)
    return found


def address(route: str, world: World) -> str:
    """The path with the things of this side in its places."""
    path = route.partition(" ")[2]
    code = "dossier" if path.startswith(("/api/v1/dossiers", "/ho-so")) else "record"
    path = path.replace("{code}", world.things[code])
    for place, value in _PLACES.items():
        path = path.replace(place, value)
    return re.sub(r"\{(\w+)\}", lambda found: world.things[found.group(1)], path)


def ask(client: Client, route: str, right: Right, world: World) -> httpx.Response:
    def fill(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: world.things.get(found.group(1), found.group(0)), text)

    path = address(route, world)
    given: dict[str, Any] = {} if path.startswith("/api/") else {"headers": HTML}
    if right.body is not None:
        given["json"] = json.loads(fill(json.dumps(right.body)))
    if right.form is not None:
        given["data"] = {name: fill(value) for name, value in right.form.items()}
    if right.file:
        given["files"] = {"file": ("a.png", desk.new_scan())}
    if right.query:
        path = f"{path}?{fill(right.query)}"
    answer = client.request(route.partition(" ")[0], path, **given)
    for _ in range(3):  # a look that leads on is judged by where it leads
        if answer.status_code != SEE_OTHER or not route.startswith("GET ") or not opened(answer):
            break
        answer = client.get(answer.headers["location"], headers=HTML)
    return answer


def opened(answer: httpx.Response) -> bool:
    """Whether the door opened: a page's form answers by leading on, which being led to the sign-in is not."""
    if answer.status_code in {302, 303, 307}:
        return not answer.headers["location"].startswith(("/dang-nhap", "/xac-nhan")) and not answer.headers[
            "location"
        ].endswith("/mo-khan")
    return answer.status_code < 300


def rows(*, late: bool) -> Iterator[tuple[str, Right]]:
    return ((route, right) for route, right in sorted(RIGHTS.items()) if right.late is late)


def acts_since(world: World, last: int) -> tuple[int, list[str]]:
    """The newest event, and the outcomes of the acts after `last`.

    One act about several people is one event a person; the others' (`PARTY`) follow the act's own, each person's once.
    """
    with world.app.uow.begin() as tx:
        query = text(
            "SELECT id, at, account_id, action, outcome, code, holder_id FROM event WHERE id > :last ORDER BY id"
        )
        found = tx.records._db.execute(query, {"last": last}).all()
    acts: list[str] = []
    told: set[object] = set()
    act = None
    for one in found:
        if one.code != PARTY:
            act, told = (one.at, one.account_id, one.action, one.outcome), {one.holder_id}
            acts.append(one.outcome)
        elif act != (one.at, one.account_id, one.action, one.outcome) or one.holder_id in told:
            acts.append("TOLD WITHOUT AN ACT, OR TWICE")
        told.add(one.holder_id)
    return (found[-1].id if found else last), acts


def wrong_acts(route: str, role: Role, answer: httpx.Response, acts: list[str]) -> str | None:
    """Why these are not the events that one request of somebody who is signed in must leave; None when they are.

    A read or a decision: one. A refusal: one, and beside it the look that a page shows the person again. What is no
    request at all (a missing field) or comes too often is none, lest anybody fill the log.
    """
    done, refused = acts.count("DONE"), acts.count("REFUSED")
    if done + refused < len(acts):
        return f"{role} {route} ({answer.status_code}) left {acts}"
    good = (done, refused) == (1, 0)
    if opened(answer):
        quiet = route in QUIET and not acts
        good = quiet or (good and (route not in QUIET or role in LOOKS.get(route, ()))) or (route in AGAIN and not acts)
    elif refused != 1:
        good = not acts and (answer.status_code in {422, 429} or answer.status_code == 503)
    else:
        good = done <= (0 if "/api/" in route else 1)
    return None if good else f"{role} {route} ({answer.status_code}) left {acts}"


def test_everybody_tries_everything(world: World) -> None:
    assert routes_of(world.web) == set(RIGHTS)
    wrong: list[str] = []
    reached: set[str] = set()
    left, last = 0, acts_since(world, 0)[0]
    here = {role: world.client(actor) for role, actor in world.here.items()}
    there = {role: world.client(actor) for role, actor in world.there.items()}
    for route, right in (*rows(late=False), *rows(late=True)):
        ends = route in {"DELETE /api/v1/session", "POST /dang-xuat"}
        # 1. On this side: whoever may, and everybody who may not.
        for role in (*sorted(right.may & SIGNED_IN), *sorted(SIGNED_IN - right.may), Role.ANONYMOUS):
            actor = world.here.get(role)
            client = world.client(actor) if ends or actor is None else here[role]
            answer = ask(client, route, right, world)
            _judge(wrong, reached, (route, right, role), answer)
            last, acts = acts_since(world, last)
            if role is not Role.ANONYMOUS and (bad := wrong_acts(route, role, answer, acts)):
                wrong.append(bad)
            left += len(acts)
        # 2. From the other side: those whose role would open it.
        if not right.public:
            for role in sorted(right.may & SIGNED_IN):
                client = world.client(world.there[role]) if ends else there[role]
                answer = ask(client, route, right, world)
                _judge_other(wrong, (route, right, role), answer, world)
                last, acts = acts_since(world, last)
                if bad := wrong_acts(route, role, answer, acts):
                    wrong.append(bad)
                left += len(acts)
    assert left > len(RIGHTS), "the log was looked at while nothing was written to it"
    assert QUIET.keys() | AGAIN <= RIGHTS.keys()
    assert not wrong, "\n".join(wrong)
    good = {route for route, right in RIGHTS.items() if not right.never}
    assert good - reached == set(), "rows whose good way nobody went: the refusals beside them prove nothing"


def _judge(wrong: list[str], reached: set[str], tried: tuple[str, Right, Role], answer: httpx.Response) -> None:
    route, right, role = tried
    if answer.status_code >= 500 and not (right.never and answer.status_code == 503):  # a part that this test lacks
        wrong.append(f"{role} {route}: {answer.status_code}")
    if role in right.may:
        if opened(answer):
            reached.add(route)
        elif answer.status_code in right.shut or (answer.status_code == 303 and role is not Role.ANONYMOUS):
            wrong.append(f"{role} may {route}, but: {answer.status_code} {answer.text[:120]}")
    elif opened(answer):
        wrong.append(f"{role} may not {route}, but: {answer.status_code}")


def _judge_other(wrong: list[str], tried: tuple[str, Right, Role], answer: httpx.Response, world: World) -> None:
    route, right, role = tried
    if answer.status_code >= 500 and not (right.never and answer.status_code == 503):
        wrong.append(f"{role} of the other side {route}: {answer.status_code}")
    if right.own and opened(answer):
        wrong.append(f"{role} of the other side reached {route}: {answer.status_code}")
    sent = f"{address(route, world)} {right.body} {right.form} {right.query}"
    told = [
        name
        for name, thing in world.things.items()
        if name not in {"component", "holder", "credential"}
        and thing in answer.text
        and thing not in sent
        and f"{{{name}}}" not in sent
    ]
    if told and not right.echoes:
        wrong.append(f"{role} of the other side learnt {told} by {route}")


EXAMPLES = int(os.environ.get("RIGHTS_EXAMPLES", "2"))  # noqa: TID251 - how long to try is said to the test from outside
"""Of each operation and each role that it opens to: the bounded run of every test day. A long one, when somebody has
the time: `RIGHTS_EXAMPLES=50 pytest --timeout 0 tests/integration/test_rights.py -k document`."""


def test_nothing_that_the_document_allows_breaks_the_service(world: World, parts: App) -> None:
    """Schemathesis makes up what the OpenAPI document allows; half of it is aimed at things that are there.

    Each role tries what is open to it, signed in anew for each operation: some of them end the session.
    """
    web = create(with_other(parts, engines=parts.engines, sealing=PlainSeal()))
    broken: list[str] = []
    reached: Counter[Role] = Counter()
    turn = itertools.count()

    def tries(operation: Any, roles: Collection[Role]) -> None:
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            made_up = case.path_parameters
            for role in sorted(roles):
                case.path_parameters = _aimed(case, world) if next(turn) % 2 else made_up
                sent = case.as_transport_kwargs(base_url=BASE)
                given = {name: sent[name] for name in ("params", "json", "data", "files") if sent.get(name) is not None}
                client = Client(web, world.client(world.here.get(role))._token)
                answer = client.request(sent["method"], sent["url"], **given)
                reached[role] += answer.status_code < 400
                if answer.status_code >= 500 and answer.status_code != 503:
                    broken.append(f"{role} {sent['method']} {sent['url']} {given}: {answer.text[:200]}")

        run()

    for found in schemathesis.openapi.from_dict(web.openapi()).get_all_operations():
        operation = found.ok()
        may = RIGHTS[f"{operation.method.upper()} {operation.path}"]
        tries(operation, {Role.ANONYMOUS, Role.OFFICER, Role.CITIZEN} if may.public else may.may)
    assert broken == []
    assert next(turn) >= 200 * EXAMPLES
    assert {role for role in (*world.here, Role.ANONYMOUS) if not reached[role]} == set(), "a role that opened no door"


def _aimed(case: Any, world: World) -> dict[str, Any]:
    """Its places in the path, filled with things of this side where there are any."""
    code = "dossier" if case.path.startswith("/api/v1/dossiers") else "record"
    things = {**world.things, "code": world.things[code]}
    return {name: things.get(name, value) for name, value in (case.path_parameters or {}).items()}


def test_a_real_thing_of_somebody_else_is_nobody_elses(world: World) -> None:
    """Things that live, asked for as they must be: everybody else is refused, and then their own people are not."""
    app, now = world.app, world.app.clock.now()
    common = {"uow": app.uow, "clock": app.clock, "ids": app.ids}
    officer, citizen, partner = (world.here[one] for one in (Role.OFFICER, Role.CITIZEN, Role.PARTNER))
    assert citizen.holder_id is not None
    record = desk.record_of(app, officer, holder=HOLDER)
    opened_case = open_case(OpenCase(record, {"number": "99/KHAC"}), actor=officer, **common)
    wanted = AskEvidence(world.things["dossier"], HOLDER.number, "GPXD", "đăng ký thường trú", explicit=True)
    request = ask_evidence(wanted, actor=partner, catalogue=app.catalogue, **common)
    hook = subscribe(
        Subscribe("https://doi-tac.example.vn/khac", ("record.revoked",)), actor=partner, **common
    ).webhook.id
    question = PeerQuestion(
        "q" * 32, "H25", "Kho khác", "Cán bộ khác", "mục đích", "HS-1", frozenset({"GPXD"}), citizen.holder_id, now,
        now + timedelta(days=1),
    )  # fmt: skip
    batch = Batch(
        BatchId("lo-quyen"), BatchState.RECEIVED, digest_of(b"lo"), "lo.pdf", 2, 1, str(officer.agency_code),
        officer.account_id, officer.name, now,
    )  # fmt: skip
    with app.uow.begin() as tx:
        tx.peer_questions.put(question)
        tx.batches.add(batch)
        tx.sign_ins.add_passkey(Passkey(b"khoa-quyen", officer.account_id, b"", 0, "điện thoại", now))
    mine = world.client(officer)
    world.client(officer)  # another session of theirs
    (key,) = (one["id"] for one in mine.get("/api/v1/session/factors").json()["passkeys"])
    session = next(one["id"] for one in mine.get("/api/v1/session/all").json() if not one["current"])
    colleague = account(app, "day-dong-nghiep", Role.OFFICER, agency=officer.agency_code)
    system = account(app, "day-he-thong-khac", Role.PARTNER, agency=partner.agency_code)
    of_agency, of_person = (world.there[Role.OFFICER],), (world.there[Role.CITIZEN], world.there[Role.GUARDIAN])
    of_account = (*of_agency, colleague)
    case, no = f"/api/v1/corrections/{opened_case.id}", {"accept": False, "reason": "giấy đúng như bản chính"}
    asked = {**HEAD, "requestId": request.id}
    tried: tuple[tuple[tuple[Actor, ...], Actor, str, dict[str, Any]], ...] = (
        (of_agency, officer, f"GET {case}", {}),
        (of_agency, officer, f"GET /dinh-chinh/{opened_case.id}", {"headers": HTML}),
        (of_agency, officer, f"POST {case}/decision", {"json": no}),
        (of_agency, officer, f"GET /api/v1/batches/{batch.id}", {}),
        (of_person, citizen, f"POST /cua-toi/yeu-cau/kho/{question.id}", {"data": {"agreed": "true"}}),
        (of_person, citizen, f"POST /cua-toi/yeu-cau/{request.id}", {"data": {"record": record}}),
        ((world.there[Role.PARTNER],), partner, "POST /partner/v1/evidence-responses", {"json": asked}),
        ((world.there[Role.PARTNER], system), partner, f"POST /partner/v1/webhooks/{hook}/enable", {}),
        ((world.there[Role.PARTNER], system), partner, f"POST /partner/v1/webhooks/{hook}/replay", {}),
        ((world.there[Role.PARTNER], system), partner, f"DELETE /partner/v1/webhooks/{hook}", {}),
        (of_account, officer, f"DELETE /api/v1/session/all/{session}", {}),
        (of_account, officer, f"DELETE /api/v1/session/factors/passkeys/{key}", {}),
    )
    wrong = []
    for others, own, route, given_ in tried:
        method, path = route.split(" ")
        for actor in others:
            answer = world.client(actor).request(method, path, **given_)
            if opened(answer) or answer.status_code not in {403, 404}:
                wrong.append(f"{actor.account_id} {route}: {answer.status_code} {answer.text[:100]}")
        answer = world.client(own).request(method, path, **given_)
        if not opened(answer):
            wrong.append(f"{own.account_id} {route}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    stranger = world.client(world.there[Role.CITIZEN])
    assert world.things["data_request"] not in stranger.get("/api/v1/me/data-requests").text
    assert world.things["data_request"] not in stranger.get("/cua-toi/du-lieu", headers=HTML).text


def test_a_guardian_whose_mandate_ended_meanwhile_sees_nothing_more(world: World) -> None:
    app, citizen = world.app, world.here[Role.CITIZEN]
    guardian = account(app, "day-het-han", Role.GUARDIAN, holder_id=citizen.holder_id)
    record = desk.record_of(app, world.here[Role.OFFICER], holder=HOLDER)
    client = world.client(guardian)
    looks = (f"/api/v1/records/{record}", "/api/v1/me/records", "/api/v1/me/events", "/api/v1/me/consents")
    assert [client.get(one).status_code for one in looks] == [200] * len(looks)
    with app.uow.begin() as tx:
        tx.mandates.revoke("uq_day-het-han", by="local:x", reason="hết", at=app.clock.now())
    answers = [client.get(one) for one in looks]
    assert not any(opened(one) for one in answers[:2]), [one.status_code for one in answers]
    assert not any(record in one.text for one in answers)
    shown = client.post(f"/api/v1/me/records/{record}/present", json={"purpose": "đối chiếu"})
    assert not opened(shown)


def test_what_is_said_again_after_a_lost_answer_is_the_same(world: World) -> None:
    account(world.app, "day-giam-ho-hai-lan", Role.GUARDIAN, holder_id=world.here[Role.CITIZEN].holder_id)
    mandate = {
        "username": "day-giam-ho-hai-lan", "kind": "AUTHORISED", "ground": "Giấy ủy quyền 5/2026 (mẫu)",
        "valid_from": "2026-01-01", "valid_until": "2099-01-01", "scope": ["SEE"],
    }  # fmt: skip
    request = {"kind": "CORRECT", "note": "sai ngày sinh"}
    for role, path, body, other in (
        (Role.OFFICER, "/api/v1/mandates", mandate, {"ground": "Giấy ủy quyền 6/2026 (mẫu)"}),
        (Role.CITIZEN, "/api/v1/data-requests", request, {"note": "sai nơi sinh"}),
    ):
        client, (last, _) = world.client(world.here[role]), acts_since(world, 0)
        first, again = (client.post(path, json=body).raise_for_status().json() for _ in range(2))
        assert first == again
        assert acts_since(world, last)[1] == ["DONE"], "asked twice, it is one act"
        assert client.post(path, json=body | other).raise_for_status().json()["id"] != first["id"]


def test_no_first_request_waits_for_the_sentences(world: World) -> None:
    """Reading the catalogue takes a quarter of a second: the process does it before it answers anybody."""
    messages._catalogue.cache_clear()
    create(world.app)
    assert messages._catalogue.cache_info().currsize == 1


def test_no_request_held_one_connection_and_asked_for_another(world: World) -> None:
    """Of a pool of ten, ten such requests at once would wait for each other until the time is up."""
    assert world.connections.most == 1


def test_the_judge_of_events_sees_what_is_missing_and_what_is_too_much() -> None:
    read, fine, no = "GET /api/v1/records/{code}", httpx.Response(200), httpx.Response(404)
    officer = Role.OFFICER
    assert wrong_acts(read, officer, fine, ["DONE"]) is None
    assert wrong_acts(read, officer, fine, [])
    assert wrong_acts(read, officer, fine, ["DONE", "DONE"])
    assert wrong_acts(read, officer, no, ["REFUSED"]) is None
    assert wrong_acts(read, officer, no, [])
    assert wrong_acts(read, officer, no, ["REFUSED", "REFUSED"])
    assert wrong_acts(read, officer, no, ["DONE", "REFUSED"])
    assert wrong_acts("POST /giay-to/{code}/trang-thai", officer, no, ["REFUSED", "DONE"]) is None
    assert wrong_acts("GET /trust-list", officer, fine, ["DONE"])


def test_the_test_itself_sees_a_door_that_is_open(world: World) -> None:
    """The judge is tried with a table that is wrong: a row that lets nobody in finds everybody who gets in."""
    wrong: list[str] = []
    shut = replace(RIGHTS["GET /api/v1/me/records"], may=frozenset())
    answer = ask(world.client(world.here[Role.CITIZEN]), "GET /api/v1/me/records", shut, world)
    _judge(wrong, set(), ("GET /api/v1/me/records", shut, Role.CITIZEN), answer)
    assert wrong == ["CITIZEN may not GET /api/v1/me/records, but: 200"]
    listing = RIGHTS["GET /api/v1/me/records"]
    wrong.clear()
    _judge_other(wrong, ("GET /api/v1/me/records", listing, Role.CITIZEN), answer, world)
    assert len(wrong) == 1
    assert "learnt" in wrong[0]
