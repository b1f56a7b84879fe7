"""A form filled from papers, a difference that warns, a correction case to its end, and versions that lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.counter import AGENCY, OTHER_AGENCY, PASSWORD, Counter, running
from tests.fakes.http import Client, stranger
from vault.domain.corrections import CaseState, CorrectionId
from vault.domain.errors import Conflict, Invalid
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.passwords import hash_password
from vault.domain.people import Action, Actor, Role
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.ports import Account
from vault.usecases.correct.seal_version import give_back
from vault.usecases.oversee.change_state import ChangeState, change

pytestmark = pytest.mark.service
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
FIELDS = {
    "holder_name": "TRẦN THỊ HOÀ",
    "address": "số 12 đường Lý Thường Kiệt, phường Hoà Mẫu",
    "issued_on": "2024-05-06",
}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("corrections")) as found:
        yield found


@pytest.fixture(scope="module")
def officer(counter: Counter) -> Client:
    return counter.client()


SERIAL = iter(range(1, 1000))


def paper(counter: Counter, **facts: Any) -> tuple[Record, tuple[str, str]]:
    who = (f"031090{920000 + next(SERIAL)}", "TRẦN THỊ HOÀ")
    found = counter.record("GPXD", who, fields=facts.pop("fields", FIELDS), **facts)
    # An open dossier is the ground on which the agency's officers may look at the paper.
    officer = counter.client()
    officer.post("/api/v1/dossiers", json={"procedure": RESIDENCE, "holder": who[0]}).raise_for_status()
    return found, who


def attached(counter: Counter, officer: Client, **facts: Any) -> tuple[str, Record]:
    record, who = paper(counter, **facts)
    opened = officer.post("/api/v1/dossiers", json={"procedure": RESIDENCE, "holder": who[0]}).json()["code"]
    body = {"component": HOME, "record": record.code, "checked": "đã xem bản chính"}
    officer.post(f"/api/v1/dossiers/{opened}/attach", json=body).raise_for_status()
    return opened, record


def citizen(counter: Counter, number: str) -> Client:
    name = f"dan-{number}"
    with counter.app.uow.begin() as tx:
        holder = tx.holders.find(HolderId.parse(number))
        actor = Actor(f"local:{name}", "TRẦN THỊ HOÀ", Role.CITIZEN, None, holder)
        tx.accounts.add(Account(actor, name, hash_password(PASSWORD, salt=name)))
    return stranger(counter.app).signed_in(name, PASSWORD)


def test_the_form_is_filled_and_a_difference_warns_before_it_goes_in(counter: Counter, officer: Client) -> None:
    code, record = attached(counter, officer)
    form = officer.get(f"/api/v1/dossiers/{code}/form").raise_for_status().json()
    filled = {one["key"]: one for one in form["fields"]}
    assert filled["holder.address"]["value"] == FIELDS["address"]
    assert filled["holder.address"]["sources"][0]["record"] == record.code
    assert filled["GPXD.issued_on"]["kind"] == "DATE"

    same = {"holder.address": "Số 12 đường  Lý Thường Kiệt, phường Hòa Mẫu", "GPXD.issued_on": "06/05/2024"}
    kept = officer.post(f"/api/v1/dossiers/{code}/form", json={"entries": same})
    assert (kept.status_code, kept.json()["differences"]) == (201, [])
    assert officer.post(f"/api/v1/dossiers/{code}/form", json={"entries": same}).json()["number"] == 1  # an answer

    slip = {"holder.address": "số 21 đường Lý Thường Kiệt, phường Hoà Mẫu"}
    refused = officer.post(f"/api/v1/dossiers/{code}/form", json={"entries": slip})
    assert (refused.status_code, refused.json()["code"]) == (409, "FORM_DIFFERS")
    told = refused.json()["facts"]["differences"]
    assert [(one["key"], one["record"], one["kept"]) for one in told] == [
        ("holder.address", record.code, FIELDS["address"])
    ]
    again = officer.post(f"/api/v1/dossiers/{code}/form", json={"entries": slip, "reason": "đã đổi số nhà"})
    assert (again.status_code, again.json()["number"], len(again.json()["differences"])) == (201, 2, 1)
    assert len(officer.get(f"/api/v1/dossiers/{code}/form").json()["submitted"]) == 2


def test_a_form_has_only_its_own_fields_and_another_agency_none_of_it(counter: Counter, officer: Client) -> None:
    code, _ = attached(counter, officer)
    wrong = officer.post(f"/api/v1/dossiers/{code}/form", json={"entries": {"holder.religion": "x"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "FORM_FIELD")
    other = counter.client("can-bo-khac", OTHER_AGENCY)
    assert other.get(f"/api/v1/dossiers/{code}/form").status_code == 404
    assert other.post(f"/api/v1/dossiers/{code}/form", json={"entries": {}}).status_code == 404


def opened(officer: Client, record: Record, dossier: str | None = None) -> Any:
    body = {"record": record.code, "stated": {"address": "số 21"}, "note": "bản quét mờ", "dossier": dossier}
    return officer.post("/api/v1/corrections", json=body)


def test_a_case_is_followed_from_the_form_to_its_refusal(counter: Counter, officer: Client) -> None:
    code, record = attached(counter, officer)
    case = opened(officer, record, code)
    assert (case.status_code, case.json()["state"], case.json()["dossier"]) == (201, "OPEN", code)
    assert opened(officer, record, code).json()["id"] == case.json()["id"]  # one case at a time: an answer
    assert [one["id"] for one in officer.get(f"/api/v1/dossiers/{code}/form").json()["corrections"]] == [
        case.json()["id"]
    ]
    more = {"record": record.code, "stated": {"address": "số 21", "area": "75 m²"}}
    dropped = officer.post("/api/v1/corrections", json=more)
    assert (dropped.status_code, dropped.json()["code"]) == (409, "CORRECTION_OPEN"), "nothing is dropped in silence"
    path = f"/api/v1/corrections/{case.json()['id']}"
    number = record.holders[0].number or ""
    mine = citizen(counter, number)
    assert [one["state"] for one in mine.get("/api/v1/corrections").json()] == ["OPEN"]
    theirs = mine.post(f"{path}/decision", json={"accept": True, "reason": "x"})
    assert theirs.status_code == 404  # a citizen decides nothing
    assert officer.post(f"{path}/decision", json={"accept": False, "reason": " "}).json()["code"] == "REASON_MISSING"
    done = officer.post(f"{path}/decision", json={"accept": False, "reason": "bản chính ghi số 12"}).json()
    assert (done["state"], done["reason"], done["closed_at"] is not None) == ("REFUSED", "bản chính ghi số 12", True)
    assert officer.post(f"{path}/decision", json={"accept": True, "reason": "x"}).json()["code"] == "CORRECTION_STATE"
    assert mine.get(path).json()["reason"] == "bản chính ghi số 12"
    seen = [one["code"] for one in mine.get("/api/v1/me/events").json() if one["action"] == Action.CORRECT.value]
    assert {"OPEN", "REFUSED"} <= set(seen)
    assert opened(officer, record).json()["id"] != case.json()["id"]  # a closed case bars no new one


def test_a_case_is_not_for_strangers_and_says_something(counter: Counter, officer: Client) -> None:
    record, _ = paper(counter)
    other = counter.client("can-bo-khac", OTHER_AGENCY)
    assert opened(other, record).status_code in {403, 404}
    same = {"record": record.code, "stated": {"address": FIELDS["address"].upper()}}
    assert officer.post("/api/v1/corrections", json=same).json()["code"] == "CORRECTION_EMPTY"
    case = opened(officer, record).json()["id"]
    assert other.get(f"/api/v1/corrections/{case}").status_code == 404
    assert case not in {one["id"] for one in other.get("/api/v1/corrections").json()}
    counter.change(record.code, RecordState.REVOKED)
    late: dict[str, Any] = {
        "accept": True,
        "reason": "x",
        "fields": {"address": "số 21"},
        "compared_with_original": True,
    }
    assert officer.post(f"/api/v1/corrections/{case}/decision", json=late).json()["code"] == "RECORD_STATE"
    assert opened(officer, record).json()["code"] == "RECORD_STATE"


def without_a_dossier(counter: Counter, agency: str) -> tuple[Record, tuple[str, str]]:
    who = (f"031090{920000 + next(SERIAL)}", "TRẦN THỊ HOÀ")
    return counter.record("GPXD", who, fields=FIELDS, agency=agency), who


def test_another_agency_is_told_what_it_stated_and_not_what_the_record_says(counter: Counter) -> None:
    record, who = without_a_dossier(counter, AGENCY)
    other = counter.client("can-bo-khac", OTHER_AGENCY)
    dossier = other.post("/api/v1/dossiers", json={"procedure": RESIDENCE, "holder": who[0]}).json()["code"]
    case = opened(other, record, dossier).raise_for_status().json()
    assert [(one["field"], one["kept"], one["stated"]) for one in case["differences"]] == [("address", "", "số 21")]
    path = f"/api/v1/corrections/{case['id']}"
    for seen in (other.get(path).json(), other.get(f"/api/v1/dossiers/{dossier}/form").json()["corrections"][0]):
        assert [(one["kept"], one["stated"]) for one in seen["differences"]] == [("", "số 21")]
    # A third agency, whose dossier is about the same person, is told that there is a case.
    third = counter.client("can-bo-ba", "H24.903")
    theirs = third.post("/api/v1/dossiers", json={"procedure": RESIDENCE, "holder": who[0]}).json()["code"]
    there = opened(third, record, theirs).raise_for_status().json()
    assert (there["id"], there["note"], there["differences"]) == (
        case["id"], "", [{"field": "address", "kept": "", "stated": ""}],
    )  # fmt: skip
    assert third.get(path).status_code == 404
    other.post(f"/api/v1/dossiers/{dossier}/close", json={"ending": "ANSWERED"}).raise_for_status()
    assert opened(other, record, dossier).json()["code"] == "DOSSIER_CLOSED"
    assert other.get(f"/api/v1/dossiers/{dossier}/form").json()["fields"] == []
    assert other.post(f"/api/v1/dossiers/{dossier}/form", json={"entries": {}}).json()["code"] == "DOSSIER_CLOSED"


def test_a_case_shows_the_paper_to_whoever_has_a_ground_and_leaves_an_event(counter: Counter, officer: Client) -> None:
    record, who = without_a_dossier(counter, AGENCY)
    mine = citizen(counter, who[0])
    case = opened(mine, record).raise_for_status().json()
    assert case["differences"][0]["kept"] == FIELDS["address"]
    path = f"/api/v1/corrections/{case['id']}"

    def looks() -> list[tuple[str, object]]:
        with counter.app.uow.begin() as tx:
            found = tx.events.list(record=record.code, limit=50)
        told = [one for one in found if one.details.get("case") == case["id"] and one.code in {None, "VIEW"}]
        return [(one.action.value, one.details.get("ground")) for one in reversed(told)]

    listed = next(one for one in officer.get("/api/v1/corrections").json() if one["id"] == case["id"])
    assert (listed["note"], listed["differences"]) == ("", [{"field": "address", "kept": "", "stated": ""}])
    # It waits for the agency's word: that is a ground to read the paper.
    assert officer.get(path).json()["differences"][0]["kept"] == FIELDS["address"]
    assert looks() == [("VIEW_RECORD", "CORRECTION")]
    officer.post(f"{path}/decision", json={"accept": False, "reason": "bản chính ghi số 12"}).raise_for_status()
    over = officer.get(path).json()
    assert (over["state"], over["reason"], over["differences"][0]["kept"]) == ("REFUSED", "", "")
    assert looks() == [("VIEW_RECORD", "CORRECTION"), ("CORRECT", None)]
    assert mine.get(path).json()["reason"] == "bản chính ghi số 12"
    assert looks()[-1] == ("VIEW_RECORD", "OWN")
    assert mine.get("/api/v1/corrections").json()[0]["differences"][0]["kept"] == FIELDS["address"]


def test_accepting_takes_a_look_at_the_original_and_a_change(counter: Counter, officer: Client) -> None:
    record, _ = paper(counter)
    path = f"/api/v1/corrections/{opened(officer, record).json()['id']}/decision"
    said: dict[str, Any] = {"accept": True, "reason": "đã xem bản chính", "fields": {"address": "số 21"}}
    assert officer.post(path, json=said).json()["code"] == "COMPARE_FIRST"
    said["compared_with_original"] = True
    assert officer.post(path, json=said | {"fields": {}}).json()["code"] == "CORRECTION_EMPTY"
    assert officer.post(path, json=said | {"fields": {"issued_on": "2999-01-01"}}).json()["code"] == "FIELD_DATE"
    assert officer.post(path, json=said).json()["state"] == "ACCEPTED"
    case = CorrectionId(path.split("/")[-2])
    give_back(case, "FONT", uow=counter.app.uow, clock=counter.app.clock)  # what the worker does with a bad letter
    back = officer.get(f"/api/v1/corrections/{case}").json()
    assert (back["state"], back["failure"]) == ("OPEN", "FONT")
    assert officer.post(path, json=said).json()["state"] == "ACCEPTED"  # the place in the status list is the same


def version(counter: Counter, record: Record, number: int) -> Record:
    with counter.app.uow.begin() as tx:
        assert tx.records.reserve_status(record.id, 500_000 + next(SERIAL), list_id=1, version=number)
        fields = {**record.fields, "address": f"số {number}"}
        holders = tuple(replace(link, name=f"TÊN {number}") for link in record.holders)
        made = replace(
            record, version=number, fields=fields, holders=holders, credential=f"VNQ1:{record.code}/{number}"
        )
        return tx.records.add_version(made, holder_ids=tx.records.holder_ids(record.code))


def test_a_new_version_overwrites_nothing(counter: Counter, officer: Client) -> None:
    record, who = paper(counter)
    second = version(counter, record, 2)
    third = version(counter, second, 3)
    assert (third.version, third.fields["address"], third.holders[0].name) == (3, "số 3", "TÊN 3")
    with counter.app.uow.begin() as tx:
        history = tx.records.history(record.code)
        assert tx.records.add_version(second, holder_ids=tx.records.holder_ids(record.code)) == third  # told again
        states = tx.records.states(1)
    assert [(one.version, one.current) for one in history] == [(1, False), (2, False), (3, True)]
    assert [one.fields["address"] for one in history] == [FIELDS["address"], "số 2", "số 3"]
    assert [one.holders[0].name for one in history] == [who[1], "TÊN 2", "TÊN 3"]
    assert [one.credential for one in history] == [record.credential, second.credential, third.credential]
    assert len({one.status for one in history}) == 3
    places = [states.get(one.status.index) for one in history]
    assert places == [RecordState.SUPERSEDED, RecordState.SUPERSEDED, None]
    counter.change(record.code, RecordState.REVOKED)
    with counter.app.uow.begin() as tx:
        states = tx.records.states(1)
    assert {states[one.status.index] for one in history} == {RecordState.REVOKED}
    shown = officer.get(f"/api/v1/records/{record.code}/versions").json()
    assert [one["version"] for one in shown] == [1, 2, 3]
    found = officer.get("/api/v1/search", params={"q": f"{who[0]}", "purpose": "thử"}).json()
    assert found  # the index holds the newest version, once


def test_two_records_that_replace_each_other_cannot_both(counter: Counter) -> None:
    for _ in range(4):
        one, who = paper(counter)
        two = counter.record("GPXD", who, fields=FIELDS)

        def replaced(pair: tuple[RecordCode, RecordCode]) -> bool:
            what = ChangeState(pair[0], RecordState.SUPERSEDED, "bản mới", pair[1])
            try:
                change(what, actor=counter.officer, uow=counter.app.uow, clock=counter.app.clock)
            except (Conflict, Invalid):
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(replaced, [(one.code, two.code), (two.code, one.code)]))
        assert done.count(True) == 1
        with counter.app.uow.begin() as tx:
            states = sorted(tx.records.get(record.code).state.value for record in (one, two))
        assert states == ["ACTIVE", "SUPERSEDED"]


def test_every_state_of_a_case_is_told() -> None:
    assert {one.value for one in CaseState} == {"OPEN", "ACCEPTED", "CORRECTED", "REFUSED"}
    assert AGENCY != OTHER_AGENCY
