"""A proxy before the object store that does to its answers what networks and disks do: late, 500, other bytes.

with faulty_store(endpoint) as proxy:
proxy.fault = "500"            # also: "slow", "hang", "flip", "cut", "flip_put"; None lets everything through
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = Literal["500", "slow", "hang", "flip", "cut", "flip_put"]
_OWN = frozenset({"transfer-encoding", "connection", "content-length"})


@dataclass
class Proxy:
    """What it does now, and what passed."""

    target: str
    endpoint: str = ""
    fault: Fault | None = None
    slow_seconds: float = 0.4
    passed: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data


@contextmanager
def faulty_store(target: str) -> Iterator[Proxy]:
    """The proxy before the store at `target` (host:port), on a port of its own."""
    proxy = Proxy(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _pass(self) -> None:
            fault, size = proxy.fault, int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            proxy.passed.append(f"{self.command} {fault or 'ok'}")
            if fault == "500":
                self._answer(500, {}, b"")
                return
            if fault == "hang":
                proxy.over.wait(60)
                self.close_connection = True
                return
            if fault == "slow":
                time.sleep(proxy.slow_seconds)
            if fault == "flip_put" and self.command == "PUT":
                body = _flipped(body)
            inner = http.client.HTTPConnection(proxy.target, timeout=30)
            inner.request(self.command, self.path, body, dict(self.headers.items()))
            answer = inner.getresponse()
            data = answer.read()
            inner.close()
            if fault == "flip" and self.command == "GET":
                data = _flipped(data)
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
            told = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
            cut = len(data) // 2 if fault == "cut" and self.command == "GET" else None
            self._answer(answer.status, kept | {"Content-Length": told or "0"}, data[:cut])
            if cut is not None:
                self.close_connection = True

        def _answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response_only(status)
                for name, value in ({"Content-Length": str(len(data))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass  # noqa: N815 - names that http.server looks for

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.endpoint = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        server.shutdown()
        server.server_close()
