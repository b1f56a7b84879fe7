"""Spans of what a request or a job asks of the database and the object store.

One a transaction and one a call: a span a statement would be hundreds of one request, and their texts and parameters
name people. Nothing begins a trace: without a span around it, a transaction of the sequencer or a look at the health
is told to nobody. Names of objects, addresses and SQL are left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import Connection, Engine, event

from vault.telemetry.traces import fail, known_method

_TRACER = trace.get_tracer("kho-so")
_PLACE = "kho-so span"
_FAULT = 500

Answered = Callable[[int, int, int], None]
"""Told of an answer: status, bytes sent, bytes that come."""


@dataclass(slots=True)
class _Transaction:
    """What is open on a connection."""

    span: Span
    statements: int = 0
    seconds: float = 0.0
    since: float = 0.0


def watch_database(engine: Engine) -> None:
    """One span a transaction: how many statements, and how long the database took over them.

    What goes past SQLAlchemy (a pipeline of the driver, a job row) is in the span's length, not in its counts.
    """

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.info.pop(_PLACE, None)
        if trace.get_current_span().is_recording():
            span = _TRACER.start_span(
                "transaction",
                kind=SpanKind.CLIENT,
                attributes={"db.system.name": "postgresql"},
                record_exception=False,
                set_status_on_exception=False,
            )
            connection.info[_PLACE] = _Transaction(span)

    @event.listens_for(engine, "before_cursor_execute")
    def _asked(connection: Connection, *_: Any) -> None:
        if (open_one := connection.info.get(_PLACE)) is not None:
            open_one.since = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def _answered(connection: Connection, *_: Any) -> None:
        if (open_one := connection.info.get(_PLACE)) is not None:
            open_one.statements += 1
            open_one.seconds += time.perf_counter() - open_one.since

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _end(connection: Connection) -> None:
        if connection.invalidated:
            return
        open_one: _Transaction | None = connection.info.pop(_PLACE, None)
        if open_one is not None:
            open_one.span.set_attribute("kho_so.statements", open_one.statements)
            open_one.span.set_attribute("kho_so.database_ms", round(open_one.seconds * 1000))
            open_one.span.end()


@contextmanager
def store_call(method: str) -> Iterator[Answered]:
    """The span of one request to the object store. A missing object is an answer, not an error."""
    if not trace.get_current_span().is_recording():
        yield lambda *_: None
        return
    with _TRACER.start_as_current_span(
        f"object store {known_method(method)}",
        kind=SpanKind.CLIENT,
        attributes={"http.request.method": known_method(method)},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:

        def answered(status: int, sent: int, comes: int) -> None:
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("http.request.body.size", sent)
            span.set_attribute("http.response.body.size", comes)
            if status >= _FAULT:
                fail(span, str(status))

        try:
            yield answered
        except BaseException as error:
            fail(span, type(error).__qualname__)
            raise
