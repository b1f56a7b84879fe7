"""One contract for every key service: a file, a token (SoftHSM2) and a server with the transit interface."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.unit.vault.keys.promises import AGENCY, CONTEXT, check
from vault.domain.errors import Conflict, Unavailable
from vault.keys import FileKeyService, TransitKeyService, WrappingFile
from vault.ports import KeyService

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[4]
FOLDERS = ("softhsm", "x86_64-linux-gnu/softhsm", "aarch64-linux-gnu/softhsm")
MODULE = next((path for one in FOLDERS if (path := Path("/usr/lib") / one / "libsofthsm2.so").is_file()), None)


class TransitServer(BaseHTTPRequestHandler):
    """The transit interface of HashiCorp Vault as its documentation describes it: versions, encrypt, decrypt."""

    keys: dict[str, list[bytes]]

    def _answer(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps({"data": data} if status == 200 else {"errors": ["refused"]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        found = self.keys.get(name)
        self._answer(200, {"latest_version": len(found)}) if found else self._answer(404, {})

    def do_POST(self) -> None:
        if self.headers["X-Vault-Token"] != "mau":
            return self._answer(403, {})
        act, name = self.path.removeprefix("/v1/transit/").split("/")
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        aad = base64.b64decode(asked["associated_data"])
        if act == "encrypt":
            versions = self.keys.setdefault(name, [os.urandom(32)])
            nonce = os.urandom(12)
            raw = nonce + AESGCM(versions[-1]).encrypt(nonce, base64.b64decode(asked["plaintext"]), aad)
            return self._answer(200, {"ciphertext": f"vault:v{len(versions)}:{base64.b64encode(raw).decode()}"})
        try:
            _, version, text = asked["ciphertext"].split(":")
            raw = base64.b64decode(text)
            plain = AESGCM(self.keys[name][int(version[1:]) - 1]).decrypt(raw[:12], raw[12:], aad)
        except (InvalidTag, KeyError, ValueError):
            return self._answer(400, {})
        return self._answer(200, {"plaintext": base64.b64encode(plain).decode()})


@pytest.fixture(params=["file", "transit"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyService]:
    if request.param == "file":
        file = WrappingFile(tmp_path / "wrapping.json", lambda: b"mau")
        file.add(at=NOW)
        yield FileKeyService(file)
    elif request.param == "transit":
        handler = type("Handler", (TransitServer,), {"keys": {}})
        server = HTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        client = TransitKeyService(f"http://127.0.0.1:{server.server_port}", token="mau", prefix="kho-so")
        yield client
        client.close()
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_key_comes_back_with_its_context_and_with_no_other(service: KeyService) -> None:
    check(service)


@pytest.mark.skipif(
    MODULE is None and os.environ.get("CI") != "true",  # noqa: TID251 - a required check is not skipped
    reason="SoftHSM is not here: apt-get install softhsm2",
)
def test_a_token_keeps_the_same_promises(tmp_path: Path) -> None:
    """In a process of its own: a PKCS#11 library is loaded once a process, with one configuration."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    environment = {"PATH": os.defpath, "SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf"), "PYTHONPATH": str(ROOT)}
    command = ["softhsm2-util", "--init-token", "--free", "--label", "kho", "--so-pin", "4321", "--pin", "1234"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    child = [sys.executable, "-m", "tests.unit.vault.keys.promises", str(MODULE)]
    done = subprocess.run(child, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def test_a_server_that_is_down_is_a_part_that_is_down() -> None:
    client = TransitKeyService("http://127.0.0.1:9", token="mau", prefix="kho-so")
    with pytest.raises(Unavailable) as caught:
        client.wrap(bytes(32), agency=AGENCY, context=CONTEXT)
    assert caught.value.code == "KEY_SERVICE_DOWN"
    client.close()


class TestFile:
    """What only the file does."""

    def test_another_agency_does_not_open_it(self, tmp_path: Path) -> None:
        file = WrappingFile(tmp_path / "wrapping.json", lambda: b"mau")
        file.add(at=NOW)
        service = FileKeyService(file)
        wrapped = service.wrap(bytes(32), agency=AGENCY, context=CONTEXT)
        with pytest.raises(Unavailable):
            service.unwrap(replace(wrapped, agency="H24.901"), context=CONTEXT)

    def test_a_new_version_wraps_and_the_old_one_opens_also_in_a_process_that_runs(self, tmp_path: Path) -> None:
        path = tmp_path / "wrapping.json"
        here, there = (WrappingFile(path, lambda: b"mau") for _ in range(2))
        here.add(at=NOW)
        old = FileKeyService(there).wrap(b"k" * 32, agency=AGENCY, context=CONTEXT)
        here.add(at=NOW)
        assert FileKeyService(there).current(AGENCY) == "file:2"
        assert FileKeyService(there).unwrap(old, context=CONTEXT) == b"k" * 32
        with pytest.raises(Conflict):
            here.drop("file:2", used=0)
        with pytest.raises(Conflict):
            here.drop("file:1", used=1)
        here.drop("file:1", used=0)
        with pytest.raises(Unavailable) as caught:
            FileKeyService(there).unwrap(old, context=CONTEXT)
        assert caught.value.code == "KEY_UNWRAP"
        assert here.add(at=NOW).name == "file:3", "a name is never given twice"

    def test_writers_at_once_lose_no_version(self, tmp_path: Path) -> None:
        """Each opens the file anew, as processes do: what one wrote and another wrote over would take papers along."""
        path = tmp_path / "wrapping.json"

        def write(_: int) -> str:
            return WrappingFile(path, lambda: b"mau").add(at=NOW).name

        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(write, range(6)))
        kept = [one.name for one in WrappingFile(path, lambda: b"mau").versions]
        assert sorted(made) == sorted(kept) == [f"file:{number}" for number in range(1, 7)]

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"[]", b'{"salt": "AAAA", "keys": []}', b'{"salt": 1, "keys": [1]}']
    )
    def test_a_broken_file_or_a_wrong_pass_phrase_is_told(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "wrapping.json"
        with pytest.raises(Unavailable) as caught:
            WrappingFile(path, lambda: b"mau").newest()
        assert caught.value.code == "KEY_MISSING"
        WrappingFile(path, lambda: b"mau").add(at=NOW)
        assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(Unavailable) as caught:
            WrappingFile(path, lambda: b"another").newest()
        assert caught.value.code == "KEY_UNUSABLE"
        path.write_bytes(content)
        with pytest.raises(Unavailable) as caught:
            WrappingFile(path, lambda: b"mau").newest()
        assert caught.value.code == "KEY_UNUSABLE"
