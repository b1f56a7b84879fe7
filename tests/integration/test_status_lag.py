"""What happens to a printed paper is seen on line within a minute: from the officer's word to the published list.

The real service with its real worker. Both ways in which a stranger learns of it are timed: the answer of the service,
and the signed list that everybody fetches.
"""

from __future__ import annotations

import time

import pytest

import qr
from tests.golden.specimens import as_jpeg, draw
from tests.service import Service
from vault.domain.people import Role
from vault.domain.records import Record

pytestmark = pytest.mark.service
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}
WITHIN_S = 60


def record_of(service: Service, seed: int) -> Record:
    data = as_jpeg(draw("QUYETDINH", seed=seed), 1)
    fields = {"number": f"{seed}/QĐ"}
    code = service.digitize(data, "qd.jpg", type_code="QUYETDINH", holders=[HOLDER], fields=fields)
    with service.app.uow.begin() as tx:
        return tx.records.get(code)  # type: ignore[arg-type] # as the API spells it


def published(service: Service, record: Record) -> qr.Status:
    """What a verifier without us reads: the list at the address that the credential names, by its signature."""
    now = service.app.clock.now()
    raw = service.client().get(f"/s/{record.status.list_id}").raise_for_status().content
    snapshot = qr.verify_status_token(raw, trust=service.app.credentials.trusted(now=now), now=now)
    return qr.Status(snapshot.statuses[record.status.index])


def answered(service: Service, record: Record) -> str:
    body = {"text": record.credential}
    return str(service.client().post("/api/v1/verify/text", json=body).raise_for_status().json()["verdict"])


def test_every_change_is_seen_within_a_minute(service: Service) -> None:
    paper, newer = record_of(service, 71), record_of(service, 72)
    officer = service.client(Role.OFFICER)
    service.settle()  # what is timed is a change of state, not how long papers of other tests take to be read
    lags = {}
    for state, verdict, more in (
        ("SUSPENDED", "SUSPENDED", {}),
        ("ACTIVE", "VALID", {}),
        ("SUPERSEDED", "SUPERSEDED", {"superseded_by": newer.code}),
    ):
        said = {"state": state, "reason": "đo độ trễ", **more}
        officer.post(f"/api/v1/records/{paper.code}/state", json=said).raise_for_status()
        lags[state] = _seen(service, paper, verdict)
    officer.post(
        f"/api/v1/records/{newer.code}/state", json={"state": "REVOKED", "reason": "cấp sai"}
    ).raise_for_status()
    lags["REVOKED"] = _seen(service, newer, "REVOKED")
    assert max(lags.values()) < WITHIN_S, lags


def _seen(service: Service, record: Record, verdict: str) -> float:
    """Seconds until both the service and the published list say so."""
    begin = time.monotonic()
    assert answered(service, record) == verdict  # the service knows at once
    while published(service, record).name != verdict:
        assert time.monotonic() - begin < WITHIN_S
        time.sleep(0.3)
    return time.monotonic() - begin
