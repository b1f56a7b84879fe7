"""Papers of the national store at the counter: asked on a ground, shown as a claim, looked at, confirmed, attached."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from tests.fakes import desk
from tests.fakes.engines import ToldEngines, scan
from tests.fakes.http import Client
from tests.fakes.parts import PASSWORD, account, settings_of, with_other
from tests.fakes.seals import PlainSeal
from tests.national import TOKEN, National, simulator
from tests.service import ROOT
from vault.bootstrap import App
from vault.config import IssuerSystem
from vault.db import PostgresUnitOfWork
from vault.domain.audit import Outcome
from vault.domain.dossiers import DossierChannel
from vault.domain.errors import Invalid, Unavailable
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode
from vault.domain.intake import IntakeId, NamedHolder
from vault.domain.outside import GIVE_UP_AFTER, AskState, FoundState
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import Step
from vault.domain.states import Source, TrustLevel
from vault.national.simulator import HANG_SECONDS
from vault.usecases.outside.ask import answer_ask
from vault.usecases.outside.deliver import deliver
from vault.usecases.outside.fetch import fetch_by_job
from vault.usecases.outside.take_online import take_online
from vault.web.main import create
from vault.web.partner.models import PullDocRequest, PullUriRequest

pytestmark = pytest.mark.service
AGENCY = "H24.905"
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
NUMBERS = itertools.count(31090820000)
PAGES = itertools.count(1 << 20)
NAME = "PHẠM THỊ NƠI KHÁC"
LONG = 60.0
"""Seconds in which anything here ends, on however busy a machine."""
ISSUER, ISSUER_TOKEN = "so-cap-phep", "ma-cua-so"


@dataclass
class World:
    app: App
    national: National
    officer: Actor
    client: Client
    issuing: Path
    """Papers of an issuing system, and what it was asked."""
    number: str = ""

    def paper(self, **other: Any) -> bytes:
        """A permit of this person in the store; the file."""
        data = scan(next(PAGES))
        body = {
            "MaKetQua": f"H23.1-240506-{next(PAGES)}-KQ1", "MaChuGiayTo": self.number, "TenChuGiayTo": NAME,
            "MaGiayToKetQua": "KQ.G17.000232", "SoKyHieu": "12/GPXD", "NgayCap": "20240506", "MaCoQuan": "H23",
            "TenCoQuan": "UBND phường Cũ, tỉnh Hải Dương", "TepDuLieu": {"DinhDangTep": "image/png"},
        }  # fmt: skip
        self.national.paper(data, **(body | other))
        return data

    def opened(self) -> str:
        """A dossier of a new person."""
        said = {"procedure": RESIDENCE, "holder": self.number, "holder_name": NAME}
        return str(self.client.post("/api/v1/dossiers", json=said).raise_for_status().json()["code"])

    def asked(self, code: str) -> Any:
        """The question as it is after a second: for a test of that second alone."""
        return self.client.post(f"/api/v1/dossiers/{code}/outside", json={"source": "NATIONAL"})

    def answered(self, code: str, source: str = "NATIONAL") -> Any:
        """The question once it is answered: at once, or by job where a second was over before on a busy machine."""
        asking = {"source": source, "consent": True}
        self.client.post(f"/api/v1/dossiers/{code}/outside", json=asking).raise_for_status()
        by_job(self, code, source)
        return next(one for one in self.outside(code)["asks"] if one["source"] == source)

    def outside(self, code: str) -> Any:
        return self.client.get(f"/api/v1/dossiers/{code}/outside").json()

    def component(self, code: str) -> Any:
        answered = self.client.get(f"/api/v1/dossiers/{code}/components").raise_for_status().json()
        return next(one for one in answered["components"] if one["component"] == HOME)

    def fetch(self, code: str) -> Any:
        """The paper as it is after the time that somebody waits for it."""
        [found] = self.component(code)["outside"]
        return self.client.post(f"/api/v1/dossiers/{code}/outside/{found['paper']}/fetch")

    def fetched(self, code: str, paper: str = "") -> Any:
        """The paper once it is fetched or refused: at once, or by asking again where that was too short a time."""
        end = time.monotonic() + LONG
        if not paper:
            [found] = self.component(code)["outside"]
            paper = found["paper"]
        while True:
            got = self.client.post(f"/api/v1/dossiers/{code}/outside/{paper}/fetch")
            if got.json().get("state") != "FOUND" or time.monotonic() > end:
                return got

    def refusals(self, code: str, action: Action) -> list[str | None]:
        with self.app.uow.begin() as tx:
            found = tx.events.list(dossier=DossierCode(code), action=action, limit=20)
        return [one.code for one in found if one.outcome.value == "REFUSED"]


@pytest.fixture(scope="module")
def shared(parts: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("so")
    with simulator(tmp_path_factory.mktemp("national")) as national, issuing_system(folder) as issuer:
        told = {"national_url": national.url, "national_token": SecretStr(TOKEN), "agency_code": AGENCY}
        told["issuers"] = (IssuerSystem(name=ISSUER, url=issuer, token=SecretStr(ISSUER_TOKEN)),)
        settings = settings_of(parts.settings.home).model_copy(update=told)
        url = parts.settings.database_url
        assert url is not None
        uow = PostgresUnitOfWork(url.get_secret_value(), key_service=parts.key_service, connected=True, elsewhere=True)
        app = with_other(parts, settings=settings, uow=uow, engines=ToldEngines(), sealing=PlainSeal())
        officer = account(app, "noi-khac", Role.OFFICER, agency=AGENCY)
        client = Client(create(app)).signed_in("noi-khac", PASSWORD)
        yield World(app, national, officer, client, folder)
        assert app.national is not None
        app.national.close()
        app.issuers[ISSUER].close()
        uow.close()


@contextmanager
def issuing_system(folder: Path) -> Iterator[str]:
    """A process that knows the guide and nothing of the vault; its address."""
    line = [sys.executable, "-m", "tests.partner_client.issuing", "--token", ISSUER_TOKEN, "--papers", str(folder)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def world(shared: World) -> World:
    shared.national.faults()
    shared.number = f"0{next(NUMBERS)}"
    return shared


def test_a_paper_of_the_store_is_offered_looked_at_taken_in_and_attached_by_the_one_route(world: World) -> None:
    data = world.paper()
    code = world.opened()
    assert [one["state"] for one in world.outside(code)["asks"]] == ["PENDING"]  # asked of itself, by job
    answer = world.answered(code)
    assert (answer["state"], answer["found"]) == ("ANSWERED", 1)
    component = world.component(code)
    [found] = component["outside"]
    assert (found["source"], found["decision"]["verdict"], found["decision"]["step"]) == (
        "NATIONAL",
        "NEEDS_CHECK",
        "NATIONAL_STORE",
    )
    assert component["decisions"] == []
    with world.app.uow.begin() as tx:
        (looked, *_) = tx.events.list(dossier=DossierCode(code), action=Action.LOOKUP, limit=5)
    assert looked.details["asked"] == [Step.THIS_VAULT, Step.NATIONAL_STORE], "what was consulted, in the law's order"
    refused = world.client.post(
        f"/api/v1/dossiers/{code}/demand", json={"component": HOME, "ground": "NO_DATA", "reason": "cho chắc"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "CHECK_FIRST")
    fetched = world.fetched(code).json()
    intake = IntakeId(fetched["intake"])
    assert world.client.get(f"/api/v1/intakes/{intake}").json()["sha256"] is not None
    again = world.client.post(f"/api/v1/dossiers/{code}/outside/{found['paper']}/fetch").json()
    assert again["intake"] == intake  # a duplicate is an answer
    desk.be_read(world.app, intake)
    page = world.client.get(f"/so-hoa/{intake}").text
    assert code in page
    desk.confirmed(world.app, world.officer, desk.word(intake, holder=NamedHolder(world.number, NAME)))
    record = desk.be_sealed(world.app, intake)
    assert record is not None
    with world.app.uow.begin() as tx:
        made = tx.records.get(record)
        assert made.original == world.app.blobs.put(data, mime="image/png", paper=intake, agency=AGENCY)
    assert (made.source, made.trust) == (Source.NATIONAL_STORE, TrustLevel.L2)
    component = world.component(code)
    assert component["outside"] == []
    [decision] = component["decisions"]
    assert (decision["record"], decision["step"]) == (record, "NATIONAL_STORE")
    world.client.post(
        f"/api/v1/dossiers/{code}/attach", json={"component": HOME, "record": record, "checked": "đã xem"}
    ).raise_for_status()
    with world.app.uow.begin() as tx:
        acts = tx.events.list(dossier=DossierCode(code), limit=50)
        holder = tx.holders.find(HolderId.parse(world.number))
    [attached] = [one for one in acts if one.action is Action.ATTACH]
    assert attached.details["source"] == "NATIONAL_STORE"  # what indicator 4.4 counts
    looked = {one.action for one in acts if one.holder_id == holder}
    assert {Action.ASK_OUTSIDE, Action.FETCH_OUTSIDE} <= looked  # the citizen's "who looked"
    _deliver(world)
    [told] = world.national.state()["dossiers"][code]["TaiLieuNop"]
    assert told["DuocLayTuKhoDMQG"] == "1"


def _deliver(world: World) -> None:
    app = world.app
    assert app.national is not None
    while deliver(uow=app.uow, blobs=app.blobs, store=app.national, catalogue=app.catalogue, host="x", clock=app.clock):
        pass


@pytest.mark.parametrize(("fault", "code"), [("wrong-holder", "OUTSIDE_HOLDER"), ("wrong-data", "OUTSIDE_DATE")])
def test_a_claim_about_somebody_else_or_of_a_day_to_come_is_not_even_shown(world: World, fault: str, code: str) -> None:
    world.paper()
    dossier = world.opened()
    world.national.faults(rate=1, kinds=(fault,))  # however often it is asked
    assert world.answered(dossier)["found"] == 0
    assert world.component(dossier)["outside"] == []
    assert [one["code"] for one in world.outside(dossier)["papers"]] == [code]
    assert world.refusals(dossier, Action.ASK_OUTSIDE) == [code]
    [paper] = world.outside(dossier)["papers"]
    refused = world.client.post(f"/api/v1/dossiers/{dossier}/outside/{paper['id']}/fetch")
    assert (refused.status_code, refused.json()["code"]) == (409, "OUTSIDE_REFUSED_HERE")


def test_the_same_claim_twice_is_one(world: World) -> None:
    world.paper()
    code = world.opened()
    world.national.faults(rate=1, kinds=("duplicate",))  # however often it is asked
    world.answered(code)
    assert len(world.component(code)["outside"]) == 1


def test_other_bytes_than_were_told_are_put_aside(world: World) -> None:
    world.paper()
    code = world.opened()
    world.answered(code)
    world.national.faults(rate=1, kinds=("wrong-digest",))
    got = world.fetched(code)
    assert (got.json()["state"], got.json()["code"]) == ("REFUSED", "OUTSIDE_DIGEST")
    assert world.component(code)["outside"] == []
    assert world.refusals(code, Action.FETCH_OUTSIDE) == ["OUTSIDE_DIGEST"]


def test_a_file_that_is_no_paper_is_refused_like_any_upload(world: World) -> None:
    class Refusing(ToldEngines):
        def examine(self, data: bytes, **_: object) -> Any:
            raise Invalid("NOT_A_PAPER", size=len(data))

    world.paper()
    code = world.opened()
    world.answered(code)
    told = world.app.engines
    world.app.__dict__["engines"] = Refusing()
    try:
        assert world.fetched(code).json()["code"] == "NOT_A_PAPER"
    finally:
        world.app.__dict__["engines"] = told


@pytest.mark.parametrize("fault", ["hang", "500", "lost", "garbage", "cut"])
def test_without_an_answer_in_a_second_it_is_pending_and_comes_by_job(world: World, fault: str) -> None:
    world.paper()
    code = world.opened()
    world.national.faults(fault)
    begin = time.monotonic()
    answer = world.asked(code)
    if fault == "hang":
        assert time.monotonic() - begin < HANG_SECONDS, "nobody at the counter waits for a store that hangs"
    assert (answer.status_code, answer.json()[0]["state"]) == (202, "PENDING")
    assert world.component(code)["verdict"] == "NOTHING"  # the counter goes on
    with suppress(Unavailable):  # on a busy machine the second was over before the store was asked: then it is this one
        by_job(world, code)
    assert by_job(world, code) is AskState.ANSWERED
    assert len(world.component(code)["outside"]) == 1


def by_job(world: World, code: str, source: str = "NATIONAL") -> AskState:
    """What the worker does with a question that was not answered at once."""
    app = world.app
    with app.uow.begin() as tx:
        [ask] = [one for one in tx.outside.asks(DossierCode(code)) if one.source == source]
    return answer_ask(
        ask.id, uow=app.uow, sources=app.sources, catalogue=app.catalogue, clock=app.clock, seconds=LONG
    ).state


def test_a_day_without_an_answer_ends_the_question_and_it_may_be_asked_again(world: World) -> None:
    code = world.opened()

    class Later:
        def now(self) -> Any:
            return world.app.clock.now() + GIVE_UP_AFTER + timedelta(minutes=1)

    app = world.app
    with app.uow.begin() as tx:
        [ask] = tx.outside.asks(DossierCode(code))
    ended = answer_ask(ask.id, uow=app.uow, sources=app.sources, catalogue=app.catalogue, clock=Later(), seconds=1)
    assert (ended.state, ended.code) == (AskState.REFUSED, "OUTSIDE_GIVEN_UP")
    assert world.answered(code)["state"] == "ANSWERED"


def test_a_paper_that_is_too_slow_to_fetch_goes_to_a_job(world: World) -> None:
    world.paper()
    code = world.opened()
    world.answered(code)
    world.national.faults(rate=1, kinds=("500",))
    got = world.fetch(code)
    assert (got.status_code, got.json()["state"]) == (202, "FOUND")
    world.national.faults()
    assert world.fetched(code).json()["state"] == "FETCHED"


def test_a_job_fetches_nothing_for_an_account_that_ended(world: World) -> None:
    world.paper()
    code = world.opened()
    world.answered(code)
    [found] = world.component(code)["outside"]
    app = world.app
    gone = account(app, f"da-nghi-{code}", Role.OFFICER, agency=AGENCY)
    with app.uow.begin() as tx:
        tx.accounts.set_disabled(f"da-nghi-{code}", disabled=True)
    moved = account(app, f"da-chuyen-{code}", Role.OFFICER, agency="H24.903")
    other = account(app, f"doi-viec-{code}", Role.DIGITISER, agency=AGENCY)
    for who in (gone, moved, other):
        kept = fetch_by_job(
            found["paper"], who.account_id, uow=app.uow, blobs=app.blobs, engines=app.engines, sources=app.sources,
            catalogue=app.catalogue, clock=app.clock, ids=app.ids, max_bytes=1 << 20, seconds=LONG,
        )  # fmt: skip
        assert kept.state is FoundState.FOUND, "whoever goes on with the dossier may fetch it"
    with app.uow.begin() as tx:
        told = tx.events.list(action=Action.FETCH_OUTSIDE, outcome=Outcome.REFUSED, limit=9)
    assert [one.code for one in told if one.dossier == code] == ["ACCOUNT_ENDED"] * 3
    assert world.fetched(code).json()["state"] == "FETCHED"


def test_the_page_shows_where_a_paper_lies_and_leads_to_it(world: World) -> None:
    world.paper()
    code = world.opened()
    world.client.post(f"/ho-so/{code}/ngoai", data={"source": "NATIONAL"})
    by_job(world, code)
    page = world.client.get(f"/ho-so/{code}").text
    assert "Kho dữ liệu quốc gia" in page
    assert "12/GPXD" in page
    [found] = world.component(code)["outside"]
    world.fetched(code)
    gone = world.client.post(f"/ho-so/{code}/ngoai/{found['paper']}", follow_redirects=False)
    assert gone.headers["location"].startswith("/so-hoa/")


def test_another_agency_s_officer_sees_nothing_of_it(world: World) -> None:
    code = world.opened()
    account(world.app, "noi-khac-la", Role.OFFICER, agency="H24.906")
    stranger = Client(create(world.app)).signed_in("noi-khac-la", PASSWORD)
    for method, path in (("GET", "outside"), ("POST", "outside")):
        answer = stranger.request(method, f"/api/v1/dossiers/{code}/{path}", json={"source": "NATIONAL"})
        assert (answer.status_code, answer.json()["code"]) == (404, "DOSSIER")


# --- flow 1: a citizen's online dossier ------------------------------------------------------------------------------
def _online(world: World, code: str, ref: str = "") -> dict[str, Any]:
    papers = [{"MaKetQuaThayThe": ref, "MaThanhPhanHoSo": HOME, "DuocLayTuKhoDMQG": "1"}] if ref else []
    who = {"SoGiayToChuHoSo": world.number, "ChuHoSo": NAME}
    return {"MaHoSo": code, "MaTTHC": RESIDENCE, **who, "NgayHenTra": "20261220", "TaiLieuNop": papers}


def _take(world: World) -> int:
    app = world.app
    assert app.national is not None
    return take_online(AGENCY, portal=app.national, uow=app.uow, catalogue=app.catalogue, clock=app.clock)


def test_an_online_dossier_comes_in_once_with_what_the_citizen_chose(world: World) -> None:
    ref = f"chon-{next(PAGES)}"
    world.paper(MaKetQua=ref)
    world.paper()
    code = f"{AGENCY}-261128-{next(PAGES) % 9000 + 1000}"
    for wrong in ({}, {"MaHoSo": "sai"}, _online(world, f"{code}1") | {"MaTTHC": "9.999999"}):
        world.national.submit(AGENCY, wrong)
    world.national.submit(AGENCY, _online(world, code, ref))
    world.national.submit(AGENCY, _online(world, code, ref))  # told twice
    world.national.faults("500")
    with pytest.raises(Unavailable):
        _take(world)
    assert _take(world) == 1
    assert _take(world) == 0
    with world.app.uow.begin() as tx:
        dossier = tx.dossiers.get(DossierCode(code))
        refused = tx.events.list(agency_code=AGENCY, action=Action.OPEN_DOSSIER, limit=20)
    assert dossier.channel is DossierChannel.ONLINE
    assert dossier.due_on == date(2026, 12, 20), "the day that the citizen was given"
    assert {one.code for one in refused if one.outcome.value == "REFUSED"} >= {"DOSSIER_CODE", "PROCEDURE_UNKNOWN"}
    assert by_job(world, code) is AskState.ANSWERED
    offered = world.component(code)["outside"]
    assert [one["picked"] for one in offered] == [True, False]
    _deliver(world)
    assert world.national.state()["dossiers"][code]["KenhThucHien"] == "2"


def test_a_dossier_told_after_two_days_was_received_when_the_portal_took_it_in(world: World) -> None:
    now = world.app.clock.now().astimezone(timezone(timedelta(hours=7))).replace(microsecond=0)
    sent = now - timedelta(days=2, hours=1)
    codes = [f"{AGENCY}-261128-{next(PAGES) % 9000 + 1000}" for _ in range(6)]
    told = {
        codes[0]: {"NgayTiepNhan": f"{sent:%Y%m%d%H%M%S}", "NgayNopHoSo": f"{sent - timedelta(days=1):%Y%m%d%H%M%S}"},
        codes[1]: {"NgayNopHoSo": f"{sent:%Y%m%d%H%M%S}"},
        codes[2]: {},
        codes[3]: {"NgayTiepNhan": f"{now + timedelta(hours=1):%Y%m%d%H%M%S}"},
        codes[4]: {"NgayTiepNhan": "19700101000000"},
        codes[5]: {"NgayTiepNhan": f"{now:%Y-%m-%d}"},  # a day has no hour
    }
    for code, times in told.items():
        world.national.submit(AGENCY, _online(world, code) | times)
    world.national.faults("500")  # the portal is away for two days
    with pytest.raises(Unavailable):
        _take(world)
    world.national.faults()
    assert _take(world) == 3
    polled = world.app.clock.now()
    with world.app.uow.begin() as tx:
        found = [tx.dossiers.get(DossierCode(code)) for code in codes[:3]]
        (opened, *_) = tx.events.list(dossier=DossierCode(codes[0]), action=Action.OPEN_DOSSIER, limit=5)
        refused = tx.events.list(agency_code=AGENCY, action=Action.OPEN_DOSSIER, limit=6)
        acts = tuple(tx.figures.acts([AGENCY], since=sent.date(), until=now.date() + timedelta(days=1)))
    assert [one.opened_at for one in found[:2]] == [sent, sent]
    assert now <= found[2].opened_at <= polled, "told neither: when we heard of it"
    assert now <= opened.at <= polled, "both stay: when it was told here is the time of the event"
    assert opened.details["sent_at"] == sent.isoformat()
    assert [one.code for one in refused if one.outcome.value == "REFUSED"] == ["ONLINE_DOSSIER"] * 3
    begun = {act.dossier: act.begun_at for act in acts if act.action is Action.OPEN_DOSSIER}
    assert begun[DossierCode(codes[0])] == sent, "the figures count from then"
    _deliver(world)
    assert world.national.state()["dossiers"][codes[0]]["NgayTiepNhan"] == f"{sent:%Y%m%d%H%M%S}"


# --- a partner's issuing system in a process of its own --------------------------------------------------------------
def _issued(world: World, data: bytes, **other: Any) -> str:
    """A permit of this person in the issuing system; its URI."""
    uri = f"H24.7-GPXD-{next(PAGES):014}"
    (world.issuing / f"{uri}.png").write_bytes(data)
    told = {
        "uri": uri, "docType": "GPXD", "docNumber": "12/GPXD", "issuer": "Sở Cấp phép (BẢN MẪU)", "issuerCode": "H24.7",
        "issuedOn": "2026-10-01", "validUntil": None, "state": "ACTIVE", "trust": "L2", "compared": True, "version": 1,
        "component": "", "verdict": "", "reasons": [], "sha256": hashlib.sha256(data).hexdigest(), "mime": "image/png",
        "holder": world.number, "file": f"{uri}.png",
    }  # fmt: skip
    (world.issuing / f"{uri}.json").write_text(json.dumps(told | other), encoding="utf-8")
    return uri


def test_a_paper_of_an_issuing_system_is_asked_for_and_fetched_over_the_guide_s_messages(world: World) -> None:
    data = scan(next(PAGES))
    uri = _issued(world, data)
    code = world.opened()
    answer = world.answered(code, ISSUER)
    assert (answer["state"], answer["found"], answer["consent"]) == ("ANSWERED", 1, "COUNTER")
    [found] = world.component(code)["outside"]
    assert (found["source"], found["decision"]["verdict"]) == (ISSUER, "NEEDS_CHECK")
    got = world.fetched(code).json()
    assert got["state"] == "FETCHED", got
    intake = IntakeId(got["intake"])
    desk.be_read(world.app, intake)
    desk.confirmed(world.app, world.officer, desk.word(intake, holder=NamedHolder(world.number, NAME)))
    record = desk.be_sealed(world.app, intake)
    assert record is not None
    with world.app.uow.begin() as tx:
        made = tx.records.get(record)
    assert (made.source, made.trust, world.app.blobs.get(made.original)) == (Source.OTHER_VAULT, TrustLevel.L2, data)
    asked = [json.loads(line) for line in (world.issuing / "asked.jsonl").read_text(encoding="utf-8").splitlines()]
    for one in asked:  # what our own door would take is what we send
        schema = PullUriRequest if one.pop("path").endswith("/pull-uri") else PullDocRequest
        assert (one["orgId"], one["dossier"], one["purpose"]) == (AGENCY, code, RESIDENCE)
        jsonschema.validate(one, schema.model_json_schema())
    assert [one["uri"] for one in asked if "uri" in one] == [uri]


def test_other_bytes_than_the_issuing_system_told_are_put_aside(world: World) -> None:
    _issued(world, scan(next(PAGES)), sha256="0" * 64)
    code = world.opened()
    world.answered(code, ISSUER)
    got = world.fetched(code).json()
    assert (got["state"], got["code"]) == ("REFUSED", "OUTSIDE_DIGEST")


def test_an_issuing_system_that_does_not_know_us_ends_the_question(world: World) -> None:
    issuer = world.app.issuers[ISSUER]
    good = issuer._http.headers["Authorization"]
    issuer._http.headers["Authorization"] = "Bearer x"
    try:
        answer = world.answered(world.opened(), ISSUER)
    finally:
        issuer._http.headers["Authorization"] = good
    assert (answer["state"], answer["code"]) == ("REFUSED", "OUTSIDE_REFUSED")
