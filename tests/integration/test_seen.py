"""Prometheus reads one web process and is told of all: acts, requests by route, jobs and engines of the worker."""

from __future__ import annotations

import re
import time

import httpx
import promql_parser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.collector import ERROR, Collector, Told
from tests.golden.specimens import as_jpeg, draw
from tests.monitoring import questions, selectors
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
    service.settle()
    before = told(service)
    service.digitize(
        as_jpeg(draw("GPXD", seed=41), 1), "m.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "41/GPXD"}
    )
    service.client(Role.CITIZEN).get("/api/v1/me/records").raise_for_status()
    after = told(service)

    def more(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    def counted() -> bool:
        """The log has covered it all, and the worker has counted the jobs that it did."""
        jobs = [more("vault_job_seconds_count", job, "ok") for job in ("read_intake", "seal_intake")]
        return not after.get(("vault_waiting", "log")) and all(jobs)

    end = time.monotonic() + 60
    while not counted() and time.monotonic() < end:
        time.sleep(0.2)
        after = told(service)

    assert more("vault_acts_total", "SEAL", "digitise", "DONE") == 1
    assert more("vault_acts_total", "RECEIVE", "digitise", "DONE") == 1
    assert more("vault_job_seconds_count", "read_intake", "ok") >= 1
    assert more("vault_engine_seconds_count", "read_page", "ok") >= 1
    assert more("vault_http_request_seconds_count", "POST", "/api/v1/intakes", "202") >= 1
    assert [after["vault_part_up", part] for part in ("database", "objects", "keys")] == [1, 1, 1]
    assert after["vault_workers",] >= 1
    assert after["vault_expires_seconds", "seal_certificate"] > 0
    assert not any("031090000001" in part for name in after for part in name)


def test_a_running_service_tells_every_series_that_an_alert_or_the_dashboard_asks_for(service: Service) -> None:
    """By name and by each label; the values of labels that depend on what was done are held by a test of the files."""
    service.client(Role.CITIZEN).get("/api/v1/me/records").raise_for_status()
    answer = httpx.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=30)
    families = list(text_string_to_metric_families(answer.raise_for_status().text))
    samples = [one for each in families for one in each.samples]
    missing = []
    for asked in questions():
        for name, patterns in selectors(promql_parser.parse(asked)):
            fixed = {label: pattern for label, pattern in patterns.items() if label in {"what", "part"}}
            found = [one for one in samples if one.name == name]
            fits = [one for one in found if all(re.fullmatch(fixed[label], one.labels[label]) for label in fixed)]
            waits = name == "vault_waiting_seconds" and patterns.get("what") == "job_.*"  # only while a job does
            if name != "ALERTS" and not waits and not (fits and set(patterns) <= set(fits[0].labels)):
                missing.append((name, patterns))
    assert missing == []
    ours = {one.name for one in families}
    assert {one for one in ours if not one.startswith("vault_")} == set()
    assert {one.name for one in families if not one.documentation} == set()


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


def test_traces_go_from_the_request_through_the_queue_to_the_engine_and_name_nobody(
    service: Service, collector: Collector
) -> None:
    """One paper from upload to seal, one look-up, one check, one refusal: two requests of a person are two traces."""
    before = len(collector.spans)
    code = service.digitize(
        as_jpeg(draw("GPXD", seed=43), 1), "vet.jpg", type_code="GPXD", holders=[HOLDER], fields={"number": "43/GPXD"}
    )
    officer, stranger = service.client(Role.OFFICER), service.client()
    suspended = {"state": "SUSPENDED", "reason": "thử vết"}
    officer.post(f"/api/v1/records/{code}/state", json=suspended).raise_for_status()
    officer.post(f"/api/v1/records/{code}/state", json=suspended | {"state": "ACTIVE"}).raise_for_status()
    opened = officer.post("/api/v1/dossiers", json={"procedure": "1.004194", "holder": HOLDER["number"]})
    dossier = opened.raise_for_status().json()["code"]
    officer.get(f"/api/v1/dossiers/{dossier}/components").raise_for_status()
    assert officer.get("/api/v1/dossiers/H24.900-261128-9999/components").status_code == 404
    stranger.post("/api/v1/verify/text", json={"text": f"VN1:{HOLDER['number']}"})

    def ways(names: set[str]) -> set[tuple[str, ...]]:
        """From each span of these names up to where its trace began."""
        by_id, found = {one.id: one for one in collector.spans}, set()
        for first in (one for one in collector.spans if one.name in names):
            at: Told | None = first
            way = []
            while at is not None:
                way.append(at.name)
                at = by_id.get(at.parent)
            found.add(tuple(way))
        return found

    wanted = {
        ("engine read_page", "process read_intake", "POST /api/v1/intakes"),
        ("engine compose", "process seal_intake", "POST /api/v1/intakes/{intake_id}/confirm"),
        ("transaction", "process read_intake", "POST /api/v1/intakes"),
        ("object store GET", "process seal_intake", "POST /api/v1/intakes/{intake_id}/confirm"),
        ("object store PUT", "process publish_status", "POST /api/v1/records/{code}/state"),
        ("GET /api/v1/dossiers/{code}/components",),
        ("POST /api/v1/verify/text",),
    }
    end = time.monotonic() + 60
    while missing := wanted - ways({way[0] for way in wanted}):
        assert time.monotonic() < end, missing
        time.sleep(0.2)
    while not (refusals := [one for one in collector.spans[before:] if one.facts.get("kho_so.code") == "DOSSIER"]):
        assert time.monotonic() < end
        time.sleep(0.2)
    spans = list(collector.spans)  # whatever other tests did on this service stands here too
    job = next(one for one in spans if one.name == "process read_intake")
    assert (job.facts["messaging.system"], job.facts["messaging.destination.name"]) == ("procrastinate", "read_intake")
    refused = refusals[0]
    assert (refused.facts["http.response.status_code"], refused.status == ERROR) == (404, False)  # no fault of ours
    assert {one.name for one in spans} & {"GET /healthz", "GET /readyz", "GET /metrics"} == set()
    said = {"http.request.method", "url.scheme", "http.route", "http.response.status_code", "kho_so.code", "error.type"}
    said |= {f"messaging.{one}" for one in ("system", "operation.name", "operation.type", "destination.name")}
    said |= {"db.system.name", "kho_so.statements", "kho_so.database_ms"}
    said |= {f"http.{side}.body.size" for side in ("request", "response")}
    assert {name for one in spans for name in one.facts} <= said
    assert max(one.facts["kho_so.statements"] for one in spans if one.name == "transaction") > 2
    stored = [one.facts["http.request.body.size"] for one in spans if one.name == "object store PUT"]
    assert max(stored) > 10_000  # the paper itself
    secrets = (HOLDER["number"], HOLDER["name"], "43/GPXD", code, dossier, "vet.jpg")
    assert [word for word in secrets for one in spans if word.encode() in one.whole] == []
