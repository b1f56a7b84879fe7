"""What the program tells about itself, and that it tells nothing about anybody else."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing, redirect_stderr
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.http import Client
from vault import telemetry
from vault.bootstrap import build
from vault.config import Settings
from vault.domain.audit import Event, Outcome
from vault.domain.errors import Unavailable
from vault.domain.people import STRANGER, Action
from vault.domain.vitals import Expiry, Look, Vitals, Waiting
from vault.domain.working_time import EVERY_WEEKDAY
from vault.usecases.oversee.take_vitals import take_vitals
from vault.web.main import create

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
VITALS = Vitals(
    jobs={"read_intake": Waiting(3, NOW - timedelta(seconds=40))},
    failed_jobs=1,
    papers=Waiting(2, NOW - timedelta(hours=5)),
    seals=Waiting(0),
    log=Waiting(1, NOW + timedelta(seconds=3)),
    workers=2,
)
LOOK = Look(NOW, ("database", "keys"), ("keys",), VITALS, (Expiry("trust_list", NOW + timedelta(days=2)),))


def told(look: Look = LOOK) -> dict[tuple[str, ...], float]:
    """Every sample: name and values of its labels in the order of their names -> value."""
    text, _ = telemetry.exposition(lambda: look)
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


# --- metrics ---------------------------------------------------------------------------------------------------------


def test_what_waits_is_told_with_its_age_and_a_clock_that_stepped_back_is_no_age() -> None:
    found = told()
    assert found["vault_waiting", "job_read_intake"] == 3
    assert found["vault_waiting_seconds", "job_read_intake"] == 40
    assert found["vault_waiting_seconds", "paper"] == 5 * 3600
    assert found["vault_waiting_seconds", "timestamp"] == 0
    assert found["vault_waiting_seconds", "log"] == 0
    assert (found["vault_failed_jobs",], found["vault_workers",]) == (1, 2)
    assert found["vault_expires_seconds", "trust_list"] == 2 * 86400


def test_what_a_part_that_is_down_would_know_is_missing_and_never_zero() -> None:
    found = told(Look(NOW, ("database", "keys"), ("database",), None, ()))
    assert found["vault_part_up", "database"] == 0
    assert found["vault_part_up", "keys"] == 1
    assert not any(name[0].startswith(("vault_waiting", "vault_workers")) for name in found)


def test_an_act_is_counted_once_however_many_people_it_concerns() -> None:
    name = ("vault_acts_total", "ATTACH", "reuse", "DONE")
    before = told().get(name, 0)
    for code in (None, "PARTY", "PARTY"):
        telemetry.observe_act(Event(NOW, STRANGER, Action.ATTACH, Outcome.DONE, code=code))
    assert told()[name] == before + 1


@pytest.mark.parametrize("action", list(Action))
def test_every_act_has_labels_that_name_nobody(action: Action) -> None:
    act = telemetry.act_of(
        Event(NOW, STRANGER, action, Outcome.REFUSED, holder_id=7, details={"number": "031090000001"})
    )
    assert act.action == action.value
    assert act.journey in {"digitise", "reuse", "present", "verify", "oversee", "other"}


class Down:
    """A database that does not answer."""

    def begin(self) -> Iterator[None]:
        raise Unavailable("DATABASE_DOWN")


def test_a_look_at_parts_that_are_down_is_a_finding() -> None:
    def down() -> None:
        raise Unavailable("STORE_DOWN")

    class Clock:
        def now(self) -> datetime:
            return NOW

    look = take_vitals(
        uow=Down(),  # type: ignore[arg-type]
        parts={"database": down, "objects": lambda: None},
        expiries=lambda: [Expiry("trust_list", NOW)],
        clock=Clock(),
        working=EVERY_WEEKDAY,
    )
    assert (look.down, look.vitals, look.expiries) == (("database",), None, (Expiry("trust_list", NOW),))
    assert look.parts == ("database", "objects", "keys")


# --- logs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("holder 031090000001 asked", "holder ‹number› asked"),
        ("Key (number)=(031090000001) exists", "Key (number)=(‹number›) exists"),
        ("old number 123456789, phone +84901234567", "old number ‹number›, phone ‹number›"),
        ("mail nguyen.van@example.vn", "mail ‹mail›"),
        ("record 1826-CEJC-BDSJ-K7 of H24.900-261128-0001", "record 1826-CEJC-BDSJ-K7 of H24.900-261128-0001"),
        ("120000000000 bytes at 2026-11-27T02:00:00.123456789", "‹number› bytes at 2026-11-27T02:00:00.123456789"),
    ],
)
def test_numbers_of_people_do_not_reach_the_log(said: str, written: str) -> None:
    assert telemetry.masked(said) == written


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    with closing(io.StringIO()) as target:
        with redirect_stderr(target):
            telemetry.configure_logs("json")
        yield target
        root.handlers[:] = kept
        root.setLevel(level)


def test_a_line_is_one_object_and_a_traceback_is_masked_too(logged: io.StringIO) -> None:
    try:
        int("duplicate key 031090000001")
    except ValueError:
        logging.getLogger("vault.x").exception("intake %s broke", "a1", extra={"job": "read_intake"})
    line = json.loads(logged.getvalue())
    assert (line["level"], line["logger"], line["message"], line["job"]) == (
        "ERROR",
        "vault.x",
        "intake a1 broke",
        "read_intake",
    )
    assert "‹number›" in line["exception"]
    assert "031090000001" not in logged.getvalue()


# --- traces ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def test_a_job_joins_the_request_that_made_it_and_an_engine_joins_the_job(spans: InMemorySpanExporter) -> None:
    spans.clear()
    with telemetry.request_span("POST", "http"):
        taken = dict(telemetry.carried())
    assert list(taken) == ["traceparent"]
    with telemetry.job_span("read_intake", taken["traceparent"]), telemetry.watch("read_page"):
        pass
    request, engine, job = spans.get_finished_spans()
    assert len({one.context.trace_id for one in (request, engine, job)}) == 1
    assert job.parent is not None
    assert engine.parent is not None
    assert (job.parent.span_id, engine.parent.span_id) == (request.context.span_id, job.context.span_id)


def test_an_error_is_told_by_its_type_and_never_by_its_text(spans: InMemorySpanExporter) -> None:
    spans.clear()
    with pytest.raises(ValueError, match="031090000001"), telemetry.span("job"):
        raise ValueError("031090000001")
    (one,) = spans.get_finished_spans()
    assert (one.status.description, one.events) == ("ValueError", ())
    assert "031090000001" not in one.to_json()


def test_a_part_that_is_down_is_told_by_its_code(spans: InMemorySpanExporter) -> None:
    spans.clear()
    with pytest.raises(Unavailable), telemetry.watch("compose"):
        raise Unavailable("PARSER_DOWN", holder="031090000001")
    (one,) = spans.get_finished_spans()
    assert (one.attributes or {})["error.type"] == "PARSER_DOWN"
    assert "031090000001" not in one.to_json()


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [(200, None, None), (409, "ONCE_ONLY", None), (503, "STORE_DOWN", "STORE_DOWN"), (500, None, "500")],
)
def test_a_refusal_is_an_answer_and_what_is_ours_is_an_error(
    spans: InMemorySpanExporter, status: int, code: str | None, fault: str | None
) -> None:
    spans.clear()
    with telemetry.request_span("GET", "https"):
        if code is not None:
            telemetry.note_error(code, status)
        telemetry.name_request("GET", "/ho-so/{code}", status)
    (one,) = spans.get_finished_spans()
    facts = one.attributes or {}
    assert (one.name, facts.get("error.type"), facts.get("kho_so.code")) == ("GET /ho-so/{code}", fault, code)
    assert (one.status.status_code is StatusCode.ERROR) == (fault is not None)


def test_a_stranger_decides_neither_about_our_traces_nor_about_their_names(spans: InMemorySpanExporter) -> None:
    spans.clear()
    theirs = "0af7651916cd43dd8448eb211c80319c"
    with telemetry.request_span("O31090000001", "http", caller=f"00-{theirs}-b7ad6b7169203331-00"):
        telemetry.name_request("O31090000001", None, 404)
    (one,) = spans.get_finished_spans()
    assert one.context.trace_id != int(theirs, 16)
    assert [link.context.trace_id for link in one.links] == [int(theirs, 16)]
    assert (one.name, (one.attributes or {})["http.request.method"]) == ("HTTP", "_OTHER")
    for nonsense in ("", "x" * 99, "00-0-0-01"):
        with telemetry.request_span("GET", "http", caller=nonsense):
            pass
    assert [len(each.links) for each in spans.get_finished_spans()[1:]] == [0, 0, 0]


def test_what_the_framework_would_tell_about_addresses_is_off(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    spans.clear()
    Client(create(build(Settings(home=tmp_path)))).get("/api/v1/records/031090000001?q=031090000001")
    (one,) = spans.get_finished_spans()
    assert one.name == "GET /api/v1/records/{code}"
    assert "031090000001" not in one.to_json()


@pytest.mark.parametrize(("share", "taken"), [(0.0, 0), (1.0, 1)])
def test_a_share_of_the_traces_is_kept_and_a_job_follows_its_request(share: float, taken: int) -> None:
    tracer = TracerProvider(sampler=telemetry.keeping(share)).get_tracer("x")
    with tracer.start_as_current_span("GET"):
        assert len(telemetry.carried()) == taken


def test_without_a_collector_nothing_is_set_up(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).otlp_endpoint is None
    before = trace.get_tracer_provider()
    telemetry.configure_traces(None, service="x", version="1")
    assert trace.get_tracer_provider() is before


def test_without_a_trace_a_job_takes_nothing_along() -> None:
    assert dict(telemetry.carried()) == {}
