"""A national store to try against: a program of its own with its own database, and faults in it on purpose.

`python -m vault.national.simulator --database FILE --port PORT --token TOKEN`. It keeps dossiers, results, files and
papers; remembers every idempotency key with what was sent under it; and counts the effects each key really had, so that
a test can tell "arrived once" from "arrived". Faults are asked for one by one (`script`: the next requests meet them in
order) or by chance with a seed (`rate`, `kinds`). Only for machines of developers: every answer says that it is a
simulator, and it does not start in production.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vault.national.store import SIMULATOR

FAULTS = (
    "500", "503", "429", "400", "slow", "hang", "lost", "garbage", "no-receipt",
    "duplicate", "wrong-data", "wrong-digest", "wrong-holder", "huge", "cut",
)  # fmt: skip
"""`lost`: done and kept, and then the connection breaks before the answer. `hang`: no answer for a long time."""
SLOW_SECONDS, HANG_SECONDS = 0.3, 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, digest TEXT, receipt TEXT, effects INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS thing (kind TEXT, code TEXT, version INTEGER, body TEXT, PRIMARY KEY (kind, code));
CREATE TABLE IF NOT EXISTS file (sha256 TEXT PRIMARY KEY, mime TEXT, data BLOB);
CREATE TABLE IF NOT EXISTS online (id INTEGER PRIMARY KEY, agency TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY, method TEXT, path TEXT, fault TEXT);
"""


class Store:
    """The simulator's database; one connection, one lock."""

    def __init__(self, file: str) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._lock = threading.Lock()
        self._script: list[str] = []
        self._rate, self._kinds, self._chance = 0.0, list(FAULTS[:3]), random.Random(0)  # noqa: S311 - repeatable faults

    def arm(self, told: dict[str, Any]) -> None:
        """Which faults come."""
        with self._lock:
            self._script = list(told.get("script", []))
            self._rate = float(told.get("rate", 0))
            self._kinds = list(told.get("kinds", FAULTS[:3]))
            self._chance = random.Random(told.get("seed", 0))  # noqa: S311 - repeatable faults

    def next_fault(self, method: str, path: str) -> str:
        """What this request meets."""
        with self._lock:
            fault = ""
            if self._script:
                fault = self._script.pop(0)
            elif self._rate and self._chance.random() < self._rate:
                fault = self._chance.choice(self._kinds)
            self._write("INSERT INTO asked (method, path, fault) VALUES (?, ?, ?)", method, path, fault)
            return fault

    def take(self, kind: str, code: str, key: str, version: int, body: dict[str, Any]) -> tuple[int, str]:
        """Keep a dossier or a result; (status, receipt). The same key again changes nothing; another body is 409."""
        text = json.dumps(body, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with self._lock:
            known = self._one("SELECT digest, receipt FROM sent WHERE key = ?", key)
            if known is not None:
                return (200, known[1]) if known[0] == digest else (409, "")
            receipt = f"BN-{digest[:12]}"
            self._write("INSERT INTO sent VALUES (?, ?, ?, 1)", key, digest, receipt)
            there = self._one("SELECT version FROM thing WHERE kind = ? AND code = ?", kind, code)
            if there is None or there[0] < version:
                self._write("INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?)", kind, code, version, text)
            return 201, receipt

    def keep_file(self, sha256: str, mime: str, data: bytes) -> bool:
        """Keep a file under its digest; false when it is another's."""
        if hashlib.sha256(data).hexdigest() != sha256:
            return False
        with self._lock:
            self._write("INSERT OR IGNORE INTO file VALUES (?, ?, ?)", sha256, mime, data)
        return True

    def file(self, sha256: str) -> tuple[str, bytes] | None:
        """Media type and bytes."""
        with self._lock:
            row = self._one("SELECT mime, data FROM file WHERE sha256 = ?", sha256)
        return None if row is None else (row[0], row[1])

    def things(self, kind: str) -> dict[str, dict[str, Any]]:
        """Everything of a kind by its code."""
        with self._lock, closing(self._db.execute("SELECT code, body FROM thing WHERE kind = ?", (kind,))) as rows:
            return {code: json.loads(body) for code, body in rows}

    def add_paper(self, body: dict[str, Any], data: bytes) -> None:
        """A result that came from somewhere else, with its file."""
        sha256 = hashlib.sha256(data).hexdigest()
        body["TepDuLieu"] = {"MaDinhDanh": sha256} | body.get("TepDuLieu", {})
        with self._lock:
            self._write("INSERT OR REPLACE INTO thing VALUES ('result', ?, 0, ?)", body["MaKetQua"], json.dumps(body))
            self._write("INSERT OR IGNORE INTO file VALUES (?, ?, ?)", sha256, "", data)

    def submit(self, agency: str, body: dict[str, Any]) -> None:
        """A citizen sends an online dossier at the portal."""
        with self._lock:
            self._write("INSERT INTO online (agency, body) VALUES (?, ?)", agency, json.dumps(body))

    def online(self, agency: str, after: int) -> list[dict[str, Any]]:
        """Online dossiers for an agency, in their order."""
        query = "SELECT id, body FROM online WHERE agency = ? AND id > ? ORDER BY id LIMIT 50"
        with self._lock, closing(self._db.execute(query, (agency, after))) as rows:
            return [{"SoThuTu": number, "HoSo": json.loads(body)} for number, body in rows]

    def state(self) -> dict[str, Any]:
        """What a test asks: what is there, and how many effects each key had."""
        with self._lock:
            sent = self._db.execute("SELECT key, effects FROM sent").fetchall()
            asked = self._db.execute("SELECT method, path, fault FROM asked ORDER BY id").fetchall()
            files = [row[0] for row in self._db.execute("SELECT sha256 FROM file")]
        return {
            "dossiers": self.things("dossier"),
            "results": self.things("result"),
            "effects": dict(sent),
            "files": files,
            "asked": [list(one) for one in asked],
        }

    def _one(self, query: str, *values: object) -> Any:
        return self._db.execute(query, values).fetchone()

    def _write(self, query: str, *values: object) -> None:
        self._db.execute(query, values)
        self._db.commit()


class Handler(BaseHTTPRequestHandler):
    """One request. `store` and `token` are set by `serve`."""

    store: Store
    token: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Papers of somebody, a file, online dossiers; the test's own questions."""
        self._handle("GET")

    def do_POST(self) -> None:
        """Dossiers and results; the test's own orders."""
        self._handle("POST")

    def do_PUT(self) -> None:
        """Files."""
        self._handle("PUT")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing: what was asked stands in the database."""

    def _handle(self, method: str) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), {name: found[0] for name, found in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("authorization") != f"Bearer {self.token}":
            self._answer(401, {"loi": "khoa truy cap"})
        elif path.startswith("/_/"):
            self._control(path, body)
        else:
            self._serve(method, path, query, body)

    def _control(self, path: str, body: bytes) -> None:
        told = json.loads(body or b"{}")
        orders: dict[str, Callable[[], None]] = {
            "/_/faults": lambda: self.store.arm(told),
            "/_/papers": lambda: self.store.add_paper(told["body"], bytes.fromhex(told["file"])),
            "/_/online": lambda: self.store.submit(told["agency"], told["body"]),
        }
        if path in orders:
            orders[path]()
        self._answer(200, self.store.state() if path == "/_/state" else {})

    def _serve(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        fault = self.store.next_fault(method, path)
        if fault in {"500", "503", "429", "400"}:
            self._answer(int(fault), {"loi": fault})
            return
        if fault in {"slow", "hang"}:
            time.sleep(SLOW_SECONDS if fault == "slow" else HANG_SECONDS)
        status, answer, mime = self._done(method, path, query, body)
        if fault == "lost":
            self.close_connection = True
            self.connection.close()
            return
        self._send(status, *_spoilt(fault, answer, mime), cut=fault == "cut")

    def _done(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        if path.startswith("/api/tep/"):
            return self._file(method, path.rpartition("/")[2], body)
        found: object = {"loi": "khong co"}
        status = 404
        if (method, path) in {("POST", "/api/ho-so"), ("POST", "/api/ket-qua")}:
            kind, name = ("dossier", "MaHoSo") if path.endswith("ho-so") else ("result", "MaKetQua")
            told = json.loads(body)
            version = int(self.headers["x-phien-ban"])
            status, receipt = self.store.take(kind, told[name], self.headers["idempotency-key"], version, told)
            found = {"MaBienNhan": receipt} if receipt else {"loi": "khoa da dung voi noi dung khac"}
        elif (method, path) == ("GET", "/api/giay-to"):
            status, number = 200, query.get("SoDinhDanh")
            papers = self.store.things("result").values()
            found = {"GiayTo": [one for one in papers if one.get("MaChuGiayTo") == number]}
        elif (method, path) == ("GET", "/api/ho-so-truc-tuyen"):
            status, found = 200, {"DanhSach": self.store.online(query["MaCoQuan"], int(query.get("SauSo", "0")))}
        return status, json.dumps(found, ensure_ascii=False).encode(), "application/json"

    def _file(self, method: str, sha256: str, body: bytes) -> tuple[int, bytes, str]:
        if method == "PUT":
            kept = self.store.keep_file(sha256, self.headers.get("content-type") or "", body)
            return (201 if kept else 422), b"{}", "application/json"
        found = self.store.file(sha256)
        return (404, b"{}", "application/json") if found is None else (200, found[1], found[0])

    def _answer(self, status: int, value: object) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, data: bytes, mime: str, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header(SIMULATOR, "1")
        self.send_header("content-type", mime)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True


def _spoilt(fault: str, answer: bytes, mime: str) -> tuple[bytes, str]:
    """The answer with its fault."""
    if fault == "garbage":
        return b"<html>bao tri</html>", "text/html"
    if fault == "huge":
        return b"[" * 3_000_000, mime
    if fault == "no-receipt":
        return b"{}", mime
    if fault == "wrong-digest" and mime != "application/json":
        return answer + b"%", mime
    if fault in {"duplicate", "wrong-data", "wrong-holder"} and mime == "application/json":
        return _other(fault, json.loads(answer)), mime
    return answer, mime


def _other(fault: str, found: dict[str, Any]) -> bytes:
    papers = found.get("GiayTo", [])
    if fault == "duplicate":
        papers += papers
    for one in papers:
        if fault == "wrong-data":
            one |= {"SoKyHieu": "999/SAI", "NgayCap": "20990101"}
        if fault == "wrong-holder":
            one |= {"MaChuGiayTo": "031090888888", "TenChuGiayTo": "NGƯỜI KHÁC"}
    return json.dumps(found, ensure_ascii=False).encode()


def serve(database: Path, *, port: int, token: str) -> ThreadingHTTPServer:
    """The server, bound to the loopback and not yet running; port 0 takes a free one."""
    handler = type("Bound", (Handler,), {"store": Store(str(database)), "token": token})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Run until stopped."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", type=Path, required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--token", required=True)
    told = asked.parse_args()
    server = serve(told.database, port=told.port, token=told.token)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
