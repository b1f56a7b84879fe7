"""Prometheus reads one web process and is told of all: acts, requests by route, jobs and engines of the worker."""

from __future__ import annotations

import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.golden.specimens import as_jpeg, draw
from tests.service import METRICS_TOKEN, Service
from vault.domain.people import Role

pytestmark = pytest.mark.service
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU", "role": "SUBJECT"}


def told(service: Service) -> dict[tuple[str, ...], float]:
    answer = httpx.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=30)
    families = text_string_to_metric_families(answer.raise_for_status().text)
    return {
        (one.name, *(one.labels[name] for name in sorted(one.labels))): one.value
        for each in families
        for one in each.samples
    }


def test_nobody_without_the_token_learns_that_there_is_anything(service: Service) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = httpx.get(f"{service.url}/metrics", headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_paper_s_way_is_counted_in_every_process_it_went_through(service: Service) -> None:
    before = told(service)
    service.digitize(
        as_jpeg(draw("GPXD", seed=41), 1), "m.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "41/GPXD"}
    )
    service.client(Role.CITIZEN).get("/api/v1/me/records").raise_for_status()
    end = time.monotonic() + 10
    while (after := told(service)).get(("vault_waiting", "log")) and time.monotonic() < end:
        time.sleep(0.2)

    def more(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("vault_acts_total", "SEAL", "digitise", "DONE") == 1
    assert more("vault_acts_total", "RECEIVE", "digitise", "DONE") == 1
    assert more("vault_job_seconds_count", "read_intake", "ok") >= 1
    assert more("vault_engine_seconds_count", "read_page", "ok") >= 1
    assert more("vault_http_request_seconds_count", "POST", "/api/v1/intakes", "202") >= 1
    assert [after["vault_part_up", part] for part in ("database", "objects", "keys")] == [1, 1, 1]
    assert after["vault_workers",] >= 1
    assert after["vault_expires_seconds", "seal_certificate"] > 0
    assert not any("031090000001" in part for name in after for part in name)


def test_no_log_of_ours_names_a_person_a_number_or_a_credential(service: Service) -> None:
    logs = [*service.home.glob("log/web*.log"), *service.home.glob("log/worker*.log")]
    before = {log: log.stat().st_size for log in logs}
    code = service.digitize(
        as_jpeg(draw("GPXD", seed=42), 1), "n.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "42/GPXD"}
    )
    citizen, stranger = service.client(Role.CITIZEN), service.client()
    shown = citizen.post(f"/api/v1/me/records/{code}/present", json={"purpose": "thử"}).raise_for_status().json()
    stranger.post("/api/v1/verify/text", json={"text": shown["credential"]}).raise_for_status()
    stranger.get("/q").raise_for_status()
    service.client(Role.OFFICER).post("/api/v1/dossiers", json={"procedure": "1.004194", "holder": HOLDER["number"]})
    written = "".join(log.read_bytes()[size:].decode("utf-8", "replace") for log, size in before.items())
    assert "/api/v1/verify/text" in written
    secret = shown["credential"].partition("#")[2][:40]
    assert [word for word in (HOLDER["number"], HOLDER["name"], secret, "42/GPXD", code) if word in written] == []
