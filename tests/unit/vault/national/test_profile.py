"""What is not known about the national interface is data: names, words, times and addresses can be told."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from vault.cli.main import main
from vault.domain.errors import Invalid, Unavailable
from vault.domain.ids import DossierCode
from vault.domain.outbox import FIRST_WAIT, LONGEST_WAIT, Letter, LetterKind, LetterState, wait_after
from vault.national import SIMULATOR, HttpNationalStore, Profile, load_profile

TOLD = {
    "paths": {"dossier": "/dongBo"},
    "fields": {"MaTTHC": "MaThuTuc"},
    "words": {"LoaiDinhDanh": {"PERSONAL": "CCCD"}},
    "day": "%d/%m/%Y",
}
OURS = {
    "MaTTHC": "1",
    "DinhDanhCHS": {"LoaiDinhDanh": "PERSONAL"},
    "NgayCap": "2024-05-06",
    "TaiLieuNop": [{"MaTTHC": "2"}],
}
THEIRS = {
    "MaThuTuc": "1",
    "DinhDanhCHS": {"LoaiDinhDanh": "CCCD"},
    "NgayCap": "06/05/2024",
    "TaiLieuNop": [{"MaThuTuc": "2"}],
}


def test_production_starts_no_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAULT_HOME", str(tmp_path))
    monkeypatch.setenv("VAULT_ENVIRONMENT", "production")
    assert main(["up", "--with-national", "--json"]) == 3
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "NATIONAL_SIMULATOR"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    (tmp_path / "p.json").write_text(json.dumps(TOLD), encoding="utf-8")
    return load_profile(tmp_path / "p.json")


def test_it_spells_as_the_connection_wants_and_understands_it_back(profile: Profile) -> None:
    assert profile.spell(OURS) == THEIRS
    assert profile.understand(THEIRS) == OURS
    assert profile.paths["result"] == Profile().paths["result"]


def test_a_time_is_told_by_the_clock_of_viet_nam() -> None:
    assert Profile().spell({"NgayTiepNhan": "2026-11-27T17:30:00+00:00"}) == {"NgayTiepNhan": "20261128003000"}


def test_a_day_that_is_none_stays_what_it_is() -> None:
    assert Profile().understand({"NgayCap": "bao trì"}) == {"NgayCap": "bao trì"}


@pytest.mark.parametrize("text", ["", "[]", '{"path": {}}', '{"paths": {"dosier": "/x"}}', '{"fields": 3}'])
def test_a_profile_with_a_slip_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match="SETTINGS_WRONG"):
        load_profile(tmp_path / "p.json")


def test_waits_double_up_to_ten_minutes() -> None:
    waits = [wait_after(number) for number in range(40)]
    assert waits[1] == FIRST_WAIT
    assert waits[2] == 2 * FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def _letter() -> Letter:
    from datetime import UTC, datetime  # noqa: PLC0415 - used here alone

    now = datetime(2026, 11, 27, tzinfo=UTC)
    code = DossierCode("H24.900-261127-0001")
    return Letter(7, LetterKind.DOSSIER, code, code, "H24.900", LetterState.WAITING, now, now)


def _store(
    profile: Profile, *, production: bool = False, **answer: object
) -> tuple[HttpNationalStore, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(**({"status_code": 200, "json": {"MaBienNhan": "BN"}} | answer))  # type: ignore[arg-type]

    transport = httpx.MockTransport(answered)
    store = HttpNationalStore(
        "https://kho.example.vn", token="t", profile=profile, seconds=1, production=production, transport=transport
    )
    return store, seen


def test_the_key_travels_with_every_letter(profile: Profile) -> None:
    store, seen = _store(profile)
    assert store.push(_letter(), OURS, ()) == "BN"
    [request] = seen
    assert request.url.path == "/dongBo"
    assert request.headers["idempotency-key"] == "H24.900-261127-0001#7"
    assert json.loads(request.content) == THEIRS


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status_code": 500}, "NATIONAL_FAULT"),
        ({"status_code": 301, "headers": {"location": "https://la.example"}}, "NATIONAL_FAULT"),
        ({"status_code": 401}, "NATIONAL_DOWN"),
        ({"status_code": 503}, "NATIONAL_DOWN"),
        ({"json": []}, "NATIONAL_FAULT"),
        ({"json": {"MaBienNhan": 7}}, "NATIONAL_FAULT"),
    ],
)
def test_an_answer_that_is_no_receipt_is_none(profile: Profile, answer: dict[str, object], code: str) -> None:
    store, _ = _store(profile, **answer)
    with pytest.raises(Unavailable, match=code):
        store.push(_letter(), OURS, ())


def test_a_refusal_is_one(profile: Profile) -> None:
    store, _ = _store(profile, status_code=422)
    with pytest.raises(Invalid, match="NATIONAL_REFUSED"):
        store.push(_letter(), OURS, ())


def test_production_does_not_talk_to_a_simulator(profile: Profile) -> None:
    store, _ = _store(profile, production=True, headers={SIMULATOR: "1"})
    with pytest.raises(Unavailable, match="NATIONAL_SIMULATOR"):
        store.push(_letter(), OURS, ())
