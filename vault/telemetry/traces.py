"""OpenTelemetry spans through web, job and engine. Without a collector they cost next to nothing and go nowhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from vault.telemetry.metrics import ENGINE_SECONDS

_TRACER = trace.get_tracer("kho-so")
_PARENT = "traceparent"


def configure_traces(endpoint: str | None, *, service: str, version: str) -> None:
    """Send spans to an OTLP collector, e.g. `http://collector:4318`; None or empty: send nothing."""
    if not endpoint:
        return
    # Only a deployment with a collector pays for these.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, *, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, **facts: str) -> Iterator[None]:
    """A span around the block; `parent` is a W3C `traceparent` that came with a job or a request.

    An exception marks the span with its type, never with its text: that may quote a paper.
    """
    context = propagate.extract({_PARENT: parent}) if parent else None
    with _TRACER.start_as_current_span(
        name, context=context, kind=kind, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def name_request(method: str, route: str, status: int) -> None:
    """Tell the current span which route answered, once that is known (OpenTelemetry's HTTP conventions)."""
    current = trace.get_current_span()
    if current.is_recording():
        current.update_name(f"{method} {route}")
        current.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )


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
