"""OpenTelemetry spans through web, job and engine. Without a collector they cost next to nothing and go nowhere.

Names and attributes are those of OpenTelemetry's semantic conventions (HTTP server spans, messaging consumer spans,
`error.type`), but for `url.path` and `url.query`: what stands in an address may be a person's code, so it is left out,
and `http.route` says which address was meant. For the same reason the web framework's own spans are turned off
(`vault.web.main`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from vault.domain.errors import VaultError
from vault.telemetry.metrics import ENGINE_SECONDS

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.sampling import Sampler

_TRACER = trace.get_tracer("kho-so")
_PARENT = "traceparent"
_FAULT = 500


def configure_traces(
    endpoint: str | None, *, service: str, version: str, environment: str = "development", share: float = 1.0
) -> None:
    """Send spans to an OTLP collector, e.g. `http://collector:4318`; None or empty: send nothing.

    `share` of all traces is kept (0 to 1). It is decided once, where a trace begins, and holds for its jobs too.
    """
    if not endpoint:
        return
    # Only a deployment with a collector pays for these.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    about = {"service.name": service, "service.version": version, "deployment.environment.name": environment}
    provider = TracerProvider(sampler=keeping(share), resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


def keeping(share: float) -> Sampler:
    """Keep this share of the traces: what a request decided holds for its jobs."""
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415 - as above

    return ParentBased(TraceIdRatioBased(share))


@contextmanager
def span(name: str, *, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, **facts: str) -> Iterator[None]:
    """A span around the block; `parent` is a W3C `traceparent` that came with a job.

    An exception marks the span with its code or its type, never with its text: that may quote a paper.
    """
    context = propagate.extract({_PARENT: parent}) if parent else None
    with _TRACER.start_as_current_span(
        name, context=context, kind=kind, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            fail(current, error.code if isinstance(error, VaultError) else type(error).__qualname__)
            raise


@contextmanager
def request_span(method: str, scheme: str, *, caller: str = "") -> Iterator[None]:
    """The span of a request, which begins a trace of its own.

    Anybody may send a `traceparent`: as a parent it would let strangers choose what is recorded here and mix their
    traces into ours. It becomes a link, as OpenTelemetry asks of public end points.
    """
    sender = trace.get_current_span(propagate.extract({_PARENT: caller})).get_span_context() if caller else None
    with _TRACER.start_as_current_span(
        method if method in METHODS else "HTTP",
        kind=SpanKind.SERVER,
        links=[Link(sender)] if sender and sender.is_valid else None,
        attributes={"http.request.method": known_method(method), "url.scheme": scheme},
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield
        except BaseException as error:
            fail(current, type(error).__qualname__)
            raise


@contextmanager
def job_span(job: str, parent: str = "") -> Iterator[None]:
    """The span of one run of a job, within the trace of the request that made it."""
    facts = {
        "messaging.system": "procrastinate",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": job,
    }
    with span(f"process {job}", parent=parent or None, kind=SpanKind.CONSUMER, **facts):
        yield


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def known_method(method: str) -> str:
    """The method, or `_OTHER`: a stranger may send any word, and it must not become a name of ours."""
    return method if method in METHODS else "_OTHER"


def name_request(method: str, route: str | None, status: int) -> None:
    """Tell the current span which route answered and how, once that is known; None: no route did."""
    current = trace.get_current_span()
    if not current.is_recording():
        return
    current.set_attribute("http.response.status_code", status)
    if route is not None:
        current.update_name(f"{method if method in METHODS else 'HTTP'} {route}")
        current.set_attribute("http.route", route)
    if status >= _FAULT and "error.type" not in (getattr(current, "attributes", None) or {}):
        fail(current, str(status))


def note_error(code: str, status: int) -> None:
    """Tell the current span with which code a request was refused: an error of ours from 500 on, else an answer."""
    current = trace.get_current_span()
    if current.is_recording():
        current.set_attribute("kho_so.code", code)
        if status >= _FAULT:
            fail(current, code)


def fail(current: trace.Span, kind: str) -> None:
    """Mark a span as failed, by a code or a type."""
    if current.is_recording():
        current.set_attribute("error.type", kind)
        current.set_status(Status(StatusCode.ERROR, kind))


def carried() -> Mapping[str, str]:
    """What a job takes along so that its spans join the request's: empty unless a trace is being recorded."""
    carrier: dict[str, str] = {}
    if trace.get_current_span().is_recording():
        propagate.inject(carrier)
    return {name: value for name, value in carrier.items() if name == _PARENT}


@contextmanager
def watch(operation: str) -> Iterator[None]:
    """A span and a measured duration around one call of an engine."""
    begin, outcome = time.perf_counter(), "ok"
    with span(f"engine {operation}"):
        try:
            yield
        except BaseException:
            outcome = "error"
            raise
        finally:
            ENGINE_SECONDS.labels(operation, outcome).observe(time.perf_counter() - begin)
