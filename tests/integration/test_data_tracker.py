"""The Data Tracker protocol, version 2: what a portal asks and gets is what its published OpenAPI document says.

Restated from `doc/spetsifikatsioonid/dumonitor-openapi-v2.yaml` of github.com/e-gov/AJ (MIT), commit b92f370d228b: the
paths, parameters, required fields and types below are its facts. Newest first is asked for by the protocol's 8.1.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.counter import AGENCY, AN, PASSWORD, Counter, running
from tests.fakes.http import Client, stranger
from vault.domain.audit import Event
from vault.domain.people import Action, Role

pytestmark = pytest.mark.service
CODE = f"VN{AN[0]}"
DATE_TIME = {"type": "string", "format": "date-time"}
TEXT, COUNT = {"type": "string"}, {"type": "integer"}
USAGE = {
    "type": "object",
    "required": ["logtime", "action", "receiverCode", "receiverSystem"],
    "properties": {
        "logtime": DATE_TIME,
        "action": TEXT,
        "receiverCode": TEXT,
        "receiverName": TEXT,
        "receiverSystem": TEXT,
    },
    "additionalProperties": False,
}
PUBLISHED: dict[str, Any] = {
    "/v2/findUsage": {
        "parameters": {"X-Road-UserId", "userCode", "periodStart", "periodEnd", "offset", "limit"},
        "answer": {
            "type": "object",
            "properties": {"totalUsages": COUNT, "usages": {"type": "array", "items": USAGE}},
            "additionalProperties": False,
        },
    },
    "/v2/usagePeriod": {
        "parameters": set(),
        "answer": {
            "type": "object",
            "required": ["periodStart"],
            "properties": {"periodStart": DATE_TIME, "periodEnd": DATE_TIME},
            "additionalProperties": False,
        },
    },
    "/v2/heartbeat": {
        "parameters": set(),
        "answer": {
            "type": "object",
            "required": ["status"],
            "properties": {"status": {"enum": ["OK", "FAIL"]}, "message": TEXT},
            "additionalProperties": False,
        },
    },
}


def valid(path: str, answer: object) -> None:
    schema = PUBLISHED[path]["answer"]
    Draft202012Validator(schema, format_checker=FormatChecker(["date-time"])).validate(answer)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("tracker")) as found:
        yield found


@pytest.fixture(scope="module")
def portal(counter: Counter) -> Client:
    """The portal's own session, as a partner system."""
    counter.account("cong-dich-vu", AGENCY, Role.PARTNER)
    return stranger(counter.app).signed_in("cong-dich-vu", PASSWORD)


@pytest.fixture(scope="module")
def holder_id(counter: Counter) -> int:
    """Somebody with a paper and five acts on it, an hour apart."""
    record = counter.record("GPXD", AN)
    now = counter.app.clock.now()
    with counter.app.uow.begin() as tx:
        found = tx.records.first_holder(record.code)
        assert found is not None
        for hours in range(5):
            at = now - timedelta(hours=hours)
            event = Event(
                at, counter.officer, Action.VIEW_RECORD, record=record.code, holder_id=found, purpose="1.004194"
            )
            tx.events.add(event)
    return found


def ask(portal: Client, **query: object) -> Any:
    return portal.get("/v2/findUsage", params={"userCode": CODE, **query}, headers={"X-Road-UserId": CODE})


@pytest.mark.usefixtures("holder_id")
def test_what_a_portal_gets_is_what_the_published_document_says(portal: Client) -> None:
    answer = ask(portal)
    assert answer.status_code == 200
    valid("/v2/findUsage", answer.json())
    usages = answer.json()["usages"]
    times = [datetime.fromisoformat(one["logtime"]) for one in usages]
    assert times == sorted(times, reverse=True), "newest first"
    assert any("1.004194" in one["action"] and one["receiverCode"] == AGENCY for one in usages)
    for path in ("/v2/usagePeriod", "/v2/heartbeat"):
        valid(path, portal.get(path).raise_for_status().json())
    assert portal.get("/v2/heartbeat").json()["status"] == "OK"
    start = datetime.fromisoformat(portal.get("/v2/usagePeriod").json()["periodStart"])
    assert start <= min(times) + timedelta(hours=5)


def test_the_question_is_an_act_too_and_stands_in_the_next_answer(
    counter: Counter, portal: Client, holder_id: int
) -> None:
    before = ask(portal).json()["totalUsages"]
    after = ask(portal).json()
    assert after["totalUsages"] == before + 1
    with counter.app.uow.begin() as tx:
        newest = tx.events.list(holder_id=holder_id, limit=1)[0]
    assert (newest.action, newest.actor.account_id) == (Action.TRACK_USAGE, "local:cong-dich-vu")
    assert AN[0] not in str(dict(newest.details))


@pytest.mark.usefixtures("holder_id")
def test_period_offset_and_limit_choose_a_part_and_the_total_stays(portal: Client) -> None:
    now = datetime.fromisoformat(ask(portal).json()["usages"][0]["logtime"])
    middle = (now - timedelta(hours=2, minutes=30)).isoformat()
    old = ask(portal, periodEnd=middle).json()
    assert old["totalUsages"] == len(old["usages"]) == 2
    new = ask(portal, periodStart=middle).json()
    assert new["totalUsages"] >= 3
    # Without an offset a time is Vietnamese time.
    local = datetime.fromisoformat(middle).astimezone(datetime.fromisoformat("2026-01-01T00:00:00+07:00").tzinfo)
    assert ask(portal, periodEnd=local.replace(tzinfo=None).isoformat()).json()["totalUsages"] == 2
    part = ask(portal, offset=1, limit=2).json()
    assert len(part["usages"]) == 2
    assert part["totalUsages"] > 2


def test_somebody_unknown_has_no_acts_and_nobody_learns_that(portal: Client) -> None:
    unknown = "VN031090123457"
    answer = portal.get("/v2/findUsage", params={"userCode": unknown}, headers={"X-Road-UserId": unknown})
    assert answer.json() == {"totalUsages": 0, "usages": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"userCode": ""}, "userCode"),
        ({"userCode": "VN12"}, "userCode"),
        ({"periodStart": "hôm qua"}, "periodStart"),
        ({"periodEnd": "2026-13-01"}, "periodEnd"),
        ({"offset": "-1"}, "offset"),
        ({"limit": "0"}, "limit"),
        ({"limit": "999999999999"}, "limit"),
    ],
)
def test_a_wrong_request_is_400_and_names_the_field(portal: Client, query: dict[str, str], field: str) -> None:
    answer = ask(portal, **query)
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]["field"]) == (
        400,
        "TRACKER_REQUEST",
        field,
    )


def test_without_the_header_or_the_right_nobody_gets_anything(counter: Counter, portal: Client) -> None:
    assert portal.get("/v2/findUsage", params={"userCode": CODE}).status_code == 400
    assert stranger(counter.app).get("/v2/findUsage", params={"userCode": CODE}).status_code == 401
    officer = counter.client()
    answer = officer.get("/v2/findUsage", params={"userCode": CODE}, headers={"X-Road-UserId": CODE})
    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_MAY_NOT")


def test_our_own_document_names_the_same_paths(counter: Counter) -> None:
    document = stranger(counter.app).get("/api/v1/openapi.json").json()
    assert {path for path in document["paths"] if path.startswith("/v2/")} == set(PUBLISHED)
    assert all(set(document["paths"][path]) == {"get"} for path in PUBLISHED)
    named = {one["name"] for one in document["paths"]["/v2/findUsage"]["get"]["parameters"]}
    assert named == PUBLISHED["/v2/findUsage"]["parameters"]
