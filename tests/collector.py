"""An OpenTelemetry collector on the loopback address: what a service under test tells about itself, kept in memory."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ERROR = 2
"""`STATUS_CODE_ERROR`."""


@dataclass(frozen=True, slots=True)
class Told:
    """One span as it was sent."""

    service: str
    trace: str
    id: str
    parent: str
    name: str
    facts: Mapping[str, str | int]
    status: int
    whole: bytes
    """All of it as it was sent, for those who look for what must not be there."""


@dataclass
class Collector:
    """Where spans are sent, and what came."""

    url: str
    spans: list[Told] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """One request of an exporter."""
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {one.key: one.value.string_value for one in sent.resource.attributes}
            for one in (one for scope in sent.scope_spans for one in scope.spans):
                facts = {each.key: each.value.string_value or each.value.int_value for each in one.attributes}
                ids = one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex()
                told = Told(about["service.name"], *ids, one.name, facts, one.status.code, one.SerializeToString())
                self.spans.append(told)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
