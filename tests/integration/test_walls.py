"""Who may see what, over HTTP: another agency and another citizen get 404, a verifier 403, a stranger 401."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import SEED_ACCOUNTS, App
from vault.domain.audit import Outcome
from vault.domain.holders import HolderId
from vault.domain.people import Role
from vault.usecases.identify.sign_in import session_key
from vault.web.session import COOKIE

pytestmark = pytest.mark.service
PUBLIC = {
    ("post", "/api/v1/session"),
    ("post", "/api/v1/session/passkey"),
    ("post", "/api/v1/session/passkey/ask"),
    ("get", "/api/v1/procedures"),
    ("get", "/api/v1/document-types"),
    ("get", "/api/v1/grounds"),
    ("post", "/api/v1/verify/text"),
    ("post", "/api/v1/verify/file"),
    ("post", "/api/v1/verify/code"),
    ("post", "/api/v1/verify/short-code"),
    ("get", "/api/v1/verify/proof/{code}"),
    ("post", "/api/v1/verify/sealing"),
    ("post", "/api/v1/signing/answers/{request_id}"),  # asks for the signing service's own token
}
"""Routes of the API that anybody may call; everything else asks to sign in."""
PROCEDURE = "1.004194"
OTHER_AGENCY = "H24.976"
"""One that no other test gives anything."""


@dataclass
class World:
    """Two agencies, two citizens, a verifier and a stranger; a record, its intake and a dossier of the first agency."""

    app: App
    stranger: Client
    people: Mapping[str, Client]
    record: str
    intake: str
    dossier: str


@pytest.fixture(scope="module")
def world(parts: App) -> World:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    web = stranger(app)
    account(app, "canbo-khac", Role.OFFICER, agency=OTHER_AGENCY)
    account(app, "canbo-le", Role.OFFICER)
    with app.uow.begin() as tx:
        other = tx.holders.ensure(HolderId.parse("031090000002"), "TRẦN THỊ THỬ", at=app.clock.now())
    account(app, "congdan-khac", Role.CITIZEN, holder_id=other)
    account(app, "congdan-la", Role.CITIZEN)
    people = {one.role.value: web.signed_in(one.username, one.password) for one in SEED_ACCOUNTS}
    for username in ("canbo-khac", "canbo-le", "congdan-khac", "congdan-la"):
        people[username] = web.signed_in(username, PASSWORD)
    officer = desk.actor_of(app)
    record = desk.record_of(app, officer)
    with app.uow.begin() as tx:
        intake = tx.intakes.find(record)
    assert intake is not None
    opened = people["OFFICER"].post("/api/v1/dossiers", json={"procedure": PROCEDURE, "holder": desk.HOLDER.number})
    return World(app, web, people, record, intake.id, opened.raise_for_status().json()["code"])


def routes(app: App) -> Iterator[tuple[str, str]]:
    document = stranger(app).get("/api/v1/openapi.json").raise_for_status().json()
    for path, methods in document["paths"].items():
        for method in methods:
            yield method, path


def filled(path: str, world: World) -> str:
    named = {
        "/records/{code}": world.record,
        "/dossiers/{code}": world.dossier,
    }
    for prefix, code in named.items():
        path = path.replace(prefix, prefix.replace("{code}", code))
    path = path.replace("{intake_id}", world.intake).replace("{index}", "0").replace("{copy}", "ORIGINAL")
    path = path.replace("{indicator}", "late")
    return re.sub(r"\{\w+\}", "1", path)


def test_no_route_of_the_api_answers_a_stranger_but_the_public_ones(world: World) -> None:
    found = [one for one in routes(world.app) if one[1].startswith("/api/v1/")]
    assert len(found) > 20
    assert set(found) >= PUBLIC
    for method, path in set(found) - PUBLIC:
        answer = world.stranger.request(method.upper(), filled(path, world))
        assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_IN_FIRST"), (method, path)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_verifier_gets_nothing_that_a_stranger_does_not_get(world: World) -> None:
    verifier = world.people["VERIFIER"]
    own = {("get", "/api/v1/session"), ("delete", "/api/v1/session")}
    for method, path in set(routes(world.app)) - PUBLIC - own:
        if path.startswith("/api/v1/") and method == "get" and not path.startswith("/api/v1/session/"):
            answer = verifier.get(filled(path, world))
            assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_MAY_NOT"), path


DESK_ACTS = {
    "/api/v1/dossiers": {"procedure": PROCEDURE, "holder": "031090000001"},
    "/api/v1/intakes/{intake_id}/confirm": {"type": "GPXD", "holders": [], "compared_with_original": True},
    "/api/v1/dossiers/{code}/attach": {"component": "x", "record": "{record}"},
    "/api/v1/dossiers/{code}/demand": {"component": "x", "reason": "x"},
    "/api/v1/records/{code}/state": {"state": "REVOKED", "reason": "x"},
}


@pytest.mark.parametrize("who", ["VERIFIER", "CITIZEN", "congdan-khac", "congdan-la"])
@pytest.mark.parametrize("path", DESK_ACTS)
def test_the_desk_s_acts_are_the_officer_s(world: World, who: str, path: str) -> None:
    body = {name: world.record if value == "{record}" else value for name, value in DESK_ACTS[path].items()}
    answer = world.people[who].post(filled(path, world), json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_MAY_NOT")


def test_papers_are_handed_in_by_officers_only(world: World) -> None:
    for who in ("VERIFIER", "CITIZEN"):
        answer = world.people[who].post("/api/v1/intakes", files={"file": ("a.png", desk.new_scan())})
        assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_MAY_NOT")
    alone = world.people["canbo-le"].post("/api/v1/intakes", files={"file": ("a.png", desk.new_scan())})
    assert (alone.status_code, alone.json()["code"]) == (403, "NO_AGENCY")


OF_AN_AGENCY = [
    ("GET", "/api/v1/intakes/{intake_id}", None, "INTAKE"),
    ("GET", "/api/v1/intakes/{intake_id}/pages", None, "INTAKE"),
    ("GET", "/api/v1/intakes/{intake_id}/pages/0/preview", None, "INTAKE"),
    (
        "POST",
        "/api/v1/intakes/{intake_id}/confirm",
        {
            "type": "GPXD",
            "holders": [{"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}],
            "fields": {},
            "compared_with_original": True,
        },
        "INTAKE",
    ),
    ("GET", "/api/v1/records/{code}", None, "PURPOSE_NEEDED"),
    ("GET", "/api/v1/records/{code}/files/ORIGINAL", None, "PURPOSE_NEEDED"),
    ("GET", "/api/v1/records/{code}/files/SEALED", None, "PURPOSE_NEEDED"),
    ("GET", "/api/v1/records/{code}/files/PREVIEW", None, "PURPOSE_NEEDED"),
    ("POST", "/api/v1/records/{code}/state", {"state": "REVOKED", "reason": "x"}, "RECORD"),
    ("GET", "/api/v1/dossiers/{code}/components", None, "DOSSIER"),
    ("POST", "/api/v1/dossiers/{code}/attach", {"component": "x", "record": "028T-5CY4-TQKF-F4"}, "DOSSIER"),
    ("POST", "/api/v1/dossiers/{code}/demand", {"component": "x", "reason": "x"}, "DOSSIER"),
    ("POST", "/api/v1/records/{code}/urgent-access", {"reason": "cấp cứu, cần nhóm máu"}, "RECORD"),
]


@pytest.mark.parametrize("who", ["canbo-khac", "canbo-le"])
@pytest.mark.parametrize("act", OF_AN_AGENCY, ids=[f"{act[0]} {act[1]}" for act in OF_AN_AGENCY])
def test_another_agency_s_things_are_not_there(world: World, who: str, act: tuple[str, str, object, str]) -> None:
    method, path, body, code = act
    answer = world.people[who].request(method, filled(path, world), json=body)
    assert (answer.status_code, answer.json()["code"]) == (403 if code == "PURPOSE_NEEDED" else 404, code)
    missing = filled(path, World(world.app, world.stranger, world.people, "028T-5CY4-TQKF-F4", "x", "x"))
    same = world.people[who].request(method, missing, json=body)
    assert (same.status_code, same.json()) == (answer.status_code, answer.json()), "a missing thing answers alike"


def test_lists_and_figures_stop_at_the_agency(world: World) -> None:
    other, alone = world.people["canbo-khac"], world.people["canbo-le"]
    for who in (other, alone):
        assert who.get("/api/v1/intakes").json() == []
        assert who.get("/api/v1/dossiers").json() == []
    assert other.get("/api/v1/overview").json()["digitised"] == 0
    assert {one["agency_code"] for one in [other.get("/api/v1/session").json()]} == {OTHER_AGENCY}
    refused = alone.get("/api/v1/overview")
    assert (refused.status_code, refused.json()["code"]) == (403, "NO_AGENCY")


def test_another_citizen_s_record_is_not_there(world: World) -> None:
    owner = world.people["CITIZEN"]
    assert world.record in {one["code"] for one in owner.get("/api/v1/me/records").json()}
    assert owner.get(f"/api/v1/records/{world.record}").status_code == 200
    for who in ("congdan-khac", "congdan-la"):
        citizen = world.people[who]
        for method, path in (
            ("GET", f"/api/v1/records/{world.record}"),
            ("GET", f"/api/v1/records/{world.record}/files/ORIGINAL"),
            ("GET", f"/api/v1/records/{world.record}/files/SEALED"),
            ("POST", f"/api/v1/me/records/{world.record}/present"),
        ):
            answer = citizen.request(method, path, json={} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (404, "RECORD"), (who, path)
    assert world.people["congdan-khac"].get("/api/v1/me/records").json() == []
    log = world.people["congdan-khac"].get("/api/v1/me/events").json()
    assert [one for one in log if one["record"] == world.record and one["actor"] != "Người congdan-khac"] == []
    nobody = world.people["congdan-la"].get("/api/v1/me/records")
    assert (nobody.status_code, nobody.json()["code"]) == (403, "NO_HOLDER")


def test_every_refused_look_is_an_event_in_the_name_of_who_looked(world: World) -> None:
    world.people["canbo-khac"].get(f"/api/v1/records/{world.record}?purpose=tò+mò")
    with world.app.uow.begin() as tx:
        newest = tx.events.list(agency_code=OTHER_AGENCY, outcome=Outcome.REFUSED, limit=1)[0]
    assert (newest.actor.account_id, newest.code, newest.record, newest.purpose) == (
        "local:canbo-khac",
        "PURPOSE_NEEDED",
        world.record,
        "tò mò",
    )


def test_a_record_of_somebody_else_stands_for_nothing(world: World) -> None:
    officer = world.people["OFFICER"]
    opened = officer.post("/api/v1/dossiers", json={"procedure": PROCEDURE, "holder": "031090000002"}).json()["code"]
    components = officer.get(f"/api/v1/dossiers/{opened}/components").json()["components"]
    assert all(one["decisions"] == [] for one in components)
    for one in components:
        body = {"component": one["component"], "record": world.record, "checked": "đã xem"}
        answer = officer.post(f"/api/v1/dossiers/{opened}/attach", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "NOT_USABLE"), one["component"]


def test_a_session_ends_when_it_is_ended_and_when_its_time_is_over(world: World) -> None:
    web = world.stranger.signed_in("kiemtra", "kiemtra-mau-2026")
    assert web.get("/api/v1/session").json()["role"] == "VERIFIER"
    assert web.request("DELETE", "/api/v1/session").status_code == 204
    assert web.get("/api/v1/session").status_code == 401
    now = world.app.clock.now()
    with world.app.uow.begin() as tx:
        tx.accounts.open_session(session_key("cũ"), "local:kiemtra", at=now, expires_at=now - timedelta(seconds=1))
        assert tx.accounts.actor_of(session_key("cũ"), at=now) is None


def test_a_stolen_table_of_sessions_opens_nothing(world: World) -> None:
    token = world.stranger.post("/api/v1/session", json={"username": "kiemtra", "password": "kiemtra-mau-2026"}).json()[
        "token"
    ]
    headers = {"Authorization": f"Bearer {session_key(token)}"}
    assert world.stranger.request("GET", "/api/v1/session", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_may_not_use_a_visitor_s_cookie(world: World, headers: dict[str, str]) -> None:
    token = world.stranger.post("/api/v1/session", json={"username": "canbo", "password": "canbo-mau-2026"}).json()[
        "token"
    ]
    cookie = {"Cookie": f"{COOKIE}={token}"}
    body = {"procedure": PROCEDURE, "holder": desk.HOLDER.number}
    answer = world.stranger.post("/api/v1/dossiers", json=body, headers={**cookie, **headers})
    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")
    own = {**cookie, "Sec-Fetch-Site": "same-origin"}
    assert world.stranger.post("/api/v1/dossiers", json=body, headers=own).status_code == 201


ODD = ["\x00", "\ud800", "a\x00b", "'; DROP TABLE event; --", "{0}{key}", "\u202e", "𝕏" * 5000]


@pytest.mark.parametrize("odd", ODD, ids=[str(number) for number in range(len(ODD))])
def test_no_text_makes_the_service_fail(world: World, odd: str) -> None:
    """Any text in any place is an answer below 500: strangers may send what they like."""
    officer, citizen = world.people["OFFICER"], world.people["CITIZEN"]
    quoted = "".join(f"%{byte:02x}" for byte in odd[:200].encode("utf-8", "surrogatepass"))
    tried = [
        _json(world.stranger, "/api/v1/session", {"username": odd, "password": odd}),
        _json(world.stranger, "/api/v1/verify/text", {"text": odd}),
        _json(world.stranger, "/api/v1/verify/code", {"code": odd}),
        world.stranger.get(f"/api/v1/procedures?q={quoted}"),
        officer.get(f"/api/v1/intakes/{quoted}"),
        officer.get(f"/api/v1/dossiers/{quoted}/components"),
        officer.get(f"/api/v1/records/{world.record}?purpose={quoted}"),
        _json(officer, "/api/v1/dossiers", {"procedure": odd, "holder": odd, "holder_name": odd}),
        _json(officer, "/api/v1/dossiers", {"procedure": PROCEDURE, "holder": "031090000009", "holder_name": odd}),
        _json(officer, "/api/v1/dossiers", {"procedure": PROCEDURE, "holder": "031090000001", "purpose": odd}),
        _json(officer, f"/api/v1/dossiers/{world.dossier}/attach", {"component": odd, "record": world.record}),
        _json(officer, f"/api/v1/dossiers/{world.dossier}/demand", {"component": odd, "reason": odd, "ground": odd}),
        _json(officer, f"/api/v1/records/{world.record}/state", {"state": odd, "reason": odd}),
        _json(
            officer,
            f"/api/v1/intakes/{world.intake}/confirm",
            {
                "type": "GPXD",
                "holders": [{"number": "031090000001", "name": odd, "role": odd}],
                "fields": {"issued_on": odd, odd: odd},
                "compared_with_original": True,
            },
        ),
        _json(citizen, f"/api/v1/me/records/{world.record}/present", {"purpose": odd}),
    ]
    assert [one.status_code for one in tried if one.status_code >= 500] == []
    for one in tried:
        if one.status_code >= 400:
            assert one.headers["content-type"] == "application/problem+json"
            assert one.json()["code"]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/intakes", "/api/v1/verify/file", "/api/v1/session"])
def test_a_body_larger_than_any_file_is_refused_before_it_is_read(world: World, path: str, *, announced: bool) -> None:
    """A stranger who sends without end fills no disk: the form is not even opened."""
    settings = world.app.settings.model_copy(update={"max_upload_bytes": 1000})
    small = stranger(with_other(world.app, settings=settings))
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            sent += 1 << 20
            yield b"x" * (1 << 20)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    if announced:
        answer = small.post(path, content=endless(), headers={**headers, "Content-Length": str(100 << 20)})
    else:
        answer = small.post(path, content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "FILE_TOO_LARGE")
    assert answer.json()["facts"]["limit"] in {1000, "1000"}
    assert answer.headers["content-type"] == "application/problem+json"
    assert sent <= 3 << 20


def _json(client: Client, path: str, body: object) -> httpx.Response:
    # Written out in ASCII, because httpx itself would refuse half of a surrogate pair.
    return client.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
