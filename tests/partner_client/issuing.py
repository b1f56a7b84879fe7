"""An issuing system that the vault asks: a process of its own, written from section 8 of the partner guide alone.

    python -m tests.partner_client.issuing --token TOKEN --papers FOLDER     # prints its address, then answers

`FOLDER` holds one JSON file a paper: what `pull-uri` tells of it (GUIDE.md section 3), with `holder` (whose it is) and
`file` (the document's name in the folder). What it is asked is written to `asked.jsonl` there, a line a request.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NOT_TOLD = {"holder", "file"}


class Issuing(BaseHTTPRequestHandler):
    """Answers `pull-uri` and `pull-document` under `/api`."""

    token = ""
    folder = Path()
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One question."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with (self.folder / "asked.jsonl").open("a", encoding="utf-8") as kept:
            kept.write(json.dumps({"path": self.path, **asked}, ensure_ascii=False) + "\n")
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.token}"):
            return self._answer(401, {"code": "TOKEN"})
        if self.path == "/api/pull-uri":
            details = asked["docDetails"]
            found = [
                one
                for one in self._papers()
                if (one["docType"], one["holder"]) == (details["docType"], details["holder"]["number"])
            ]
            told = [{name: value for name, value in one.items() if name not in NOT_TOLD} for one in found]
            return self._answer(200, self._head(asked) | {"documents": told})
        if self.path == "/api/pull-document":
            for one in self._papers():
                if one["uri"] == asked["uri"]:
                    data = (self.folder / one["file"]).read_bytes()
                    content = {"uri": one["uri"], "sha256": hashlib.sha256(data).hexdigest(), "dataContent": {}}
                    return self._answer(
                        200, self._head(asked) | content | {"docContent": base64.b64encode(data).decode("ascii")}
                    )
        return self._answer(404, {"code": "NOT_FOUND"})

    def _papers(self) -> list[dict[str, Any]]:
        return [json.loads(one.read_text(encoding="utf-8")) for one in sorted(self.folder.glob("*.json"))]

    def _head(self, asked: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()  # noqa: TID251 - a partner's own clock
        return {"ver": "1.0", "ts": now, "txn": asked["txn"], "status": "1"}

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def main() -> None:
    """Answer until ended."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--token", required=True)
    arguments.add_argument("--papers", type=Path, required=True)
    given = arguments.parse_args()
    Issuing.token, Issuing.folder = given.token, given.papers
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuing)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/api\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
