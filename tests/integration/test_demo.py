"""The README's first command as a newcomer runs it: the five journeys, then the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.service
def test_the_demo_walks_every_journey_and_stops(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - the command's environment is what is tested
    ran = subprocess.run(
        [sys.executable, "deploy/demo.py", "--once", "--json"],
        env=kept | {"VAULT_HOME": str(tmp_path / ".vault"), "PYTHONPATH": "."},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    answer = json.loads(ran.stdout.splitlines()[-1])
    assert [step for step in answer["steps"] if not step["ok"]] == []
    assert (ran.returncode, answer["ok"]) == (0, True)
    assert {step["name"].partition(":")[0] for step in answer["steps"]} >= {
        "start", "digitise", "reuse", "present", "verify", "oversee", "stop",
    }  # fmt: skip
    assert len(answer["records"]) == 2
