"""Signing in with a local account: the brake, the second factor, one's own sessions, and the proof before a seal."""

from __future__ import annotations

import base64
import html
import itertools
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from tests.fakes.http import Client
from tests.fakes.parts import PASSWORD, account, with_other
from vault.bootstrap import App
from vault.domain.errors import Forbidden
from vault.domain.people import Actor, Role
from vault.domain.sign_in import SECOND_FACTOR, SIGN_IN_PAIR, STEP_UP, step_of, totp
from vault.usecases.identify.second_factor import prove_again
from vault.usecases.identify.sign_in import FinishSignIn, SignIn, finish_sign_in, sign_in
from vault.web.main import create
from vault.web.session import COOKIE

pytestmark = pytest.mark.service
_NUMBERS = itertools.count(1)
BROWSER = {"Accept": "text/html", "User-Agent": "Mozilla/5.0 (mau)"}


@dataclass
class Clock:
    """A clock that a test moves."""

    start: datetime
    moved: timedelta = field(default=timedelta(0))

    def now(self) -> datetime:
        return self.start + self.moved


@dataclass
class World:
    app: App
    clock: Clock
    web: Client

    def person(self, role: Role = Role.OFFICER) -> str:
        """A fresh account; its name."""
        name = f"dn-{next(_NUMBERS)}"
        account(self.app, name, role, agency="H24.900")
        return name

    def post(self, **body: str) -> tuple[int, dict[str, object]]:
        answer = self.web.post("/api/v1/session", json=body)
        return answer.status_code, answer.json()


def at(parts: App, **settings: object) -> World:
    clock = Clock(parts.clock.now())
    app = with_other(parts, settings=parts.settings.model_copy(update=settings))
    object.__setattr__(app, "clock", clock)
    return World(app, clock, Client(create(app)))


@pytest.fixture
def world(parts: App) -> World:
    return at(parts)


def enrolled(world: World) -> tuple[str, bytes, list[str], Client]:
    """Somebody with an authenticator app: name, secret, recovery codes, and the session that set it up."""
    name = world.person()
    mine = world.web.signed_in(name, PASSWORD)
    begun = mine.post("/api/v1/session/factors/codes").json()
    secret = base64.b32decode(begun["secret"] + "=" * (-len(begun["secret"]) % 8))
    code = totp(secret, step_of(world.clock.now()))
    confirmed = mine.post("/api/v1/session/factors/codes/confirm", json={"code": code})
    assert confirmed.status_code == 200, confirmed.text
    world.clock.moved += timedelta(seconds=90)  # the next passwords are fresh ones
    return name, secret, confirmed.json()["codes"], mine


def test_the_second_factor_is_asked_for_and_counts_once(world: World) -> None:
    name, secret, _, _ = enrolled(world)
    status, told = world.post(username=name, password=PASSWORD)
    assert (status, told["code"]) == (401, "SECOND_FACTOR")
    step = str(told["facts"]["step"])  # type: ignore[index]
    code = totp(secret, step_of(world.clock.now()))
    assert world.post(step=step, code="000000" if code != "000000" else "111111")[1]["code"] == "SECOND_FACTOR_WRONG"
    status, opened = world.post(step=step, code=code)
    assert status == 201
    assert opened["actor"]["role"] == "OFFICER"  # type: ignore[index]
    assert world.post(step=step, code=code)[1]["code"] == "SIGN_IN_STALE", "the step is used up"
    again = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
    assert world.post(step=again, code=code)[1]["code"] == "SECOND_FACTOR_WRONG", "a password that was seen is used"


def test_a_wrong_pass_word_never_comes_to_the_second_step(world: World) -> None:
    name, _, _, _ = enrolled(world)
    assert world.post(username=name, password="falsch")[1]["code"] == "SIGN_IN_WRONG"
    assert world.post(step="x", code="123456")[1]["code"] == "SIGN_IN_STALE"


def test_a_step_ends_after_five_minutes(world: World) -> None:
    name, secret, _, _ = enrolled(world)
    step = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
    world.clock.moved += timedelta(minutes=5)
    code = totp(secret, step_of(world.clock.now()))
    assert world.post(step=step, code=code)[1]["code"] == "SIGN_IN_STALE"


def test_a_recovery_code_stands_for_the_lost_phone_once(world: World) -> None:
    name, _, codes, _ = enrolled(world)
    for typed, status in ((codes[0].lower().replace("-", " "), 201), (codes[0], 401), (codes[1], 201)):
        step = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
        assert world.post(step=step, code=typed)[0] == status, typed
    with world.app.uow.begin() as tx:
        assert tx.sign_ins.recovery_codes_left(f"local:{name}") == len(codes) - 2


def test_one_time_passwords_are_guessed_five_times_and_no_more(world: World) -> None:
    name, secret, codes, _ = enrolled(world)
    step = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
    for _ in range(SECOND_FACTOR.most):
        assert world.post(step=step, code="12345")[1]["code"] == "SECOND_FACTOR_WRONG"
    for right in (totp(secret, step_of(world.clock.now())), codes[0]):
        status, told = world.post(step=step, code=right)
        assert (status, told["code"]) == (429, "TOO_MANY_SIGN_INS"), "not even the right one"
    world.clock.moved += SECOND_FACTOR.window
    step = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
    assert world.post(step=step, code=totp(secret, step_of(world.clock.now())))[0] == 201


def test_pass_words_are_guessed_ten_times_a_quarter_of_an_hour(world: World) -> None:
    name = world.person()
    for _ in range(SIGN_IN_PAIR.most):
        assert world.post(username=name, password="falsch")[1]["code"] == "SIGN_IN_WRONG"
    status, told = world.post(username=f" {name.upper()} ", password=PASSWORD)
    assert (status, told["code"]) == (429, "TOO_MANY_SIGN_INS")
    assert world.post(username=world.person(), password=PASSWORD)[0] == 201, "a colleague at the same address goes on"
    world.clock.moved += SIGN_IN_PAIR.window
    assert world.post(username=name, password=PASSWORD)[0] == 201


def test_guesses_at_once_are_no_more_than_guesses_one_by_one(world: World) -> None:
    """The count is taken before anything is judged: of thirty at once as many are judged as of thirty in a row."""
    name, _, _, _ = enrolled(world)
    step = str(world.post(username=name, password=PASSWORD)[1]["facts"]["step"])  # type: ignore[index]
    actor = Actor(f"local:{name}", "", Role.OFFICER, "H24.900")
    common = {"uow": world.app.uow, "clock": world.clock}
    opening = {**common, "ids": world.app.ids, "hours": 1}

    def refused(act: Callable[..., object], *given: object, **named: object) -> str:
        with pytest.raises(Forbidden) as caught:
            act(*given, **named)
        return caught.value.code

    def codes(_: int) -> str:
        return refused(finish_sign_in, FinishSignIn(step, "12345"), **opening)

    def words(_: int) -> str:
        return refused(sign_in, SignIn(name, "falsch"), **opening)

    def proofs(_: int) -> str:
        return refused(prove_again, "falsch", "", token="x", actor=actor, **common)

    for guess, most in ((codes, SECOND_FACTOR.most), (words, SIGN_IN_PAIR.most), (proofs, STEP_UP.most)):
        with ThreadPoolExecutor(8) as pool:
            said = Counter(pool.map(guess, range(30)))
        assert said.pop("TOO_MANY_SIGN_INS") == 30 - most, guess
        assert sum(said.values()) == most, guess
        world.clock.moved += SECOND_FACTOR.window


def test_a_right_pass_word_counts_for_nothing(world: World) -> None:
    name = world.person()
    for _ in range(SIGN_IN_PAIR.most + 2):
        assert world.post(username=name, password=PASSWORD)[0] == 201


def test_an_unknown_name_is_braked_alike(world: World) -> None:
    said = [world.post(username="khong-co-ai", password="x") for _ in range(SIGN_IN_PAIR.most + 1)]
    assert [told["code"] for _, told in said] == ["SIGN_IN_WRONG"] * SIGN_IN_PAIR.most + ["TOO_MANY_SIGN_INS"]


def test_the_brake_holds_across_web_processes(parts: App, world: World) -> None:
    """The counters lie in PostgreSQL: a second process knows what the first one counted."""
    name = world.person()
    for _ in range(SIGN_IN_PAIR.most):
        world.post(username=name, password="falsch")
    other = with_other(parts)
    object.__setattr__(other, "clock", world.clock)
    answer = Client(create(other)).post("/api/v1/session", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 429


def test_setting_up_the_app_ends_the_other_sessions_and_a_dropped_one_is_asked_for_no_more(world: World) -> None:
    name = world.person()
    other = world.web.signed_in(name, PASSWORD)
    mine = world.web.signed_in(name, PASSWORD)
    begun = mine.post("/api/v1/session/factors/codes").json()
    secret = base64.b32decode(begun["secret"] + "=" * (-len(begun["secret"]) % 8))
    wrong = mine.post("/api/v1/session/factors/codes/confirm", json={"code": "000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "SECOND_FACTOR_WRONG")
    assert world.post(username=name, password=PASSWORD)[0] == 201, "not confirmed: not asked for"
    code = totp(secret, step_of(world.clock.now()))
    assert mine.post("/api/v1/session/factors/codes/confirm", json={"code": code}).status_code == 200
    assert mine.get("/api/v1/session").status_code == 200
    assert other.get("/api/v1/session").status_code == 401
    assert mine.post("/api/v1/session/factors/codes").json()["code"] == "FACTOR_THERE"
    assert mine.request("DELETE", "/api/v1/session/factors/codes").status_code == 204
    assert world.post(username=name, password=PASSWORD)[0] == 201


def test_sessions_are_listed_and_ended_by_their_owner_only(world: World) -> None:
    name, stranger = world.person(), world.web.signed_in(world.person(), PASSWORD)
    first, second, third = (world.web.signed_in(name, PASSWORD) for _ in range(3))
    listed = first.get("/api/v1/session/all").json()
    assert len(listed) == 3
    assert [one["current"] for one in listed].count(True) == 1
    assert all(set(one) >= {"agent", "seen_at", "expires_at", "strength"} for one in listed)
    victim = next(one["id"] for one in second.get("/api/v1/session/all").json() if one["current"])
    refused = stranger.request("DELETE", f"/api/v1/session/all/{victim}")
    assert (refused.status_code, refused.json()["code"]) == (404, "SESSION_UNKNOWN")
    assert first.request("DELETE", f"/api/v1/session/all/{victim}").status_code == 204
    assert second.get("/api/v1/session").status_code == 401
    assert first.request("DELETE", "/api/v1/session/all").status_code == 204
    assert third.get("/api/v1/session").status_code == 401
    assert first.get("/api/v1/session").status_code == 200


def test_a_session_is_short_and_ends_when_it_lies_idle(world: World) -> None:
    idle = timedelta(minutes=world.app.settings.session_idle_minutes)
    mine = world.web.signed_in(world.person(), PASSWORD)
    for _ in range(3):  # used, it lives on
        world.clock.moved += idle - timedelta(minutes=2)
        assert mine.get("/api/v1/session").status_code == 200
    world.clock.moved += idle
    assert mine.get("/api/v1/session").status_code == 401
    mine = world.web.signed_in(world.person(), PASSWORD)
    for _ in range(world.app.settings.session_hours * 2 - 1):
        world.clock.moved += timedelta(minutes=30)
        assert mine.get("/api/v1/session").status_code == 200
    world.clock.moved += timedelta(minutes=30)
    assert mine.get("/api/v1/session").status_code == 401, "however busy, it ends"


def test_a_page_s_session_belongs_to_its_browser(world: World) -> None:
    name = world.person()
    form = {"username": name, "password": PASSWORD}
    answer = world.web.post("/dang-nhap", data=form, headers=BROWSER)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie.lower() for word in ("httponly", "samesite=strict", "path=/"))
    kept = {"Cookie": cookie.partition(";")[0]}
    assert world.web.get("/ban-lam-viec", headers={**BROWSER, **kept}).status_code == 200
    stolen = world.web.get("/ban-lam-viec", headers={**kept, "Accept": "text/html", "User-Agent": "curl/8"})
    assert stolen.status_code == 303
    assert stolen.headers["location"].startswith("/dang-nhap")
    assert world.web.get("/ban-lam-viec", headers={**BROWSER, **kept}).status_code == 303, "it ended for both"
    assert COOKIE in cookie


def test_the_page_asks_for_the_code_on_a_second_form(world: World) -> None:
    name, secret, _, _ = enrolled(world)
    asked = world.web.post("/dang-nhap", data={"username": name, "password": PASSWORD}, headers=BROWSER)
    assert asked.status_code == 200
    assert 'name="password"' not in asked.text
    step = asked.text.partition('name="step" value="')[2].partition('"')[0]
    wrong = world.web.post("/dang-nhap", data={"step": step, "code": "x"}, headers=BROWSER)
    assert wrong.status_code == 401
    assert step in wrong.text, "the form can be sent again"
    code = totp(secret, step_of(world.clock.now()))
    led = world.web.post("/dang-nhap", data={"step": step, "code": code, "tiep": "/so-hoa"}, headers=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, "/so-hoa")


STATE = {"state": "REVOKED", "reason": "x"}
NOBODY = "/api/v1/records/028T-5CY4-TQKF-F4/state"


def hidden(page: str) -> dict[str, str]:
    """The fields of a page's forms that nobody sees."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def test_revoking_and_sealing_need_a_recent_proof(parts: App) -> None:
    world = at(parts, step_up_minutes=15)
    name = world.person()
    mine = world.web.signed_in(name, PASSWORD)
    confirm = {"type": "GPXD", "holders": [], "compared_with_original": True}
    decision = {"accept": True, "reason": "x"}
    tried = (NOBODY, STATE), ("/api/v1/intakes/x/confirm", confirm), ("/api/v1/corrections/x/decision", decision)
    for path, body in tried:
        assert mine.post(path, json=body).json()["code"] != "STEP_UP"
    world.clock.moved += timedelta(minutes=15)
    for path, body in tried:
        answer = mine.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "STEP_UP"), path
    page = {"Accept": "text/html"}
    path, sent = "/giay-to/028T-5CY4-TQKF-F4/trang-thai", {"state": "REVOKED", "reason": 'cấp "sai"'}
    asked = mine.post(path, data=sent, headers=page)
    waiting = hidden(asked.text)
    assert (asked.status_code, waiting["cho"], waiting["tiep"]) == (403, path, path.rsplit("/", 1)[0])
    wrong = mine.post("/xac-nhan-lai", data={**waiting, "password": "falsch"}, headers=page)
    assert (wrong.status_code, hidden(wrong.text)) == (401, waiting), "a slip of the pass word loses nothing"
    elsewhere = mine.post(
        "/xac-nhan-lai", data={**waiting, "cho": "//evil.example", "password": PASSWORD}, headers=page
    )
    assert elsewhere.status_code == 303, "nothing is sent to another site"
    world.clock.moved += timedelta(minutes=15)
    proved = mine.post("/xac-nhan-lai", data={**waiting, "password": PASSWORD}, headers=page)
    assert (proved.status_code, hidden(proved.text)) == (200, sent), "what was typed is sent on, but no pass word"
    assert f'action="{path}"' in proved.text
    assert mine.post(path, data=hidden(proved.text), headers=page).status_code != 403
    world.clock.moved += timedelta(minutes=15)
    assert mine.get("/api/v1/dossiers").status_code == 200, "everything else goes on"
    refused = mine.post("/api/v1/session/step-up", json={"password": "falsch"})
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_IN_WRONG")
    assert mine.post(NOBODY, json=STATE).json()["code"] == "STEP_UP"
    assert mine.post("/api/v1/session/step-up", json={"password": PASSWORD}).status_code == 204
    assert mine.post(NOBODY, json=STATE).json()["code"] == "RECORD"


def test_the_proof_includes_the_second_factor_and_is_braked(parts: App) -> None:
    world = at(parts, step_up_minutes=15)
    _, secret, _, mine = enrolled(world)
    world.clock.moved += timedelta(minutes=15)
    assert mine.post("/api/v1/session/step-up", json={"password": PASSWORD}).json()["code"] == "SECOND_FACTOR_WRONG"
    code = totp(secret, step_of(world.clock.now()))
    assert mine.post("/api/v1/session/step-up", json={"password": PASSWORD, "code": code}).status_code == 204
    for _ in range(SECOND_FACTOR.most):
        mine.post("/api/v1/session/step-up", json={"password": "falsch"})
    told = mine.post("/api/v1/session/step-up", json={"password": PASSWORD, "code": code})
    assert (told.status_code, told.json()["code"]) == (429, "TOO_MANY_SIGN_INS")


def test_outside_development_an_officer_does_nothing_without_a_second_factor(parts: App) -> None:
    world = at(parts)
    web = Client(_as_in_production(world.app))
    name = world.person()
    mine = web.signed_in(name, PASSWORD)
    refused = mine.get("/api/v1/dossiers")
    assert (refused.status_code, refused.json()["code"]) == (403, "SECOND_FACTOR_FIRST")
    led = mine.get("/ban-lam-viec", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/tai-khoan")
    assert mine.get("/tai-khoan", headers={"Accept": "text/html"}).status_code == 200
    begun = mine.post("/api/v1/session/factors/codes").json()
    secret = base64.b32decode(begun["secret"] + "=" * (-len(begun["secret"]) % 8))
    code = totp(secret, step_of(world.clock.now()))
    assert mine.post("/api/v1/session/factors/codes/confirm", json={"code": code}).status_code == 200
    assert mine.get("/api/v1/dossiers").status_code == 200
    citizen = web.signed_in(world.person(Role.CITIZEN), PASSWORD)
    assert citizen.get("/api/v1/session").status_code == 200


def _as_in_production(app: App) -> FastAPI:
    """The web application as production runs it; that development keys refuse to start is another test's matter."""
    strict = with_other(app, settings=app.settings.model_copy(update={"environment": "production"}))
    object.__setattr__(strict, "clock", app.clock)
    web = create(app)
    web.state.vault = strict
    return web
