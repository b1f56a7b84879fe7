"""What happens here is told to the national store: once, whatever it does, and never at the cost of the counter."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.counter import AGENCY, OTHER_AGENCY, PASSWORD, Counter, running
from tests.fakes.http import stranger
from tests.national import TOKEN, National, simulator
from vault.domain.dossiers import Dossier
from vault.domain.errors import Forbidden, NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.outbox import MOST_FAULTS, LetterState
from vault.domain.people import STRANGER, SYSTEM, Action, Role
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.usecases.outside.deliver import deliver
from vault.usecases.outside.letters import SentAgain, send_all_again
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.give_result import GiveResult, give_result, results_of
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
NUMBERS = itertools.count(31090810000)


class Later:
    """A clock that tests turn forward."""

    def __init__(self, counter: Counter) -> None:
        self._clock, self.ahead = counter.app.clock, timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self.ahead


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Iterator[National]:
    with simulator(tmp_path_factory.mktemp("national")) as found:
        yield found


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory, national: National) -> Iterator[Counter]:
    token = SecretStr(TOKEN)
    home = tmp_path_factory.mktemp("counter")
    with running(home, national_url=national.url, national_token=token, national_seconds=60.0) as found:
        yield found


@pytest.fixture
def desk(counter: Counter, national: National) -> Iterator[Desk]:
    national.faults()
    found = Desk(counter, national)
    found.send()
    yield found
    national.faults()
    found.clock.ahead += timedelta(hours=1)
    found.send()


class Desk:
    """An officer's acts, and the worker's round."""

    def __init__(self, counter: Counter, national: National) -> None:
        self.counter, self.national, self.clock = counter, national, Later(counter)
        app = counter.app
        self.parts: dict[str, Any] = {"actor": counter.officer, "uow": app.uow, "clock": app.clock}

    def opened(self) -> Dossier:
        app = self.counter.app
        self.who = (f"0{next(NUMBERS)}", "TRẦN THỊ QUỐC GIA")
        return open_dossier(OpenDossier(RESIDENCE, *self.who), catalogue=app.catalogue, **self.parts)

    def attached(self, dossier: Dossier) -> Record:
        record = self.counter.record("GPXD", self.who)
        attach(Attach(dossier.code, HOME, record.code), catalogue=self.counter.app.catalogue, **self.parts)
        return record

    def result(self, dossier: Dossier) -> RecordCode:
        """A permit that this dossier ended in, with its sealed file in the store of blobs."""
        data = f"%PDF {next(NUMBERS)}".encode()
        blobs = self.counter.app.blobs
        sealed = blobs.put(data, mime="application/pdf", paper="x", agency=AGENCY)
        record = self.counter.record("GPXD", self.who, sealed=sealed, result_code="KQ.G17.000232")
        give_result(GiveResult(dossier.code, record.code), **self.parts)
        return record.code

    def send(self) -> int:
        app = self.counter.app
        assert app.national is not None
        return deliver(
            uow=app.uow, blobs=app.blobs, store=app.national, catalogue=app.catalogue, host="kho.example.vn",
            clock=self.clock,
        )  # fmt: skip

    def letters(self, code: DossierCode) -> list[tuple[str, LetterState]]:
        with self.counter.app.uow.begin() as tx:
            return [(one.subject, one.state) for one in reversed(tx.outbox.of_dossier(code))]


@contextmanager
def impatient(desk: Desk) -> Iterator[None]:
    """Nobody waits longer than a second for the store; else it has the time that a busy machine may need."""
    http = desk.counter.app.national._http  # type: ignore[union-attr] # the fixture connects it
    usual, http.timeout = http.timeout, 1.0
    try:
        yield
    finally:
        http.timeout = usual


def test_a_dossier_and_its_result_arrive_as_the_schema_names_them(desk: Desk) -> None:
    dossier = desk.opened()
    used = desk.attached(dossier)
    result = desk.result(dossier)
    close_dossier(CloseDossier(dossier.code, "ANSWERED"), catalogue=desk.counter.app.catalogue, **desk.parts)
    assert desk.send() == 2  # one letter covers everything that happened to the dossier meanwhile
    state = desk.national.state()
    told = state["dossiers"][dossier.code]
    assert told["MaTTHC"] == RESIDENCE
    assert told["KenhThucHien"] == "1"
    assert told["DinhDanhCHS"] == {"LoaiDinhDanh": "PERSONAL", "SoDinhDanh": desk.who[0]}
    assert told["HinhThuc"] == "ANSWERED"
    assert len(told["NgayTiepNhan"]) == 14
    [paper] = told["TaiLieuNop"]
    assert (paper["TepDinhKemId"], paper["MaThanhPhanHoSo"]) == (used.code, HOME)
    assert (paper["DuocSoHoa"], paper["DuocTaiSuDung"], paper["DuocLayTuKhoDMQG"]) == ("1", "1", "0")
    code = f"{dossier.code}-KQ1"
    assert [one["GiayToId"] for one in told["GiayToKetQua"]] == [code]
    sent = state["results"][code]
    assert (sent["MaChuGiayTo"], sent["MaGiayToKetQua"], sent["MaHoSo"]) == (desk.who[0], "KQ.G17.000232", dossier.code)
    assert sent["NgayCap"] == "20240506"
    assert sent["TepDuLieu"]["MaDinhDanh"] in state["files"]
    with desk.counter.app.uow.begin() as tx:
        seen = tx.events.list(dossier=dossier.code, action=Action.TELL_NATIONAL, limit=9)
        assert result in {one.record for one in results_of(tx, dossier.code)}
    assert {one.holder_id for one in seen} == {dossier.holder_id}  # the citizen sees it under "who looked"
    assert {one.actor.role for one in seen} == {SYSTEM.role}


def test_a_reused_result_is_named_by_its_code(desk: Desk) -> None:
    first = desk.opened()
    who, record = desk.who, desk.result(first)
    app = desk.counter.app
    again = open_dossier(OpenDossier(RESIDENCE, *who), catalogue=app.catalogue, **desk.parts)
    attach(Attach(again.code, HOME, record), catalogue=app.catalogue, **desk.parts)
    desk.send()
    [paper] = desk.national.state()["dossiers"][again.code]["TaiLieuNop"]
    assert (paper["DuocTaiSuDung"], paper["MaKetQuaThayThe"]) == ("2", f"{first.code}-KQ1")


def test_a_revoked_result_is_told(desk: Desk) -> None:
    dossier = desk.opened()
    record = desk.result(dossier)
    desk.send()
    change(ChangeState(record, RecordState.REVOKED, "cấp sai thẩm quyền"), **desk.parts)
    desk.send()
    assert desk.national.state()["results"][f"{dossier.code}-KQ1"]["DaHuyBoThayThe"] == "1"


@pytest.mark.parametrize("fault", ["500", "503", "429", "lost", "hang", "garbage", "no-receipt", "cut", "huge"])
def test_whatever_it_does_each_key_has_one_effect(desk: Desk, fault: str) -> None:
    dossier = desk.opened()
    desk.national.faults(fault)
    with impatient(desk) if fault == "hang" else nullcontext():
        assert desk.send() == 0
    assert desk.letters(dossier.code) == [(dossier.code, LetterState.WAITING)]
    assert desk.send() == 0  # not due yet
    desk.clock.ahead += timedelta(seconds=6)
    assert desk.send() == 1
    state = desk.national.state()
    effects = {key: count for key, count in state["effects"].items() if key.startswith(dossier.code)}
    assert list(effects.values()) == [1]
    assert desk.letters(dossier.code) == [(dossier.code, LetterState.DELIVERED)]


def test_what_is_refused_is_put_aside_shown_and_sent_again_by_hand(desk: Desk) -> None:
    dossier = desk.opened()
    desk.national.faults("400")
    desk.send()
    assert desk.letters(dossier.code) == [(dossier.code, LetterState.DEAD)]
    client = desk.counter.client()
    [told] = client.get(f"/api/v1/dossiers/{dossier.code}/results").json()["told"]
    assert told["state"] == "DEAD"
    assert "400" in told["failure"]
    with desk.counter.app.uow.begin() as tx:
        [letter] = tx.outbox.dead(limit=9)
        assert tx.vitals.read(date(2026, 1, 1)).dead_letters == 1
    app = desk.counter.app
    operator, nobody = desk.counter.account("van-hanh", OTHER_AGENCY, Role.OPERATOR), replace(STRANGER, name="x")
    common: dict[str, Any] = {"uow": app.uow, "clock": desk.clock}
    with pytest.raises(Forbidden, match="ROLE_MAY_NOT"):
        send_all_again(None, actor=nobody, **common)
    with pytest.raises(NotFound, match="LETTER"):
        send_all_again(letter.id + 1_000_000, actor=operator, **common)
    listed = command(desk, "outbox", "list")
    assert [(one["id"], one["about"]) for one in listed["dead"]] == [(letter.id, dossier.code)]
    sent = command(desk, "outbox", "retry", str(letter.id), "--as", "van-hanh")  # of every agency, at the machine
    assert sent["again"] == [letter.id]
    assert send_all_again(None, actor=operator, **common) == SentAgain((), 0)
    with app.uow.begin() as tx:
        acts = tx.events.list(action=Action.SEND_AGAIN, limit=9)
    assert [(one.outcome.value, one.code, one.agency_code, one.details.get("again")) for one in acts] == [
        ("DONE", None, AGENCY, 1),
        ("REFUSED", "LETTER", OTHER_AGENCY, None),
        ("REFUSED", "ROLE_MAY_NOT", None, None),
    ]
    desk.clock.ahead += timedelta(seconds=30)
    assert desk.send() == 1
    assert desk.national.state()["effects"][letter.key] == 1


def command(desk: Desk, *words: str) -> dict[str, Any]:
    """What the command line says."""
    settings = desk.counter.app.settings
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("vault")), *words, "--json"],
        env={"VAULT_HOME": str(settings.home), "VAULT_DATABASE_URL": url},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def test_a_dead_letter_that_something_newer_followed_is_not_sent(desk: Desk) -> None:
    dossier = desk.opened()
    desk.national.faults("400")
    desk.send()
    desk.attached(dossier)
    assert desk.send() == 1
    with desk.counter.app.uow.begin() as tx:
        [letter] = tx.outbox.dead(limit=9)
        assert not tx.outbox.revive(letter.id, at=desk.clock.now())
    assert desk.letters(dossier.code) == [(dossier.code, LetterState.SUPERSEDED), (dossier.code, LetterState.DELIVERED)]


def test_a_letter_that_breaks_the_store_again_and_again_is_put_aside_one_that_meets_silence_never(desk: Desk) -> None:
    breaking, silent = desk.opened(), None
    desk.national.faults(*["500"] * MOST_FAULTS)
    for _ in range(MOST_FAULTS):
        desk.send()
        desk.clock.ahead += timedelta(minutes=11)
    assert desk.letters(breaking.code) == [(breaking.code, LetterState.DEAD)]
    silent = desk.opened()
    desk.national.faults(*["503"] * (MOST_FAULTS + 3))
    for _ in range(MOST_FAULTS + 3):
        desk.send()
        desk.clock.ahead += timedelta(minutes=11)
    assert desk.send() == 1
    assert desk.letters(silent.code) == [(silent.code, LetterState.DELIVERED)]
    with desk.counter.app.uow.begin() as tx:
        for one in tx.outbox.dead(limit=9):
            tx.outbox.revive(one.id, at=desk.clock.now())


def test_what_changed_while_an_older_letter_was_under_way_takes_its_place(desk: Desk) -> None:
    dossier = desk.opened()
    desk.national.faults("lost")
    desk.send()  # it arrived, and nobody here knows
    desk.attached(dossier)
    assert desk.letters(dossier.code) == [(dossier.code, LetterState.SUPERSEDED), (dossier.code, LetterState.WAITING)]
    assert desk.send() == 1
    told = desk.national.state()
    assert len(told["dossiers"][dossier.code]["TaiLieuNop"]) == 1


def test_many_acts_faults_by_chance_and_two_workers_leave_one_effect_a_key_and_the_last_state(desk: Desk) -> None:
    kinds = ("500", "503", "lost", "garbage", "cut", "no-receipt")
    desk.national.faults(rate=0.5, kinds=kinds, seed=7)
    dossiers = []
    for number in range(8):
        dossier = desk.opened()
        dossiers.append(dossier)
        desk.send()
        if number % 2:
            desk.attached(dossier)
        if number % 3 == 0:
            desk.result(dossier)
        desk.send()
        close_dossier(CloseDossier(dossier.code, "ANSWERED"), catalogue=desk.counter.app.catalogue, **desk.parts)
    for _ in range(40):
        desk.clock.ahead += timedelta(minutes=11)
        with ThreadPoolExecutor(2) as pool:
            done = sum(one.result() for one in [pool.submit(desk.send) for _ in range(2)])
        if not done and not _waiting(desk):
            break
    assert _waiting(desk) == 0
    state = desk.national.state()
    assert set(state["effects"].values()) == {1}
    for number, dossier in enumerate(dossiers):
        told = state["dossiers"][dossier.code]
        assert told["HinhThuc"] == "ANSWERED"
        assert len(told["TaiLieuNop"]) == number % 2
        assert len(told["GiayToKetQua"]) == (number % 3 == 0)


def _waiting(desk: Desk) -> int:
    with desk.counter.app.uow.begin() as tx:
        return tx.vitals.read(date(2026, 1, 1)).letters.count


def test_a_store_that_is_gone_costs_the_counter_nothing(desk: Desk, tmp_path: Path) -> None:
    with simulator(tmp_path) as other:
        url = other.url
    app = desk.counter.app
    gone = type(app.national)(url, token=TOKEN, profile=app.national._profile, seconds=1.0, production=False)  # type: ignore[union-attr]
    dossier = desk.opened()
    desk.attached(dossier)
    common: dict[str, Any] = {"catalogue": app.catalogue, "host": "x", "clock": desk.clock}
    assert deliver(uow=app.uow, blobs=app.blobs, store=gone, **common) == 0
    gone.close()
    with app.uow.begin() as tx:
        waiting = tx.vitals.read(date(2026, 1, 1)).letters
    assert waiting.count == 1
    assert waiting.seconds(desk.clock.now()) >= 0
    again = stranger(app).signed_in("can-bo", PASSWORD).get(f"/api/v1/dossiers/{dossier.code}/components")
    assert again.status_code == 200  # what waits for others is no fault of ours
