"""What goes over the wire when bytes are put: whole, once more when the store asks for it, and told in no address."""

from __future__ import annotations

import base64
import hashlib
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vault.blobs import S3Settings, S3Store
from vault.domain.errors import Unavailable

SECRET = "not-said-to-anybody"


def crc32_of(body: bytes) -> str:
    """As a store tells it that took it of what it received."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


class Store(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.etag: str | None = None
        self.checksum: Callable[[bytes], str] | None = None
        self.kept: bytes | None = None
        self.removed = 0


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        """Keep it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers.items()), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        etag = self.server.etag or hashlib.md5(body, usedforsecurity=False).hexdigest()
        self.send_header("ETag", f'"{etag}"')
        if self.server.checksum is not None:
            self.send_header("x-amz-checksum-crc32", self.server.checksum(body))
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """What it kept: not always what came."""
        kept = self.server.came[-1][2] if self.server.kept is None else self.server.kept
        self.send_response(200)
        self.send_header("Content-Length", str(len(kept)))
        self.end_headers()
        self.wfile.write(kept)

    def do_DELETE(self) -> None:
        """Gone."""
        self.server.removed += 1
        self.send_response(204)
        self.end_headers()


@pytest.fixture
def server() -> Iterator[Store]:
    server = Store()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def store_at(server: Store) -> S3Store:
    where: tuple[Any, ...] = server.server_address
    return S3Store(S3Settings(f"127.0.0.1:{where[1]}", "us", SECRET, "papers", secure=False, region="us-east-1"))


def test_pieces_arrive_as_one_object_of_a_told_length(server: Store) -> None:
    store_at(server).put_pieces("sealed/ab/x y", iter((b"KHO1", b"", b"x" * 70_000)), 70_004, mime="image/png")
    ((path, headers, body),) = server.came
    assert path == "/papers/sealed/ab/x%20y", "nothing of a signature in the address: it may end in a log"
    assert body == b"KHO1" + b"x" * 70_000
    assert headers["Content-Type"] == "image/png"
    assert "Transfer-Encoding" not in headers
    assert SECRET not in str(headers)


def test_what_is_asked_for_again_is_sent_whole_again(server: Store) -> None:
    """A store that answers 500 and then 200: the pieces of the first try are not used up."""
    server.answers = [500, 200]
    store_at(server).put_pieces("a", (one for one in (b"KHO1", b"rest")), 8, mime="a/b")
    assert [body for _, _, body in server.came] == [b"KHO1rest"] * 2


@pytest.mark.parametrize("answer", [204, 301, 307, 403, 404])
def test_any_other_answer_is_no_success_and_leads_nowhere(server: Store, answer: int) -> None:
    server.answers = [answer]
    with pytest.raises(Unavailable, match="OBJECT_STORE_DOWN"):
        store_at(server).put("a", b"x", mime="a/b")
    assert len(server.came) == 1


def test_a_store_that_took_the_checksum_needs_no_etag(server: Store) -> None:
    """One that encrypts by itself tells an ETag that is no digest: its checksum says that it has what was sent."""
    server.checksum, server.etag = crc32_of, "0" * 32
    server.kept = b"not to be read back"
    store_at(server).put_pieces("a", (b"KHO1", b"rest"), 8, mime="a/b")
    ((_, headers, body),) = server.came
    assert headers["x-amz-checksum-crc32"] == crc32_of(body)
    assert "x-amz-checksum-crc32" in headers["Authorization"], "nobody on the way changes it with the bytes"
    assert not server.removed


@pytest.mark.parametrize("kept", [b"KHO1resT", b"KHO1rest"])
def test_another_checksum_than_was_sent_is_no_proof(server: Store, kept: bytes) -> None:
    server.checksum, server.kept, server.etag = lambda _: "AAAAAA==", kept, "0" * 32
    if kept == b"KHO1rest":
        store_at(server).put_pieces("a", (b"KHO1", b"rest"), 8, mime="a/b")
        return
    with pytest.raises(Unavailable, match="OBJECT_STORE_DOWN"):
        store_at(server).put_pieces("a", (b"KHO1", b"rest"), 8, mime="a/b")
    assert server.removed == 1


def test_an_etag_of_its_own_is_settled_by_reading_back(server: Store) -> None:
    """A store that encrypts by itself tells another ETag than that of what was sent."""
    server.etag = "0" * 32
    store_at(server).put_pieces("a", (b"KHO1", b"rest"), 8, mime="a/b")
    assert not server.removed


def test_other_bytes_than_were_sent_are_removed_and_told(server: Store) -> None:
    server.etag, server.kept = "0" * 32, b"KHO1resT"
    with pytest.raises(Unavailable, match="OBJECT_STORE_DOWN"):
        store_at(server).put_pieces("a", (b"KHO1", b"rest"), 8, mime="a/b")
    assert server.removed == 1
