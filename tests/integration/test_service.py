"""`vault up`, `status`, `down` as a person runs them, with the real web process and a real worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault.embedded import process

pytestmark = pytest.mark.service
VAULT = str(Path(sys.executable).parent / "vault")
PARTS = ("postgres", "objects", "web", "worker-1")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - a child's
    kept["VAULT_HOME"] = str(tmp_path / ".vault")
    yield kept
    vault(kept, "down")


def vault(environment: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any]]:
    ran = subprocess.run(
        [VAULT, *arguments, "--json"], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    return ran.returncode, json.loads(ran.stdout.splitlines()[-1])


def notes(environment: dict[str, str]) -> dict[str, process.Note | None]:
    return {name: process.read_note(Path(environment["VAULT_HOME"]) / "run" / f"{name}.json") for name in PARTS}


def kill_everything(environment: dict[str, str]) -> None:
    for note in notes(environment).values():
        if note is not None:
            os.killpg(note.pid, signal.SIGKILL)
    end = time.monotonic() + 60
    while any(notes(environment).values()) and time.monotonic() < end:
        time.sleep(0.05)


def test_up_status_down_and_up_again_after_kill_nine(environment: dict[str, str]) -> None:
    assert vault(environment, "status")[0] == 3
    status, up = vault(environment, "up")
    assert (status, up["up"]) == (0, True)
    assert [part["part"] for part in up["parts"]] == list(PARTS)
    assert {"OFFICER", "CITIZEN", "VERIFIER"} <= {one["role"] for one in up["sign_ins"]}
    with urllib.request.urlopen(f"{up['url']}/readyz", timeout=60) as answer:  # noqa: S310 - loopback
        assert json.load(answer) == {"database": "up", "objects": "up"}

    before = notes(environment)
    status, again = vault(environment, "up")
    assert (status, again["url"]) == (0, up["url"])
    assert notes(environment) == before  # nothing was started twice

    kill_everything(environment)
    status, down = vault(environment, "status")
    assert (status, down["up"], [part["up"] for part in down["parts"]]) == (3, False, [False] * 4)
    status, back = vault(environment, "up")
    assert (status, back["url"]) == (0, up["url"])  # QR credentials name it
    assert vault(environment, "status")[0] == 0

    status, stopped = vault(environment, "down")
    assert (status, stopped) == (0, {"up": False})
    assert not any(notes(environment).values())
    assert vault(environment, "down")[0] == 0


def test_in_the_foreground_it_brings_back_what_dies_and_stops_everything_at_the_end(
    environment: dict[str, str],
) -> None:
    running = subprocess.Popen(
        [VAULT, "up", "--foreground", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    with running, running.stdout:
        assert json.loads(running.stdout.readline())["up"] is True
        killed = notes(environment)
        for name in ("objects", "worker-1"):
            note = killed[name]
            assert note is not None
            os.killpg(note.pid, signal.SIGKILL)
        end = time.monotonic() + 240
        while vault(environment, "status")[0] != 0 and time.monotonic() < end:
            time.sleep(0.5)
        now = notes(environment)
        assert all(now.values())
        assert now["postgres"] == killed["postgres"]
        assert now["worker-1"] != killed["worker-1"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0
    assert not any(notes(environment).values())


def test_a_port_that_another_program_has_is_told_with_the_way_out(environment: dict[str, str]) -> None:
    import socket  # noqa: PLC0415 - this test alone is a server

    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        port = thief.getsockname()[1]
        status, answer = vault({**environment, "VAULT_HTTP_PORT": str(port)}, "up")
    assert (status, answer["code"]) == (3, "PORT_TAKEN")
    assert str(port) in answer["message"]
