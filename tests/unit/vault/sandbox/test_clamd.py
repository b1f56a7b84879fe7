"""Uploads and ClamAV: a real clamd with the EICAR test file, and a clamd that answers everything else it may answer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from vault.domain.errors import Invalid, Unavailable
from vault.sandbox.clamd import ClamdScanner

# In two parts, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
REQUIRED = os.environ.get("CI") == "true"  # noqa: TID251 - a required check is not skipped


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's clamd with a signature file of our own: the real ones come over a network that tests do not have."""
    if not Path(CLAMD).exists():
        assert not REQUIRED, "CI=true and clamd is missing: apt-get install clamav-daemon"
        pytest.skip("clamd is not here: apt-get install clamav-daemon")
    folder = tmp_path_factory.mktemp("clam")
    (folder / "db").mkdir()
    (folder / "db" / "mau.ndb").write_text(f"Mau.EICAR-Test:0:*:{EICAR.hex()}\n", encoding="ascii")
    settings = {
        "DatabaseDirectory": folder / "db",
        "LocalSocket": folder / "s",
        "Foreground": "yes",
        "StreamMaxLength": "2M",
        "User": "root" if os.geteuid() == 0 else "",
        "MaxThreads": "4",
    }
    conf = folder / "clamd.conf"
    conf.write_text("".join(f"{name} {value}\n" for name, value in settings.items() if value), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([CLAMD, "-c", str(conf)], stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while not (folder / "s").exists():
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.05)
            yield str(folder / "s")
        finally:
            server.terminate()
            server.wait(60)


def test_a_real_clamd_finds_the_test_file_and_lets_papers_pass(clamd: str) -> None:
    scanner = ClamdScanner(clamd)
    assert scanner.version().startswith("ClamAV")
    scanner.check(b"%PDF-1.7 a paper")
    scanner.check(b"")
    for data in (EICAR, b"%PDF-1.7\n" + EICAR + b"\n%%EOF"):
        with pytest.raises(Invalid) as caught:
            scanner.check(data)
        assert (caught.value.code, caught.value.facts["name"]) == ("MALWARE_FOUND", "Mau.EICAR-Test.UNOFFICIAL")


def test_what_is_too_large_for_clamd_is_not_taken_for_clean(clamd: str) -> None:
    with pytest.raises(Unavailable) as caught:
        ClamdScanner(clamd).check(bytes(3_000_000))
    assert caught.value.code == "SCANNER_DOWN"


@contextmanager
def answering(reply: bytes | None) -> Iterator[str]:
    """A clamd that reads what comes and says this; None hangs up at once."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            with closing(server.accept()[0]) as link:
                if reply is None:
                    return
                link.settimeout(60)
                got = b""
                while not got.endswith(bytes(4)):
                    got += link.recv(65536)
                link.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "reply", [None, b"", b"stream: \0", b"UNKNOWN COMMAND\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK"]
)
def test_every_other_answer_keeps_the_file_out(reply: bytes | None) -> None:
    with answering(reply) as address:
        if reply == b"stream: OK":  # a daemon of before the z-commands ends without a zero
            ClamdScanner(address, timeout=60).check(b"x")
            return
        with pytest.raises(Unavailable) as caught:
            ClamdScanner(address, timeout=60).check(b"x")
        assert caught.value.code == "SCANNER_DOWN"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "no-port"])
def test_a_scanner_that_is_not_there_is_a_part_that_is_down(address: str) -> None:
    with pytest.raises(Unavailable) as caught:
        ClamdScanner(address, timeout=60).check(b"x")
    assert caught.value.code == "SCANNER_DOWN"
